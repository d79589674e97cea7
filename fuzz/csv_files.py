"""Fuzz the reading of CSV files: files as spreadsheets write them, damaged, in any charset, and read in any pieces.

A file fails when reading raises anything but `RefusedError`, when bytes are skipped or read twice, when the pieces make
a difference, or when a row is neither an entry nor refused.
"""

# ruff: noqa: INP001, PLR2004 - a script, whose numbers are odds

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, Final

from loop import main, mutated

from aerogram.audience.jobs import csv_layout
from aerogram.audience.jobs.columns import Columns, names_of
from aerogram.audience.jobs.csv_charset import survey
from aerogram.audience.jobs.csv_reader import Record, read_piece
from aerogram.audience.jobs.text_lines import lines_of
from aerogram.audience.properties import Catalogue, Property
from aerogram.audience.property_values import Datatype
from aerogram.base.errors import RefusedError

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable

HEADERS: Final = (
    "email",
    "E-Mail",
    "name",
    "city",
    "age",
    "born",
    "score",
    "vip",
    "contact:name",
    "",
    "\u00e9t\u00e9",
    "\ufeffid",
)
CELLS: Final = (
    *(
        "ann@example.net",
        "Bob <bob@example.net>",
        "mailto:eve@example.net",
        "ann\uff20example.net",
        "\u00a0zoe@example.net\u200b",
    ),
    *(
        "",
        " ",
        "Zo\u00e9 M\u00fcller",
        "\u201cBob\u201d \u2013 \u20ac",
        "\u0160\u00e1rka",
        "\u0418\u0432\u0430\u043d",
        "\u674e\u96f7",
        "\U0001f600",
        "a,b",
        "a;b",
        "a\tb",
    ),
    *(
        "12",
        "-1",
        "1e308",
        "9" * 40,
        "2024-06-15",
        "true",
        "x" * 5_000,
        "two\nlines",
        "cr\rlf\r\n",
        'a "quote"',
        '"',
        "\0",
    ),
)
CHARSETS: Final = (
    "utf-8",
    "utf-8",
    "utf-8-sig",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "cp1252",
    "cp1250",
    "cp1251",
    "cp932",
    "gb18030",
    "mac-roman",
    "utf-32",
)
PIECES: Final = (
    b'"',
    b'","',
    b'x","y\n',
    b"\n",
    b"\r",
    b"\0",
    b"\xff",
    b"\xfe\xff",
    b",",
    b";",
    b"\xc3",
    b'"\n"',
    b"sep=;\n",
    b"\xe9",
)
CATALOGUE: Final = Catalogue(
    Property(id=number, account_id=1, name=name, datatype=datatype, created_ms=0)
    for number, (name, datatype) in enumerate(
        {
            "age": Datatype.INT,
            "born": Datatype.DATETIME,
            "score": Datatype.FLOAT,
            "vip": Datatype.BOOL,
        }.items(),
        1,
    )
)


class Broken(AssertionError):  # noqa: N818 - it says what the reader is
    """The reader did something it must never do."""


class CsvFiles:
    """Files."""

    name = "csv_files"
    noun = "files"

    def make(self, rng: random.Random) -> bytes:
        """Make a file; every second is then damaged, and some are one piece repeated."""
        if rng.random() < 0.05:
            return rng.choice(PIECES) * rng.choice((10, 1_000, 200_000))
        if rng.random() < 0.05:
            return b"".join(rng.choices(PIECES, k=rng.choice((20, 2_000, 60_000))))
        data = a_file(rng).encode(rng.choice(CHARSETS), "replace")
        return mutated(rng, data, PIECES) if rng.random() < 0.5 else data

    def test(self, rng: random.Random, given: bytes) -> Iterable[str]:
        """Look at a file, read it in two ways, and turn its rows into entries."""
        file = io.BytesIO(given)
        try:
            found = survey(file)
        except RefusedError:
            return ("refused",)
        at = found.start
        for line in lines_of(file, at, found.charset):
            if line.start != at or line.end <= at:
                raise Broken(f"a line from {line.start} to {line.end} after byte {at}")
            at = line.end
        if at != len(given):
            raise Broken(f"{len(given) - at} bytes were not read")
        delimiter = csv_layout.delimiter_of(
            next((line.text for line in lines_of(file, found.start, found.charset)), "")
        )
        whole = records_of(file, found.start, delimiter, found.charset, 10_000)
        few = rng.choice((1, 3)) if len(whole) < 300 else 500
        if len(given) < 200_000 and records_of(file, found.start, delimiter, found.charset, few) != whole:
            raise Broken("the pieces make a difference")
        return (found.charset, *self._entries(whole))

    def _entries(self, records: list[Record]) -> Iterable[str]:
        first, rows = records[0].fields if records else [], records[1:]
        try:
            has_header = csv_layout.has_header(first)
            names, _ = csv_layout.with_email(csv_layout.named(first), [each.fields for each in rows[:100]])
            columns = Columns(names_of(names if has_header else csv_layout.numbered(first)), CATALOGUE)
        except RefusedError:
            return ("no header",)
        read = columns.read(rows, 1)
        if len(read.entries) + len(read.refusals) != len(rows):
            raise Broken("a row is neither an entry nor refused")
        return ("imported",)


def records_of(file: io.BytesIO, start: int, delimiter: str, charset: str, most: int) -> list[Record]:
    """Read all records, so many at a time."""
    found: list[Record] = []
    broken_until, is_last = 0, False
    while not is_last:
        records, start, is_last, broken_until = read_piece(
            file, start, delimiter, most, charset=charset, broken_until=broken_until
        )
        found += records
    return found


def a_file(rng: random.Random) -> str:
    """Make the text of a file."""
    delimiter, ending = rng.choice(",;\t|"), rng.choice(("\n", "\r\n", "\r"))
    width = rng.randrange(1, 6)
    header = rng.sample(HEADERS, width)
    rows = [
        rng.choices(CELLS, k=max(1, width + rng.choice((0, 0, 0, 0, -1, 1))))
        for _ in range(rng.randrange(20))
    ]
    start = rng.choice(("", "", "", f"sep={delimiter}{ending}", ending))
    return start + "".join(
        delimiter.join([quoted(rng, cell) for cell in row]) + ending for row in (header, *rows)
    )


def quoted(rng: random.Random, cell: str) -> str:
    """Quote a cell, nearly always where it must be."""
    needs = any(sign in cell for sign in '",;\t|\r\n') and rng.random() < 0.9
    return '"' + cell.replace('"', '""') + '"' if needs or rng.random() < 0.2 else cell


if __name__ == "__main__":
    sys.exit(main(CsvFiles(), "Fuzz the reading of CSV files."))
