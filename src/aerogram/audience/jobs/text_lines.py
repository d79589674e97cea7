"""Read the lines of a text file in any charset, in blocks, each line with its place in bytes.

A line ends with LF, CRLF or CR alone, whatever the lines before it ended with. Errors cost one line, never the
lines after it.
"""

from __future__ import annotations

import re
from typing import IO, TYPE_CHECKING, Final, NamedTuple

from aerogram.jobs.halt import NEVER
from aerogram.wire.mime.charsets import is_utf_8

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aerogram.jobs.halt import Halt

MAX_LINE_BYTES: Final = 256 * 1024
"""A longer line is refused; our choice. A field may have half as many characters."""
_BLOCK_BYTES: Final = 128 * 1024
"""Bytes of a read; even, for UTF-16."""
UTF8: Final = "UTF-8"
UTF16: Final = {"UTF-16LE": "utf-16-le", "UTF-16BE": "utf-16-be"}
"""Python's codecs of the charsets whose characters have two octets."""
EAST_ASIAN: Final = {"GB18030": "gb18030", "Shift_JIS": "cp932", "Big5": "cp950", "EUC-KR": "cp949"}
"""Python's codecs of the supersets that are meant by these names (WHATWG Encoding Standard). No octet of a character
is CR, LF, a quote, a comma, a semicolon or a tab."""
_CODECS: Final = {**UTF16, **EAST_ASIAN, "windows-874": "cp874", "macintosh": "mac-roman"}

TOO_LONG: Final = "Line is too long"
_MAY_LOOK_LIKE_UTF8: Final = frozenset({UTF8, *UTF16, *EAST_ASIAN, "windows-874"})
"""Charsets in which a short line is valid UTF-8 by chance now and then."""
_NUL: Final = "NUL character at line"
_WIDE_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_SHOWN: Final = 1_000
"""Characters of an invalid line that are quoted."""


class Line(NamedTuple):
    """A line with its end, and the bytes where it starts and ends. With an ``error``, the text is for quoting."""

    text: str
    start: int
    end: int
    error: str = ""

    @property
    def shown(self) -> str:
        """The part of the line that errors quote."""
        text = _SURROGATE.sub("\ufffd", self.text[:_SHOWN])
        return text.replace("\0", "\ufffd").rstrip("\r\n")


def lines_of(file: IO[bytes], start: int, charset: str, halt: Halt = NEVER) -> Iterator[Line]:
    """Yield the lines from byte ``start`` to the end of the file. Raises `HaltedError`."""
    file.seek(start)
    cut = _cut_wide if charset in UTF16 else _cut
    at, rest, is_end = start, b"", False
    while not is_end:
        halt.check()
        block = file.read(_BLOCK_BYTES)
        is_end = not block
        pieces = cut(rest + block, charset)
        rest = b"" if is_end or not pieces or _is_whole(pieces[-1], charset) else pieces.pop()
        for piece in pieces:
            yield _line(piece, at, charset)
            at += len(piece)
        if len(rest) > MAX_LINE_BYTES:
            shown = rest[: 4 * _SHOWN].decode(codec_of(charset), "replace")
            skipped, rest, is_end = _skipped(file, rest, charset, halt)
            yield Line(shown, at, at + skipped, TOO_LONG)
            at += skipped


def codec_of(charset: str) -> str:
    """Return Python's name of a charset."""
    return _CODECS.get(charset, charset)


def _skipped(file: IO[bytes], rest: bytes, charset: str, halt: Halt) -> tuple[int, bytes, bool]:
    """Skip a line that is too long: its size, the bytes after it that were read, and whether the file ends."""
    cut = _cut_wide if charset in UTF16 else _cut
    size = len(rest)
    tail = rest[-2:] if charset in UTF16 else rest[-1:]
    size -= len(tail)
    while block := file.read(_BLOCK_BYTES):
        halt.check()
        line, *others = cut(tail + block, charset)
        if others:
            return size + len(line), b"".join(others), False
        # A CR at the end may be the half of a CRLF.
        tail = line[-2:] if charset in UTF16 else line[-1:]
        size += len(line) - len(tail)
    return size + len(tail), b"", True


def _cut(data: bytes, _: str) -> list[bytes]:
    return data.splitlines(keepends=True)


def _cut_wide(data: bytes, charset: str) -> list[bytes]:
    """Cut UTF-16 into lines; an odd octet at the end is a piece of its own or belongs to the last line."""
    codec = UTF16[charset]
    odd = data[len(data) & ~1 :]
    text = data[: len(data) & ~1].decode(codec, "surrogatepass")
    pieces = [line.encode(codec, "surrogatepass") for line in _WIDE_LINE.findall(text)]
    if odd:
        if pieces and not _is_whole(pieces[-1], charset):
            pieces[-1] += odd
        else:
            pieces.append(odd)
    return pieces


def _is_whole(piece: bytes, charset: str) -> bool:
    """Return whether a piece ends with LF. A CR at the end of a block may be the half of a CRLF."""
    feed = "\n".encode(codec_of(charset))
    return piece.endswith(feed) and len(piece) % len(feed) == 0


def _line(piece: bytes, start: int, charset: str) -> Line:
    end = start + len(piece)
    if len(piece) > MAX_LINE_BYTES:
        return Line(piece[: 4 * _SHOWN].decode(codec_of(charset), "replace"), start, end, TOO_LONG)
    try:
        text = piece.decode(codec_of(charset))
    except UnicodeDecodeError:
        return Line(piece.decode(codec_of(charset), "replace"), start, end, f"Invalid {charset} at line")
    if "\0" in text:
        return Line(text, start, end, _NUL)
    if charset not in _MAY_LOOK_LIKE_UTF8 and not text.isascii() and is_utf_8(piece):
        return Line(piece.decode(), start, end, f"UTF-8 in a file of {charset} at line")
    return Line(text, start, end)
