"""Jobs of all accounts have their turn, and whatever a step does, its job stops within a second."""

import asyncio
import contextlib
import time

import pytest

from aerogram.jobs import runner as runners
from aerogram.jobs.halt import HaltedError
from aerogram.jobs.jobs import Jobs, is_over
from aerogram.jobs.kinds import Handler
from aerogram.jobs.runner import AT_ONCE, JobRunner
from aerogram.model.job import Progress
from support.actors import acting
from support.waiting import until

KIND = "counting"


class Bench:
    """A runner over a store, whose work is given."""

    def __init__(self, ground, work):
        self.runner = JobRunner(ground, {KIND: Handler(work)})
        self.jobs = Jobs(ground, self.runner.wake)

    async def queue(self, account_id=1):
        return await self.jobs.queue(acting(account_id), KIND, {"job_type": "x"})

    async def find(self, job):
        return await self.jobs.find(acting(job.account_id), job.id)

    async def ended(self, job, seconds=20.0):
        async def over():
            found = await self.find(job)
            return found if is_over(found) else None

        return await until(over, f"the end of job {job.id}", seconds)

    @contextlib.asynccontextmanager
    async def running(self):
        task = asyncio.create_task(self.runner.run())
        try:
            yield task
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


class Thread:
    """Work in a thread that goes on until it is halted."""

    def __init__(self):
        self.is_running = False
        self.halted_at = 0.0

    async def work(self, context):
        await context.in_thread(self._run)

    def _run(self, halt):
        self.is_running = True
        try:
            while True:
                halt.check()
        except HaltedError:
            self.halted_at = time.monotonic()
            raise

    async def begun(self):
        return self.is_running

    async def halted(self):
        return self.halted_at


async def test_a_step_in_a_thread_stops_within_a_second_after_its_job_was_cancelled(ground):
    thread = Thread()
    bench = Bench(ground, thread.work)
    async with bench.running():
        job = await bench.queue()
        await until(thread.begun, "the step")
        cancelled = time.monotonic()
        assert await bench.jobs.cancel(acting(1), job.id)
        await until(thread.halted, "the halt")
        assert thread.halted_at - cancelled < 1.0
        assert (await bench.find(job)).status == "Abort"


async def test_a_step_in_a_thread_stops_within_a_second_when_the_process_is_asked_to_stop(ground):
    thread = Thread()
    bench = Bench(ground, thread.work)
    async with bench.running() as task:
        job = await bench.queue()
        await until(thread.begun, "the step")
        asked = time.monotonic()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await until(thread.halted, "the halt")
        assert thread.halted_at - asked < 1.0
    found = await bench.find(job)
    # It was given back, and goes on in the next process.
    assert (found.status, found.attempts) == ("Prepare", 0)


async def test_work_that_waits_is_cancelled_as_well(ground):
    has_left = asyncio.Event()

    async def work(_):
        try:
            await asyncio.Event().wait()
        finally:
            has_left.set()

    bench = Bench(ground, work)
    async with bench.running():
        job = await bench.queue()
        await until(lambda: _is_begun(bench, job), "the start")
        await bench.jobs.cancel(acting(1), job.id)
        async with asyncio.timeout(1.0):
            await has_left.wait()


async def _is_begun(bench, job):
    return (await bench.find(job)).start_ms


async def test_a_job_that_ends_by_itself_is_not_taken_for_lost(ground, monkeypatch):
    monkeypatch.setattr(runners, "WATCH_SECONDS", 0.0)

    async def work(context):
        for number in range(20):
            await context.commit(Progress(cursor=number + 1, items=1))

    bench = Bench(ground, work)
    async with bench.running():
        jobs = [await bench.queue(account_id) for account_id in range(1, 7)]
        ended = [await bench.ended(job) for job in jobs]
    assert {(job.status, job.current) for job in ended} == {("Completed", 20)}


async def test_with_more_accounts_than_workers_all_move_on_in_turns(ground, monkeypatch):
    monkeypatch.setattr(runners, "WATCH_SECONDS", 0.02)
    monkeypatch.setattr(runners, "TURN_SECONDS", 0.1)
    begun = []

    async def work(context):
        begun.append(context.job.account_id)
        while context.job.current < 1_000_000:
            await asyncio.sleep(0.01)
            context.ground.clock.advance(20)
            await context.commit(Progress(cursor=context.job.cursor + 1, items=1))

    bench = Bench(ground, work)
    async with bench.running():
        long = [await bench.queue(account_id) for account_id in range(1, AT_ONCE + 1)]
        await until(lambda: _is_begun(bench, long[-1]), "the start of the long ones")
        late = await bench.queue(9)
        await until(lambda: _has_moved(bench, late), "a step of the late one", 5.0)
        # Those that gave way have their turn again, from where they were.
        await until(lambda: _have_come_back(begun, AT_ONCE + 1), "a second turn of all", 10.0)
        found = [await bench.find(job) for job in (*long, late)]
    assert all(job.current == job.cursor > 0 for job in found)
    assert {job.status for job in found} == {"Importing"}


async def _has_moved(bench, job):
    return (await bench.find(job)).current


async def _have_come_back(begun, accounts):
    return len(set(begun)) == accounts and all(begun.count(each) > 1 for each in set(begun))


@pytest.mark.parametrize("count", [1, 3])
async def test_a_job_keeps_its_worker_as_long_as_no_other_account_waits(ground, monkeypatch, count):
    monkeypatch.setattr(runners, "WATCH_SECONDS", 0.01)
    monkeypatch.setattr(runners, "TURN_SECONDS", 0.0)
    begun = []

    async def work(context):
        begun.append(context.job.id)
        for number in range(20):
            await asyncio.sleep(0.005)
            await context.commit(Progress(cursor=number + 1, items=1))

    bench = Bench(ground, work)
    async with bench.running():
        # The jobs of one account wait for one another, and never for a worker.
        jobs = [await bench.queue() for _ in range(count)]
        for job in jobs:
            await bench.ended(job)
    assert begun == [job.id for job in jobs]
