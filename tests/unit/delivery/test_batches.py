"""Batches of outcomes: each item is settled once, and fails alone unless the store does."""

import asyncio

from aerogram.base.errors import UnavailableError
from aerogram.delivery.outcomes.batches import Batches


class Work:
    """Takes batches and notes them; an item that is an error is raised."""

    def __init__(self, **facts):
        self.taken, self.settled = [], []
        self.may_end = asyncio.Event()
        self.may_end.set()
        self.batches = Batches(self.work, self.note, **{"most": 100, "wanted": 100, **facts})

    async def work(self, items):
        self.taken.append(list(items))
        await self.may_end.wait()
        for item in items:
            if isinstance(item, Exception):
                raise item
        return [item * 10 for item in items]

    def note(self, item, result):
        self.settled.append((item, result))

    def add(self, *items):
        for item in items:
            self.batches.add(item)


async def test_what_comes_while_a_batch_runs_is_in_the_next():
    work = Work()
    work.may_end.clear()
    work.add(1)
    await asyncio.sleep(0)
    work.add(2, 3)
    work.may_end.set()
    await work.batches.drain()
    assert work.taken == [[1], [2, 3]]
    assert work.settled == [(1, 10), (2, 20), (3, 30)]


async def test_no_batch_has_more_than_the_most():
    work = Work(most=2)
    work.add(1, 2, 3, 4, 5)
    await work.batches.drain()
    assert work.taken == [[1, 2], [3, 4], [5]]


async def test_an_item_that_cannot_be_worked_on_fails_alone():
    work, error = Work(), ValueError()
    work.add(1, error, 3)
    await work.batches.drain()
    assert work.settled == [(1, 10), (error, error), (3, 30)]


async def test_a_store_that_is_unavailable_fails_the_batch_at_once():
    work, error = Work(), UnavailableError("away")
    work.add(1, error, 3)
    await work.batches.drain()
    assert work.taken == [[1, error, 3]]
    assert work.settled == [(1, error), (error, error), (3, error)]


async def test_an_item_after_a_pause_is_worked_on_at_once():
    work = Work()
    work.add(1)
    await work.batches.drain()
    work.add(2)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert work.settled == [(1, 10), (2, 20)]


async def test_draining_does_not_gather(monkeypatch):
    monkeypatch.setattr("aerogram.delivery.pace.LEAST_SECONDS", 3600.0)
    work = Work()
    work.add(1)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    work.add(2)
    async with asyncio.timeout(20):
        await work.batches.drain()
    assert work.settled == [(1, 10), (2, 20)]
