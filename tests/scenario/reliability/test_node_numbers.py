"""Processes over one store number themselves; one that slept through its lease takes another number."""

import asyncio

import asyncpg
import msgspec
import pytest

from aerogram.app.platform import NODE_LEASE_MS, open_platform
from aerogram.app.settings.settings import Settings
from aerogram.base.clock import ManualClock
from aerogram.base.errors import UnavailableError


@pytest.fixture
def database_url(postgresql_server):
    return postgresql_server.new_database()


@pytest.fixture
async def open_node(tmp_path, database_url):
    """Open a platform over the same PostgreSQL; its clock moves by hand."""
    opened = []

    async def start(clock):
        platform = await open_platform(Settings(data=tmp_path / "data", database_url=database_url))
        platform.ground = msgspec.structs.replace(platform.ground, clock=clock)
        await platform.renew_node()
        opened.append(platform)
        return platform

    yield start
    for platform in opened:
        await platform.close()


async def test_a_process_that_lost_its_number_takes_another_and_their_ids_stay_apart(open_node):
    # Beyond the machine's clock, by which a process takes its first number.
    long_ago = ManualClock(1_000)
    sleeper = await open_node(long_ago)
    heir = await open_node(ManualClock(2_000_000_000_000))
    assert heir.node == sleeper.node
    long_ago.advance(NODE_LEASE_MS)
    await sleeper.renew_node()
    assert sleeper.node != heir.node
    made = [*sleeper.ground.ids.next_ids(500), *heir.ground.ids.next_ids(500)]
    assert len(set(made)) == 1_000


async def test_a_store_that_is_away_ends_no_renewal(open_node, monkeypatch):
    node = await open_node(ManualClock(2_000_000_000_000))
    monkeypatch.setattr("aerogram.app.platform.NODE_LEASE_MS", 30)
    monkeypatch.setattr("aerogram.app.platform.RETRY_SECONDS", 0.01)
    renewals, is_renewed = [], asyncio.Event()
    error = UnavailableError("away")

    async def write(_):
        renewals.append(1)
        if len(renewals) <= 3:
            # The first time it is gone after it said that the number is another's.
            if len(renewals) == 1:
                return False
            raise error
        is_renewed.set()
        return True

    monkeypatch.setattr(node.database, "write", write)
    keeping = asyncio.create_task(node.keep_node())
    await asyncio.wait_for(is_renewed.wait(), 10)
    assert not keeping.done()
    keeping.cancel()
    monkeypatch.undo()


async def test_a_store_that_hangs_does_not_keep_a_process_that_ends(open_node, database_url):
    node = await open_node(ManualClock(2_000_000_000_000))
    locker = await asyncpg.connect(database_url)
    await locker.execute("BEGIN")
    await locker.execute("LOCK TABLE node IN ACCESS EXCLUSIVE MODE")
    async with asyncio.timeout(9):
        await node.close()
    await locker.close()
