"""The jobs ring works on any kind that is handed to it: here on one that counts, and knows nobody's contacts."""

import asyncio
import contextlib

import pytest
from structlog.testing import capture_logs

from aerogram.base.errors import RefusedError, UnavailableError
from aerogram.jobs.context import LEASE_MS, JobContext
from aerogram.jobs.jobs import Jobs, is_over
from aerogram.jobs.kinds import Handler
from aerogram.jobs.runner import MAX_ATTEMPTS, JobRunner
from aerogram.model.job import Progress, Refusal
from aerogram.store.records.jobs import jobs as records
from support.actors import acting
from support.waiting import until

COUNTING = "counting"
STEPS = 3
ACCOUNT = 1


class Counting:
    """Work of `STEPS` steps. ``before`` is called with the context before each; ``failures`` are noted reasons."""

    def __init__(self, before=None, steps=STEPS):
        self.before = before
        self.steps = steps
        self.begun = []
        self.failures = []

    async def work(self, context):
        self.begun.append(context.job.cursor)
        while context.job.cursor < self.steps:
            if self.before is not None:
                await self.before(context)
            await context.commit(Progress(cursor=context.job.cursor + 1, items=1, count=self.steps))

    async def note_failure(self, _, reason):
        self.failures.append(reason)

    def handlers(self):
        return {COUNTING: Handler(self.work, self.note_failure)}


class Bench:
    """One runner over a store, and the jobs it works on."""

    def __init__(self, ground, handlers):
        self.ground = ground
        self.runner = JobRunner(ground, handlers)
        self.jobs = Jobs(ground, self.runner.wake)

    async def queue(self, kind=COUNTING, account_id=ACCOUNT, **values):
        return await self.jobs.queue(acting(account_id), kind, {"job_type": "x", **values})

    async def find(self, job):
        return await self.jobs.find(acting(job.account_id), job.id)

    async def ended(self, job, seconds=20.0):
        async def over():
            found = await self.find(job)
            return found if is_over(found) else None

        return await until(over, f"the end of job {job.id}", seconds)

    async def take(self, lease, now_ms):
        """Claim as another process would at a moment; give the job."""
        [held] = await self.ground.database.write(
            lambda: records.claim([COUNTING], now_ms, now_ms + LEASE_MS, lease, 1)
        )
        return held

    @contextlib.asynccontextmanager
    async def running(self):
        task = asyncio.create_task(self.runner.run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def test_a_job_of_a_kind_that_was_handed_in_is_done_step_by_step(ground):
    counting = Counting()
    bench = Bench(ground, counting.handlers())
    async with bench.running():
        done = await bench.ended(await bench.queue())
    assert (done.status, done.current, done.count, done.cursor) == ("Completed", STEPS, STEPS, STEPS)
    assert counting.begun == [0]
    assert counting.failures == []


async def test_work_goes_on_from_the_last_commit_after_the_runner_was_stopped(ground):
    is_at_second = asyncio.Event()

    async def hang(context):
        if context.job.cursor == 1:
            is_at_second.set()
            await asyncio.Event().wait()

    bench = Bench(ground, Counting(hang).handlers())
    async with bench.running():
        job = await bench.queue()
        await is_at_second.wait()
    counting = Counting()
    successor = Bench(ground, counting.handlers())
    async with successor.running():
        done = await successor.ended(job)
    assert counting.begun == [1]
    assert (done.status, done.current, done.attempts) == ("Completed", STEPS, 0)


async def test_a_worker_that_lost_its_lease_records_nothing_and_ends_nothing(ground):
    is_waiting, may_go_on, has_left = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def work(context):
        is_waiting.set()
        await may_go_on.wait()
        try:
            await context.commit(Progress(cursor=9, items=9))
        finally:
            has_left.set()

    bench = Bench(ground, {COUNTING: Handler(work)})
    async with bench.running():
        job = await bench.queue()
        await is_waiting.wait()
        held = await bench.take(77, ground.clock.now_ms() + LEASE_MS)
        assert held.id == job.id
        may_go_on.set()
        await has_left.wait()
    found = await bench.find(job)
    assert (found.status, found.cursor, found.current, found.end_ms) == ("Prepare", 0, 0, 0)
    # The other process still holds it: what the runner released on its way out was not its own.
    now_ms = ground.clock.now_ms()
    assert (
        await ground.database.write(lambda: records.claim([COUNTING], now_ms, now_ms + LEASE_MS, 78, 1)) == []
    )


async def test_a_cancelled_job_ends_within_a_second_and_the_next_one_is_begun(ground):
    steps_at_cancel = None

    async def breathe(_):
        await asyncio.sleep(0.02)

    bench = Bench(
        ground, {**Counting(breathe, steps=1_000_000).handlers(), "short": Handler(Counting().work)}
    )
    async with bench.running():
        job = await bench.queue()
        await until(lambda: _has_moved(bench, job), "the first step")
        later = await bench.queue("short")
        assert await bench.jobs.cancel(acting(ACCOUNT), job.id)
        steps_at_cancel = (await bench.find(job)).current
        done = await bench.ended(later, seconds=1.0)
    assert done.status == "Completed"
    cancelled = await bench.find(job)
    assert (cancelled.status, cancelled.current) == ("Abort", steps_at_cancel)


async def _has_moved(bench, job):
    return (await bench.find(job)).current


async def test_a_job_at_which_processes_die_is_ended_after_five(ground, clock):
    counting = Counting()
    bench = Bench(ground, counting.handlers())
    job = await bench.queue()
    for number in range(MAX_ATTEMPTS):
        await bench.take(number + 1, clock.now_ms())
        clock.advance(LEASE_MS)
    async with bench.running():
        ended = await bench.ended(job)
    assert MAX_ATTEMPTS == 5
    assert (ended.status, ended.current) == ("Error", 0)
    assert counting.begun == []
    assert counting.failures == [ended.error]


async def test_a_job_that_made_progress_between_deaths_goes_on(ground, clock):
    counting = Counting()
    bench = Bench(ground, counting.handlers())
    job = await bench.queue()
    for number in range(MAX_ATTEMPTS - 1):
        await bench.take(number + 1, clock.now_ms())
        clock.advance(LEASE_MS)
    async with bench.running():
        done = await bench.ended(job)
    assert (done.status, done.current, done.attempts) == ("Completed", STEPS, 0)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (RefusedError("There is nothing to count."), "There is nothing to count."),
        (RuntimeError("broken"), "The job ended because of an internal error."),
    ],
)
async def test_a_job_that_fails_ends_with_a_sentence_and_lets_the_next_one_in(ground, error, sentence):
    async def fail(_):
        raise error

    bench = Bench(ground, {"failing": Handler(fail), **Counting().handlers()})
    async with bench.running():
        job, later = await bench.queue("failing"), await bench.queue()
        ended, done = await bench.ended(job), await bench.ended(later)
    assert (ended.status, ended.error) == ("Error", sentence)
    assert done.status == "Completed"


async def test_a_job_of_an_unknown_kind_waits_for_a_process_that_knows_it(ground):
    old, counting = Bench(ground, {"known": Handler(Counting().work)}), Counting()
    job, other = await old.queue(), await old.queue("known", account_id=2)
    async with old.running():
        done = await old.ended(other)
        # The jobs of its account keep their order.
        later = await old.queue("known")
    assert done.status == "Completed"
    waiting = await old.find(job)
    assert (waiting.status, waiting.attempts) == (job.status, 0)
    new = Bench(ground, {**counting.handlers(), "known": Handler(Counting().work)})
    async with new.running():
        assert (await new.ended(job)).status == "Completed"
        assert (await new.ended(later)).status == "Completed"


async def test_a_job_whose_failure_cannot_be_noted_ends_nevertheless(ground, clock):
    async def fail(*_):
        raise RuntimeError("broken")

    bench = Bench(ground, {COUNTING: Handler(Counting().work, fail)})
    job = await bench.queue()
    for number in range(MAX_ATTEMPTS):
        await bench.take(number + 1, clock.now_ms())
        clock.advance(LEASE_MS)
    with capture_logs() as logs:
        async with bench.running():
            ended = await bench.ended(job)
    assert ended.status == "Error"
    assert [line["event"] for line in logs if line["log_level"] == "error"] == ["job_failure_not_noted"]


async def test_a_job_that_cannot_be_ended_is_tried_again_only_when_its_lease_has_expired(
    ground, clock, monkeypatch
):
    finish, failures = JobContext.finish, []

    async def fail_at_first(context, status, error=""):
        if not failures:
            failures.append(status)
            raise RuntimeError("broken")
        await finish(context, status, error)

    monkeypatch.setattr(JobContext, "finish", fail_at_first)
    counting = Counting()
    bench = Bench(ground, {**counting.handlers(), "short": Handler(Counting().work)})
    with capture_logs() as logs:
        async with bench.running():
            job = await bench.queue()
            await until(lambda: _is_logged(logs, "job_not_ended"), "the failure")
            # The runner looks for jobs again, and leaves this one alone.
            await bench.ended(await bench.queue("short", account_id=2))
            assert counting.begun == [0]
            clock.advance(LEASE_MS)
            bench.runner.wake()
            done = await bench.ended(job)
    assert (done.status, done.current, counting.begun) == ("Completed", STEPS, [0, STEPS])
    assert [line["event"] for line in logs if line["log_level"] == "error"] == ["job_not_ended"]


async def _is_logged(logs, event):
    return any(line["event"] == event for line in logs)


async def test_a_job_that_cannot_be_worked_on_now_is_put_off_and_not_counted_as_a_death(ground, monkeypatch):
    monkeypatch.setattr("aerogram.jobs.runner.POLL_SECONDS", 0.01)
    times = 0

    async def away_at_first(_):
        nonlocal times
        times += 1
        if times <= MAX_ATTEMPTS + 1:
            raise UnavailableError("The file cannot be read now.")

    bench = Bench(ground, Counting(away_at_first).handlers())
    async with bench.running():
        done = await bench.ended(await bench.queue())
    assert (done.status, done.current, done.attempts) == ("Completed", STEPS, 0)


async def test_too_many_refused_items_end_a_job_and_all_that_were_refused_can_be_read(ground):
    async def work(context):
        await context.commit(
            Progress(cursor=2, items=2, refusals=(Refusal(2, "two is wrong"),)), header="number"
        )
        await context.commit(Progress(cursor=4, items=2))

    bench = Bench(ground, {COUNTING: Handler(work)})
    async with bench.running():
        ended = await bench.ended(await bench.queue(err_threshold=10))
    assert (ended.status, ended.current, ended.errcount) == ("Error", 2, 1)
    assert [refusal.text async for refusal in bench.jobs.refusals(ended)] == ["number", "two is wrong"]
