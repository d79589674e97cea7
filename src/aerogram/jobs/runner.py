"""The job runner: claims jobs, runs them, and survives their failures.

Any number of processes may run one on the same store. The holder of the lease owns the job, and the jobs of an
account run in the order in which they were queued. A job that kills its process repeatedly is ended. A job of a
kind without a handler waits for a process of another version.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final

import structlog

from aerogram.base.errors import NotFoundError, RefusedError, UnavailableError
from aerogram.base.loop import Loop
from aerogram.jobs.context import LEASE_MS, JobContext, TurnOverError
from aerogram.model.job import JobStatus
from aerogram.store.records.jobs import jobs as records
from aerogram.store.sql import Engine

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aerogram.jobs.kinds import Handler
    from aerogram.model.job import Job
    from aerogram.store.ground import Ground

AT_ONCE: Final = 2
"""Jobs that a process runs at once, of different accounts, so that short jobs need not wait for long ones."""
POLL_SECONDS: Final = 2.0
"""How often to look for jobs that other processes queued, or abandoned when they died."""
WATCH_SECONDS: Final = 0.3
"""How often to look whether running jobs were cancelled or taken over; within a second, their work has stopped."""
TURN_SECONDS: Final = 10.0
"""How long a job may keep a worker while jobs of other accounts wait for one; our choice: some ten steps."""
RELEASE_SECONDS: Final = 2.0
"""Time limit for releasing a lease, so that a hanging store does not block shutdown."""
MAX_ATTEMPTS: Final = 5
"""Processes that may die while running a job, without progress in between, before it is ended; our choice."""
_INTERNAL: Final = "The job ended because of an internal error."

_log = structlog.stdlib.get_logger("aerogram.jobs")


class JobRunner:
    """Runs jobs of the kinds in ``handlers``; `run` it in a separate task."""

    def __init__(self, ground: Ground, handlers: Mapping[str, Handler], *, lease_ms: int = LEASE_MS) -> None:
        self._ground = ground
        self._handlers = handlers
        self._kinds = sorted(handlers)
        self._lease_ms = lease_ms
        self._contexts: dict[asyncio.Task[None], JobContext] = {}
        self._begun: dict[asyncio.Task[None], float] = {}
        self._watching: asyncio.Task[None] | None = None
        self._loop = Loop("jobs", self._take_up, poll_seconds=POLL_SECONDS, max_retry_seconds=POLL_SECONDS)

    def wake(self) -> None:
        """Look for jobs now. Call it after the commit that queued one."""
        self._loop.wake()

    async def run(self) -> None:
        """Run until cancelled, then release all held jobs."""
        try:
            if self._ground.database.engine is Engine.SQLITE:
                # This process is the store's only user, so every lease is left from a killed predecessor.
                await self._ground.database.write(records.free_all)
            await self._loop.run()
        finally:
            await self._stop()

    async def _take_up(self) -> bool:
        """Start jobs while there are any and fewer than `AT_ONCE` run."""
        while len(self._contexts) < AT_ONCE and not self._has_suspect():
            context = await self._claimed()
            if context is None:
                break
            task = asyncio.create_task(self._work(context))
            self._contexts[task] = context
            self._begun[task] = time.monotonic()
            task.add_done_callback(self._done)
        if self._contexts and (self._watching is None or self._watching.done()):
            self._watching = asyncio.create_task(self._watch())
        return False

    def _has_suspect(self) -> bool:
        """Return whether a running job killed a process before and has not progressed: it must run alone."""
        return any(context.job.attempts for context in self._contexts.values())

    def _done(self, task: asyncio.Task[None]) -> None:
        del self._contexts[task], self._begun[task]
        self._loop.wake()

    async def _watch(self) -> None:
        """Stop the work on jobs that are lost, and have long jobs give way to others, while any run."""
        while self._contexts:
            await asyncio.sleep(WATCH_SECONDS)
            try:
                await self._look_at_jobs()
            except UnavailableError:
                # Nobody can cancel a job now, or record a step of it.
                continue

    async def _look_at_jobs(self) -> None:
        held = {context.job.id: context.lease for context in self._contexts.values()}
        lost = await self._ground.database.read(lambda: records.lost(held))
        for task, context in list(self._contexts.items()):
            if context.job.id in lost and context.lease == held[context.job.id]:
                context.is_lost = True
                task.cancel()
        oldest = min(self._begun, key=self._begun.__getitem__, default=None)
        is_full = len(self._contexts) >= AT_ONCE or self._has_suspect()
        if oldest is None or not is_full or time.monotonic() - self._begun[oldest] < TURN_SECONDS:
            return
        now_ms, longest = self._ground.clock.now_ms(), self._contexts[oldest]
        longest.gives_way = await self._ground.database.read(lambda: records.is_waiting(self._kinds, now_ms))

    async def _claimed(self) -> JobContext | None:
        ground = self._ground
        now_ms = ground.clock.now_ms()
        lease = ground.ids.next_id()
        claiming = asyncio.ensure_future(
            ground.database.write(
                lambda: records.claim(self._kinds, now_ms, now_ms + self._lease_ms, lease, 1)
            )
        )
        try:
            found = await asyncio.shield(claiming)
        except asyncio.CancelledError:
            # The store may still make the claim, and the job would then wait until the lease expires.
            await _give_up(claiming, ground, lease)
            raise
        return JobContext(ground, found[0], lease) if found else None

    async def _work(self, context: JobContext) -> None:
        """Run a job and record its end."""
        job = context.job
        asked_by, account = job.asked_by, context.actor.account_id
        _log.info(
            "job_started", job=job.id, kind=job.kind, account=account, asked_by=asked_by, cursor=job.cursor
        )
        keeps_lease = False
        try:
            await self._end(context, *await self._outcome(context))
        except TurnOverError:
            _log.info("job_gave_way", job=job.id, items=context.job.current)
        except records.JobLostError as error:
            _log.info("job_lost", job=job.id, reason=str(error))
        except asyncio.CancelledError:
            if not context.is_lost:
                raise
            _log.info("job_lost", job=job.id, reason="The job was cancelled, or another worker holds it.")
        except UnavailableError as error:
            # A file may become readable later, here or on another node.
            _log.warning("job_postponed", job=job.id, reason=str(error))
            await asyncio.sleep(POLL_SECONDS)
        except Exception:  # noqa: BLE001 - a job that cannot be ended must not stop the others
            # It fails the same way when it is claimed again: not at once, but when the lease has expired.
            keeps_lease = True
            _log.exception("job_not_ended", job=job.id, kind=job.kind)
        finally:
            # A finished job has no lease. Any worker may claim an unfinished one at once.
            if not keeps_lease:
                await _release(context)

    async def _outcome(self, context: JobContext) -> tuple[JobStatus, str]:
        """Run the handler; return the final status of the job and its error, or ""."""
        job = context.job
        handler = self._handlers[job.kind]
        if job.attempts >= MAX_ATTEMPTS:
            reason = f"The job was started {MAX_ATTEMPTS} times, and each time the process died before any progress."
            await _note_failure(handler, context, reason)
            return JobStatus.ERROR, reason
        try:
            await handler.work(context)
        except (records.JobLostError, TurnOverError, UnavailableError):
            raise
        except (RefusedError, NotFoundError) as error:
            return JobStatus.ERROR, str(error)
        except Exception:  # noqa: BLE001 - a bug in one job must not stop the others
            # Ending the job lets later jobs run; a retry would fail the same way.
            _log.exception("job_crashed", job=job.id, kind=job.kind)
            return JobStatus.ERROR, _INTERNAL
        return JobStatus.COMPLETED, ""

    async def _end(self, context: JobContext, status: JobStatus, error: str) -> None:
        await context.finish(status, error)
        job = context.job
        _log.info(
            "job_ended", job=job.id, status=status, items=job.current, refused=job.errcount, error=error
        )

    async def _stop(self) -> None:
        tasks = [*self._contexts, *([self._watching] if self._watching else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _note_failure(handler: Handler, context: JobContext, reason: str) -> None:
    """Have the handler note a failure; its own errors do not keep the job from ending."""
    if handler.note_failure is None:
        return
    try:
        await handler.note_failure(context, reason)
    except (records.JobLostError, UnavailableError):
        raise
    except Exception:  # noqa: BLE001 - the job itself shows the reason too
        _log.exception("job_failure_not_noted", job=context.job.id, kind=context.job.kind)


async def _give_up(claiming: asyncio.Future[list[Job]], ground: Ground, lease: int) -> None:
    """Release the jobs of a claim that was cancelled."""
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
    except Exception as error:  # noqa: BLE001 - the lease expires by itself
        _log.warning("job_lease_kept", job=context.job.id, reason=str(error) or repr(error))
