"""One job in the hands of a worker: each step's rows, its progress and its refusals go in one commit."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec

from aerogram.base.errors import RefusedError, UnavailableError
from aerogram.model.actor import job_actor
from aerogram.store.records.jobs import jobs as records

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aerogram.model.actor import Actor
    from aerogram.model.job import Job, JobStatus, Progress
    from aerogram.store.ground import Ground
    from aerogram.store.sql import Unit

T = TypeVar("T")

LEASE_MS: Final = 45_000
"""A dead worker's job is taken over after this; each step renews it."""
RETRY_SECONDS: Final = 1.0
"""How long a step waits for a store that is not available, or that has no room."""
CHUNK: Final = 5_000
"""Items of a step: enough to make a commit worth it, few enough that a mail which waits behind it does not wait long."""
MAX_REFUSALS: Final = 1_000_000
"""Lines that an error file keeps; those beyond are counted alone."""


class JobFailedError(RefusedError):
    """The job cannot be done, and the sentence says why."""


class JobContext:
    """A job that is held by a lease. ``job`` is as the last commit left it."""

    def __init__(self, ground: Ground, job: Job, lease: int) -> None:
        self.ground = ground
        self.job = job
        self._lease = lease

    @property
    def actor(self) -> Actor:
        """The job as the actor of what it does."""
        return job_actor(self.job)

    async def read(self, unit: Callable[[], Unit[T]]) -> T:
        """Read from the store, however long it is not available."""
        return await self._retried(lambda: self.ground.database.read(unit))

    async def write(self, unit: Callable[[], Unit[T]]) -> T:
        """Write what may be written twice, however long the store is not available."""
        return await self._retried(lambda: self.ground.database.write(unit))

    async def commit(
        self, progress: Progress, rows: Callable[[], Unit[object]] | None = None, *, header: str = ""
    ) -> None:
        """Write a step's rows and note its progress, all or nothing.

        ``header`` is the first line of the error file. Raises `JobLostError` when the job is not ours to
        work on, and `JobFailedError` when too many of its items were refused.
        """
        job, refusals = self.job, progress.refusals
        count = job.count if progress.count is None else progress.count
        count = max(count, job.current + progress.items)
        kept = refusals[: max(0, MAX_REFUSALS - job.errcount)]
        now_ms = self.ground.clock.now_ms()

        def unit() -> Unit[tuple[int, int]]:
            step = (progress.cursor, progress.items, len(refusals), count)
            done = yield from records.advance(job, self._lease, step, now_ms, now_ms + LEASE_MS)
            if rows is not None:
                yield from rows()
            if kept:
                yield from records.refuse(job.id, header, kept)
            return done

        current, errcount = await self._retried(
            lambda: self._with_room(lambda: self.ground.database.write(unit))
        )
        self.job = msgspec.structs.replace(
            job, cursor=progress.cursor, current=current, errcount=errcount, count=count, attempts=0
        )
        if job.err_threshold and errcount * 100 > job.err_threshold * current:
            raise JobFailedError(f"More than {job.err_threshold} % of the items were refused.")

    async def write_file(self, name: str, data: bytes, *, before: Callable[[], Unit[object]]) -> None:
        """Write a file after the row that names it, when there is room for both."""
        await self._retried(lambda: self._with_room(lambda: self.ground.database.write(before)))
        await self._retried(lambda: self._with_room(lambda: self.ground.blobs.write(name, data)))

    async def finish(self, status: JobStatus, error: str = "") -> None:
        """End the job. Raises `JobLostError`."""
        now_ms = self.ground.clock.now_ms()
        await self.write(lambda: records.finish(self.job, self._lease, status, error, now_ms))

    async def release(self) -> None:
        """Let go of the job, so that it can be taken up at once; one that ended is not touched."""
        await self.ground.database.write(lambda: records.release(self.job.id, self._lease))

    async def _with_room(self, call: Callable[[], Awaitable[T]]) -> T:
        self.ground.check_room()
        return await call()

    async def _retried(self, call: Callable[[], Awaitable[T]]) -> T:
        while True:
            try:
                return await call()
            except UnavailableError:
                # A commit that arrived before its connection broke is found by the cursor, and is not made twice.
                await asyncio.sleep(RETRY_SECONDS)
