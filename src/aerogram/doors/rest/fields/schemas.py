"""JSON Schemas of requests and responses, derived from the fields."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aerogram.doors.rest.fields.references import Reference

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aerogram.doors.rest.fields.kinds import Field

Json = dict[str, Any]


def object_of(fields: Iterable[Field]) -> Json:
    """Describe an object by its properties."""
    return {"type": "object", "properties": {field.name: field.schema() for field in fields}}


def input_of(fields: Iterable[Field], *, is_new: bool) -> Json:
    """Describe a body: the writable properties, and those required for a new object."""
    settable = [field for field in fields if not field.is_read_only]
    described = object_of(settable)
    for field in settable:
        if isinstance(field, Reference):
            text = f"The unique key of the {field.resource}; an alternative to {field.name}."
            described["properties"][f"{field.base}ALT"] = {"type": "string", "description": text}
    required = [field.name for field in settable if field.is_required and not isinstance(field, Reference)]
    return described | {"required": required} if required and is_new else described


def envelope(shape: Json) -> Json:
    """Describe a response with rows of these fields."""
    return {
        "type": "object",
        "required": ["Count", "Data", "Total"],
        "properties": {
            "Count": {"type": "integer"},
            "Data": {"type": "array", "items": shape},
            "Total": {"type": "integer"},
        },
    }
