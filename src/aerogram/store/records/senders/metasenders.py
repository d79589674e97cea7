"""Metasenders: addresses and whole domains from which all accounts may send once they are enabled."""

from __future__ import annotations

from typing import Final, NamedTuple

from sqlalchemy import bindparam, select, update

from aerogram.store.records.querying.owned import Owned
from aerogram.store.sql import Sql, Unit
from aerogram.store.tables import metasender


class MetasenderRow(NamedTuple):
    """A metasender; ``email`` is an address or ``*@domain``, in lower case."""

    id: int
    account_id: int
    email: str
    description: str
    is_enabled: int
    created_ms: int


OWNED: Final = Owned(metasender)
_COLUMNS: Final = tuple(metasender.c[name] for name in MetasenderRow._fields)
_OF_ACCOUNT = Sql(
    select(*_COLUMNS).where(metasender.c.account_id == bindparam("account_id")).order_by(metasender.c.id),
    "account_id",
)
_ENABLE = Sql(
    update(metasender)
    .where(metasender.c.email == bindparam("which"))
    .values(is_enabled=bindparam("enabled"))
    .returning(metasender.c.id),
    "enabled",
    "which",
)


def of_account(account_id: int) -> Unit[list[MetasenderRow]]:
    """Return the metasenders that an account requested, the oldest first."""
    rows = yield _OF_ACCOUNT(account_id)
    return [MetasenderRow(*row) for row in rows]


def enable(email: str, is_enabled: int) -> Unit[bool]:
    """Enable or disable a metasender; False when no account requested it."""
    rows = yield _ENABLE(is_enabled, email)
    return bool(rows)
