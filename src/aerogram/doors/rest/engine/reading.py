"""Read a request: its body as values by source, its query as conditions. All errors are collected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.base.flawed_json import MAX_FLAWS, decode_flawed
from aerogram.doors.rest import errors
from aerogram.doors.rest.fields.kinds import InvalidValueError, is_empty
from aerogram.doors.rest.queries import paging
from aerogram.doors.rest.queries.listing import Query

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from aerogram.doors.rest.errors import RestError
    from aerogram.doors.rest.fields.kinds import Field
    from aerogram.doors.rest.queries.filters import Filter
    from aerogram.doors.rest.queries.listing import Condition, Row

    Given = dict[Field, tuple[str, Any]]
    """The properties in a body: the name used, in lower case, and the value."""


MAX_SHOWN_PATH: Final = 320
"""Characters of a path in an error: clients choose the names in it."""


class MissingValueError(InvalidValueError):
    """A new object lacks a required property."""

    def __init__(self) -> None:
        super().__init__("MJ03 A non-empty value is required")


def named_in(
    body: Mapping[str, Any], fields: Iterable[Field], *, keeps_null: bool = False
) -> tuple[Given, list[str]]:
    """Match the names in a body to properties, ignoring case. Also returns the unknown names.

    Null counts as absent, unless ``keeps_null`` and the property is nullable. When a body uses two spellings
    of one property, the property's own name wins (compatibility: rest#requests, rest#values).
    """
    by_name = {spelling: field for field in fields for spelling in field.parsers()}
    given: Given = {}
    unknown: list[str] = []
    for name, value in body.items():
        field = by_name.get(name.lower())
        if field is None:
            unknown.append(name)
        elif value is None and not (keeps_null and field.is_nullable):
            continue
        elif field not in given or name.lower() == field.name.lower():
            given[field] = (name.lower(), value)
    return given, unknown


def read_fields(
    given: Given, fields: Iterable[Field], *, is_new: bool
) -> tuple[dict[str, Any], list[tuple[Field, InvalidValueError]]]:
    """Read the writable values by source, and collect the errors of the others.

    Read-only properties are skipped. A missing required property of a new object is a `MissingValueError`.
    """
    values: dict[str, Any] = {}
    wrong: list[tuple[Field, InvalidValueError]] = []
    for field in fields:
        if field.is_read_only:
            continue
        if field not in given:
            if field.is_required and is_new:
                wrong.append((field, MissingValueError()))
            continue
        name, value = given[field]
        try:
            values[field.source] = None if value is None else field.parsers()[name](value)
        except InvalidValueError as error:
            wrong.append((field, error))
    return values, wrong


def defaults_of(fields: Iterable[Field]) -> dict[str, Any]:
    """Return the default values for the properties that a new object does not set."""
    return {field.source: field.default for field in fields if field.default is not None}


def given_in(body: bytes, fields: Sequence[Field], unknown: Callable[[str], RestError]) -> Given:
    """Parse a body; ``unknown`` makes the error for a name that is no property."""
    given, names = named_in(object_in(body), fields)
    if names:
        raise unknown(names[0])
    return given


def values_of(given: Given, fields: Sequence[Field], row: Row, *, is_new: bool) -> dict[str, Any]:
    """Read the values of a body, and refuse it with all its errors.

    ``row`` is the object that a PUT changes, or the known values of a new one. A read-only property may be
    repeated with its current value (compatibility: rest#requests), or with an empty one if it has none yet.
    """
    for field in fields:
        if field.is_read_only and field in given:
            _require_echo(field, given[field][1], row, is_new=is_new)
    values, wrong = read_fields(given, fields, is_new=is_new)
    if wrong:
        raise errors.invalid_properties({field.title: str(error) for field, error in wrong})
    return values


def _require_echo(field: Field, value: Any, row: Row, *, is_new: bool) -> None:
    is_unset = is_new and field.source not in row and is_empty(value)
    if not is_unset and not field.is_echo(value, row.get(field.source)):
        raise errors.read_only(field.name)


def conditions_in(
    parameters: Mapping[str, str], filters_by_lower_name: Mapping[str, Filter]
) -> list[Condition]:
    """Read the filters of a query; unknown and empty parameters are ignored.

    (compatibility: rest#filters)
    """
    conditions = []
    for name, text in parameters.items():
        filter_ = filters_by_lower_name.get(name)
        if filter_ is None or not text:
            continue
        try:
            conditions.append(filter_.among(text, parameters))
        except InvalidValueError as error:
            raise errors.invalid_query(f'Invalid value "{text[:80]}" for {name}: {error}') from None
    return conditions


def query_of(
    parameters: Mapping[str, str],
    filters: Mapping[str, Filter],
    sortable: Mapping[str, Field],
    fixed: tuple[Condition, ...] = (),
) -> Query:
    """Read filters, order and page from a query. Filters and properties are keyed by lower-case name.

    ``fixed`` are conditions that always apply.
    """
    return Query(
        conditions=(*fixed, *conditions_in(parameters, filters)),
        orders=paging.orders_of(parameters, sortable),
        limit=paging.limit_of(parameters),
        offset=paging.offset_of(parameters),
    )


def object_in(
    body: bytes, refused: Callable[[dict[str, str]], RestError] = errors.invalid_properties
) -> dict[str, Any]:
    """Parse a body as a JSON object; an empty body is an empty object. Raises `RestError`.

    ``refused`` makes the error for texts and numbers that are not valid JSON, from the reason for each property.
    """
    if not body.strip():
        return {}
    try:
        decoded = msgspec.json.decode(body)
    except (ValueError, RecursionError) as error:
        decoded = _without_flaws(body, str(error), refused)
    if not isinstance(decoded, dict):
        raise errors.broken_json("the body must be an object")
    return decoded


def _without_flaws(body: bytes, why: str, refused: Callable[[dict[str, str]], RestError]) -> Any:
    """Decode a body that the strict decoder refused, such as one with a byte order mark."""
    try:
        decoded, flaws = decode_flawed(body)
    except (ValueError, RecursionError):
        raise errors.broken_json(why) from None
    if flaws:
        raise refused(
            {
                flaw.place()[:MAX_SHOWN_PATH]: f"The value must not hold {flaw.holds}"
                for flaw in flaws[:MAX_FLAWS]
            }
        )
    return decoded
