"""Import a CSV file of contacts and their properties, with an action on a list.

(compatibility: contacts#csv-import)
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import msgspec

from aerogram.audience.actions import SubscriptionAction
from aerogram.audience.jobs import csv_reader
from aerogram.audience.jobs.columns import EMAIL, Columns, Rows, names_of, without_blank_end
from aerogram.audience.jobs.contact_columns import IN_FILES
from aerogram.audience.jobs.moments import moment_parser
from aerogram.audience.properties import Property, define, defined
from aerogram.audience.subscriptions import ListAction, apply
from aerogram.base.errors import NotFoundError, RefusedError
from aerogram.jobs.context import CHUNK, JobFailedError
from aerogram.model.job import Progress, Refusal
from aerogram.store.records.jobs import data_files, jobs

if TYPE_CHECKING:
    from aerogram.audience.properties import Catalogue
    from aerogram.jobs.context import JobContext
    from aerogram.model.job import Job
    from aerogram.store.sql import Unit

EXCLUDE: Final = "excludemarketing"
INCLUDE: Final = "includemarketing"
LIST_METHODS: Final = ("addforce", "addnoforce", "remove", "unsub")
METHODS: Final = (*LIST_METHODS, EXCLUDE, INCLUDE)
"""The values of Method; the last two apply to the whole account and take no list."""


class ImportOptions(msgspec.Struct, frozen=True, rename="pascal"):
    """ImportOptions, JSON text in the request."""

    date_time_format: str = ""
    timezone_offset: int = 0
    field_names: list[str] = []


class _Chunk(msgspec.Struct, frozen=True):
    """The input of one step. No items mean the end of the file."""

    items: int
    end: int
    rows: Rows


class _Head(msgspec.Struct, frozen=True):
    """What the start of a file tells about its rows."""

    names: list[str]
    delimiter: str
    begin: int
    """The byte where the first row begins."""
    count: int


_options: Final = msgspec.json.Decoder(ImportOptions, strict=False)


def options_of(text: str) -> ImportOptions:
    """Parse ImportOptions; "" for the defaults. Raises `RefusedError` for invalid options."""
    try:
        options = _options.decode(text) if text else ImportOptions()
    except (msgspec.DecodeError, ValueError) as error:
        raise RefusedError(f"Expected a JSON object of options: {error}") from None
    if options.field_names:
        names_of(options.field_names)
    if options.date_time_format or options.timezone_offset:
        moment_parser(options.date_time_format or "T", options.timezone_offset)
    return options


async def work(context: JobContext) -> None:
    """Import the file from the last commit to its end.

    If the import fails, the last line of its error file gives the reason: the REST resource has no field for it.
    """
    try:
        await _import(context)
    except (RefusedError, NotFoundError) as error:
        await note_failure(context, str(error))
        raise


async def note_failure(context: JobContext, reason: str) -> None:
    """Write the reason of a failed import to its error file."""
    job = context.job
    refusal = Refusal(job.current + 1, f" ###{reason}")
    await context.write(lambda: jobs.refuse(job.id, "", [refusal]))


async def _import(context: JobContext) -> None:
    file = _File(context, await _blob_of(context))
    options = options_of(context.job.options)
    head = await asyncio.to_thread(file.head, options)
    catalogue = await _define(context, head.names)
    # Without a pattern, the offset applies to datetimes without a zone.
    pattern = options.date_time_format or ("T" if options.timezone_offset else "")
    columns = Columns(
        head.names,
        catalogue,
        moment_parser(pattern, options.timezone_offset) if pattern else None,
        is_excluded={EXCLUDE: True, INCLUDE: False}.get(context.job.method),
    )
    begin = max(context.job.cursor, head.begin)
    ahead = asyncio.create_task(file.chunk(columns, head.delimiter, begin, context.job.current))
    try:
        while (chunk := await ahead).items:
            # Read the next chunk while this one is written.
            current = context.job.current + chunk.items
            ahead = asyncio.create_task(file.chunk(columns, head.delimiter, chunk.end, current))
            await _commit(context, chunk, head.count, columns.header)
    finally:
        ahead.cancel()


async def _commit(context: JobContext, chunk: _Chunk, count: int, header: str) -> None:
    job, ground = context.job, context.ground
    actions = _actions(job)
    now_ms = ground.clock.now_ms()

    def rows() -> Unit[object]:
        return apply(
            job.account_id,
            chunk.rows.entries,
            actions,
            ids=ground.ids,
            now_ms=now_ms,
            is_sandboxed=context.actor.is_sandboxed,
        )

    progress = Progress(cursor=chunk.end, items=chunk.items, refusals=tuple(chunk.rows.refusals), count=count)
    await context.commit(progress, rows if chunk.rows.entries else None, header=header)


def _actions(job: Job) -> list[ListAction]:
    return [ListAction(job.ref_id, SubscriptionAction(job.method))] if job.method in LIST_METHODS else []


async def _blob_of(context: JobContext) -> str:
    job = context.job
    found = await context.read(lambda: data_files.find(job.account_id, job.data_id))
    if found is None:
        raise JobFailedError("The file of the import does not exist.")
    return found.blob


async def _define(context: JobContext, names: list[str]) -> Catalogue:
    """Return the account's properties, after defining a str property for every unknown column."""
    account_id = context.job.account_id
    catalogue = await context.read(lambda: defined(account_id))
    known = {EMAIL, *IN_FILES}
    unknown = [name for name in names if name not in known and catalogue.id_of(name) is None]
    if not unknown:
        return catalogue
    now_ms = context.ground.clock.now_ms()
    new = [
        Property(id=number, account_id=account_id, name=name, created_ms=now_ms)
        for number, name in zip(context.ground.ids.next_ids(len(unknown)), unknown, strict=True)
    ]
    await context.write(lambda: define(new))
    return await context.read(lambda: defined(account_id))


class _File:
    """The uploaded file. It is read in threads, piece by piece, and closed in between."""

    def __init__(self, context: JobContext, blob: str) -> None:
        self._blobs = context.ground.blobs
        self._blob = blob

    def head(self, options: ImportOptions) -> _Head:
        """Read the header and count the rows. Raises `RefusedError`."""
        with self._blobs.open(self._blob) as file:
            count = csv_reader.count_lines(file)
            line = csv_reader.first_line(file)
            _check_text(line)
            delimiter = csv_reader.delimiter_of(line)
            start = csv_reader.start_of(file)
            first = csv_reader.read_piece(file, start, delimiter, 1)
        if not first.records:
            raise JobFailedError("The file is empty.")
        fields = without_blank_end(first.records[0].fields)
        if not options.field_names:
            return _Head(names_of(fields), delimiter, first.end, max(0, count - 1))
        names = names_of(options.field_names)
        # The file may have a header although the options name the columns: skip it.
        has_header = [field.strip().lower() for field in fields] == names
        return _Head(names, delimiter, first.end if has_header else start, count - has_header)

    async def chunk(self, columns: Columns, delimiter: str, start: int, before: int) -> _Chunk:
        """Read rows from byte ``start``; ``before`` rows were read already."""
        return await asyncio.to_thread(self._chunk, columns, delimiter, start, before)

    def _chunk(self, columns: Columns, delimiter: str, start: int, before: int) -> _Chunk:
        with self._blobs.open(self._blob) as file:
            piece = csv_reader.read_piece(file, start, delimiter, CHUNK)
        return _Chunk(len(piece.records), piece.end, columns.read(piece.records, before + 1))


def _check_text(line: str) -> None:
    """Check that the first line is text and does not end with CR alone. Raises `JobFailedError`."""
    if "\0" in line:
        raise JobFailedError("The file is not text in UTF-8.")
    if "\r" in line.rstrip("\r\n"):
        raise JobFailedError("The lines of the file end with CR alone; they must end with LF or CRLF.")
