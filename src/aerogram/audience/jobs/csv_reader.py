"""Read CSV in pieces: each piece begins at a byte of the file, so that another process can continue.

Records follow RFC 4180: quotes around fields are optional, and quoted fields may contain line breaks and
doubled quotes. Invalid input costs one line, never the lines after it, and the time is linear in the bytes of the
file whatever they are: a line is read once as part of a record that fails, and once by itself.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from typing import IO, TYPE_CHECKING, Final, NamedTuple

from aerogram.audience.jobs.text_lines import UTF8, Line, lines_of
from aerogram.jobs.halt import NEVER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from aerogram.jobs.halt import Halt

MAX_PIECE_BYTES: Final = 4 * 1024 * 1024
"""A piece ends after the record that reaches this size, to bound memory."""
MAX_RECORD_BYTES: Final = 512 * 1024
"""A record of more bytes has a quote that was never closed: twice the longest line; our choice."""
MAX_RECORD_LINES: Final = 10_000
"""A record of more lines has a quote that was never closed; our choice. Notes of people have some hundred lines."""

_FORMULA: Final = re.compile(r'\A="([^"]*)"\Z')
"""A text that Excel is told not to take for a number, such as ``="01234"``."""
_BROKEN_QUOTES: Final = "Invalid quoting at line"


class Record(NamedTuple):
    """The fields of a record. With an ``error``, the only field is the invalid line."""

    fields: list[str]
    error: str = ""


class Piece(NamedTuple):
    """Records, the byte after the last of them, and whether the file ends there.

    ``broken_until`` is what the next piece should know: no record that begins before that byte can be longer than
    its first line, because a quote that is open there is never closed properly.
    """

    records: list[Record]
    end: int
    is_last: bool
    broken_until: int = 0


class _LineError(ValueError):
    """The line is not valid text."""


class _OpenQuoteError(ValueError):
    """The record goes on beyond its bounds."""


def read_piece(
    file: IO[bytes],
    start: int,
    delimiter: str,
    most: int,
    *,
    charset: str = UTF8,
    broken_until: int = 0,
    halt: Halt = NEVER,
) -> Piece:
    """Read up to ``most`` records from byte ``start``. Rows without any text are skipped. Raises `HaltedError`."""
    source = _Source(lines_of(file, start, charset, halt), start, broken_until)
    records = csv.reader(source, delimiter=delimiter, strict=True, skipinitialspace=True)
    found: list[Record] = []
    stop_at = start + MAX_PIECE_BYTES
    is_last = False
    while len(found) < most and source.at < stop_at:
        halt.check()
        source.begin()
        try:
            fields = next(records)
        except StopIteration:
            is_last = True
            break
        except (csv.Error, _LineError, _OpenQuoteError) as error:
            line = source.fail()
            found.append(
                Record([line.shown], str(error) if isinstance(error, _LineError) else _BROKEN_QUOTES)
            )
            records = csv.reader(source, delimiter=delimiter, strict=True, skipinitialspace=True)
        else:
            if any(fields) and any(map(str.strip, fields)):
                found.append(Record([_FORMULA.sub(r"\1", field) for field in fields]))
    return Piece(found, source.at, is_last, source.broken_until)


class _Source:
    """Gives ``csv.reader`` the lines of one record after another, within the bounds of a record.

    When a record fails, the lines after its first one are given again. All lines before the one that showed the
    error are known to leave a quote open that was open before them. So none of them begins a record of several
    lines, and ``broken_until`` keeps the reader from looking again: otherwise lines that each close one quote and
    open another would be read from each line to the end.
    """

    def __init__(self, lines: Iterator[Line], start: int, broken_until: int) -> None:
        self.at = start
        """The byte after the last line of a record that was read, or failed."""
        self.broken_until = broken_until
        self._lines = lines
        self._again: deque[Line] = deque()
        self._given: list[Line] = []
        self._size = 0
        self._is_open = False
        """Whether the record was still open after all lines that were given."""

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        given = self._given
        if given and given[0].start < self.broken_until:
            raise _OpenQuoteError
        line = self._again.popleft() if self._again else next(self._lines, None)
        if line is None:
            self._is_open = True
            raise StopIteration
        self._size += line.end - line.start
        if given and (line.error or len(given) == MAX_RECORD_LINES or self._size > MAX_RECORD_BYTES):
            self._again.appendleft(line)
            self._is_open = True
            raise _OpenQuoteError
        given.append(line)
        self.at = line.end
        if line.error:
            raise _LineError(line.error)
        return line.text

    def begin(self) -> None:
        """Begin a record."""
        self._given.clear()
        self._size = 0
        self._is_open = False

    def fail(self) -> Line:
        """Give up the record and continue after its first line, which is returned."""
        given = self._given
        first, last = given[0], given[-1]
        if len(given) > 1 and first.start >= self.broken_until:
            self.broken_until = last.end if self._is_open else last.start
        self._again.extendleft(reversed(given[1:]))
        self.at = first.end
        return first
