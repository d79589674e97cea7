"""Reading a request: its body as values by source, its query as conditions. All mistakes are gathered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from aerogram.doors.rest import faults
from aerogram.doors.rest.fields import ValueFault, is_empty

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from aerogram.doors.rest.faults import RestError
    from aerogram.doors.rest.fields import Field
    from aerogram.doors.rest.filters import Filter
    from aerogram.doors.rest.listing import Condition, Row

    Given = dict[Field, tuple[str, Any]]
    """What a body says of each property: the name it was given by, in lower case, and the value."""


def given_in(body: bytes, fields: Sequence[Field], unknown: Callable[[str], RestError]) -> Given:
    """Read a body; null is as good as absent. Names ignore case; ``unknown`` refuses one that no property has.

    The older of two spellings of one property is the first that the property knows (facts: REST.md 3, 9).
    """
    by_name = {spelling: field for field in fields for spelling in field.readers()}
    given: Given = {}
    for name, value in object_in(body).items():
        field = by_name.get(name.lower())
        if field is None:
            raise unknown(name)
        if value is not None and (field not in given or name.lower() == field.name.lower()):
            given[field] = (name.lower(), value)
    return given


def values_of(given: Given, fields: Iterable[Field], row: Row, *, is_new: bool) -> dict[str, Any]:
    """Read the values that may be set, and gather what is wrong with the others.

    ``row`` is the object that a PUT changes, or what is known of a new one. A read-only property may be
    echoed with the value it has (facts: REST.md 3); where it has none yet, with an empty one.
    """
    values: dict[str, Any] = {}
    reasons: dict[str, str] = {}
    for field in fields:
        if field not in given:
            if field.is_required and is_new:
                reasons[field.title] = "MJ03 A non-empty value is required"
            continue
        name, value = given[field]
        if field.is_read_only:
            is_unset = is_new and field.source not in row and is_empty(value)
            if not is_unset and not field.is_echo(value, row.get(field.source)):
                raise faults.read_only(field.name)
            continue
        try:
            values[field.source] = field.readers()[name](value)
        except ValueFault as fault:
            reasons[field.title] = str(fault)
    if reasons:
        raise faults.invalid_properties(reasons)
    return values


def conditions_in(
    parameters: Mapping[str, str], filters_by_lower_name: Mapping[str, Filter]
) -> list[Condition]:
    """Read the filters of a query; unknown and empty parameters select nothing away (facts: REST.md 8)."""
    conditions = []
    for name, text in parameters.items():
        filter_ = filters_by_lower_name.get(name)
        if filter_ is None or not text:
            continue
        try:
            conditions.append(filter_.among(text, parameters))
        except ValueFault as fault:
            raise faults.invalid_query(f'Invalid value "{text[:80]}" for {name}: {fault}') from None
    return conditions


def object_in(body: bytes) -> dict[str, Any]:
    """Read a body as a JSON object; an empty one is an empty object. Raises `RestError`."""
    if not body.strip():
        return {}
    try:
        decoded = msgspec.json.decode(body)
    except (ValueError, RecursionError) as error:
        raise faults.broken_json(str(error)) from None
    if not isinstance(decoded, dict):
        raise faults.broken_json("the body must be an object")
    return decoded
