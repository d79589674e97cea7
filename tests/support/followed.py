"""Mail and what becomes of it, written as delivery and readers write it, and the contacts that follow."""

from functools import partial

from sqlalchemy import bindparam, select

from aerogram.audience.following import contact_address, contacts_reader
from aerogram.model.event import Verdict
from aerogram.store.records.events import reading
from aerogram.store.records.events.of_contacts import of_contacts
from aerogram.store.records.messages import engagements
from aerogram.store.records.messages.engagements import Engaged
from aerogram.store.sql import Sql
from aerogram.store.tables import suppression, unsubscription
from aerogram.store.tables.contacts import contact
from aerogram.store.tables.events import event
from aerogram.wire.address import suppression_key
from support.webhooks import ACCOUNT, Mailroom

BATCH = 1_000
_CONTACTS = Sql(
    select(*contact.columns)
    .where(contact.c.account_id == bindparam("of_account"))
    .order_by(contact.c.email, contact.c.id),
    "of_account",
)
_KEPT = [
    Sql(select(table.c.account_id).where(table.c.address == bindparam("address")), "address")
    for table in (event, suppression, unsubscription)
]


class Post(Mailroom):
    """A mailroom whose readers do things, too."""

    reads = False

    async def sent(self, *recipients, **facts):
        """Mail to these recipients that is delivered; give the ids of its messages."""
        made = await self.mail(*recipients, **facts)
        await self.happen(made, account_id=facts.get("account_id", ACCOUNT))
        return made

    async def react(self, message_id, recipient, kind, at_ms, *, account_id=ACCOUNT, verdict=Verdict.HUMAN):
        """Let a recipient do something with their message."""
        engaged = Engaged(
            account_id=account_id,
            message_id=message_id,
            event_kind=kind,
            at_ms=at_ms,
            address=suppression_key(recipient),
            verdict=verdict,
        )
        await self.database.write(lambda: engagements.record([engaged]))

    async def follow(self, most=BATCH):
        """Tell contacts of up to ``most`` events; give of how many."""
        await self.database.write(partial(reading.register, ["contacts"]))
        told = amount = 0
        while told < most:
            amount, more = await self.database.write(partial(follow, most - told, self.ids))
            told += more
            if not amount:
                break
        return told

    async def contacts(self, account_id=ACCOUNT):
        """Give the contacts of an account by address."""

        def unit():
            return (yield _CONTACTS(account_id))

        names = [column.name for column in contact.columns]
        rows = [dict(zip(names, row, strict=True)) for row in await self.database.read(unit)]
        return {row["email"]: row for row in rows}

    async def kept_of(self, address):
        """Give the rows of events, suppressions and unsubscriptions that bear an address."""

        def unit():
            kept = []
            for statement in _KEPT:
                kept += yield statement(address)
            return kept

        return await self.database.read(unit)

    async def left(self):
        """Count the events that contacts have still to be told of."""

        def unit():
            cursor = (yield from reading.cursors()).get("contacts", reading.START)
            rows = yield from of_contacts(reading.Batch(cursor, reading.END))
            return [row for row in rows if contact_address(row.recipient)]

        return len(await self.database.read(unit))


def follow(most, ids):
    """Take a step of the contacts' reader; give how many events it read, and how many of them were of contacts."""
    told = []

    def handle(batch):
        told.extend((yield from of_contacts(batch)))
        return (yield from contacts_reader(ids).handle(batch))

    step = yield from reading.step("contacts", "", most, handle)
    return step.amount, len(told)
