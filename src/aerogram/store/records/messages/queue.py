"""The queue as leases over the message table.

A message waits under a queue key (`aerogram.store.records.messages.queue_keys`) and is due at ``due_ms``. A claim
(`aerogram.store.records.messages.claims`) writes a lease id and moves the message under the key of leased ones, with
``due_ms`` at the lease's end; a message whose lease is not renewed becomes due again. Every write of a worker names the
lease, so a worker whose lease was lost can no longer record an outcome.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import BigInteger, ColumnElement, bindparam, func, literal_column, or_, select, update

from aerogram.base.ids import MAX_NODE, SEQUENCE_BITS
from aerogram.store.records.messages.queue_keys import AS_DEFERRED, IS_LEASED
from aerogram.store.sql import Sql, Unit, any_of
from aerogram.store.tables import campaign_recipient, content, message, suppression, unsubscription

if TYPE_CHECKING:
    from collections.abc import Collection

    from aerogram.store.sql import Rows

# A literal, so that both engines use the partial index.
_IS_QUEUED: Final[ColumnElement[bool]] = literal_column("message.state = 0")
_NODE_OF_LEASE: Final[ColumnElement[int]] = literal_column(
    f"((message.lease >> {SEQUENCE_BITS}) & {MAX_NODE})", BigInteger
)
"""A lease is an id (`aerogram.base.ids`), which has the number of the node that made it."""

_RELEASE = Sql(
    update(message)
    .where(_IS_QUEUED, message.c.id == bindparam("which"), message.c.lease == bindparam("held"))
    .values(queue_key=AS_DEFERRED, due_ms=bindparam("now"), lease=0),
    "now",
    "which",
    "held",
)
_CONTENTS = Sql(
    select(
        content.c.id,
        content.c.kind,
        content.c.body,
        content.c.blob,
        content.c.reverse_path,
        content.c.from_email,
        content.c.smtputf8,
        content.c.dsn_ret,
        content.c.dsn_envid,
        content.c.subject,
        content.c.campaign,
        content.c.send_options,
    ).where(any_of(content.c.id, "ids")),
    "ids",
)
_SUPPRESSED = Sql(
    select(suppression.c.account_id, suppression.c.address, suppression.c.reason).where(
        any_of(suppression.c.address, "addresses", suppression.c.address.type),
        or_(suppression.c.until_ms.is_(None), suppression.c.until_ms > bindparam("now")),
    ),
    "addresses",
    "now",
)
_UNSUBSCRIBED = Sql(
    select(unsubscription.c.account_id, unsubscription.c.address).where(
        any_of(unsubscription.c.address, "addresses", unsubscription.c.address.type)
    ),
    "addresses",
)
_FIRST_OF_CAMPAIGN = Sql(
    select(campaign_recipient.c.message_id).where(
        any_of(campaign_recipient.c.account_id, "accounts"),
        any_of(campaign_recipient.c.campaign, "campaigns", campaign_recipient.c.campaign.type),
        any_of(campaign_recipient.c.address, "addresses", campaign_recipient.c.address.type),
    ),
    "accounts",
    "campaigns",
    "addresses",
)
_NEWEST = Sql(select(func.max(message.c.id)))
_FREE = Sql(
    update(message)
    .where(
        _IS_QUEUED,
        IS_LEASED,
        _NODE_OF_LEASE.between(bindparam("first_node"), bindparam("last_node")),
    )
    .values(due_ms=bindparam("now")),
    "first_node",
    "last_node",
    "now",
)


def contents(ids: Collection[int]) -> Unit[Rows]:
    """Return the columns of contents that letters need, in the order of `_CONTENTS`."""
    return (yield _CONTENTS(list(ids)))


def suppressed(addresses: Collection[str], now_ms: int) -> Unit[dict[tuple[int, str], str]]:
    """Return which of the (lower-case) addresses are suppressed: (account, address) -> reason."""
    rows = yield _SUPPRESSED(list(addresses), now_ms)
    return {(account_id, address): reason for account_id, address, reason in rows}


def unsubscribed(addresses: Collection[str]) -> Unit[set[tuple[int, str]]]:
    """Return who unsubscribed from which account's bulk mail: (account, suppression key of the address)."""
    rows = yield _UNSUBSCRIBED(list(addresses))
    return {(account_id, address) for account_id, address in rows}


def firsts_of_campaigns(
    accounts: Collection[int], campaigns: Collection[str], addresses: Collection[str]
) -> Unit[set[int]]:
    """Return the messages that were the first of one of the campaigns to one of the addresses."""
    rows = yield _FIRST_OF_CAMPAIGN(list(accounts), list(campaigns), list(addresses))
    return {message_id for (message_id,) in rows}


def release(held: Collection[tuple[int, int]], due_ms: int) -> Unit[None]:
    """Release (message, lease) pairs without an attempt; they become due at ``due_ms``."""
    yield _RELEASE.many([(due_ms, message_id, lease) for message_id, lease in sorted(held)])


def newest() -> Unit[int | None]:
    """Return the newest message; None when there is none. It reads one row of a store of any size."""
    rows = yield _NEWEST()
    return rows[0][0]  # type: ignore[no-any-return]


def free_all(now_ms: int) -> Unit[None]:
    """Make every leased message due now: for a store with a single process, at its start."""
    yield from free_of(0, MAX_NODE, now_ms)


def free_of(first_node: int, last_node: int, now_ms: int) -> Unit[None]:
    """Make the messages due now that were leased by processes with these node numbers, which have ended.

    It reads the leased messages only, however many wait.
    """
    yield _FREE(first_node, last_node, now_ms)
