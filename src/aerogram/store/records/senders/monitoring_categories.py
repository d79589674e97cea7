"""Monitoring categories: names by which an account's mail can be monitored."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import bindparam, delete, select, text

from aerogram.store.sql import Sql, Unit
from aerogram.store.tables import monitoring_category


class CategoryRow(NamedTuple):
    """A category; its name is case-sensitive."""

    account_id: int
    name: str
    created_ms: int


_OF_ACCOUNT = Sql(
    select(*(monitoring_category.c[name] for name in CategoryRow._fields))
    .where(monitoring_category.c.account_id == bindparam("account_id"))
    .order_by(monitoring_category.c.name),
    "account_id",
)
_ADD = Sql(
    text(
        "INSERT INTO monitoring_category (account_id, name, created_ms) VALUES (:account_id, :name, :created_ms)"
        " ON CONFLICT (account_id, name) DO NOTHING"
    ),
    *CategoryRow._fields,
)
_REMOVE = Sql(
    delete(monitoring_category).where(
        monitoring_category.c.account_id == bindparam("account"),
        monitoring_category.c.name == bindparam("which"),
    ),
    "account",
    "which",
)


def of_account(account_id: int) -> Unit[list[CategoryRow]]:
    """Return an account's categories, sorted by name."""
    rows = yield _OF_ACCOUNT(account_id)
    return [CategoryRow(*row) for row in rows]


def add(row: CategoryRow) -> Unit[None]:
    """Add a category; one that exists stays as it is."""
    yield _ADD(*row)


def remove(account_id: int, name: str) -> Unit[bool]:
    """Delete a category. Return whether it existed."""
    found = yield from of_account(account_id)
    if all(row.name != name for row in found):
        return False
    yield _REMOVE(account_id, name)
    return True
