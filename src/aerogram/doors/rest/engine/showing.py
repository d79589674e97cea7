"""Writing an answer: the envelope, and the rows in the order and form of their fields."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.doors.rest.engine.calls import NO_CONTENT, Reply
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
) -> Reply:
    """Write ``Count`` (rows of this page; the total when only that was asked for), ``Data`` and ``Total``.

    ``beside`` has what else stands in the envelope.
    """
    count = total if is_count_only else len(data)
    return Reply(status, _encode({"Count": count, "Data": data, "Total": total, **beside}))


def page_shown(
    status: int,
    fields: Sequence[Field],
    page: Page,
    parameters: Mapping[str, str] = MappingProxyType({}),
    *,
    is_count_only: bool = False,
    is_repeated: bool = False,
) -> Reply:
    """Write a page of rows as their properties; a status without body goes out without.

    With ``is_repeated`` the properties of the first row stand in the envelope, too.
    """
    if status == NO_CONTENT:
        return Reply(NO_CONTENT)
    data = [shown(fields, row, parameters) for row in page.rows]
    beside = data[0] if is_repeated and data else MappingProxyType({})
    return enveloped(status, data, page.total, is_count_only=is_count_only, beside=beside)


def bare(status: int, data: Sequence[Mapping[str, Any]]) -> Reply:
    """Write the one row without envelope."""
    return Reply(status, _encode(data[0] if data else {}))


def shown(fields: Sequence[Field], row: Row, parameters: Mapping[str, str]) -> dict[str, Any]:
    """Give a row as its properties."""
    properties: dict[str, Any] = {}
    for field in fields:
        if field.shown_with and not flag_of(parameters.get(field.shown_with.lower(), "0").strip()):
            value = field.hidden
        else:
            value = field.show(row.get(field.source))
        if value is not OMITTED:
            properties[field.name] = value
    return properties
