"""Read CSV in pieces: each piece begins at a byte of the file, so that another process can continue.

Records follow RFC 4180: quotes around fields are optional, and quoted fields may contain line breaks and
doubled quotes. The delimiter may also be a semicolon or a tab, which spreadsheets of many countries write. A
byte order mark is skipped. Invalid input costs one line, never the lines after it.
"""

from __future__ import annotations

import codecs
import csv
from typing import IO, TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_LINE_BYTES: Final = 256 * 1024
"""A longer line is refused; our choice. A field may have half as many characters."""
MAX_PIECE_BYTES: Final = 4 * 1024 * 1024
"""A piece ends after the record that reaches this size, to bound memory."""
DELIMITERS: Final = (",", ";", "\t")

_BROKEN_QUOTES: Final = "Invalid quoting at line"
_NOT_UTF8: Final = "Invalid UTF-8 at line"
_NUL: Final = "NUL character at line"
_TOO_LONG: Final = "Line is too long"
_SHOWN: Final = 1_000
"""Characters of an invalid line that are quoted."""


class Record(NamedTuple):
    """The fields of a record. With an ``error``, the only field is the invalid line."""

    fields: list[str]
    error: str = ""


class Piece(NamedTuple):
    """Records, and the byte after the last of them. No records mean the end of the file."""

    records: list[Record]
    end: int


class _LineError(ValueError):
    """The line is not valid text."""


def delimiter_of(line: str) -> str:
    """Guess the delimiter from the first line: the most frequent one outside of quotes, else a comma."""
    bare = "".join(line.split('"')[::2])
    return max(DELIMITERS, key=bare.count)


def start_of(file: IO[bytes]) -> int:
    """Return the byte where the first line begins: after the byte order mark, if any."""
    file.seek(0)
    return len(codecs.BOM_UTF8) if file.read(len(codecs.BOM_UTF8)) == codecs.BOM_UTF8 else 0


def first_line(file: IO[bytes]) -> str:
    """Return the first line of a file, with invalid UTF-8 replaced."""
    file.seek(start_of(file))
    return file.readline(MAX_LINE_BYTES).decode(errors="replace")


def count_lines(file: IO[bytes]) -> int:
    """Count the lines of a file: an estimate of its number of records."""
    file.seek(0)
    lines, last = 0, b"\n"
    while block := file.read(MAX_PIECE_BYTES):
        lines += block.count(b"\n")
        last = block[-1:]
    return lines + (last != b"\n")


def read_piece(file: IO[bytes], start: int, delimiter: str, most: int) -> Piece:
    """Read up to ``most`` records from byte ``start``. Empty lines are skipped."""
    lines = _Lines(file, start)
    records = csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True)
    found: list[Record] = []
    stop_at = start + MAX_PIECE_BYTES
    begun = start
    while len(found) < most and (begun < stop_at or not found):
        try:
            fields = next(records)
        except StopIteration:
            break
        except (csv.Error, _LineError) as error:
            met_at = lines.at
            line = lines.skip_line_at(begun)
            # An error found after this line comes from a quote that the line left open.
            is_text_error = isinstance(error, _LineError) and met_at <= lines.at
            found.append(Record([line], str(error) if is_text_error else _BROKEN_QUOTES))
        else:
            if fields:
                found.append(Record(fields))
        begun = lines.at
    return Piece(found, begun)


class _Lines:
    """Iterates over the lines of a file as text; ``at`` is the byte after the last line."""

    def __init__(self, file: IO[bytes], start: int) -> None:
        self._file = file
        self._file.seek(start)
        self.at = start

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._file.readline(MAX_LINE_BYTES)
        if not line:
            raise StopIteration
        self.at += len(line)
        if len(line) == MAX_LINE_BYTES and line[-1] != _LINE_FEED:
            raise _LineError(_TOO_LONG)
        try:
            text = line.decode()
        except UnicodeDecodeError:
            raise _LineError(_NOT_UTF8) from None
        if "\0" in text:
            raise _LineError(_NUL)
        return text

    def skip_line_at(self, start: int) -> str:
        """Continue after the line that begins at byte ``start``; return the part of it to quote."""
        self._file.seek(start)
        line = rest = self._file.readline(MAX_LINE_BYTES)
        while len(rest) == MAX_LINE_BYTES and rest[-1] != _LINE_FEED:
            rest = self._file.readline(MAX_LINE_BYTES)
        self.at = self._file.tell()
        return line[: 4 * _SHOWN].decode(errors="replace").replace("\0", "\ufffd").rstrip("\r\n")[:_SHOWN]


_LINE_FEED: Final = ord("\n")
