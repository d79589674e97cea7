"""The uploaded file of an import: what its start tells, and its rows, chunk by chunk. Read in threads.

(compatibility: contacts#csv-import)
"""

from __future__ import annotations

from functools import partial
from typing import IO, TYPE_CHECKING, Final

import msgspec

from aerogram.audience.jobs import csv_layout
from aerogram.audience.jobs.columns import Rows, names_of, without_blank_end
from aerogram.audience.jobs.csv_charset import charset_named, start_of, survey
from aerogram.audience.jobs.csv_layout import Layout
from aerogram.audience.jobs.csv_reader import read_piece
from aerogram.audience.jobs.text_lines import Line, lines_of
from aerogram.jobs.context import CHUNK, JobFailedError
from aerogram.store.records.jobs import notes

if TYPE_CHECKING:
    from aerogram.audience.jobs.columns import Columns
    from aerogram.jobs.context import JobContext
    from aerogram.jobs.halt import Halt


class ImportOptions(msgspec.Struct, frozen=True, rename="pascal"):
    """ImportOptions, JSON text in the request."""

    date_time_format: str = ""
    timezone_offset: int = 0
    field_names: list[str] = []
    charset: str = ""
    """Our own: the charset of a file that is not in Unicode, if the client knows it."""


class Place(msgspec.Struct, frozen=True):
    """Where to read on: a byte, the number of the first row, and what is known of the bytes after it."""

    at: int
    item: int
    broken_until: int = 0


class Chunk(msgspec.Struct, frozen=True):
    """The input of one step."""

    items: int
    next: Place
    is_last: bool
    rows: Rows


class Head(msgspec.Struct, frozen=True):
    """What the start of a file tells about its rows."""

    layout: Layout
    names: list[str]
    begin: int
    """The byte where the first row begins."""
    count: int
    """The number of rows, estimated."""


_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder(Layout).decode


def layout_noted(note: str) -> str:
    """Return what a job took its file for, from its note, in words; "" without a note."""
    return _decode(note).words if note else ""


class CsvFile:
    """The uploaded file. It is opened for each piece, and closed in between."""

    def __init__(self, context: JobContext, blob: str) -> None:
        self._context = context
        self._blobs = context.ground.blobs
        self._blob = blob

    async def head(self, options: ImportOptions) -> Head:
        """Find the layout, or read it from the job's note; note it. Raises `RefusedError`."""
        context = self._context
        job_id = context.job.id
        noted = (await context.read(lambda: notes.find([job_id]))).get(job_id)
        layout = _decode(noted) if noted else None
        head = await context.in_thread(partial(self._head, options, layout))
        if layout is None:
            note = _encode(head.layout).decode()
            await context.write(lambda: notes.write(job_id, note))
        return head

    async def chunk(self, columns: Columns, layout: Layout, place: Place) -> Chunk:
        """Read rows from a place on."""
        return await self._context.in_thread(partial(self._chunk, columns, layout, place))

    def _chunk(self, columns: Columns, layout: Layout, place: Place, halt: Halt) -> Chunk:
        with self._blobs.open(self._blob) as file:
            piece = read_piece(
                file,
                place.at,
                layout.delimiter,
                CHUNK,
                charset=layout.charset,
                broken_until=place.broken_until,
                halt=halt,
            )
        items = len(piece.records)
        rows = columns.read(piece.records, place.item, halt)
        return Chunk(items, Place(piece.end, place.item + items, piece.broken_until), piece.is_last, rows)

    def _head(self, options: ImportOptions, known: Layout | None, halt: Halt) -> Head:
        with self._blobs.open(self._blob) as file:
            if known is None:
                found = survey(file, halt, named=charset_named(options.charset) if options.charset else "")
                charset, lines, is_guess = found.charset, found.lines, found.is_guess
            else:
                charset, lines, is_guess = known.charset, self._context.job.count + 1, known.is_guess
            line, start = _first_line(file, start_of(file), charset, halt)
            separator = csv_layout.separator_in(line.text)
            if separator:
                start = line.end
                line, _ = _first_line(file, start, charset, halt)
            delimiter = separator or csv_layout.delimiter_of(line.text)
            head = _names_in(file, Layout(charset, delimiter, is_guess=is_guess), start, options, halt)
        return msgspec.structs.replace(head, count=max(0, lines - (head.begin > start) - bool(separator)))


def _first_line(file: IO[bytes], start: int, charset: str, halt: Halt) -> tuple[Line, int]:
    """Return the first line with any text, and where it starts."""
    for line in lines_of(file, start, charset, halt):
        if line.text.strip():
            return line, line.start
    raise JobFailedError("The file is empty.")


def _names_in(file: IO[bytes], layout: Layout, start: int, options: ImportOptions, halt: Halt) -> Head:
    """Read the header, or name the columns of a file without one. Raises `RefusedError`."""
    charset, delimiter = layout.charset, layout.delimiter
    first = read_piece(file, start, delimiter, 1, charset=charset, halt=halt)
    if not first.records:
        raise JobFailedError("The file is empty.")
    [record] = first.records
    if record.error:
        raise JobFailedError(f"The first row cannot be read: {record.error}.")
    fields = without_blank_end(record.fields)
    if options.field_names:
        names = names_of(options.field_names)
        # The file may have a header although the options name the columns: skip it.
        has_header = [name.lower() for name in csv_layout.named(fields)] == names
        layout = msgspec.structs.replace(layout, has_header=has_header)
        return Head(layout, names, first.end if has_header else start, 0)
    if not csv_layout.has_header(fields):
        layout = msgspec.structs.replace(layout, has_header=False)
        return Head(layout, names_of(csv_layout.numbered(fields)), start, 0)
    piece = read_piece(file, first.end, delimiter, csv_layout.SAMPLE_ROWS, charset=charset, halt=halt)
    rows = [each.fields for each in piece.records if not each.error]
    names, email = csv_layout.with_email(csv_layout.named(fields), rows)
    return Head(msgspec.structs.replace(layout, email=email), names_of(names), first.end, 0)
