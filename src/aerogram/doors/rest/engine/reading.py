"""Reading a request: its body as values by source, its query as conditions. All errors are gathered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

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
    """What a body says of each property: the name it was given by, in lower case, and the value."""


class MissingValueError(InvalidValueError):
    """A new object lacks a property that it must have."""

    def __init__(self) -> None:
        super().__init__("MJ03 A non-empty value is required")


def named_in(
    body: Mapping[str, Any], fields: Iterable[Field], *, keeps_null: bool = False
) -> tuple[Given, list[str]]:
    """Sort what a body says by the properties it names; names ignore case. Gives those that no property has, too.

    Null is as good as absent, unless ``keeps_null`` and the property can be null. The older of two spellings of
    one property is the first that the property knows (compatibility: rest#requests, rest#values).
    """
    by_name = {spelling: field for field in fields for spelling in field.readers()}
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
    """Read the values that may be set, by source, and gather what is wrong with the others.

    Read-only properties are passed over. A new object must have the required ones: one that it lacks is a
    `MissingValueError`.
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
            values[field.source] = None if value is None else field.readers()[name](value)
        except InvalidValueError as error:
            wrong.append((field, error))
    return values, wrong


def defaults_of(fields: Iterable[Field]) -> dict[str, Any]:
    """Give the values that a new object has where nothing is said of them."""
    return {field.source: field.default for field in fields if field.default is not None}


def given_in(body: bytes, fields: Sequence[Field], unknown: Callable[[str], RestError]) -> Given:
    """Read a body; ``unknown`` refuses a name that no property has."""
    given, names = named_in(object_in(body), fields)
    if names:
        raise unknown(names[0])
    return given


def values_of(given: Given, fields: Sequence[Field], row: Row, *, is_new: bool) -> dict[str, Any]:
    """Read the values of a body, and refuse it by everything that is wrong with it.

    ``row`` is the object that a PUT changes, or what is known of a new one. A read-only property may be
    echoed with the value it has (compatibility: rest#requests); where it has none yet, with an empty one.
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
    """Read the filters of a query; unknown and empty parameters select nothing away.

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
    """Read which page of which rows a query asks for. Filters and properties come by their names in lower case.

    ``fixed`` are conditions that hold whatever the query says.
    """
    return Query(
        conditions=(*fixed, *conditions_in(parameters, filters)),
        orders=paging.orders_of(parameters, sortable),
        limit=paging.limit_of(parameters),
        offset=paging.offset_of(parameters),
    )


def object_in(body: bytes) -> dict[str, Any]:
    """Read a body as a JSON object; an empty one is an empty object. Raises `RestError`."""
    if not body.strip():
        return {}
    try:
        decoded = msgspec.json.decode(body)
    except (ValueError, RecursionError) as error:
        raise errors.broken_json(str(error)) from None
    if not isinstance(decoded, dict):
        raise errors.broken_json("the body must be an object")
    return decoded
