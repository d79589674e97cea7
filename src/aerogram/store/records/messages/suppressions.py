"""Suppressions: addresses that an account must not mail, temporarily or permanently."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import bindparam, delete, func, select, text

from aerogram.store.sql import Sql, Unit
from aerogram.store.tables import suppression

if TYPE_CHECKING:
    from collections.abc import Sequence


class SuppressionRow(NamedTuple):
    """A suppressed address (lower case); permanently when ``until_ms`` is None."""

    account_id: int
    address: str
    reason: str
    detail: str
    created_ms: int
    until_ms: int | None


_COLUMNS: Final = tuple(suppression.c[name] for name in SuppressionRow._fields)
_OF_ACCOUNT = Sql(
    select(*_COLUMNS)
    .where(suppression.c.account_id == bindparam("account_id"))
    .order_by(suppression.c.created_ms.desc(), suppression.c.address)
    .limit(bindparam("most")),
    "account_id",
    "most",
)
_FIND = Sql(
    select(*_COLUMNS).where(
        suppression.c.account_id == bindparam("account_id"), suppression.c.address == bindparam("address")
    ),
    "account_id",
    "address",
)
_COUNT = Sql(
    select(func.count()).select_from(suppression).where(suppression.c.account_id == bindparam("account_id")),
    "account_id",
)
_PUT = Sql(
    text(
        "INSERT INTO suppression (account_id, address, reason, detail, created_ms, until_ms)"
        " VALUES (:account_id, :address, :reason, :detail, :created_ms, :until_ms)"
        " ON CONFLICT (account_id, address) DO UPDATE SET reason = excluded.reason, detail = excluded.detail,"
        " created_ms = excluded.created_ms, until_ms = excluded.until_ms"
    ),
    *SuppressionRow._fields,
)
_REMOVE = Sql(
    delete(suppression).where(
        suppression.c.account_id == bindparam("account_id"), suppression.c.address == bindparam("address")
    ),
    "account_id",
    "address",
)


def of_account(account_id: int, most: int) -> Unit[list[SuppressionRow]]:
    """Return an account's suppressions, the newest first."""
    rows = yield _OF_ACCOUNT(account_id, most)
    return [SuppressionRow(*row) for row in rows]


def count(account_id: int) -> Unit[int]:
    """Count an account's suppressions."""
    rows = yield _COUNT(account_id)
    return int(rows[0][0])


def find(account_id: int, address: str) -> Unit[SuppressionRow | None]:
    """Return the suppression of an address (lower case)."""
    rows = yield _FIND(account_id, address)
    return SuppressionRow(*rows[0]) if rows else None


def put(row: SuppressionRow) -> Unit[None]:
    """Suppress an address; a newer reason replaces an older one."""
    yield _PUT(*row)


def put_suppressions(rows: Sequence[SuppressionRow]) -> Unit[None]:
    """Suppress addresses, given sorted by account and address, so that nodes lock rows in the same order."""
    yield _PUT.many(rows)


def remove(account_id: int, address: str) -> Unit[bool]:
    """Delete the suppression of an address. Return whether it existed."""
    found = yield from find(account_id, address)
    if found is None:
        return False
    yield _REMOVE(account_id, address)
    return True
