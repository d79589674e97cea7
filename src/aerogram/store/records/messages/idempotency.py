"""Adding the submissions of calls that bear an idempotency key: each key's once, in one transaction.

A call first writes its key. Where the key stands already (and is not too old) nothing is written, and
whoever stands there owns it; PostgreSQL lets the later of two transactions wait for the earlier one.
Only an owner's submissions are added, in the transaction that made it the owner, so a key without
its messages never exists, nor do messages whose key was lost.
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
"""How long a key stands: longer than any client goes on trying."""
MOST_FORGOTTEN: Final = 100
"""Keys past their life that are removed with each commit: more than come with most, and soon done."""

_COLUMNS: Final = ("account_id", "key", "owner", "fingerprint", "receipts", "created_ms")
_CLAIM = Sql(
    text(
        "INSERT INTO idempotency (account_id, key, owner, fingerprint, receipts, created_ms)"
        " VALUES (:account_id, :key, :owner, :fingerprint, :receipts, :created_ms)"
        # Also where the condition fails the row is locked, so that nobody removes it before it is read.
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
    """What a call with a key would add. ``owner`` is an id of its own; ``receipts`` its answer, as text."""

    key: IdempotencyKey
    owner: int
    receipts: str
    rows: submissions.Rows


class Standing(msgspec.Struct, frozen=True):
    """Whose a key is: the id of the call that came first, what it asked for, and its receipts."""

    owner: int
    fingerprint: str
    receipts: str


def add(calls: Sequence[KeyedCall], now_ms: int) -> Unit[list[Standing]]:
    """Store the rows of those calls that are the first of their keys; tell for each call who was first."""
    too_old = now_ms - LIFE_MS
    # Sorted, so that two transactions never wait for each other; of equal keys the call that came first is first.
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


def find(key: IdempotencyKey, now_ms: int) -> Unit[Standing | None]:
    """Tell whose a key is; None while it is nobody's."""
    rows = yield _FIND_FRESH(key.account_id, key.key, now_ms - LIFE_MS)
    return Standing(*rows[0]) if rows else None


def forget(now_ms: int) -> Unit[int]:
    """Remove some keys past their life, as no call may come that would; gives how many."""
    return (yield from _forget(now_ms - LIFE_MS))


def _forget(too_old: int) -> Unit[int]:
    """Remove some keys past their life; those that others hold at the moment are left to them."""
    rows = yield _OLDEST(too_old)
    if rows:
        yield _FORGET.many([tuple(row) for row in rows])
    return len(rows)


def _row_of(call: KeyedCall, now_ms: int, too_old: int) -> Row:
    key = call.key
    return (key.account_id, key.key, call.owner, key.fingerprint, call.receipts, now_ms, too_old)


def _account_and_key(call: KeyedCall) -> tuple[int, str]:
    return call.key.account_id, call.key.key
