"""The worker records outcomes together with their notifications, and without them when it must."""

import asyncio
import threading

import pytest

from aerogram.model.message import MessageState
from support.installation import Installation


@pytest.fixture
def installation(database, ids, clock, tmp_path):
    return lambda hostname="mail.example.org": Installation(database, ids, clock, tmp_path, hostname)


async def test_a_notification_is_sent_without_waiting_for_the_next_look(installation):
    async with installation().running() as started:
        await started.send("SUCCESS")
        first, second = await started.next_recorded(), await started.next_recorded()
    assert (first.notification is None, second.notification) == (False, None)
    assert await started.messages() == [
        ("bob@example.net", MessageState.SENT),
        ("ann@example.org", MessageState.SENT),
    ]


async def test_what_is_being_written_when_the_worker_stops_is_recorded(installation):
    made = installation()
    has_begun, may_end = asyncio.Event(), threading.Event()
    write, loop = made.notifier.with_notification, asyncio.get_running_loop()

    def write_slowly(*facts):
        loop.call_soon_threadsafe(has_begun.set)
        assert may_end.wait(20)
        return write(*facts)

    made.notifier.with_notification = write_slowly
    async with made.running():
        await made.send("SUCCESS")
        await has_begun.wait()
        stopping = asyncio.create_task(made.worker.stop(1.0))
        loop.call_soon(may_end.set)
        await stopping
    assert await made.messages() == [
        ("bob@example.net", MessageState.SENT),
        ("ann@example.org", MessageState.QUEUED),
    ]


async def test_an_outcome_is_recorded_even_if_its_notification_cannot_be_written(installation):
    async with installation(hostname="").running() as started:
        await started.send("SUCCESS")
        change = await started.next_recorded()
    assert change.notification is None
    assert await started.messages() == [("bob@example.net", MessageState.SENT)]
