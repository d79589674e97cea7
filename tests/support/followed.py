"""Mail and what becomes of it, written as delivery and readers write it, and the contacts that follow."""

from functools import partial

from sqlalchemy import bindparam, func, select

from aerogram.audience.following import follow_oldest
from aerogram.model.event import EventKind, Verdict
from aerogram.store.contact_tables import contact
from aerogram.store.event_tables import contact_journal, event
from aerogram.store.records import engagements
from aerogram.store.records.engagements import Engaged
from aerogram.store.sql import Sql
from aerogram.store.tables import suppression, unsubscription
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
_LEFT = Sql(select(func.count()).select_from(contact_journal))


class Post(Mailroom):
    """A mailroom whose readers do things, too."""

    async def sent(self, *recipients, **facts):
        """Mail to these recipients that is delivered; give the ids of its messages."""
        made = await self.mail(*recipients, **facts)
        await self.happen(made, account_id=facts.get("account_id", ACCOUNT))
        return made

    async def react(self, message_id, recipient, kind, at_ms, *, account_id=ACCOUNT, verdict=Verdict.HUMAN):
        """Let a reader do something with his message."""
        engaged = Engaged(
            event_id=self.ids.next_id(),
            account_id=account_id,
            message_id=message_id,
            event_kind=kind,
            event_type=EventKind(kind).name.lower(),
            at_ms=at_ms,
            address=suppression_key(recipient),
            verdict=verdict,
        )
        await self.database.write(lambda: engagements.record([engaged]))
        return engaged.event_id

    async def follow(self, most=BATCH):
        """Tell contacts of up to ``most`` events; give of how many."""
        return await self.database.write(partial(follow_oldest, most, self.ids))

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
            return (yield _LEFT())

        return (await self.database.read(unit))[0][0]
