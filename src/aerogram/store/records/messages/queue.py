"""The queue as leases over the message table.

A queued message is due at ``due_ms``. Claiming it writes a lease id and moves ``due_ms`` to the
lease's end, so a lease that nobody renews falls due again by itself, and whoever held it can no
longer record an outcome: every write of a holder names the lease.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import ColumnElement, bindparam, case, func, literal_column, or_, select, text, update

from aerogram.store.records.messages.submissions import RANK_SHIFT
from aerogram.store.sql import Sql, Unit, any_of
from aerogram.store.tables import campaign_recipient, content, message, suppression, unsubscription

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from aerogram.store.sql import Row, Rows

# A literal, so that both engines see that the partial index serves.
_IS_QUEUED: Final[ColumnElement[bool]] = literal_column("message.state = 0")

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
"""The lanes that hold queued messages, by skipping through the index: cost grows with lanes, not messages."""

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
_FREE_ALL = Sql(
    update(message).where(_IS_QUEUED, message.c.lease != 0).values(due_ms=bindparam("now")),
    "now",
)


def claim(now_ms: int, until_ms: int, lease: int, most: int, held: Mapping[int, int]) -> Unit[Rows]:
    """Lease up to ``most`` due messages; give their rows in `LETTER_COLUMNS` order.

    ``held`` are the leases of whoever claims, by message: one that fell due is renewed and not given.
    Lanes of a lower rank are served first; the lanes of one rank share what is left equally.
    The lease column of a row is the old one: not 0 when its last holder never reported.
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
    """Take an equal share for each key; what one leaves goes to those that have more."""
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
    """Give the columns of contents that their letters need, in the order of `_CONTENTS`."""
    return (yield _CONTENTS(list(ids)))


def suppressed(addresses: Collection[str], now_ms: int) -> Unit[dict[tuple[int, str], str]]:
    """Tell which of the (lower-case) addresses are suppressed: (account, address) -> reason."""
    rows = yield _SUPPRESSED(list(addresses), now_ms)
    return {(account_id, address): reason for account_id, address, reason in rows}


def unsubscribed(addresses: Collection[str]) -> Unit[set[tuple[int, str]]]:
    """Tell who left the bulk mail of which account: (account, address as `suppression_key` writes it)."""
    rows = yield _UNSUBSCRIBED(list(addresses))
    return {(account_id, address) for account_id, address in rows}


def firsts_of_campaigns(
    accounts: Collection[int], campaigns: Collection[str], addresses: Collection[str]
) -> Unit[set[int]]:
    """Give the messages that were the first of one of the campaigns to one of the addresses."""
    rows = yield _FIRST_OF_CAMPAIGN(list(accounts), list(campaigns), list(addresses))
    return {message_id for (message_id,) in rows}


def renew(held: Collection[tuple[int, int]], until_ms: int) -> Unit[None]:
    """Keep the leases of (message, lease) pairs for longer."""
    # Sorted, as wherever several messages are locked, so that no two transactions wait for each other.
    yield _RENEW.many([(until_ms, message_id, lease) for message_id, lease in sorted(held)])


def release(held: Collection[tuple[int, int]], due_ms: int) -> Unit[None]:
    """Give (message, lease) pairs back without an attempt, due at a moment."""
    yield _RELEASE.many([(due_ms, message_id, lease) for message_id, lease in sorted(held)])


def next_due() -> Unit[int | None]:
    """Tell when the earliest queued message falls due; None when the queue is empty."""
    rows = yield _NEXT_DUE()
    return rows[0][0]  # type: ignore[no-any-return]


def depth() -> Unit[int]:
    """Count the queued messages."""
    rows = yield _DEPTH()
    return rows[0][0]  # type: ignore[no-any-return]


def free_all(now_ms: int) -> Unit[None]:
    """Let every leased message fall due now: for a store that has only one process, at its start."""
    yield _FREE_ALL(now_ms)
