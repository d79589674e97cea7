"""Parse a multipart form part by part, as its bytes arrive (RFC 2046 §5.1, RFC 7578).

Only the current piece is in memory; the caller stores the content of the parts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from aerogram.base.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, AsyncIterator

MAX_PARTS: Final = 16
"""Far more parts than any form read here has."""
MAX_HEADER_BYTES: Final = 4 * 1024
TYPES: Final = (b"multipart/form-data", b"multipart/mixed")


class MultipartError(RefusedError):
    """The body is not a valid multipart form."""


class Part(NamedTuple):
    """A piece of a part: its name in lower case, and bytes. A piece without bytes ends a part."""

    name: str
    piece: bytes


async def parts_of(content_type: str, pieces: AsyncIterable[bytes]) -> AsyncIterator[Part]:
    """Yield the parts of a body, each in pieces. Raises `MultipartError` and the errors of ``pieces``."""
    parser = _PieceParser(_boundary(content_type))
    async for piece in pieces:
        for part in parser.feed(piece):
            yield part
    parser.finish()


class _PieceParser:
    """Turns the callbacks of `MultipartParser` into pieces."""

    def __init__(self, boundary: bytes) -> None:
        self._found: list[Part] = []
        self._header: list[bytes] = []
        self._value: list[bytes] = []
        self._name = ""
        self._parts = 0
        self._is_complete = False
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._begin,
                    "on_header_field": lambda data, start, end: self._header.append(data[start:end]),
                    "on_header_value": lambda data, start, end: self._value.append(data[start:end]),
                    "on_header_end": self._header_end,
                    "on_part_data": self._data,
                    "on_part_end": lambda: self._found.append(Part(self._name, b"")),
                    "on_end": self._end,
                },
                max_header_size=MAX_HEADER_BYTES,
            )
        except FormParserError as error:
            raise MultipartError("The boundary of the form is too long.") from error

    def feed(self, piece: bytes) -> list[Part]:
        try:
            self._parser.write(piece)
        except FormParserError as error:
            raise MultipartError(
                "The body is not a multipart form with the boundary in its Content-Type."
            ) from error
        found, self._found = self._found, []
        return found

    def finish(self) -> None:
        if not self._is_complete:
            raise MultipartError("The form ends before its last boundary.")

    def _begin(self) -> None:
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise MultipartError(f"A form may have at most {MAX_PARTS} parts.")
        self._name = ""

    def _header_end(self) -> None:
        name, value = b"".join(self._header).strip().lower(), b"".join(self._value)
        self._header, self._value = [], []
        if name == b"content-disposition":
            _, options = parse_options_header(value.decode("latin-1"))
            self._name = options.get(b"name", b"").decode("latin-1").lower()

    def _data(self, data: bytes, start: int, end: int) -> None:
        if start < end:
            self._found.append(Part(self._name, data[start:end]))

    def _end(self) -> None:
        self._is_complete = True


def _boundary(content_type: str) -> bytes:
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary", b"")
    if kind not in TYPES or not boundary:
        raise MultipartError("The body must be multipart/form-data with a boundary.")
    return boundary
