"""Writing the file of an export: a part for each step, which counts once the step is committed.

A part has whole lines, and its size is written in the commit that moves the cursor behind its rows. So a process may
die at any moment: no line is there twice, none is missing, none is torn, and no file is left that no row leads to.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from aerogram.jobs.context import CHUNK
from aerogram.jobs.exports import csv_lines
from aerogram.jobs.exports.options import options_of
from aerogram.jobs.kinds import Handler
from aerogram.model.job import Progress
from aerogram.store.records.jobs import data_files, export_parts
from aerogram.store.records.jobs.data_files import DataFile
from aerogram.store.records.jobs.jobs import JobLostError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aerogram.jobs.context import JobContext
    from aerogram.jobs.exports.options import ExportOptions
    from aerogram.jobs.exports.source import Source
    from aerogram.store.sql import Unit

FIRST_STEP: Final = 500
"""Rows of the first step: how long they are, nobody knows yet."""
PART_BYTES: Final = 4 * 1024 * 1024
"""What a part aims at when its rows are long: memory stays bounded, however much an account knows of its contacts."""
MIME: Final = "text/csv"
_MOST_PARTS: Final = 1_000


def handler_of(source: Source) -> Handler:
    """Give how jobs that export this kind of rows are worked on."""
    return Handler(partial(work, source=source))


async def work(context: JobContext, source: Source) -> None:
    """Export from where the last commit left off to the last row."""
    await _clear(context)
    job = context.job
    options = options_of(job.options)
    count = await context.read(lambda: source.count(job.account_id, options.conditions))
    most = FIRST_STEP
    ahead = asyncio.create_task(_found(context, source, options, context.job.cursor, most))
    try:
        while found := await ahead:
            wanted = most
            lines = await asyncio.to_thread(_lines, [row for _, row in found], source, options)
            most = max(1, min(CHUNK, PART_BYTES * len(found) // len(lines)))
            cursor = found[-1][0]
            # The next rows are read while these are written.
            ahead = asyncio.create_task(_found(context, source, options, cursor, most))
            await _commit(context, lines, Progress(cursor=cursor, items=len(found), count=count))
            if len(found) < wanted:
                # Whatever is added from now on would keep an export of a busy account from ever ending.
                return
    finally:
        ahead.cancel()


async def _found(
    context: JobContext, source: Source, options: ExportOptions, after: int, most: int
) -> list[tuple[int, dict[str, Any]]]:
    account_id = context.job.account_id
    return await context.read(lambda: source.find(account_id, options.conditions, after, most))


def _lines(rows: Sequence[Mapping[str, Any]], source: Source, options: ExportOptions) -> bytes:
    cells = (source.cells(row, options) for row in rows)
    return csv_lines.lines(cells, is_for_spreadsheet=options.is_for_spreadsheet)


async def _commit(context: JobContext, lines: bytes, progress: Progress) -> None:
    """Write a part and let it count."""
    ground = context.ground
    part = DataFile(
        id=ground.ids.next_id(),
        account_id=context.job.account_id,
        source=export_parts.SOURCE,
        source_id=context.job.id,
        kind=data_files.PART,
        mime=MIME,
        blob=ground.blobs.new_name(),
        size=0,
        created_ms=ground.clock.now_ms(),
    )
    await context.write_file(part.blob, lines, before=lambda: export_parts.reserve(part))

    def count_it() -> Unit[None]:
        if not (yield from export_parts.fill(part.account_id, part.source_id, part.id, len(lines))):
            raise JobLostError("The part of the export is not wanted any more.")

    try:
        await context.commit(progress, count_it)
    except JobLostError:
        # Unless it was recorded after all, and only the answer was lost.
        found = await context.read(lambda: data_files.find(part.account_id, part.id))
        if found is None or not found.size:
            await ground.blobs.remove(part.blob)
        raise


async def _clear(context: JobContext) -> None:
    """Take away what a predecessor began to write and did not commit."""
    job, ground = context.job, context.ground
    after = 0
    while parts := await context.read(
        lambda after=after: export_parts.page(job.account_id, job.id, after, _MOST_PARTS)  # type: ignore[misc]
    ):
        unwritten = [part for part in parts if not part.size]
        for part in unwritten:
            await ground.blobs.remove(part.blob)
        if unwritten:
            await context.write(lambda: export_parts.drop([part.id for part in unwritten]))  # noqa: B023 - run before the next
        after = parts[-1].id
