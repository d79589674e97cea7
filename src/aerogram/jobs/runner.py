"""The worker of jobs: takes them one after another and survives whatever they do.

Any number of processes may run one over one store. A job belongs to whoever holds its lease, and the jobs of an
account are done in the order in which they were asked for. A job at which processes die is ended after a few tries.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import structlog

from aerogram.base.errors import NotFoundError, RefusedError, UnavailableError
from aerogram.base.loop import Loop
from aerogram.jobs.context import LEASE_MS, JobContext
from aerogram.model.job import JobStatus
from aerogram.store.records.jobs import jobs as records
from aerogram.store.sql import Engine

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aerogram.jobs.kinds import Handler
    from aerogram.model.job import Job
    from aerogram.store.ground import Ground

AT_ONCE: Final = 2
"""Jobs that a process works on at once, of different accounts: a short one need not wait for a long one."""
POLL_SECONDS: Final = 2.0
"""How often the store is asked for jobs that other processes queued, or let go of by dying."""
RELEASE_SECONDS: Final = 2.0
"""How long releasing a lease may take: a store that hangs must not keep the process."""
MAX_ATTEMPTS: Final = 5
"""Processes that may die at a job, without any progress of it, before it is ended; our choice."""
_INTERNAL: Final = "The job ended because of an internal error."

_log = structlog.stdlib.get_logger("aerogram.jobs")


class JobRunner:
    """Works on jobs of the kinds that ``handlers`` name; `run` it in a task of its own."""

    def __init__(self, ground: Ground, handlers: Mapping[str, Handler], *, lease_ms: int = LEASE_MS) -> None:
        self._ground = ground
        self._handlers = handlers
        self._lease_ms = lease_ms
        self._contexts: dict[asyncio.Task[None], JobContext] = {}
        self._loop = Loop("jobs", self._take_up, poll_seconds=POLL_SECONDS, max_retry_seconds=POLL_SECONDS)

    def wake(self) -> None:
        """Look for jobs now: one was queued. Call it after the commit."""
        self._loop.wake()

    async def run(self) -> None:
        """Work until cancelled, and then release what is held."""
        try:
            if self._ground.database.engine is Engine.SQLITE:
                # The store is ours alone, so a lease in it is that of a predecessor that was killed.
                await self._ground.database.write(records.free_all)
            await self._loop.run()
        finally:
            await self._stop()

    async def _take_up(self) -> bool:
        """Begin with jobs while there are any and hands are free."""
        while len(self._contexts) < AT_ONCE and not self._has_suspect():
            context = await self._claimed()
            if context is None:
                break
            task = asyncio.create_task(self._work(context))
            self._contexts[task] = context
            task.add_done_callback(self._done)
        return False

    def _has_suspect(self) -> bool:
        """Tell whether a job at which a process died has not moved yet: if it kills again, it must kill no other job."""
        return any(context.job.attempts for context in self._contexts.values())

    def _done(self, task: asyncio.Task[None]) -> None:
        del self._contexts[task]
        self._loop.wake()

    async def _claimed(self) -> JobContext | None:
        ground = self._ground
        now_ms = ground.clock.now_ms()
        lease = ground.ids.next_id()
        claiming = asyncio.ensure_future(
            ground.database.write(lambda: records.claim(now_ms, now_ms + self._lease_ms, lease, 1))
        )
        try:
            found = await asyncio.shield(claiming)
        except asyncio.CancelledError:
            # The store may do it all the same: nobody would work on that job until its lease ran out.
            await _give_up(claiming, ground, lease)
            raise
        return JobContext(ground, found[0], lease) if found else None

    async def _work(self, context: JobContext) -> None:
        """Do a job to its end, whatever that is."""
        job = context.job
        asked_by, account = job.asked_by, context.actor.account_id
        _log.info(
            "job_begun", job=job.id, kind=job.kind, account=account, asked_by=asked_by, cursor=job.cursor
        )
        try:
            await self._end(context, *await self._outcome(context))
        except records.JobLostError as error:
            _log.info("job_lost", job=job.id, reason=str(error))
        except UnavailableError as error:
            # As with the store itself: later the same file may be readable, here or on another node.
            _log.warning("job_put_off", job=job.id, reason=str(error))
            await asyncio.sleep(POLL_SECONDS)
        finally:
            # A job that ended has no lease any more; one that did not may be taken up by anyone at once.
            await _release(context)

    async def _outcome(self, context: JobContext) -> tuple[JobStatus, str]:
        """Work, and tell how the job ends: its last status, and what went wrong."""
        job = context.job
        handler = self._handlers.get(job.kind)
        if handler is None:
            return JobStatus.ERROR, f'This version of Aerogram knows no jobs of the kind "{job.kind}".'
        if job.attempts >= MAX_ATTEMPTS:
            reason = f"The job was begun {MAX_ATTEMPTS} times, and each time the process ended before it made any progress."
            if handler.note_failure is not None:
                await handler.note_failure(context, reason)
            return JobStatus.ERROR, reason
        try:
            await handler.work(context)
        except (records.JobLostError, UnavailableError):
            raise
        except (RefusedError, NotFoundError) as error:
            return JobStatus.ERROR, str(error)
        except Exception:  # noqa: BLE001 - an error of ours is logged, and must not end the service of others
            # Whatever it is, it would happen again: the job ends, and those after it go on.
            _log.exception("job_broke", job=job.id, kind=job.kind)
            return JobStatus.ERROR, _INTERNAL
        return JobStatus.COMPLETED, ""

    async def _end(self, context: JobContext, status: JobStatus, error: str) -> None:
        await context.finish(status, error)
        job = context.job
        _log.info(
            "job_ended", job=job.id, status=status, items=job.current, refused=job.errcount, error=error
        )

    async def _stop(self) -> None:
        tasks = list(self._contexts)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _give_up(claiming: asyncio.Future[list[Job]], ground: Ground, lease: int) -> None:
    """Release what a claim comes to, for which nobody waits any more."""
    try:
        found = await asyncio.wait_for(claiming, RELEASE_SECONDS)
    except (UnavailableError, TimeoutError):
        return
    for job in found:
        await _release(JobContext(ground, job, lease))


async def _release(context: JobContext) -> None:
    try:
        async with asyncio.timeout(RELEASE_SECONDS):
            await context.release()
    except (UnavailableError, TimeoutError) as error:
        _log.warning("job_lease_kept", job=context.job.id, reason=str(error))
