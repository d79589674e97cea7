"""The columns of a CSV file: read their names, and turn rows into entries. No IO."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.audience.jobs.address_cells import addressee_of, visible
from aerogram.audience.jobs.contact_columns import IN_FILES, IS_EXCLUDED, NAME
from aerogram.audience.jobs.csv_layout import EMAIL
from aerogram.audience.properties import WRONG_TYPE, checked_name
from aerogram.audience.property_values import Datatype
from aerogram.audience.subscriptions import Entry
from aerogram.base.errors import RefusedError
from aerogram.jobs.halt import NEVER
from aerogram.model.job import Refusal
from aerogram.wire.address import is_email, suppression_key

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aerogram.audience.jobs.csv_reader import Record
    from aerogram.audience.properties import Catalogue
    from aerogram.jobs.halt import Halt

MAX_COLUMNS: Final = 200
"""Columns of a file; our choice."""
MAX_QUOTED: Final = 4_000
"""Characters of a refused row that the error file quotes."""
MAX_CONTACT_NAME: Final = 4_096
"""Characters of a contact's name, a column of exports; the same limit as in the REST resource."""
_YES: Final = "true"
TOO_FEW: Final = "Too few columns at line"
"""Mailjet's words (compatibility: contacts#csv-import); the others follow their pattern."""
_TOO_MANY: Final = "Too many columns at line"
_NO_ADDRESS: Final = "Invalid email address"


class Rows(msgspec.Struct, frozen=True):
    """The entries read from rows, and the refused rows."""

    entries: list[Entry]
    refusals: list[Refusal]


class Columns:
    """The columns of one file, bound to contact properties."""

    def __init__(
        self,
        names: Sequence[str],
        catalogue: Catalogue,
        read_moment: Callable[[str], int] | None = None,
        *,
        is_excluded: bool | None = None,
    ) -> None:
        """Bind ``names`` from `names_of`. Without ``read_moment``, datetimes are Unix seconds or RFC 3339."""
        self.names = tuple(names)
        self._own = IN_FILES.intersection(self.names)
        self._catalogue = catalogue
        self._read_moment = read_moment
        self._moments_at = [
            index
            for index, name in enumerate(self.names)
            if read_moment is not None
            and name not in self._own
            and catalogue.datatype_of(name) is Datatype.DATETIME
        ]
        self._not_texts = [
            name
            for name in self.names
            if name not in self._own and catalogue.datatype_of(name) not in {None, Datatype.STR}
        ]
        self._is_excluded = is_excluded

    @property
    def header(self) -> str:
        """The first line of the error file."""
        return _line([*self.names, "error"])

    def read(self, records: Sequence[Record], first_item: int, halt: Halt = NEVER) -> Rows:
        """Turn records into entries and refusals; the first record is item ``first_item`` of the file.

        Raises `HaltedError`.
        """
        rows = Rows([], [])
        for item, record in enumerate(records, first_item):
            halt.check()
            entry = self._entry(record)
            if isinstance(entry, Entry):
                rows.entries.append(entry)
            else:
                rows.refusals.append(Refusal(item, _refused(record.fields, entry)))
        return rows

    def _entry(self, record: Record) -> Entry | str:
        """Read one record. A text instead of an entry is the error, followed by ``###`` and the column."""
        error = self._shape_error(record)
        if error:
            return error
        cells: dict[str, Any] = dict(zip(self.names, record.fields, strict=False))
        address, name_beside = addressee_of(cells.pop(EMAIL))
        if not is_email(address):
            return f"{_NO_ADDRESS}###{EMAIL}"
        own = {name: cells.pop(name) for name in self._own}
        for name in self._not_texts:
            cells[name] = visible(cells[name])
        for index in self._moments_at:
            name = self.names[index]
            moment = self._moment(cells[name])
            if isinstance(moment, str):
                return f"{WRONG_TYPE}###{name}"
            cells[name] = moment
        typing = self._catalogue.typed(cells)
        if typing.errors:
            name, reason = typing.errors[0]
            return f"{reason}###{name}"
        is_excluded = self._is_excluded
        if is_excluded is None and own.get(IS_EXCLUDED, "").strip().lower() == _YES:
            # Only "true" is imported: contacts excluded in this account stay excluded.
            is_excluded = True
        contact_name = own.get(NAME) or name_beside
        if len(contact_name) > MAX_CONTACT_NAME:
            return f"The name is too long###{NAME}"
        return Entry(suppression_key(address), contact_name or None, typing.values, is_excluded)

    def _shape_error(self, record: Record) -> str:
        if record.error:
            return record.error
        more = len(record.fields) - len(self.names)
        if more < 0:
            return TOO_FEW
        # Some spreadsheets add delimiters at the end of every line.
        return _TOO_MANY if more and any(record.fields[-more:]) else ""

    def _moment(self, cell: str) -> int | str | None:
        """Parse a datetime cell to Unix seconds; None for an empty cell, the text itself for an invalid one."""
        if not cell.strip():
            return None
        try:
            return self._read_moment(cell) if self._read_moment else cell
        except (ValueError, OverflowError):
            return cell


def names_of(fields: Sequence[str]) -> list[str]:
    """Return the column names in lower case. Raises `RefusedError` for invalid, duplicate or missing columns."""
    if len(fields) > MAX_COLUMNS:
        raise RefusedError(f"A file may have at most {MAX_COLUMNS} columns.")
    names = [checked_name(field) for field in fields]
    twice = next((name for name in names if names.count(name) > 1), "")
    if twice:
        raise RefusedError(f'The column "{twice}" appears twice.')
    if EMAIL not in names:
        raise RefusedError(
            f'The file has no column "{EMAIL}", and no column that looks like addresses: its first row must name the columns.'
        )
    return names


def without_blank_end(fields: Sequence[str]) -> list[str]:
    """Drop the empty fields at the end that some spreadsheets add to every line."""
    kept = list(fields)
    while kept and not kept[-1].strip():
        kept.pop()
    return kept


def _refused(fields: Sequence[str], error: str) -> str:
    """Format a line of the error file: the original row and `` ###message###field``."""
    row = _line(fields, quotes_all=True)
    return f"{row[:MAX_QUOTED]}, ###{error}"


def _line(fields: Sequence[str], *, quotes_all: bool = False) -> str:
    text = io.StringIO()
    if quotes_all:
        csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="").writerow(fields)
    else:
        csv.writer(text, lineterminator="").writerow(fields)
    return text.getvalue()
