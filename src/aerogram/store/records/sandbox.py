"""What was made in the sandbox, and the one rule about who may change it.

A caller in the sandbox changes only records that were made there. A record that any other caller changes is live
from then on. Ids are unique over all tables, so one table of ids says it for every kind of record.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, bindparam, delete, select, text

from aerogram.base.errors import ForbiddenError
from aerogram.store.sql import Sql, Unit, any_of
from aerogram.store.tables.accounts import sandbox_record

if TYPE_CHECKING:
    from collections.abc import Collection

_SOME = (sandbox_record.c.account_id == bindparam("owner")) & any_of(sandbox_record.c.id, "ids", BigInteger)
_MARK = Sql(
    text("INSERT INTO sandbox_record (id, account_id) VALUES (:id, :owner) ON CONFLICT (id) DO NOTHING"),
    "id",
    "owner",
)
_HOLD = Sql(
    # Locked, so that no other caller makes it live before the commit; sorted, so that writers cannot deadlock.
    select(sandbox_record.c.id).where(_SOME).order_by(sandbox_record.c.id).with_for_update(),
    "owner",
    "ids",
)
_FIND = Sql(select(sandbox_record.c.id).where(_SOME), "owner", "ids")
_LEAVE = Sql(delete(sandbox_record).where(_SOME), "owner", "ids")


def outside_of_sandbox() -> ForbiddenError:
    """Build the refusal of every door."""
    return ForbiddenError(
        "This key is in the sandbox: it reads and sends, and changes only what was made in the sandbox."
    )


def mark(account_id: int, ids: Collection[int], *, is_sandboxed: bool) -> Unit[None]:
    """Record that a caller in the sandbox made these records; do nothing for other callers."""
    if is_sandboxed and ids:
        yield _MARK.many([(each, account_id) for each in sorted(ids)])


def touch(account_id: int, ids: Collection[int], *, is_sandboxed: bool) -> Unit[None]:
    """Let a caller change these records.

    Raises `ForbiddenError` for a caller in the sandbox if one of them was not made there, or has become live. Other
    callers make them live.
    """
    if not ids:
        return
    if not is_sandboxed:
        yield from leave(account_id, ids)
    elif (yield from hold_own(account_id, ids)) != set(ids):
        raise outside_of_sandbox()


def leave(account_id: int, ids: Collection[int]) -> Unit[None]:
    """Make records live."""
    if ids:
        yield _LEAVE(account_id, sorted(ids))


def hold_own(account_id: int, ids: Collection[int]) -> Unit[set[int]]:
    """Return those of the records that were made in the sandbox and are still there; lock them until the commit."""
    rows = yield _HOLD(account_id, sorted(ids))
    return {each for (each,) in rows}


def find_own(account_id: int, ids: Collection[int]) -> Unit[set[int]]:
    """Return what `hold_own` returns, without a lock."""
    rows = yield _FIND(account_id, sorted(ids))
    return {each for (each,) in rows}
