"""What readers did: events, counters, journal, and what follows from them, in one transaction."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec
from sqlalchemy import bindparam, delete, insert, select, text

from aerogram.base.clock import HOUR
from aerogram.model.event import EventKind, Verdict
from aerogram.model.message import ERASED_DOMAIN
from aerogram.store.records import event_log
from aerogram.store.records.suppressions import SuppressionRow, put_suppressions
from aerogram.store.sql import Sql, Unit, any_of
from aerogram.store.tables import content, event, message, unsubscription

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

SPAM: Final = "spam"
"""The reason of a suppression that a complaint made."""


class Addressee(NamedTuple):
    """A message as far as its reader's doings need it."""

    message_id: int
    account_id: int
    recipient: str
    state: int
    updated_ms: int
    """When its state was reached: for a message that was sent, when it was delivered."""


class Engaged(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a reader did, ready to be written."""

    event_id: int
    account_id: int
    message_id: int
    event_kind: int
    event_type: str
    at_ms: int
    address: str
    """The recipient, as `aerogram.wire.address.suppression_key` writes it."""
    agent: str = ""
    ip: str = ""
    url: str = ""
    geo: str = ""
    verdict: int = 0

    @property
    def is_of_contact(self) -> bool:
        """See `event_log.Fact`: what a scanner does is not done by the recipient."""
        return self.verdict != Verdict.SCANNER


class Subscriber(NamedTuple):
    """Whose subscription a page is about. ``sender`` is the From address of the mail."""

    account_id: int
    recipient: str
    sender: str


_ADDRESSEES = Sql(
    select(*(message.c["id" if name == "message_id" else name] for name in Addressee._fields)).where(
        any_of(message.c.id, "ids")
    ),
    "ids",
)
_EVENT: Final = (
    "id",
    "account_id",
    "message_id",
    "kind",
    "at_ms",
    "agent",
    "ip",
    "url",
    "geo",
    "verdict",
    "address",
)
_ADD_EVENT = Sql(insert(event).values({name: bindparam(name) for name in _EVENT}), *_EVENT)
_ERASED = Sql(
    select(message.c.id, message.c.domain)
    .where(any_of(message.c.id, "ids"))
    # Held, so that nobody is erased between this look and the commit; sorted, as wherever messages are locked.
    .order_by(message.c.id)
    .with_for_update(read=True),
    "ids",
)
_WRITTEN = Sql(select(event.c.id).where(any_of(event.c.id, "ids")), "ids")
_UNSUBSCRIBE = Sql(
    text(
        "INSERT INTO unsubscription (account_id, address, message_id, created_ms)"
        " VALUES (:account_id, :address, :message_id, :now)"
        " ON CONFLICT (account_id, address) DO NOTHING RETURNING address"
    ),
    "account_id",
    "address",
    "message_id",
    "now",
)
_SUBSCRIBER = Sql(
    select(message.c.account_id, message.c.recipient, content.c.from_email)
    .join_from(message, content, content.c.id == message.c.content_id)
    .where(message.c.id == bindparam("which")),
    "which",
)
_IS_UNSUBSCRIBED = Sql(
    select(unsubscription.c.address).where(
        unsubscription.c.account_id == bindparam("account_id"),
        unsubscription.c.address == bindparam("address"),
    ),
    "account_id",
    "address",
)
_SUBSCRIBE = Sql(
    delete(unsubscription)
    .where(
        unsubscription.c.account_id == bindparam("account_id"),
        unsubscription.c.address == bindparam("address"),
    )
    .returning(unsubscription.c.address),
    "account_id",
    "address",
)


def addressees(message_ids: Collection[int]) -> Unit[dict[int, Addressee]]:
    """Find messages by their ids; those that do not exist are missing."""
    rows = yield _ADDRESSEES(list(message_ids))
    return {row[0]: Addressee(*row) for row in rows}


def record(engaged: Sequence[Engaged], repeated: Collection[int] = ()) -> Unit[list[bool]]:
    """Write what readers did; tell of each whether it was news.

    No news, and not written, are what somebody does with mail that he got before he was erased, the unsubscription
    of an address that has left already, and those events of ``repeated`` (ids of events that may have been
    written by a commit whose answer was lost) that are in the log.
    """
    stale = yield from _of_erased(engaged)
    stale |= yield from _written(repeated)
    stale |= yield from _unsubscribe([each for each in engaged if each.event_id not in stale])
    news = sorted((each for each in engaged if each.event_id not in stale), key=_hour)
    for _, group in groupby(news, key=_hour):
        facts = list(group)
        add = _ADD_EVENT.many(
            [
                (
                    each.event_id,
                    each.account_id,
                    each.message_id,
                    each.event_kind,
                    each.at_ms,
                    each.agent,
                    each.ip,
                    each.url,
                    each.geo,
                    each.verdict,
                    each.address,
                )
                for each in facts
            ]
        )
        yield from event_log.append(add, facts, facts[0].at_ms)
    complaints = {
        (each.account_id, each.address): SuppressionRow(
            each.account_id, each.address, SPAM, each.agent, each.at_ms, None
        )
        for each in news
        if each.event_kind == EventKind.SPAM
    }
    if complaints:
        yield from put_suppressions([row for _, row in sorted(complaints.items())])
    return [each.event_id not in stale for each in engaged]


def subscriber(message_id: int) -> Unit[Subscriber | None]:
    """Tell whose subscription a message is about; None when it does not exist."""
    rows = yield _SUBSCRIBER(message_id)
    return Subscriber(*rows[0]) if rows else None


def is_unsubscribed(account_id: int, address: str) -> Unit[bool]:
    """Tell whether an address (a suppression key) left the account's bulk mail."""
    return bool((yield _IS_UNSUBSCRIBED(account_id, address)))


def subscribe(account_id: int, address: str) -> Unit[bool]:
    """Take an unsubscription back; tell whether there was one."""
    return bool((yield _SUBSCRIBE(account_id, address)))


def _of_erased(engaged: Sequence[Engaged]) -> Unit[set[int]]:
    """Give the events of messages whose recipients were erased, perhaps after the message was looked up."""
    rows = yield _ERASED(sorted({each.message_id for each in engaged}))
    erased = {message_id for message_id, domain in rows if domain == ERASED_DOMAIN}
    return {each.event_id for each in engaged if each.message_id in erased}


def _written(event_ids: Collection[int]) -> Unit[set[int]]:
    """Give those of these events that are in the log."""
    if not event_ids:
        return set()
    return {event_id for (event_id,) in (yield _WRITTEN(list(event_ids)))}


def _unsubscribe(engaged: Sequence[Engaged]) -> Unit[set[int]]:
    """Write the unsubscriptions; give the events of those that were in the store already."""
    stale: set[int] = set()
    leaving = [each for each in engaged if each.event_kind == EventKind.UNSUB]
    # Sorted, so that two transactions never wait for each other.
    for each in sorted(leaving, key=lambda each: (each.account_id, each.address, each.event_id)):
        made = yield _UNSUBSCRIBE(each.account_id, each.address, each.message_id, each.at_ms)
        if not made:
            stale.add(each.event_id)
    return stale


def _hour(each: Engaged) -> int:
    return each.at_ms // HOUR
