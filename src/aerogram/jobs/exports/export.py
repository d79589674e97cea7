"""Write the file of an export in parts: one per step, valid once the step is committed.

A part has whole lines, and the commit that moves the cursor past its rows writes its size. So the process may die at
any time: no line is duplicated, missing or truncated, and no file is left without a row.
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
    from aerogram.jobs.halt import Halt
    from aerogram.store.sql import Unit

FIRST_STEP: Final = 500
"""Rows of the first step, whose length is still unknown."""
PART_BYTES: Final = 4 * 1024 * 1024
"""The target size of a part with long rows, to bound memory however many properties an account has."""
MIME: Final = "text/csv"
_MOST_PARTS: Final = 1_000


def handler_of(source: Source) -> Handler:
    """Return the job handler that exports rows of this source."""
    return Handler(partial(work, source=source))


async def work(context: JobContext, source: Source) -> None:
    """Export rows from the last commit to the end."""
    await _clear(context)
    job = context.job
    options = options_of(job.options)
    count = await context.read(lambda: source.count(job.account_id, options.conditions))
    most = FIRST_STEP
    ahead = asyncio.create_task(_found(context, source, options, context.job.cursor, most))
    try:
        while found := await ahead:
            wanted = most
            lines = await context.in_thread(partial(_lines, [row for _, row in found], source, options))
            most = max(1, min(CHUNK, PART_BYTES * len(found) // len(lines)))
            cursor = found[-1][0]
            # Read the next rows while these are written.
            ahead = asyncio.create_task(_found(context, source, options, cursor, most))
            await _commit(context, lines, Progress(cursor=cursor, items=len(found), count=count))
            if len(found) < wanted:
                # Stop here: rows that are added meanwhile could keep the export of a busy account running forever.
                return
    finally:
        ahead.cancel()


async def _found(
    context: JobContext, source: Source, options: ExportOptions, after: int, most: int
) -> list[tuple[int, dict[str, Any]]]:
    account_id = context.job.account_id
    return await context.read(lambda: source.find(account_id, options.conditions, after, most))


def _lines(rows: Sequence[Mapping[str, Any]], source: Source, options: ExportOptions, halt: Halt) -> bytes:
    def cells_of(row: Mapping[str, Any]) -> Sequence[str]:
        halt.check()
        return source.cells(row, options)

    cells = map(cells_of, rows)
    return csv_lines.lines(cells, is_for_spreadsheet=options.is_for_spreadsheet)


async def _commit(context: JobContext, lines: bytes, progress: Progress) -> None:
    """Write a part and commit it."""
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

    def fill() -> Unit[None]:
        if not (yield from export_parts.fill(part.account_id, part.source_id, part.id, len(lines))):
            raise JobLostError("The part of the export was detached.")

    try:
        await context.commit(progress, fill)
    except JobLostError:
        # Keep the file if the commit succeeded and only its confirmation was lost.
        found = await context.read(lambda: data_files.find(part.account_id, part.id))
        if found is None or not found.size:
            await ground.blobs.remove(part.blob)
        raise


async def _clear(context: JobContext) -> None:
    """Remove parts that an earlier worker wrote and did not commit."""
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
