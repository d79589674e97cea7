"""Adding the submissions of calls with an idempotency key, once for each key, in one transaction.

A call first inserts its key. If the key already exists and has not expired, nothing is written and the
earlier call stays its owner; on PostgreSQL the later of two transactions waits for the earlier one. Only an
owner's submissions are added, in the transaction that made it the owner. So there is never a key without its
messages, nor messages without their key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
from sqlalchemy import bindparam, delete, select, text

from aerogram.base.clock import DAY
from aerogram.store.records.messages import acceptance, submissions
from aerogram.store.sql import Sql, Unit, any_of
from aerogram.store.tables import idempotency

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aerogram.model.idempotency import IdempotencyKey
    from aerogram.store.sql import Row

LIFE_MS: Final = DAY
"""How long a key is valid: longer than any client retries."""
MOST_FORGOTTEN: Final = 100
"""Expired keys that are removed with each commit: more than most commits add, and still quick."""

_COLUMNS: Final = ("account_id", "key", "owner", "fingerprint", "receipts", "created_ms")
_CLAIM = Sql(
    text(
        "INSERT INTO idempotency (account_id, key, owner, fingerprint, receipts, created_ms)"
        " VALUES (:account_id, :key, :owner, :fingerprint, :receipts, :created_ms)"
        # The row is locked even when the condition fails, so that it is not removed before it is read.
        " ON CONFLICT (account_id, key) DO UPDATE SET owner = excluded.owner,"
        " fingerprint = excluded.fingerprint, receipts = excluded.receipts, created_ms = excluded.created_ms"
        " WHERE idempotency.created_ms < :too_old"
    ),
    *_COLUMNS,
    "too_old",
)
_FIND = Sql(
    select(*(idempotency.c[name] for name in _COLUMNS[:-1])).where(
        any_of(idempotency.c.account_id, "accounts"),
        any_of(idempotency.c.key, "keys", idempotency.c.key.type),
    ),
    "accounts",
    "keys",
)
_FIND_FRESH = Sql(
    select(idempotency.c.owner, idempotency.c.fingerprint, idempotency.c.receipts).where(
        idempotency.c.account_id == bindparam("account_id"),
        idempotency.c.key == bindparam("key"),
        idempotency.c.created_ms >= bindparam("too_old"),
    ),
    "account_id",
    "key",
    "too_old",
)
_OLDEST = Sql(
    select(idempotency.c.account_id, idempotency.c.key)
    .where(idempotency.c.created_ms < bindparam("too_old"))
    .order_by(idempotency.c.created_ms)
    .limit(MOST_FORGOTTEN)
    .with_for_update(skip_locked=True),
    "too_old",
)
_FORGET = Sql(
    delete(idempotency).where(
        idempotency.c.account_id == bindparam("whose"), idempotency.c.key == bindparam("which")
    ),
    "whose",
    "which",
)


class KeyedCall(msgspec.Struct, frozen=True):
    """What a call with a key would add. ``owner`` is a new id; ``receipts`` is its response, as text."""

    key: IdempotencyKey
    owner: int
    receipts: str
    rows: submissions.Rows


class Standing(msgspec.Struct, frozen=True):
    """The owner of a key: the id of the first call, the fingerprint of its request, and its receipts."""

    owner: int
    fingerprint: str
    receipts: str


def add(calls: Sequence[KeyedCall], now_ms: int) -> Unit[list[Standing]]:
    """Store the rows of the calls that own their keys. Return the owner of each call's key."""
    too_old = now_ms - LIFE_MS
    # Sorted, so that transactions never deadlock; stable, so the first call of a key stays first.
    in_order = sorted(calls, key=_account_and_key)
    yield _CLAIM.many([_row_of(call, now_ms, too_old) for call in in_order])
    rows = yield _FIND(list({call.key.account_id for call in calls}), list({call.key.key for call in calls}))
    standing = {(account_id, key): Standing(*rest) for account_id, key, *rest in rows}
    found = [standing[_account_and_key(call)] for call in calls]
    added = submissions.Rows()
    for call, owner in zip(calls, found, strict=True):
        if owner.owner == call.owner:
            added.extend(call.rows)
    if added.contents:
        yield from acceptance.add(added, now_ms)
    yield from _forget(too_old)
    return found


def added(calls: Sequence[KeyedCall], found: Sequence[Standing]) -> int:
    """Return how many messages `add` added, from what it found."""
    return sum(
        len(call.rows.messages)
        for call, standing in zip(calls, found, strict=True)
        if standing.owner == call.owner
    )


def find(key: IdempotencyKey, now_ms: int) -> Unit[Standing | None]:
    """Return the owner of a key; None when there is none."""
    rows = yield _FIND_FRESH(key.account_id, key.key, now_ms - LIFE_MS)
    return Standing(*rows[0]) if rows else None


def forget(now_ms: int) -> Unit[int]:
    """Remove some expired keys, in case no call does. Return how many."""
    return (yield from _forget(now_ms - LIFE_MS))


def _forget(too_old: int) -> Unit[int]:
    """Remove some expired keys; skip those that another transaction has locked."""
    rows = yield _OLDEST(too_old)
    if rows:
        yield _FORGET.many([tuple(row) for row in rows])
    return len(rows)


def _row_of(call: KeyedCall, now_ms: int, too_old: int) -> Row:
    key = call.key
    return (key.account_id, key.key, call.owner, key.fingerprint, call.receipts, now_ms, too_old)


def _account_and_key(call: KeyedCall) -> tuple[int, str]:
    return call.key.account_id, call.key.key
