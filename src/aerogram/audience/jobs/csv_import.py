"""Import a CSV file of contacts and their properties, with an action on a list.

(compatibility: contacts#csv-import)
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import msgspec

from aerogram.audience.actions import SubscriptionAction
from aerogram.audience.jobs.columns import Columns, names_of
from aerogram.audience.jobs.contact_columns import IN_FILES
from aerogram.audience.jobs.csv_charset import charset_named
from aerogram.audience.jobs.csv_file import CsvFile, ImportOptions, Place
from aerogram.audience.jobs.csv_layout import EMAIL
from aerogram.audience.jobs.moments import moment_parser
from aerogram.audience.properties import Property, define, defined
from aerogram.audience.subscriptions import ListAction, apply
from aerogram.base.errors import NotFoundError, RefusedError
from aerogram.jobs.context import JobFailedError
from aerogram.model.job import Progress, Refusal
from aerogram.store.records.jobs import data_files, jobs

if TYPE_CHECKING:
    from aerogram.audience.jobs.csv_file import Chunk
    from aerogram.audience.properties import Catalogue
    from aerogram.jobs.context import JobContext
    from aerogram.model.job import Job
    from aerogram.store.sql import Unit

EXCLUDE: Final = "excludemarketing"
INCLUDE: Final = "includemarketing"
LIST_METHODS: Final = ("addforce", "addnoforce", "remove", "unsub")
METHODS: Final = (*LIST_METHODS, EXCLUDE, INCLUDE)
"""The values of Method; the last two apply to the whole account and take no list."""


_options: Final = msgspec.json.Decoder(ImportOptions, strict=False)


def options_of(text: str) -> ImportOptions:
    """Parse ImportOptions; "" for the defaults. Raises `RefusedError` for invalid options."""
    try:
        options = _options.decode(text) if text else ImportOptions()
    except (msgspec.DecodeError, ValueError) as error:
        raise RefusedError(f"Expected a JSON object of options: {error}") from None
    if options.field_names:
        names_of(options.field_names)
    if options.charset:
        charset_named(options.charset)
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
    options = options_of(context.job.options)
    file = CsvFile(context, await _blob_of(context))
    head = await file.head(options)
    catalogue = await _define(context, head.names)
    # Without a pattern, the offset applies to datetimes without a zone.
    pattern = options.date_time_format or ("T" if options.timezone_offset else "")
    columns = Columns(
        head.names,
        catalogue,
        moment_parser(pattern, options.timezone_offset) if pattern else None,
        is_excluded={EXCLUDE: True, INCLUDE: False}.get(context.job.method),
    )
    place = Place(max(context.job.cursor, head.begin), context.job.current + 1)
    ahead = asyncio.create_task(file.chunk(columns, head.layout, place))
    try:
        while True:
            chunk = await ahead
            if not chunk.is_last:
                # Read the next chunk while this one is written.
                ahead = asyncio.create_task(file.chunk(columns, head.layout, chunk.next))
            if chunk.items or not chunk.is_last:
                await _commit(context, chunk, head.count, columns.header)
            if chunk.is_last:
                return
    finally:
        ahead.cancel()


async def _commit(context: JobContext, chunk: Chunk, count: int, header: str) -> None:
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

    progress = Progress(
        cursor=chunk.next.at, items=chunk.items, refusals=tuple(chunk.rows.refusals), count=count
    )
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
