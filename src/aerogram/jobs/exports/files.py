"""Finished export files: read them in pieces, and remove them when they expire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aerogram.base.clock import DAY
from aerogram.jobs.exports import csv_lines
from aerogram.jobs.exports.options import options_of
from aerogram.model.job import JobStatus
from aerogram.store.records.jobs import export_parts

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from aerogram.jobs.exports.source import Source
    from aerogram.model.actor import Actor
    from aerogram.model.job import Job
    from aerogram.store.ground import Ground

KEPT_MS: Final = 7 * DAY
"""How long the file of an export can be read after the job ended; our choice."""
_AT_ONCE: Final = 100


async def contents(ground: Ground, job: Job, source: Source) -> AsyncIterator[bytes]:
    """Return the file of a completed export, in pieces. Raises `NotFoundError` when a part is missing."""
    options = options_of(job.options)
    names = source.names(options)
    yield csv_lines.header(names, is_for_spreadsheet=options.is_for_spreadsheet)
    after = 0
    while parts := await ground.database.read(
        lambda after=after: export_parts.page(job.account_id, job.id, after, _AT_ONCE)  # type: ignore[misc]
    ):
        for part in parts:
            if part.size:
                yield await ground.blobs.get(part.blob)
        after = parts[-1].id


async def readable(ground: Ground, actor: Actor, jobs: Iterable[Job]) -> set[int]:
    """Return the ids of an account's exports whose files can be read."""
    done = [job for job in jobs if job.status == JobStatus.COMPLETED]
    ids = [job.id for job in done if job.current]
    sizes = await ground.database.read(lambda: export_parts.sizes(actor.account_id, ids)) if ids else {}
    # A file without rows has only a header and no parts.
    return {job.id for job in done if not job.current or sizes.get(job.id)}


async def forget(ground: Ground, account_id: int) -> None:
    """Remove the files of all exports of an account, because a person in them is erased.

    Call this after the erasure is committed: running exports then start again without the person. If possible,
    call `aerogram.store.records.jobs.export_parts.detach` in the transaction of the erasure instead, and
    `remove_unused` after it.
    """
    await ground.database.write(lambda: export_parts.detach(account_id))
    await remove_unused(ground)


async def remove_unused(ground: Ground, kept_ms: int = KEPT_MS) -> int:
    """Remove unused parts; return their number.

    Unused are parts of exports that ended ``kept_ms`` ago or did not complete, and detached parts. The file is removed
    before its row, so that an interruption leaves no file without a row.
    """
    since_ms = ground.clock.now_ms() - kept_ms
    removed = 0
    while parts := await ground.database.read(lambda: export_parts.unused(since_ms, _AT_ONCE)):
        for part in parts:
            await ground.blobs.remove(part.blob)
        await ground.database.write(lambda: export_parts.drop([part.id for part in parts]))
        removed += len(parts)
    return removed
