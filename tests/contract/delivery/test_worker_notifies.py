"""The worker records outcomes together with their notifications, and without them when it must."""

import asyncio
import contextlib
import threading

import msgspec
import pytest
from sqlalchemy import select

from aerogram.base.sealing import Sealer, new_master_key
from aerogram.content.compose import Composer
from aerogram.delivery.carrier import CaptureCarrier
from aerogram.delivery.notifier import Notifier
from aerogram.delivery.prepare import Preparer
from aerogram.delivery.recorder import Recorder
from aerogram.delivery.retry import DEFAULT_SCHEDULE
from aerogram.delivery.worker import Worker
from aerogram.model.message import MessageState, Recipient
from aerogram.queue.leases import Leases
from aerogram.senders.keyring import Keyring
from aerogram.store.blobs import DiskBlobs
from aerogram.store.sql import Sql
from aerogram.store.tables import message
from aerogram.submission.accept import Acceptor
from support.submissions import a_submission

_MESSAGES = Sql(select(message.c.recipient, message.c.state).order_by(message.c.id))


def messages():
    return (yield _MESSAGES())


class House:
    """A worker that captures all mail, over a real store."""

    def __init__(self, database, ids, clock, folder, hostname):
        blobs = DiskBlobs(folder / "blobs")
        keyring = Keyring(database, Sealer(new_master_key()), clock, is_signing=False)
        preparer = Preparer(Composer("mail.example.org"), keyring, blobs)
        self.database = database
        self.recorded = asyncio.Queue()
        self.notifier = Notifier(preparer, ids, clock, hostname=hostname, schedule=DEFAULT_SCHEDULE)
        recorder = Recorder(
            database=database,
            blobs=blobs,
            ids=ids,
            clock=clock,
            schedule=DEFAULT_SCHEDULE,
            notifier=self.notifier,
            on_recorded=lambda changes: [self.recorded.put_nowait(change) for change in changes],
        )
        self.worker = Worker(
            leases=Leases(database, ids, clock),
            preparer=preparer,
            keyring=keyring,
            carrier=CaptureCarrier(),
            recorder=recorder,
        )
        self._acceptor = Acceptor(
            database, blobs, ids, clock, check_room=lambda: None, on_accepted=lambda _: self.worker.wake()
        )

    async def send(self, notify):
        recipients = (Recipient("bob@example.net", notify=notify),)
        await self._acceptor.accept([msgspec.structs.replace(a_submission(), recipients=recipients)])

    async def next_recorded(self):
        async with asyncio.timeout(20):
            return await self.recorded.get()

    @contextlib.asynccontextmanager
    async def running(self):
        running = asyncio.create_task(self.worker.run())
        try:
            yield self
        finally:
            await self.worker.stop(1.0)
            await running

    async def messages(self):
        return await self.database.read(messages)


@pytest.fixture
def house(database, ids, clock, tmp_path):
    return lambda hostname="mail.example.org": House(database, ids, clock, tmp_path, hostname)


async def test_a_notification_is_sent_without_waiting_for_the_next_look(house):
    async with house().running() as started:
        await started.send("SUCCESS")
        first, second = await started.next_recorded(), await started.next_recorded()
    assert (first.notification is None, second.notification) == (False, None)
    assert await started.messages() == [
        ("bob@example.net", MessageState.SENT),
        ("ann@example.org", MessageState.SENT),
    ]


async def test_what_is_being_written_when_the_worker_stops_is_recorded(house):
    made = house()
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


async def test_an_outcome_is_recorded_even_if_its_notification_cannot_be_written(house):
    async with house(hostname="").running() as started:
        await started.send("SUCCESS")
        change = await started.next_recorded()
    assert change.notification is None
    assert await started.messages() == [("bob@example.net", MessageState.SENT)]
