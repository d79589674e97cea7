"""Format lines of a CSV file (RFC 4180). Every field is quoted, whatever it contains. No IO.

Texts are written unchanged, so that the file can be imported again. Spreadsheets interpret a text that begins with
``=``, ``+``, ``-`` or ``@`` as a formula, even in quotes. Files for spreadsheets therefore have an apostrophe before
such texts, and a byte order mark; they are not meant for import.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from aerogram.base.clock import rfc3339

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

BYTE_ORDER_MARK: Final = "\ufeff"
"""Without it, spreadsheets read UTF-8 as a legacy encoding."""
FORMULAS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""First characters of a text that spreadsheets may read as a formula, also in full width (OWASP, CSV Injection)."""
_GUARD: Final = "'"


def lines(rows: Iterable[Sequence[str]], *, is_for_spreadsheet: bool) -> bytes:
    """Format rows of texts as lines."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerows([list(map(guarded, row)) for row in rows] if is_for_spreadsheet else rows)
    return text.getvalue().encode()


def header(names: Sequence[str], *, is_for_spreadsheet: bool) -> bytes:
    """Format the first line of a file."""
    line = lines([names], is_for_spreadsheet=is_for_spreadsheet)
    return BYTE_ORDER_MARK.encode() + line if is_for_spreadsheet else line


def guarded(cell: str) -> str:
    """Prevent a spreadsheet from reading a text as a formula. Signed numbers are left unchanged."""
    return _GUARD + cell if cell.startswith(FORMULAS) and not _is_number(cell) else cell


def moment(milliseconds: int) -> str:
    """Format a time as RFC 3339 in UTC; "" for 0."""
    return rfc3339(milliseconds) if milliseconds else ""


def flag(value: object) -> str:
    """Format a flag as true or false."""
    return "true" if value else "false"


def _is_number(cell: str) -> bool:
    digits = cell.removeprefix("-").replace(".", "", 1)
    return digits.isascii() and digits.isdigit()
