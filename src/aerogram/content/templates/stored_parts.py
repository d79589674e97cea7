"""The stored content of templates and drafts: convert between columns and values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.base.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aerogram.store.records.templates.templates import ContentRow
    from aerogram.store.records.templates.versions import VersionRow

MAX_PART_BYTES: Final = 2 * 1024 * 1024
"""Bytes of a part in UTF-8, or of headers or MJML as JSON. No mail client shows more; our choice."""

_COLUMN_OF: Final = {"html": "html_part", "text": "text_part", "mjml": "mjml", "headers": "headers"}
_decode: Final = msgspec.json.Decoder().decode
_encode: Final = msgspec.json.Encoder().encode


class Content(msgspec.Struct, frozen=True, kw_only=True):
    """The content of a stored mail. ``mjml`` is any JSON value, ``headers`` a JSON object; None if never set."""

    html: str | None = None
    text: str | None = None
    mjml: Any = None
    headers: Mapping[str, Any] = {}


class PartTooLargeError(RefusedError):
    """A part exceeds `MAX_PART_BYTES`; ``part`` is its attribute in `Content`."""

    def __init__(self, part: str) -> None:
        super().__init__(f"The {part} of a template may have at most {MAX_PART_BYTES} bytes.")
        self.part = part


def opened(row: ContentRow | VersionRow) -> Content:
    """Convert columns to a `Content`."""
    return Content(
        html=row.html_part,
        text=row.text_part,
        mjml=_decode(row.mjml) if row.mjml else None,
        headers=_decode(row.headers) if row.headers else {},
    )


def written(parts: Mapping[str, Any]) -> dict[str, str | None]:
    """Convert parts, keyed by attribute of `Content`, to column values. Raises `PartTooLargeError`."""
    columns: dict[str, str | None] = {}
    for name, value in parts.items():
        if name in ("html", "text"):
            column = value
        elif value is None:
            column = "" if name == "headers" else None
        else:
            column = _encode(value).decode()
        if column is not None and len(column.encode()) > MAX_PART_BYTES:
            raise PartTooLargeError(name)
        columns[_COLUMN_OF[name]] = column
    return columns
