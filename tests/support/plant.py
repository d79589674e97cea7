"""A worker in the test's own loop over a real store, whose parts a test may break."""

import asyncio
import contextlib

from sqlalchemy import bindparam, select

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
from aerogram.model.event import EventKind
from aerogram.model.message import MessageState
from aerogram.queue.leases import Leases
from aerogram.senders.keyring import Keyring
from aerogram.senders.tracking_hosts import TrackingHosts
from aerogram.store.blobs import DiskBlobs
from aerogram.store.sql import Sql
from aerogram.store.tables import event, message
from aerogram.submission.accept import Acceptor
from support.submissions import a_submission, admitting

_FATE = Sql(
    select(message.c.state, message.c.reply, message.c.lease, message.c.reclaims).where(
        message.c.id == bindparam("which")
    ),
    "which",
)
_EVENTS = Sql(
    select(event.c.kind)
    .where(event.c.message_id == bindparam("which"), event.c.kind != int(EventKind.ACCEPTED))
    .order_by(event.c.id),
    "which",
)


class Plant:
    """Accept, queue and worker; every part may be replaced before `working`."""

    def __init__(self, database, folder, ids, clock):
        self.database, self.ids, self.clock = database, ids, clock
        self.blobs = DiskBlobs(folder / "blobs")
        self.acceptor = Acceptor(
            database, self.blobs, ids, clock, check_room=lambda: None, on_accepted=lambda _: None
        )
        self.leases = Leases(database, ids, clock)
        sealer = Sealer(new_master_key())
        self.hosts = TrackingHosts(database, clock, "https://mail.example.org")
        signer = LinkSigner(sealer.derived_key(KEY_PURPOSE))
        self.recipients = Recipients(database, clock)
        mint = LinkMint(signer, self.hosts.base_url)
        self.composer = Composer("mail.example.org", mint, self.recipients.known)
        self.keyring = Keyring(database, sealer, clock, is_signing=True)
        self.transport = CaptureTransport()
        self.recorded = []

    async def accept(self, *recipients, **facts):
        """Accept a mail; give the ids of its messages."""
        [accepted] = await self.acceptor.accept([a_submission(*recipients, **facts)])
        return [each.message_id for each in accepted]

    def worker(self):
        preparer = Preparer(self.composer, self.keyring, self.blobs)
        recorder = Recorder(
            database=self.database,
            blobs=self.blobs,
            clock=self.clock,
            schedule=DEFAULT_SCHEDULE,
            notifier=Notifier(
                preparer,
                self.ids,
                self.clock,
                admit=admitting(self.database, self.clock),
                hostname="mail.example.org",
                schedule=DEFAULT_SCHEDULE,
            ),
            on_recorded=self.recorded.extend,
        )
        return Worker(
            leases=self.leases,
            preparer=preparer,
            keyring=self.keyring,
            hosts=self.hosts,
            recipients=self.recipients,
            transport=self.transport,
            recorder=recorder,
        )

    @contextlib.asynccontextmanager
    async def working(self):
        """Have a worker; it must end by being stopped and not by an error."""
        worker = self.worker()
        task = asyncio.create_task(worker.run())
        try:
            yield worker
            assert not task.done(), task
        finally:
            await worker.stop(1.0)
            await asyncio.wait_for(task, 10)

    @contextlib.asynccontextmanager
    async def ticking(self, clock, step_ms):
        """Let a clock run, fast, while the block runs."""

        async def tick():
            while True:
                clock.advance(step_ms)
                await asyncio.sleep(0.1)

        task = asyncio.create_task(tick())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait([task])

    async def fate(self, message_id):
        """Give (state, reply, lease, reclaims)."""

        def unit():
            return (yield _FATE(message_id))

        [(state, *rest)] = await self.database.read(unit)
        return (MessageState(state), *rest)

    async def events(self, message_id):
        def unit():
            return (yield _EVENTS(message_id))

        return [kind for (kind,) in await self.database.read(unit)]

    async def until(self, message_id, state):
        """Wait until a message is in a state; give its reply."""
        async with asyncio.timeout(20):
            while True:
                found, reply, *_ = await self.fate(message_id)
                if found is state:
                    return reply
                await asyncio.sleep(0.02)
