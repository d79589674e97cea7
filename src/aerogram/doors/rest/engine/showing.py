"""Write a response: the envelope, and the rows with their fields in order."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.doors.rest.engine.calls import NO_CONTENT, Response
from aerogram.doors.rest.fields.kinds import OMITTED, flag_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aerogram.doors.rest.fields.kinds import Field
    from aerogram.doors.rest.queries.listing import Page, Row

_encode: Final = msgspec.json.Encoder().encode


def enveloped(
    status: int,
    data: Sequence[Mapping[str, Any]],
    total: int,
    *,
    is_count_only: bool = False,
    beside: Mapping[str, Any] = MappingProxyType({}),
) -> Response:
    """Write ``Count`` (rows of this page; the total for a count-only request), ``Data`` and ``Total``.

    ``beside`` are further members of the envelope.
    """
    count = total if is_count_only else len(data)
    return Response(status, _encode({"Count": count, "Data": data, "Total": total, **beside}))


def page_shown(
    status: int,
    fields: Sequence[Field],
    page: Page,
    parameters: Mapping[str, str] = MappingProxyType({}),
    *,
    is_count_only: bool = False,
    is_repeated: bool = False,
) -> Response:
    """Write a page of rows as their properties; a 204 has no body.

    With ``is_repeated`` the envelope also has the properties of the first row.
    """
    if status == NO_CONTENT:
        return Response(NO_CONTENT)
    data = [shown(fields, row, parameters) for row in page.rows]
    beside = data[0] if is_repeated and data else MappingProxyType({})
    return enveloped(status, data, page.total, is_count_only=is_count_only, beside=beside)


def bare(status: int, data: Sequence[Mapping[str, Any]]) -> Response:
    """Write the first row without an envelope."""
    return Response(status, _encode(data[0] if data else {}))


def shown(fields: Sequence[Field], row: Row, parameters: Mapping[str, str]) -> dict[str, Any]:
    """Return the properties of a row."""
    properties: dict[str, Any] = {}
    for field in fields:
        if field.shown_with and not flag_of(parameters.get(field.shown_with.lower(), "0").strip()):
            value = field.hidden
        else:
            value = field.show(row.get(field.source))
        if value is not OMITTED:
            properties[field.name] = value
    return properties
