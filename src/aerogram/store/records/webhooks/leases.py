"""Leases for sending webhook calls: one process at a time for each account, to keep its events in order.

A lease that is not renewed in time may be taken by another process. Its number is the fencing token that
every change of the account's outbox names. The clocks of the nodes must agree within a few seconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, select, text

from aerogram.store.sql import Sql, Unit, any_of
from aerogram.store.tables import callback_lease

if TYPE_CHECKING:
    from collections.abc import Collection

_HOLD = Sql(
    text(
        "INSERT INTO callback_lease (account_id, lease, until_ms) VALUES (:account_id, :lease, :until)"
        " ON CONFLICT (account_id) DO UPDATE SET lease = excluded.lease, until_ms = excluded.until_ms"
        " WHERE callback_lease.lease = excluded.lease OR callback_lease.until_ms < :now"
    ),
    "account_id",
    "lease",
    "until",
    "now",
)
_HELD = Sql(
    select(callback_lease.c.account_id).where(
        callback_lease.c.lease == bindparam("lease"), any_of(callback_lease.c.account_id, "accounts")
    ),
    "lease",
    "accounts",
)
_STILL_HELD = Sql(
    select(callback_lease.c.account_id)
    .where(
        callback_lease.c.account_id == bindparam("account_id"), callback_lease.c.lease == bindparam("lease")
    )
    .with_for_update(),
    "account_id",
    "lease",
)
_RELEASE = Sql(delete(callback_lease).where(callback_lease.c.lease == bindparam("lease")), "lease")
_FORGET_LEASES = Sql(delete(callback_lease))


def hold(account_ids: Collection[int], lease: int, now_ms: int, until_ms: int) -> Unit[set[int]]:
    """Take or renew the leases of accounts that no other process holds. Return the accounts held now."""
    # Sorted, so that two nodes lock the rows in the same order.
    yield _HOLD.many([(account_id, lease, until_ms, now_ms) for account_id in sorted(account_ids)])
    return {account_id for (account_id,) in (yield _HELD(lease, list(account_ids)))}


def release(lease: int) -> Unit[None]:
    """Release all leases of a process."""
    yield _RELEASE(lease)


def forget_leases() -> Unit[None]:
    """Release all leases: for a store with a single process, whose predecessor may have been killed."""
    yield _FORGET_LEASES()


def is_held(account_id: int, lease: int) -> Unit[bool]:
    """Return whether a lease still holds the account, and lock it until the commit."""
    return bool((yield _STILL_HELD(account_id, lease)))
