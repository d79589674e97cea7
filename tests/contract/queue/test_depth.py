"""The depth of the queue as /metrics says it: exact when that is quick, else with its age, or as a lower bound."""

import asyncio

import pytest

from aerogram.base.errors import TooSlowError, UnavailableError
from aerogram.queue import depth as depths
from aerogram.queue.depth import Depth, QueueDepth
from support.queue_rows import message_row, put


class Slowly:
    """A store whose scans wait until they are let go."""

    def __init__(self, database):
        self.database, self.may_go, self.scans, self.error = database, asyncio.Event(), 0, None

    async def scan(self, unit, seconds):
        self.scans += 1
        await self.may_go.wait()
        if self.error:
            raise self.error
        return await self.database.scan(unit, seconds)

    async def read(self, unit):
        return await self.database.read(unit)


@pytest.fixture
def slow(database, monkeypatch):
    monkeypatch.setattr(depths, "PATIENCE_SECONDS", 0.01)
    monkeypatch.setattr(depths, "MOST_AT_ONCE", 5)
    return Slowly(database)


async def put_some(database, first, count):
    await put(database, [message_row(n, n) for n in range(first, first + count)])


async def test_a_short_queue_is_counted_for_every_caller(database, monkeypatch):
    monkeypatch.setattr(depths, "QUICK_SECONDS", 60.0)
    depth = QueueDepth(database)
    assert (await depth.current())[::2] == (0, False)
    await put_some(database, 1, 7)
    assert (await depth.current())[::2] == (7, False)


async def test_before_the_first_count_has_ended_the_depth_is_a_lower_bound(database, slow):
    depth = QueueDepth(slow)
    await put_some(database, 1, 3)
    assert await depth.current() == Depth(3, 0.0, is_at_least=False)
    await put_some(database, 10, 20)
    assert await depth.current() == Depth(5, 0.0, is_at_least=True)
    assert slow.scans == 1
    slow.may_go.set()
    await depth._counting
    assert (await depth.current())[::2] == (23, False)


async def test_a_count_that_took_long_is_kept_for_a_while(database, slow, monkeypatch):
    monkeypatch.setattr(depths, "QUICK_SECONDS", 0.0)
    monkeypatch.setattr(depths, "SHARE", 10**9)
    slow.may_go.set()
    depth = QueueDepth(slow)
    await depth.current()
    await depth._counting
    await put_some(database, 1, 7)
    found = await depth.current()
    assert found[::2] == (0, False)
    assert found.age_seconds > 0
    assert slow.scans == 1


async def test_a_count_that_is_given_up_leaves_what_is_known(database, slow):
    slow.may_go.set()
    slow.error = TooSlowError()
    await put_some(database, 1, 7)
    assert await QueueDepth(slow).current() == Depth(5, 0.0, is_at_least=True)


async def test_a_store_that_is_gone_is_said(slow):
    slow.may_go.set()
    slow.error = UnavailableError("gone")
    with pytest.raises(UnavailableError, match="gone"):
        await QueueDepth(slow).current()
