"""The job context: a leased job, whose steps commit rows, progress and refusals together."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec

from aerogram.base.errors import AerogramError, RefusedError, UnavailableError
from aerogram.jobs.halt import Halt
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
"""How long a lease lasts before another worker takes over the job; each step renews it."""
RETRY_SECONDS: Final = 1.0
"""The delay between attempts while the store is unavailable or full."""
CHUNK: Final = 5_000
"""Items of a step: enough to be worth a commit, few enough not to delay mail that waits for the writer."""
MAX_REFUSALS: Final = 1_000_000
"""Lines that an error file keeps; further refusals are only counted."""


class JobFailedError(RefusedError):
    """The job cannot be completed; the sentence gives the reason."""


class TurnOverError(AerogramError):
    """The job gives way to the jobs of other accounts, after a commit; it goes on when its turn comes again."""


class JobContext:
    """A job held by a lease. ``job`` is its state after the last commit.

    The runner sets ``is_lost`` when the job was cancelled or taken over, and ``gives_way`` when others wait for a
    worker.
    """

    def __init__(self, ground: Ground, job: Job, lease: int) -> None:
        self.ground = ground
        self.job = job
        self.lease = lease
        self.is_lost = False
        self.gives_way = False

    @property
    def actor(self) -> Actor:
        """The actor of the job's work."""
        return job_actor(self.job)

    async def read(self, unit: Callable[[], Unit[T]]) -> T:
        """Read from the store; retry while it is unavailable."""
        return await self._retried(lambda: self.ground.database.read(unit))

    async def write(self, unit: Callable[[], Unit[T]]) -> T:
        """Write to the store; retry while it is unavailable. The unit must be idempotent."""
        return await self._retried(lambda: self.ground.database.write(unit))

    async def commit(
        self, progress: Progress, rows: Callable[[], Unit[object]] | None = None, *, header: str = ""
    ) -> None:
        """Commit a step's rows and progress in one transaction.

        ``header`` is the first line of the error file. Raises `JobLostError` when the lease is lost,
        `JobFailedError` when too many items were refused, and `TurnOverError` when other jobs wait.
        """
        job, refusals = self.job, progress.refusals
        count = job.count if progress.count is None else progress.count
        count = max(count, job.current + progress.items)
        kept = refusals[: max(0, MAX_REFUSALS - job.errcount)]
        now_ms = self.ground.clock.now_ms()

        def unit() -> Unit[tuple[int, int]]:
            step = (progress.cursor, progress.items, len(refusals), count)
            done = yield from records.advance(job, self.lease, step, now_ms, now_ms + LEASE_MS)
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
        if self.gives_way:
            raise TurnOverError("Other jobs wait.")

    async def in_thread(self, work: Callable[[Halt], T]) -> T:
        """Run ``work`` in a thread. When the caller is cancelled, the halt that ``work`` has to look at is set."""
        halt = Halt()
        try:
            return await asyncio.to_thread(work, halt)
        finally:
            # After a cancellation the thread still runs; nobody else could stop it.
            halt.set()

    async def write_file(self, name: str, data: bytes, *, before: Callable[[], Unit[object]]) -> None:
        """Write the row that names a file, then the file; wait until there is room for both."""
        await self._retried(lambda: self._with_room(lambda: self.ground.database.write(before)))
        await self._retried(lambda: self._with_room(lambda: self.ground.blobs.write(name, data)))

    async def finish(self, status: JobStatus, error: str = "") -> None:
        """End the job. Raises `JobLostError`."""
        now_ms = self.ground.clock.now_ms()
        await self.write(lambda: records.finish(self.job, self.lease, status, error, now_ms))

    async def release(self) -> None:
        """Release the lease, so that another worker can claim the job at once; a finished job is unchanged."""
        await self.ground.database.write(lambda: records.release(self.job.id, self.lease))

    async def _with_room(self, call: Callable[[], Awaitable[T]]) -> T:
        self.ground.check_room()
        return await call()

    async def _retried(self, call: Callable[[], Awaitable[T]]) -> T:
        while True:
            try:
                return await call()
            except UnavailableError:
                # If the commit succeeded before the connection broke, the cursor shows it and it is not repeated.
                await asyncio.sleep(RETRY_SECONDS)
