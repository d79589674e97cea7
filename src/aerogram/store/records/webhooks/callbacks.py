"""Webhooks of an account: Mailjet's eventcallbackurl. The caller seals the URL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, delete, select, text, update

from aerogram.store.sql import Sql, Unit
from aerogram.store.tables import callback, webhook_outbox

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aerogram.store.sql import Rows

COLUMNS: Final = (
    "id",
    "account_id",
    "event_type",
    "url_sealed",
    "is_backup",
    "status",
    "version",
    "first_failure_ms",
    "created_ms",
)
_CHANGEABLE: Final = ("event_type", "url_sealed", "is_backup", "status", "version", "first_failure_ms")
_ALL = Sql(
    select(*(callback.c[name] for name in COLUMNS))
    .where(callback.c.account_id == bindparam("account_id"))
    .order_by(callback.c.id),
    "account_id",
)
_ADD = Sql(
    text(
        "INSERT INTO callback (id, account_id, event_type, url_sealed, is_backup, status, version,"
        " first_failure_ms, created_ms)"
        " VALUES (:id, :account_id, :event_type, :url_sealed, :is_backup, :status, :version,"
        " :first_failure_ms, :created_ms)"
        " ON CONFLICT (account_id, event_type, is_backup) DO NOTHING RETURNING id"
    ),
    *COLUMNS,
)
_TAKEN = Sql(
    select(callback.c.id).where(
        callback.c.account_id == bindparam("account_id"),
        callback.c.event_type == bindparam("event_type"),
        callback.c.is_backup == bindparam("is_backup"),
        callback.c.id != bindparam("id"),
    ),
    "account_id",
    "event_type",
    "is_backup",
    "id",
)
_OWN: Final = (callback.c.id == bindparam("which")) & (callback.c.account_id == bindparam("owner"))
_CHANGE = Sql(
    update(callback).where(_OWN).values({name: bindparam(f"new_{name}") for name in _CHANGEABLE}),
    "which",
    "owner",
    *(f"new_{name}" for name in _CHANGEABLE),
)
_REMOVE = Sql(delete(callback).where(_OWN), "which", "owner")
_FORGET = Sql(
    delete(webhook_outbox).where(
        webhook_outbox.c.callback_id == bindparam("which"),
        webhook_outbox.c.account_id == bindparam("owner"),
    ),
    "which",
    "owner",
)


def all_of(account_id: int) -> Unit[list[dict[str, Any]]]:
    """Return the callbacks of an account by their `COLUMNS`, oldest first; at most 14."""
    rows: Rows = yield _ALL(account_id)
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows]


def add(row: Mapping[str, Any]) -> Unit[bool]:
    """Add a callback; False when the account already has one for this event type and rank."""
    added = yield _ADD(*(row[name] for name in COLUMNS))
    return bool(added)


def change(row: Mapping[str, Any]) -> Unit[bool]:
    """Write the values of a callback; False when another callback has its event type and rank."""
    if (yield _TAKEN(row["account_id"], row["event_type"], row["is_backup"], row["id"])):
        return False
    yield _CHANGE(row["id"], row["account_id"], *(row[name] for name in _CHANGEABLE))
    return True


def remove(account_id: int, callback_id: int) -> Unit[None]:
    """Delete a callback and its outbox."""
    yield _FORGET(callback_id, account_id)
    yield _REMOVE(callback_id, account_id)
