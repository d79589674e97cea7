"""Senders: the addresses and whole domains (``*@domain``) from which an account may send."""

from __future__ import annotations

from typing import Final, NamedTuple

from sqlalchemy import bindparam, select, text, update

from aerogram.model.sender import ACTIVE, DELETED, UNKNOWN_TYPE
from aerogram.store.sql import Sql, Unit
from aerogram.store.tables import sender


class SenderRow(NamedTuple):
    """A sender; ``email`` is an address or ``*@domain``, in lower case."""

    id: int
    account_id: int
    email: str
    name: str
    status: str
    email_type: str
    is_default: int
    created_ms: int


_COLUMNS: Final = tuple(sender.c[name] for name in SenderRow._fields)
_OF_ACCOUNT = Sql(
    select(*_COLUMNS)
    .where(sender.c.account_id == bindparam("account_id"), sender.c.status != DELETED)
    .order_by(sender.c.id),
    "account_id",
)
_FIND = Sql(
    select(*_COLUMNS).where(
        sender.c.account_id == bindparam("account_id"), sender.c.email == bindparam("email")
    ),
    "account_id",
    "email",
)
_ACTIVATE = Sql(
    text(
        "INSERT INTO sender (id, account_id, email, name, status, email_type, is_default, created_ms)"
        " VALUES (:id, :account_id, :email, :name, :status, :email_type, :is_default, :created_ms)"
        " ON CONFLICT (account_id, email) DO UPDATE SET status = excluded.status"
    ),
    *SenderRow._fields,
)
_SET_STATUS = Sql(
    update(sender)
    .where(sender.c.account_id == bindparam("account"), sender.c.email == bindparam("which"))
    .values(status=bindparam("new_status")),
    "new_status",
    "account",
    "which",
)


def active_sender(sender_id: int, account_id: int, email: str, now_ms: int) -> SenderRow:
    """Make the row of a sender that is already active; ``email`` is in its stored form."""
    return SenderRow(sender_id, account_id, email, "", ACTIVE, UNKNOWN_TYPE, 0, now_ms)


def of_account(account_id: int) -> Unit[list[SenderRow]]:
    """Return an account's senders that are not deleted, the oldest first."""
    rows = yield _OF_ACCOUNT(account_id)
    return [SenderRow(*row) for row in rows]


def find(account_id: int, email: str) -> Unit[SenderRow | None]:
    """Return a sender by its stored form, with any status."""
    rows = yield _FIND(account_id, email)
    return SenderRow(*rows[0]) if rows else None


def activate(row: SenderRow) -> Unit[None]:
    """Add an active sender; activate one that exists, inactive or deleted, and keep its name."""
    yield _ACTIVATE(*row)


def remove(account_id: int, email: str) -> Unit[bool]:
    """Mark a sender as deleted. Return whether it existed."""
    found = yield from find(account_id, email)
    if found is None or found.status == DELETED:
        return False
    yield _SET_STATUS(DELETED, account_id, email)
    return True
