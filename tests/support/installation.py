"""A worker that captures all mail, over a real store, with what it stands on."""

import asyncio
import contextlib

import msgspec
from sqlalchemy import select

from aerogram.audience.recipients import Recipients
from aerogram.base.sealing import Sealer, new_master_key
from aerogram.content.compose import Composer
from aerogram.content.personal.minting import LinkMint
from aerogram.content.tokens import KEY_PURPOSE, LinkSigner
from aerogram.delivery.notices.notifier import Notifier
from aerogram.delivery.outcomes.recorder import Recorder
from aerogram.delivery.prepare import Preparer
from aerogram.delivery.retry import DEFAULT_SCHEDULE
from aerogram.delivery.transport import CaptureTransport
from aerogram.delivery.worker import Worker
from aerogram.model.message import Recipient
from aerogram.queue.leases import Leases
from aerogram.senders.keyring import Keyring
from aerogram.senders.tracking_hosts import TrackingHosts
from aerogram.store.blobs import DiskBlobs
from aerogram.store.sql import Sql
from aerogram.store.tables import message
from aerogram.submission.accept import Acceptor
from support.submissions import a_submission, admitting

_MESSAGES = Sql(select(message.c.recipient, message.c.state).order_by(message.c.id))


def messages():
    return (yield _MESSAGES())


class Installation:
    """A worker that captures all mail, over a real store."""

    def __init__(self, database, ids, clock, folder, hostname):
        blobs = DiskBlobs(folder / "blobs")
        sealer = Sealer(new_master_key())
        keyring = Keyring(database, sealer, clock, is_signing=False)
        hosts = TrackingHosts(database, clock, "https://mail.example.org")
        self.signer = LinkSigner(sealer.derived_key(KEY_PURPOSE))
        recipients = Recipients(database, clock)
        composer = Composer("mail.example.org", LinkMint(self.signer, hosts.base_url), recipients.known)
        self.preparer = Preparer(composer, keyring, blobs)
        self.database = database
        self.recorded = asyncio.Queue()
        self.notifier = Notifier(
            self.preparer,
            ids,
            clock,
            admit=admitting(database, clock),
            hostname=hostname,
            schedule=DEFAULT_SCHEDULE,
        )
        recorder = Recorder(
            database=database,
            blobs=blobs,
            clock=clock,
            schedule=DEFAULT_SCHEDULE,
            notifier=self.notifier,
            on_recorded=lambda changes: [self.recorded.put_nowait(change) for change in changes],
        )
        self.worker = Worker(
            leases=Leases(database, ids, clock),
            preparer=self.preparer,
            keyring=keyring,
            hosts=hosts,
            recipients=recipients,
            transport=CaptureTransport(),
            recorder=recorder,
        )
        self._acceptor = Acceptor(
            database, blobs, ids, clock, check_room=lambda: None, on_accepted=lambda _: self.worker.wake()
        )

    async def send(self, notify):
        await self.submit(Recipient("bob@example.net", notify=notify))

    async def submit(self, *recipients, **facts):
        """Submit a mail; give what its recipients became."""
        submission = msgspec.structs.replace(a_submission(**facts), recipients=recipients)
        [accepted] = await self._acceptor.accept([submission])
        return accepted

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
