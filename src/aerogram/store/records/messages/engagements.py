"""Recording what recipients did: events, unsubscriptions and suppressions, in one transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec
from sqlalchemy import bindparam, delete, select, text

from aerogram.model.event import EngagementEvent, EventKind
from aerogram.model.message import ERASED_DOMAIN
from aerogram.store.records.events import log
from aerogram.store.records.messages.suppressions import SuppressionRow, put_suppressions
from aerogram.store.sql import Sql, Unit, any_of
from aerogram.store.tables import content, message, unsubscription
from aerogram.store.tables.events import IS_SHOWN, event

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

SPAM: Final = "spam"
"""The reason of a suppression after a complaint."""


class Addressee(NamedTuple):
    """The columns of a message that recording a recipient's actions needs."""

    message_id: int
    account_id: int
    recipient: str
    state: int
    updated_ms: int
    """When it reached its state: for a sent message, when it was delivered."""
    send_options: str
    """As `aerogram.model.send_options.packed` wrote them."""


class Engaged(msgspec.Struct, frozen=True, kw_only=True):
    """One action of a recipient, ready to be written."""

    account_id: int
    message_id: int
    event_kind: int
    at_ms: int
    address: str
    """The recipient, in the form of `aerogram.wire.address.suppression_key`."""
    agent: str = ""
    ip: str = ""
    url: str = ""
    geo: str = ""
    verdict: int = 0
    is_sandboxed: bool = False
    """On mail of a sandbox credential: it is an event, and changes nothing for other mail to the address."""
    is_repeated: bool = False
    """An earlier commit of it may or may not have succeeded."""

    @property
    def event(self) -> EngagementEvent:
        """The event for the log."""
        return EngagementEvent(
            self.account_id,
            self.message_id,
            self.event_kind,
            self.at_ms,
            self.agent,
            self.ip,
            self.url,
            self.geo,
            self.verdict,
            self.address,
        )


class Subscriber(NamedTuple):
    """The recipient of an unsubscribe page. ``sender`` is the From address of the mail."""

    account_id: int
    recipient: str
    sender: str
    send_options: str


_ADDRESSEES = Sql(
    select(
        *(message.c["id" if name == "message_id" else name] for name in Addressee._fields[:-1]),
        content.c.send_options,
    )
    .join_from(message, content, content.c.id == message.c.content_id)
    .where(any_of(message.c.id, "ids")),
    "ids",
)
_ERASED = Sql(
    select(message.c.id, message.c.domain)
    .where(any_of(message.c.id, "ids"))
    # Locked, so that no recipient is erased before the commit; sorted, as wherever messages are locked.
    .order_by(message.c.id)
    .with_for_update(read=True),
    "ids",
)
_WRITTEN = Sql(
    select(*(event.c[name] for name in EngagementEvent._fields)).where(
        any_of(event.c.message_id, "ids"), IS_SHOWN
    ),
    "ids",
)
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
    select(message.c.account_id, message.c.recipient, content.c.from_email, content.c.send_options)
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
    """Find messages by their ids; unknown ids are missing from the result."""
    rows = yield _ADDRESSEES(list(message_ids))
    return {row[0]: Addressee(*row) for row in rows}


def record(engaged: Sequence[Engaged]) -> Unit[list[bool]]:
    """Record actions of recipients. Return for each whether it was new.

    Three kinds of action are not new and not recorded: an action on mail to a recipient who has been erased,
    the unsubscription of an address that is already unsubscribed, and one that ``is_repeated`` and already in
    the log.
    """
    erased = yield from _erased(engaged)
    written = yield from _written(engaged)
    is_news = [
        each.message_id not in erased and not (each.is_repeated and each.event in written) for each in engaged
    ]
    for index in _leaving(engaged, is_news):
        each = engaged[index]
        made = yield _UNSUBSCRIBE(each.account_id, each.address, each.message_id, each.at_ms)
        is_news[index] = bool(made)
    news = [each for each, is_new in zip(engaged, is_news, strict=True) if is_new]
    if news:
        yield from log.append([each.event for each in news])
    complaints = {
        (each.account_id, each.address): SuppressionRow(
            each.account_id, each.address, SPAM, each.agent, each.at_ms, None
        )
        for each in news
        if each.event_kind == EventKind.SPAM and not each.is_sandboxed
    }
    if complaints:
        yield from put_suppressions([row for _, row in sorted(complaints.items())])
    return is_news


def subscriber(message_id: int) -> Unit[Subscriber | None]:
    """Return the subscriber of a message; None when the message does not exist."""
    rows = yield _SUBSCRIBER(message_id)
    return Subscriber(*rows[0]) if rows else None


def is_unsubscribed(account_id: int, address: str) -> Unit[bool]:
    """Return whether an address (a suppression key) is unsubscribed from the account's bulk mail."""
    return bool((yield _IS_UNSUBSCRIBED(account_id, address)))


def subscribe(account_id: int, address: str) -> Unit[bool]:
    """Delete an unsubscription. Return whether it existed."""
    return bool((yield _SUBSCRIBE(account_id, address)))


def _erased(engaged: Sequence[Engaged]) -> Unit[set[int]]:
    """Return the messages whose recipients were erased, perhaps after the message was looked up."""
    rows = yield _ERASED(sorted({each.message_id for each in engaged}))
    return {message_id for message_id, domain in rows if domain == ERASED_DOMAIN}


def _written(engaged: Sequence[Engaged]) -> Unit[set[EngagementEvent]]:
    """Return the events in the log for the messages of repeated actions.

    Equal actions on a message, by the same client in the same millisecond, count once.
    """
    repeated = sorted({each.message_id for each in engaged if each.is_repeated})
    if not repeated:
        return set()
    return {EngagementEvent(*row) for row in (yield _WRITTEN(repeated))}


def _leaving(engaged: Sequence[Engaged], is_news: Sequence[bool]) -> list[int]:
    """Return the indexes of the unsubscriptions, sorted so that two transactions never deadlock."""
    places = [
        index
        for index, each in enumerate(engaged)
        if is_news[index] and each.event_kind == EventKind.UNSUB and not each.is_sandboxed
    ]
    return sorted(places, key=lambda index: (engaged[index].account_id, engaged[index].address, index))
