"""The jobs ring works on kinds that it knows nothing of: here one that counts."""

import asyncio
import contextlib

import pytest

from aerogram.base.errors import RefusedError
from aerogram.jobs.jobs import Jobs, is_over
from aerogram.jobs.kinds import Handler
from aerogram.jobs.runner import MAX_ATTEMPTS, JobRunner
from aerogram.model.job import JobStatus, Progress
from aerogram.store.blobs import DiskBlobs
from aerogram.store.ground import Ground
from aerogram.store.records import jobs as records
from aerogram.store.records.jobs import JobLostError
from support.actors import acting
from support.waiting import until


class Counting:
    """Counts to ``count`` of the job, one step each; ``before`` is awaited before each step."""

    def __init__(self):
        self.steps = []
        self.notes = []
        self.before = None

    async def work(self, context):
        while context.job.cursor < context.job.count:
            if self.before is not None:
                await self.before(context)
            await context.commit(Progress(cursor=context.job.cursor + 1, items=1))
            self.steps.append(context.job.cursor)

    async def note(self, context, reason):
        self.notes.append((context.job.id, reason))


@pytest.fixture
def counting():
    return Counting()


@pytest.fixture
def ground(database, tmp_path, ids, clock):
    return Ground(database, DiskBlobs(tmp_path / "blobs"), ids, clock, lambda: None)


@pytest.fixture
def runner(ground, counting):
    return JobRunner(ground, {"count": Handler(counting.work, counting.note)})


@pytest.fixture
def jobs(ground, runner):
    return Jobs(ground, runner.wake)


@contextlib.asynccontextmanager
async def running(*runners):
    tasks = [asyncio.create_task(each.run()) for each in runners]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def ended(jobs, job):
    async def over():
        found = await jobs.find(acting(job.account_id), job.id)
        return found if is_over(found) else None

    return await until(over, f"the end of job {job.id}")


async def test_a_job_is_done_step_by_step(jobs, runner, counting):
    job = await jobs.queue(acting(1), "count", {"job_type": "Counting", "count": 3})
    async with running(runner):
        found = await ended(jobs, job)
    assert (found.status, found.current, counting.steps) == (JobStatus.COMPLETED, 3, [1, 2, 3])


async def test_a_refusal_ends_it_with_the_sentence(jobs, runner, counting):
    async def refuse(_):
        raise RefusedError("There is no number after three.")

    counting.before = refuse
    job = await jobs.queue(acting(1), "count", {"job_type": "Counting", "count": 3})
    async with running(runner):
        found = await ended(jobs, job)
    assert (found.status, found.error) == (JobStatus.ERROR, "There is no number after three.")


async def test_a_cancelled_job_records_no_further_step(jobs, runner, counting):
    lost = asyncio.Event()

    async def cancel(context):
        if context.job.cursor == 1:
            await jobs.cancel(acting(1), context.job.id)
            lost.set()

    counting.before = cancel
    job = await jobs.queue(acting(1), "count", {"job_type": "Counting", "count": 3})
    async with running(runner):
        await lost.wait()
        found = await ended(jobs, job)
    assert (found.status, found.current, counting.steps) == (JobStatus.ABORT, 1, [1])


async def test_a_job_at_which_processes_died_is_ended_and_noted(jobs, runner, counting, ground):
    job = await jobs.queue(acting(1), "count", {"job_type": "Counting", "count": 3})
    for lease in range(1, MAX_ATTEMPTS + 1):
        now_ms = ground.clock.now_ms()
        [claimed] = await ground.database.write(
            lambda now_ms=now_ms, lease=lease: records.claim(now_ms, now_ms + 1, lease, 1)
        )
        assert claimed.id == job.id
        ground.clock.advance(2)
    async with running(runner):
        found = await ended(jobs, job)
    assert (found.status, found.current, counting.steps) == (JobStatus.ERROR, 0, [])
    assert counting.notes == [(job.id, found.error)]


async def test_a_worker_that_lost_its_lease_records_nothing(jobs, runner, counting, ground, database):
    async def lose(context):
        if context.job.cursor == 1 and not counting.notes:
            await counting.note(context, "lost")
            # Another worker takes the job over, and goes on.
            await database.write(lambda: records.release(context.job.id, context._lease))
            with pytest.raises(JobLostError):
                await context.commit(Progress(cursor=2, items=1))
            raise JobLostError("The job is not ours any more.")

    counting.before = lose
    job = await jobs.queue(acting(1), "count", {"job_type": "Counting", "count": 3})
    async with running(runner):
        found = await ended(jobs, job)
    assert (found.status, found.current, counting.steps) == (JobStatus.COMPLETED, 3, [1, 2, 3])
