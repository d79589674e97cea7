"""The queue as leases over the message table.

A queued message is due at ``due_ms``. A claim writes a lease id and moves ``due_ms`` to the lease's end, so a
message whose lease is not renewed becomes due again. Every write of a worker names the lease, so a worker
whose lease was lost can no longer record an outcome.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
    text,
    update,
)

from aerogram.base.ids import MAX_NODE, SEQUENCE_BITS
from aerogram.store.records.messages.submissions import RANK_SHIFT
from aerogram.store.sql import Sql, Unit, any_of
from aerogram.store.tables import campaign_recipient, content, message, suppression, unsubscription

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from aerogram.store.sql import Row, Rows

# A literal, so that both engines use the partial index.
_IS_QUEUED: Final[ColumnElement[bool]] = literal_column("message.state = 0")

_NODE_OF_LEASE: Final[ColumnElement[int]] = literal_column(
    f"((message.lease >> {SEQUENCE_BITS}) & {MAX_NODE})", BigInteger
)
"""A lease is an id (`aerogram.base.ids`), which has the number of the node that made it."""
_LONGEST_LEASE_MS: Final = 90_000
"""Leases of a process that died end before; what is due later is deferred, and need not be looked through."""

_QUEUE_KEYS = Sql(
    text(
        """
        WITH RECURSIVE queue_keys(queue_key) AS (
            SELECT min(queue_key) FROM message WHERE state = 0
            UNION ALL
            SELECT (SELECT min(queue_key) FROM message WHERE state = 0 AND message.queue_key > queue_keys.queue_key)
            FROM queue_keys WHERE queue_keys.queue_key IS NOT NULL
        )
        SELECT queue_key FROM queue_keys WHERE queue_key IS NOT NULL
        """
    )
)
"""The keys of all queued messages, by skipping through the index: cost grows with keys, not messages."""

LETTER_COLUMNS: Final = (
    message.c.id,
    message.c.uuid,
    message.c.account_id,
    message.c.content_id,
    message.c.recipient,
    message.c.attempts,
    message.c.reclaims,
    message.c.lease,
    message.c.created_ms,
    message.c.notify,
    message.c.orcpt,
    message.c.personal,
)
_OLD_LEASE: Final = LETTER_COLUMNS.index(message.c.lease)
_DUE = Sql(
    select(*LETTER_COLUMNS)
    .where(_IS_QUEUED, message.c.queue_key == bindparam("queue_key"), message.c.due_ms <= bindparam("now"))
    .order_by(message.c.due_ms)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True),
    "queue_key",
    "now",
    "most",
)
_LEASE = Sql(
    update(message)
    .where(message.c.id == bindparam("which"))
    .values(
        lease=bindparam("new_lease"),
        due_ms=bindparam("until"),
        reclaims=message.c.reclaims + case((message.c.lease != 0, 1), else_=0),
    ),
    "new_lease",
    "until",
    "which",
)
_RENEW = Sql(
    update(message)
    .where(_IS_QUEUED, message.c.id == bindparam("which"), message.c.lease == bindparam("held"))
    .values(due_ms=bindparam("until")),
    "until",
    "which",
    "held",
)
_RELEASE = Sql(
    update(message)
    .where(_IS_QUEUED, message.c.id == bindparam("which"), message.c.lease == bindparam("held"))
    .values(due_ms=bindparam("now"), lease=0),
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
_NEXT_DUE = Sql(select(func.min(message.c.due_ms)).where(_IS_QUEUED))
_DEPTH = Sql(select(func.count()).select_from(message).where(_IS_QUEUED))
_FREE_OF = Sql(
    update(message)
    .where(
        _IS_QUEUED,
        message.c.queue_key == bindparam("queue_key"),
        message.c.due_ms > bindparam("now"),
        message.c.due_ms <= bindparam("until"),
        message.c.lease != 0,
        _NODE_OF_LEASE.between(bindparam("first_node"), bindparam("last_node")),
    )
    .values(due_ms=bindparam("due")),
    "due",
    "queue_key",
    "now",
    "until",
    "first_node",
    "last_node",
)
_FREE_ALL = Sql(
    update(message).where(_IS_QUEUED, message.c.lease != 0).values(due_ms=bindparam("now")),
    "now",
)


def claim(now_ms: int, until_ms: int, lease: int, most: int, held: Mapping[int, int]) -> Unit[Rows]:
    """Lease up to ``most`` due messages. Return their rows in `LETTER_COLUMNS` order.

    ``held`` are the caller's own leases by message; one that became due is renewed and not returned. Queue
    keys of a lower rank are served first; the keys of one rank share the remaining places equally. The lease
    column of a row is the old lease: not 0 when its last holder never recorded an outcome.
    """
    queue_keys = [queue_key for (queue_key,) in (yield _QUEUE_KEYS())]
    claimed: list[Row] = []
    while queue_keys and len(claimed) < most:
        rank = queue_keys[0] >> RANK_SHIFT
        peers = [queue_key for queue_key in queue_keys if queue_key >> RANK_SHIFT == rank]
        queue_keys = queue_keys[len(peers) :]
        claimed.extend((yield from _claim_fairly(peers, now_ms, most - len(claimed))))
    if not claimed:
        return claimed
    others = [row for row in claimed if held.get(row[0], 0) != row[_OLD_LEASE] or not row[_OLD_LEASE]]
    if len(others) < len(claimed):
        yield from renew(held.items(), until_ms)
        claimed = others
    yield _LEASE.many([(lease, until_ms, row[0]) for row in claimed])
    return claimed


def _claim_fairly(queue_keys: list[int], now_ms: int, room: int) -> Unit[Rows]:
    """Take an equal share for each key; the places that one leaves go to those with more messages."""
    taken: dict[int, Rows] = {}
    for index, queue_key in enumerate(queue_keys):
        found = yield _DUE(queue_key, now_ms, room)
        if index == 0 and len(queue_keys) == 1:
            return found
        taken[queue_key] = found
    chosen: list[Row] = []
    turn = 0
    while len(chosen) < room and any(len(rows) > turn for rows in taken.values()):
        chosen.extend(rows[turn] for rows in taken.values() if len(rows) > turn)
        turn += 1
    return chosen[:room]


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


def renew(held: Collection[tuple[int, int]], until_ms: int) -> Unit[None]:
    """Extend the leases of (message, lease) pairs."""
    # Sorted, as everywhere that messages are locked, so that transactions never deadlock.
    yield _RENEW.many([(until_ms, message_id, lease) for message_id, lease in sorted(held)])


def release(held: Collection[tuple[int, int]], due_ms: int) -> Unit[None]:
    """Release (message, lease) pairs without an attempt; they become due at ``due_ms``."""
    yield _RELEASE.many([(due_ms, message_id, lease) for message_id, lease in sorted(held)])


def next_due() -> Unit[int | None]:
    """Return when the earliest queued message is due; None when the queue is empty."""
    rows = yield _NEXT_DUE()
    return rows[0][0]  # type: ignore[no-any-return]


def depth() -> Unit[int]:
    """Count the queued messages."""
    rows = yield _DEPTH()
    return rows[0][0]  # type: ignore[no-any-return]


def free_of(first_node: int, last_node: int, now_ms: int) -> Unit[None]:
    """Make the messages due now that were leased by processes with these node numbers, which have ended."""
    for (queue_key,) in (yield _QUEUE_KEYS()):
        yield _FREE_OF(now_ms, queue_key, now_ms, now_ms + _LONGEST_LEASE_MS, first_node, last_node)


def free_all(now_ms: int) -> Unit[None]:
    """Make every leased message due now: for a store with a single process, at its start."""
    yield _FREE_ALL(now_ms)
