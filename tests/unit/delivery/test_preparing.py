"""Letters in the preparing threads: every one comes out once, none too early, and never too many bytes."""

import asyncio
import contextlib
import threading

import pytest

from aerogram.delivery import preparing
from aerogram.delivery.preparing import CHUNK, Preparing
from support import waiting
from support.letters import a_letter


def letters(count):
    return [a_letter(message_id=number, lease=1) for number in range(count)]


def instantly(given):
    return [(letter, b"mail") for letter in given]


class Slowly:
    """Prepares when it is told to, in any number of threads, and notes what it was given."""

    def __init__(self):
        self.given = []
        self.may_end = threading.Event()

    def __call__(self, given):
        self.given.append(len(given))
        assert self.may_end.wait(10)
        return instantly(given)


@contextlib.asynccontextmanager
async def running(prepare, threads=1):
    taken = []
    made = Preparing(prepare, taken.extend, lambda: None, threads=threads)
    try:
        yield made, taken
    finally:
        await asyncio.wait_for(made.close(), 10)


async def until(condition, what="a thread"):
    async def is_so():
        return condition()

    await waiting.until(is_so, what)


@pytest.mark.parametrize("threads", [1, 2, 3])
async def test_every_letter_comes_out_once(threads):
    given = letters(10 * CHUNK + 3)
    async with running(instantly, threads) as (made, taken):
        for start in range(0, len(given), 7):
            made.add(given[start : start + 7])
            await asyncio.sleep(0)
        await made.done()
        assert sorted(letter.message_id for letter, _ in taken) == [letter.message_id for letter in given]


async def test_one_thread_keeps_the_order_also_when_it_prepares_fewer_than_it_was_given():
    given = letters(2 * CHUNK)
    async with running(lambda some: instantly(some[:3])) as (made, taken):
        made.add(given)
        await made.done()
        assert [letter for letter, _ in taken] == given


async def test_few_letters_are_shared_among_all_threads():
    slowly = Slowly()
    async with running(slowly, threads=2) as (made, _):
        made.add(letters(10))
        await until(lambda: len(slowly.given) == 2)
        slowly.may_end.set()
    assert slowly.given == [5, 5]


async def test_more_letters_are_wanted_before_the_last_ones_are_done():
    slowly = Slowly()
    async with running(slowly) as (made, taken):
        made.add(letters(2 * CHUNK))
        assert not made.wants_more
        made.add([])
        slowly.may_end.set()
        await until(lambda: taken)
        assert made.wants_more


async def test_nothing_is_composed_while_too_many_bytes_wait_for_their_record(monkeypatch):
    monkeypatch.setattr(preparing, "MAX_BYTES_IN_FLIGHT", 10)
    monkeypatch.setattr(preparing, "MAX_PREPARED", 5)
    given = letters(4)
    async with running(lambda some: [(some[0], b"x" * 6)]) as (made, taken):
        made.add(given)
        await until(lambda: len(taken) == 2)
        await asyncio.sleep(0.02)
        assert len(taken) == 2
        made.forget(given[0])
        await until(lambda: len(taken) == 3)
        # A letter that is recorded twice, or was decided without bytes, frees nothing.
        made.forget(given[0])
        made.forget(given[3])
        await asyncio.sleep(0.02)
        assert len(taken) == 3
        made.forget(given[1])
        await made.done()
        assert len(taken) == 4


async def test_what_other_threads_compose_counts_as_large_until_it_is_known(monkeypatch):
    monkeypatch.setattr(preparing, "MAX_BYTES_IN_FLIGHT", 10)
    monkeypatch.setattr(preparing, "MAX_PREPARED", 11)
    slowly = Slowly()
    async with running(slowly, threads=2) as (made, _):
        made.add(letters(10))
        await until(lambda: slowly.given)
        await asyncio.sleep(0.02)
        assert slowly.given == [5]
        slowly.may_end.set()


async def test_closing_takes_what_is_begun_and_begins_nothing_more():
    slowly = Slowly()
    given = letters(3 * CHUNK)
    async with running(slowly) as (made, taken):
        made.add(given)
        await until(lambda: slowly.given)
        closing = asyncio.create_task(made.close())
        await asyncio.sleep(0.01)
        assert not closing.done()
        slowly.may_end.set()
        await closing
        assert [letter for letter, _ in taken] == given[:CHUNK]
        made.add(given[CHUNK:])
        await asyncio.sleep(0.02)
        assert slowly.given == [CHUNK]


async def test_an_error_of_a_thread_is_raised_where_more_is_asked_for():
    def broken(_):
        raise ZeroDivisionError

    async with running(broken) as (made, taken):
        made.add(letters(1))
        await made.done()
        assert not taken
        with pytest.raises(ZeroDivisionError):
            _ = made.wants_more


async def test_the_threads_end():
    async with running(instantly, threads=3) as (made, _):
        made.add(letters(1))
        await made.done()
        own = [thread for thread in threading.enumerate() if thread.name.startswith("prepare-")]
        assert len(own) >= 3
    await until(lambda: not any(thread.is_alive() for thread in own))
