"""A loop runs its step when there is work, leaves a failing one alone for a while, and stops cleanly."""

import asyncio

import pytest

from aerogram.base.errors import UnavailableError
from aerogram.base.loop import Loop

LONG = 3_600.0
"""Seconds that no test waits for: what happens sooner happens for another reason."""


class Steps:
    """Answers each round from a list, the last answer for ever; an exception is raised."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.rounds = 0
        self.ran = asyncio.Event()

    async def __call__(self):
        answer = self.answers[min(self.rounds, len(self.answers) - 1)]
        self.rounds += 1
        self.ran.set()
        if isinstance(answer, BaseException):
            raise answer
        return answer

    async def reached(self, rounds):
        async with asyncio.timeout(10):
            while self.rounds < rounds:
                self.ran.clear()
                await self.ran.wait()


@pytest.fixture
async def running():
    tasks = []

    def start(loop):
        tasks.append(asyncio.create_task(loop.run()))
        return tasks[-1]

    yield start
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_more_work_is_done_without_a_wake(running):
    step = Steps(True, True, False)
    running(Loop("test", step, poll_seconds=LONG))
    await step.reached(3)


async def test_an_idle_loop_runs_when_it_is_woken(running):
    step = Steps(False)
    loop = Loop("test", step, poll_seconds=LONG)
    running(loop)
    await step.reached(1)
    loop.wake()
    await step.reached(2)


async def test_a_wake_during_a_round_is_not_lost(running):
    entered, may_end = asyncio.Event(), asyncio.Event()
    rounds = 0

    async def step():
        nonlocal rounds
        rounds += 1
        entered.set()
        await may_end.wait()
        return False

    loop = Loop("test", step, poll_seconds=LONG)
    running(loop)
    await entered.wait()
    loop.wake()
    entered.clear()
    may_end.set()
    async with asyncio.timeout(10):
        await entered.wait()
    assert rounds == 2


async def test_a_step_that_waits_before_it_looks_for_work_can_forget_the_wakes_until_then(running):
    entered, may_look, looked = asyncio.Event(), asyncio.Event(), asyncio.Event()
    rounds = 0

    async def step():
        nonlocal rounds
        rounds += 1
        entered.set()
        await may_look.wait()
        loop.forget_wakes()
        looked.set()
        return False

    loop = Loop("test", step, poll_seconds=LONG)
    running(loop)
    await entered.wait()
    loop.wake()
    may_look.set()
    await looked.wait()
    for _ in range(10):
        await asyncio.sleep(0)
    assert rounds == 1
    looked.clear()
    loop.wake()
    async with asyncio.timeout(10):
        await looked.wait()
    assert rounds == 2


async def test_a_stop_is_not_forgotten_with_the_wakes(running):
    async def step():
        loop.stop()
        loop.forget_wakes()
        return False

    loop = Loop("test", step, poll_seconds=LONG)
    task = running(loop)
    async with asyncio.timeout(10):
        await task


async def test_work_that_nobody_announced_is_seen_by_the_poll(running):
    step = Steps(False)
    running(Loop("test", step, poll_seconds=0.01))
    await step.reached(3)


@pytest.mark.parametrize("error", [UnavailableError("The store is away."), RuntimeError("broken")])
async def test_a_step_that_fails_runs_again(running, error):
    step = Steps(error, error, True, False)
    loop = Loop("test", step, poll_seconds=LONG, retry_seconds=0.001)
    running(loop)
    await step.reached(4)


async def test_the_delay_after_failures_grows_to_its_limit_and_starts_over():
    class Loops(Loop):
        def __init__(self, *args, **options):
            super().__init__(*args, **options)
            self.rests = []

        async def _rest(self, seconds):
            self.rests.append(seconds)
            if len(self.rests) == 6:
                self.stop()

    away = UnavailableError("The store is away.")
    loop = Loops(
        "test", Steps(*[away] * 4, True, away), poll_seconds=LONG, retry_seconds=1, max_retry_seconds=5
    )
    await loop.run()
    assert loop.rests == [1, 2, 4, 5, 0.0, 1]


async def test_an_essential_loop_ends_by_an_unexpected_error():
    with pytest.raises(RuntimeError, match="broken"):
        await Loop("test", Steps(RuntimeError("broken")), poll_seconds=LONG, is_essential=True).run()


async def test_an_essential_loop_bears_a_store_that_is_away(running):
    step = Steps(UnavailableError("The store is away."), False)
    running(Loop("test", step, poll_seconds=LONG, retry_seconds=0.001, is_essential=True))
    await step.reached(2)


@pytest.mark.parametrize("answer", [True, False, UnavailableError("The store is away.")])
async def test_stop_ends_it_in_whatever_state_it_is(running, answer):
    step = Steps(answer)
    loop = Loop(
        "test", step, poll_seconds=LONG, pause_seconds=LONG if answer is True else 0, retry_seconds=LONG
    )
    task = running(loop)
    await step.reached(1)
    loop.stop()
    async with asyncio.timeout(10):
        await loop.ended()
        await task
    assert step.rounds == 1


async def test_a_round_under_way_finishes_before_the_stop(running):
    entered, may_end = asyncio.Event(), asyncio.Event()

    async def step():
        entered.set()
        await may_end.wait()
        return True

    loop = Loop("test", step, poll_seconds=LONG)
    task = running(loop)
    await entered.wait()
    loop.stop()
    assert not task.done()
    may_end.set()
    async with asyncio.timeout(10):
        await task


async def test_a_loop_that_never_ran_has_ended():
    await Loop("test", Steps(False), poll_seconds=LONG).ended()
