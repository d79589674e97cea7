"""Lines of a CSV file (RFC 4180): every field in quotes, so that nothing depends on what is in it. No IO.

What a text says is written as it is, so that the file can be imported again. A spreadsheet takes a text for a formula
that begins with ``=``, ``+``, ``-`` or ``@``, and quotes do not keep it from that; a file that is asked for with a
spreadsheet in mind has an apostrophe before such texts, and a byte order mark, and is not for importing.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from aerogram.base.clock import rfc3339

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

BYTE_ORDER_MARK: Final = "\ufeff"
"""Without it spreadsheets take UTF-8 for what their country used before."""
FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""How a text begins that may be taken for a formula, also in full-width signs (OWASP, CSV Injection)."""
_GUARD: Final = "'"


def lines(rows: Iterable[Sequence[str]], *, is_for_spreadsheet: bool) -> bytes:
    """Write rows of texts."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerows([list(map(guarded, row)) for row in rows] if is_for_spreadsheet else rows)
    return text.getvalue().encode()


def header(names: Sequence[str], *, is_for_spreadsheet: bool) -> bytes:
    """Write the first line of a file."""
    line = lines([names], is_for_spreadsheet=is_for_spreadsheet)
    return BYTE_ORDER_MARK.encode() + line if is_for_spreadsheet else line


def guarded(cell: str) -> str:
    """Keep a spreadsheet from taking a text for a formula. A number is none, whatever its sign."""
    return _GUARD + cell if cell.startswith(FORMULAS) and not _is_number(cell) else cell


def moment(milliseconds: int) -> str:
    """Write a moment as RFC 3339 in UTC; "" for none."""
    return rfc3339(milliseconds) if milliseconds else ""


def flag(value: object) -> str:
    """Write true or false."""
    return "true" if value else "false"


def _is_number(cell: str) -> bool:
    digits = cell.removeprefix("-").replace(".", "", 1)
    return digits.isascii() and digits.isdigit()
