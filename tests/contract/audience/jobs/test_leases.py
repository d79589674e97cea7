"""Who works on a job: one at a time, in order, and whoever lost it records nothing."""

import asyncio

import pytest

from aerogram.app.job_kinds import HANDLERS
from aerogram.audience.jobs import csv_import
from aerogram.jobs.context import LEASE_MS, JobContext
from aerogram.jobs.runner import MAX_ATTEMPTS, JobRunner
from aerogram.model.job import Progress, Refusal
from aerogram.store.records.jobs import jobs as records
from aerogram.store.records.jobs.jobs import JobLostError
from support.actors import acting
from support.audience_jobs import csv_of, many_rows


async def claim(shop, lease, most=10):
    now = shop.clock.now_ms()
    return await shop.database.write(lambda: records.claim(list(HANDLERS), now, now + LEASE_MS, lease, most))


async def test_an_account_s_jobs_are_claimed_in_order_and_each_account_has_its_turn(shop):
    first = await shop.queue_import(csv_of())
    await shop.queue_import(csv_of())
    other = await shop.queue_import(csv_of(), account_id=2)
    assert [job.id for job in await claim(shop, 7)] == [first.id, other.id]
    assert await claim(shop, 8) == []


async def test_a_lease_that_ran_out_falls_to_the_next_worker_and_the_first_can_record_nothing(shop):
    job = await shop.queue_import(csv_of())
    [held] = await claim(shop, 7)
    assert held.id == job.id
    shop.clock.advance(LEASE_MS)
    [taken] = await claim(shop, 8)
    await JobContext(shop.ground, taken, 8).commit(Progress(cursor=5, items=1))
    shop.clock.advance(LEASE_MS + 1)

    def rows():
        yield from records.refuse(job.id, "", [Refusal(1, "must not stay")])

    with pytest.raises(JobLostError):
        await JobContext(shop.ground, held, 7).commit(Progress(cursor=6, items=1), rows)
    assert not await shop.jobs.has_refusals(job)
    found = await shop.jobs.find(acting(1), job.id)
    assert (found.cursor, found.current) == (5, 1)


async def test_a_step_is_recorded_once_even_by_its_holder(shop):
    await shop.queue_import(csv_of())
    [held] = await claim(shop, 7)
    await JobContext(shop.ground, held, 7).commit(Progress(cursor=5, items=1))
    with pytest.raises(JobLostError):
        await JobContext(shop.ground, held, 7).commit(Progress(cursor=5, items=1))


async def test_a_job_that_is_given_back_is_claimed_at_once(shop):
    job = await shop.queue_import(csv_of())
    [held] = await claim(shop, 7)
    await JobContext(shop.ground, held, 7).release()
    assert [each.id for each in await claim(shop, 8)] == [job.id]


async def test_claims_are_counted_until_progress_unless_the_job_was_given_back(shop):
    job = await shop.queue_import(csv_of())

    async def attempts():
        return (await shop.jobs.find(acting(1), job.id)).attempts

    for number in (1, 2, 3):
        [held] = await claim(shop, number)
        assert (held.attempts, await attempts()) == (number - 1, number)
        shop.clock.advance(LEASE_MS)
    [held] = await claim(shop, 4)
    await JobContext(shop.ground, held, 4).release()
    assert await attempts() == 3
    [held] = await claim(shop, 5)
    context = JobContext(shop.ground, held, 5)
    await context.commit(Progress(cursor=5, items=1))
    assert (context.job.attempts, await attempts()) == (0, 0)
    await context.release()
    assert await attempts() == 0


async def test_a_job_at_which_processes_die_is_ended_with_the_reason_and_lets_the_next_one_in(shop):
    job = await shop.queue_import(csv_of("ann@example.org,Paris"))
    later = await shop.queue_import(csv_of("bob@example.org,Paris"))
    for number in range(MAX_ATTEMPTS):
        assert await claim(shop, number + 1)
        shop.clock.advance(LEASE_MS)
    async with shop.running():
        ended, done = await shop.ended(job), await shop.ended(later)
    assert (ended.status, ended.current) == ("Error", 0)
    assert "started 5 times" in ended.error
    assert await shop.error_lines(job) == [f" ###{ended.error}"]
    assert done.status == "Completed"
    assert set(await shop.members()) == {"bob@example.org"}


async def test_a_job_at_which_a_process_died_has_no_other_beside_it_until_it_moves(shop, monkeypatch):
    suspect = await shop.queue_import(csv_of(*many_rows(2)))
    await claim(shop, 7)
    shop.clock.advance(LEASE_MS)
    other = await shop.queue_import(csv_of(*many_rows(2)), account_id=2, list_id=0, method="excludemarketing")
    beside = []
    committed = csv_import._commit

    async def look(context, *rest):
        if context.job.id == suspect.id:
            beside.append((await shop.jobs.find(acting(2), other.id)).start_ms)
        await committed(context, *rest)

    monkeypatch.setattr(csv_import, "_commit", look)
    async with shop.running():
        assert (await shop.ended(suspect)).status == "Completed"
        assert (await shop.ended(other)).status == "Completed"
    assert beside == [0]


async def test_a_cancelled_job_is_not_worked_on_and_lets_the_next_one_in(shop):
    job = await shop.queue_import(csv_of())
    later = await shop.queue_import(csv_of())
    [held] = await claim(shop, 7)
    assert await shop.jobs.cancel(acting(1), job.id)
    assert not await shop.jobs.cancel(acting(1), job.id)
    with pytest.raises(JobLostError):
        await JobContext(shop.ground, held, 7).commit(Progress(cursor=5, items=1))
    assert [each.id for each in await claim(shop, 8)] == [later.id]
    found = await shop.jobs.find(acting(1), job.id)
    assert found.status == "Abort"
    assert found.end_ms


async def test_nobody_cancels_another_account_s_job(shop):
    job = await shop.queue_import(csv_of())
    assert not await shop.jobs.cancel(acting(2), job.id)
    assert await shop.jobs.find(acting(2), job.id) is None


async def test_a_runner_that_ends_while_it_claims_keeps_nobody_waiting(shop, monkeypatch):
    job = await shop.queue_import(csv_of())
    loop, is_claiming, claiming = asyncio.get_running_loop(), asyncio.Event(), records.claim

    def told(*facts):
        loop.call_soon_threadsafe(is_claiming.set)
        return claiming(*facts)

    monkeypatch.setattr(records, "claim", told)
    async with shop.running():
        await is_claiming.wait()
    assert [each.id for each in await claim(shop, 7)] == [job.id]


async def test_several_runners_do_each_job_once(shop, database_url):
    if database_url is None:
        pytest.skip("the embedded store has one process")
    jobs = [
        await shop.queue_import(csv_of(*many_rows(300, 100 * account)), account_id=account, list_id=0, method="excludemarketing")
        for account in (1, 2, 3)
        for _ in range(3)
    ]  # fmt: skip
    async with shop.running(*(JobRunner(shop.ground, HANDLERS) for _ in range(3))):
        ended = await asyncio.gather(*(shop.ended(job) for job in jobs))
    assert {(job.status, job.current, job.errcount) for job in ended} == {("Completed", 300, 0)}
    starts = [job.id for job in sorted(ended, key=lambda job: job.id) if job.account_id == 2]
    assert starts == [job.id for job in jobs if job.account_id == 2]
