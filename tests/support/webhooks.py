"""A store with messages, events and callbacks, and senders with little patience, for the tests of webhooks."""

import asyncio
import itertools

from sqlalchemy import bindparam, func, select

from aerogram.base.clock import SystemClock
from aerogram.base.ids import IdGenerator
from aerogram.base.sealing import Sealer, new_master_key
from aerogram.model.event import EventKind
from aerogram.reporting.webhooks.schedule import Timings
from aerogram.store.records.messages import outcomes, submissions
from aerogram.store.records.webhooks import callbacks
from aerogram.store.sql import Sql
from aerogram.store.tables import callback, event, webhook_outbox
from support.readers import caught_up

QUICK = Timings(look_ms=50, pause_ms=5, retry_ms=100, give_up_ms=60_000, group_ms=100, lease_ms=1_000)
ACCOUNT = 5
DEFAULTS = {
    "body": b"",
    "blob": None,
    "size": 0,
    "kind": 1,
    "has_text": 1,
    "has_html": 0,
    "attachment_count": 0,
    "smtputf8": 0,
}
OUTBOX = Sql(
    select(webhook_outbox.c.callback_id, webhook_outbox.c.event_id, webhook_outbox.c.attempts).order_by(
        webhook_outbox.c.event_id
    )
)
COUNT = Sql(select(func.count()).select_from(webhook_outbox))
STATE = Sql(
    select(callback.c.status, callback.c.first_failure_ms, callback.c.last_failure).where(
        callback.c.id == bindparam("which")
    ),
    "which",
)
NEWEST = Sql(select(func.max(event.c.id)).where(event.c.message_id == bindparam("message_id")), "message_id")


class Mailroom:
    """Writes what the delivery of mail would write."""

    reads = True
    """What happens is read by the readers of the log at once."""

    def __init__(self, database):
        self.database = database
        self.clock = SystemClock()
        self.ids = IdGenerator(self.clock)
        self.sealer = Sealer(new_master_key())
        self.campaigns = {}
        self._numbers = itertools.count()

    async def callback(self, url, event_type="sent", *, is_backup=False, version=1, account_id=ACCOUNT):
        """Add a callback; give its id."""
        row = {
            "id": self.ids.next_id(),
            "account_id": account_id,
            "event_type": event_type,
            "url_sealed": self.sealer.seal(url),
            "is_backup": int(is_backup),
            "status": "alive",
            "version": version,
            "first_failure_ms": 0,
            "created_ms": self.clock.now_ms(),
        }
        assert await self.database.write(lambda: callbacks.add(row))
        return row["id"]

    async def messages(self, count, account_id=ACCOUNT):
        """Add messages of one content; give their ids."""
        return await self.mail(
            *(f"a{next(self._numbers)}@example.net" for _ in range(count)), account_id=account_id
        )

    async def mail(self, *recipients, account_id=ACCOUNT, send_options="", personal=""):
        """Add a mail to these recipients; give the ids of its messages."""
        content_id, now = self.ids.next_id(), self.clock.now_ms()
        content = dict.fromkeys(submissions.CONTENT_COLUMNS, "") | DEFAULTS
        content |= {"id": content_id, "account_id": account_id, "created_ms": now}
        content["send_options"] = send_options
        content |= {"custom_id": "r-17", "event_payload": '{"order":17}', "campaign": "spring"}
        made = []
        for recipient in recipients:
            values = dict.fromkeys(submissions.MESSAGE_COLUMNS, "")
            values |= {
                "id": self.ids.next_id(),
                "account_id": account_id,
                "content_id": content_id,
                "role": 1,
            }
            values |= {"queue_key": account_id, "due_ms": now, "created_ms": now, "updated_ms": now}
            values |= {"recipient": recipient, "domain": recipient.rpartition("@")[2], "personal": personal}
            values["uuid"] = self.ids.uuid_for(values["id"])
            made.append(values)
        rows = submissions.Rows(
            [tuple(content[name] for name in submissions.CONTENT_COLUMNS)],
            [tuple(values[name] for name in submissions.MESSAGE_COLUMNS) for values in made],
        )
        if account_id not in self.campaigns:
            self.campaigns[account_id] = self.ids.next_id()
            rows.campaigns.append((self.campaigns[account_id], account_id, "spring", now, 0))
        await self.database.write(lambda: submissions.add(rows))
        return [values["id"] for values in made]

    async def happen(
        self, message_ids, kind=EventKind.SENT, account_id=ACCOUNT, reply="250 2.0.0 Ok", **facts
    ):
        """Append an event for each message, as the recorder does; give their ids."""
        changes = [
            outcomes.Change(
                message_id=message_id,
                account_id=account_id,
                lease=0,
                state=0,
                due_ms=0,
                attempts=1,
                event_kind=kind,
                reply=reply,
                **{"is_live": True, **facts},
            )
            for message_id in message_ids
        ]
        now = self.clock.now_ms()
        await self.database.write(lambda: outcomes.append_events(changes, now))
        if self.reads:
            await caught_up(self.database, self.ids)
        return [await self.newest_event(message_id) for message_id in message_ids]

    async def newest_event(self, message_id):
        """Give the id of the last event of a message."""

        def unit():
            return (yield NEWEST(message_id))

        return (await self.database.read(unit))[0][0]

    async def outbox(self):
        """Give (callback id, event id, attempts) of all that is still to be told."""

        def unit():
            return (yield OUTBOX())

        return await self.database.read(unit)

    async def backlog(self):
        """Count what is still to be told."""

        def unit():
            rows = yield COUNT()
            return rows[0][0]

        return await self.database.read(unit)

    async def state(self, callback_id):
        """Give (status, first_failure_ms, last_failure) of a callback."""

        def unit():
            rows = yield STATE(callback_id)
            return rows[0]

        return await self.database.read(unit)


def message_ids(receiver):
    """The messages of the events that a receiver was told, in order."""
    return [event["MessageID"] for event in receiver.events]


async def eventually(condition, seconds=20):
    """Ask again and again until an async condition holds."""
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110 - what is waited for is in a store and tells nobody
            await asyncio.sleep(0.01)


class RunningSender:
    """A sender and its task, as in a process of its own."""

    def __init__(self, sender, http):
        self.sender = sender
        self._http = http
        self._task = asyncio.create_task(sender.run())

    async def stop(self):
        """End as a process that is asked to."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await self._http.close()

    async def kill(self):
        """End as a killed process: nothing more is written, and no lease is let go."""
        sender = self.sender
        sender._database = Unwritable(sender._database)
        for runner in sender._runners.values():
            runner._context.database = sender._database
        sender._held_until.clear()
        await self.stop()


class Unwritable:
    """A store that a killed process writes to no more."""

    def __init__(self, database):
        self._database = database
        self.engine = database.engine

    async def read(self, unit):
        return await self._database.read(unit)

    async def write(self, _):
        await asyncio.Event().wait()
