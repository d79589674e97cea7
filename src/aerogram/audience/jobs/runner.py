"""The worker of jobs: takes them one after another and survives whatever they do.

Any number of processes may run one over one store. A job belongs to whoever holds its lease, and the jobs of an
account are done in the order in which they were asked for. A job at which processes die is not begun for ever.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final

import structlog

from aerogram.audience.jobs import csv_import, import_list, many_contacts
from aerogram.audience.jobs.desk import LEASE_MS, Desk, Workshop
from aerogram.audience.jobs.exports import export
from aerogram.audience.jobs.sweeping import sweep
from aerogram.base.errors import NotFoundError, RefusedError, UnavailableError
from aerogram.model.job import JobKind, JobStatus
from aerogram.store.records import jobs as records
from aerogram.store.sql import Engine

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from aerogram.model.job import Job

AT_ONCE: Final = 2
"""Jobs that a process works on at once, of different accounts: a short one need not wait for a long one."""
SWEEP_SECONDS: Final = 3_600.0
"""How often files whose time is over are removed."""
LOOK_SECONDS: Final = 2.0
"""How often the store is asked for jobs that other processes queued, or let go of by dying."""
RELEASE_SECONDS: Final = 2.0
"""How long letting go may take: a store that hangs must not keep the process."""
MAX_ATTEMPTS: Final = 5
"""Processes that may die at a job, without any progress of it, before it is ended; ours to choose."""
WORK: Final[Mapping[str, Callable[[Desk], Awaitable[None]]]] = {
    JobKind.MANY_CONTACTS: many_contacts.work,
    JobKind.CSV_IMPORT: csv_import.work,
    JobKind.IMPORT_LIST: import_list.work,
    **dict.fromkeys(export.SOURCES, export.work),
}
_INTERNAL: Final = "The job ended because of an internal error."

_log = structlog.stdlib.get_logger("aerogram.jobs")


class JobRunner:
    """Works on jobs; `run` it in a task of its own."""

    def __init__(self, workshop: Workshop, *, lease_ms: int = LEASE_MS) -> None:
        self._workshop = workshop
        self._lease_ms = lease_ms
        self._woken = asyncio.Event()
        self._desks: dict[asyncio.Task[None], Desk] = {}
        self._sweep_at = 0.0

    def wake(self) -> None:
        """Say that a job was queued; call it after the commit."""
        self._woken.set()

    async def run(self) -> None:
        """Work until cancelled, and then let go of what is held."""
        try:
            if self._workshop.database.engine is Engine.SQLITE:
                # The store is ours alone, so a lease in it is that of a predecessor that was killed.
                await self._workshop.database.write(records.free_all)
            while True:
                self._woken.clear()
                await self._take_up()
                await self._sweep()
                await self._wait()
        finally:
            await self._stop()

    async def _take_up(self) -> None:
        """Begin with jobs while there are any and hands are free."""
        while len(self._desks) < AT_ONCE and not self._has_suspect():
            desk = await self._claimed()
            if desk is None:
                return
            task = asyncio.create_task(self._work(desk))
            self._desks[task] = desk
            task.add_done_callback(self._done)

    def _has_suspect(self) -> bool:
        """Tell whether a job at which a process died has not moved yet: dying again, it shall take no other with it."""
        return any(desk.job.attempts for desk in self._desks.values())

    def _done(self, task: asyncio.Task[None]) -> None:
        del self._desks[task]
        self._woken.set()

    async def _claimed(self) -> Desk | None:
        workshop = self._workshop
        now_ms = workshop.clock.now_ms()
        lease = workshop.ids.next_id()
        claiming = asyncio.ensure_future(
            workshop.database.write(lambda: records.claim(now_ms, now_ms + self._lease_ms, lease, 1))
        )
        try:
            found = await asyncio.shield(claiming)
        except UnavailableError as error:
            _log.warning("jobs_store_unavailable", reason=str(error))
            return None
        except asyncio.CancelledError:
            # The store may do it all the same: nobody would work on that job until its lease ran out.
            await _give_up(claiming, workshop, lease)
            raise
        return Desk(workshop, found[0], lease) if found else None

    async def _work(self, desk: Desk) -> None:
        """Do a job to its end, whatever that is."""
        job = desk.job
        actor = desk.actor
        _log.info("job_begun", actor=actor.label, kind=job.kind, account=actor.account_id, cursor=job.cursor)
        try:
            await self._end(desk, *await _outcome(desk, job))
        except records.JobLostError as error:
            _log.info("job_lost", job=job.id, reason=str(error))
        except UnavailableError as error:
            # As with the store itself: later the same file may be readable, here or on another node.
            _log.warning("job_put_off", job=job.id, reason=str(error))
            await asyncio.sleep(LOOK_SECONDS)
        finally:
            # What ended has no lease any more; what did not may be taken up by anyone at once.
            await _let_go(desk)

    async def _end(self, desk: Desk, status: JobStatus, error: str) -> None:
        await desk.finish(status, error)
        job = desk.job
        _log.info(
            "job_ended", job=job.id, status=status, items=job.current, refused=job.errcount, error=error
        )

    async def _sweep(self) -> None:
        if time.monotonic() < self._sweep_at:
            return
        self._sweep_at = time.monotonic() + SWEEP_SECONDS
        try:
            if swept := await sweep(self._workshop):
                _log.info("job_files_removed", files=swept)
        except (UnavailableError, OSError) as error:
            _log.warning("job_files_kept", reason=str(error))

    async def _wait(self) -> None:
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                await self._woken.wait()
        except TimeoutError:
            return

    async def _stop(self) -> None:
        tasks = list(self._desks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _outcome(desk: Desk, job: Job) -> tuple[JobStatus, str]:
    """Work, and tell how the job ends: its last status, and what went wrong."""
    if job.attempts >= MAX_ATTEMPTS:
        return JobStatus.ERROR, await _reason_to_end(desk)
    try:
        await WORK[job.kind](desk)
    except (records.JobLostError, UnavailableError):
        raise
    except (RefusedError, NotFoundError) as error:
        return JobStatus.ERROR, str(error)
    except Exception:  # noqa: BLE001 - a fault of ours is logged, and must not end the service of others
        # Whatever it is, it would happen again: the job ends, and those behind it go on.
        _log.exception("job_broke", job=job.id, kind=job.kind)
        return JobStatus.ERROR, _INTERNAL
    return JobStatus.COMPLETED, ""


async def _reason_to_end(desk: Desk) -> str:
    """Write down, where the kind of job has a place for it, why nobody begins with it again; gives the sentence."""
    reason = f"The job was begun {MAX_ATTEMPTS} times, and each time the process ended before it made any progress."
    if desk.job.kind == JobKind.CSV_IMPORT:
        await csv_import.tell(desk, reason)
    return reason


async def _give_up(claiming: asyncio.Future[list[Job]], workshop: Workshop, lease: int) -> None:
    """Let go of what a claim comes to, for which nobody waits any more."""
    try:
        found = await asyncio.wait_for(claiming, RELEASE_SECONDS)
    except (UnavailableError, TimeoutError):
        return
    for job in found:
        await _let_go(Desk(workshop, job, lease))


async def _let_go(desk: Desk) -> None:
    try:
        async with asyncio.timeout(RELEASE_SECONDS):
            await desk.release()
    except (UnavailableError, TimeoutError) as error:
        _log.warning("job_lease_kept", job=desk.job.id, reason=str(error))
