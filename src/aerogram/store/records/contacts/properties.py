"""Definitions of contact properties."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, delete, select, text, update

from aerogram.store.records.querying.listing import Listing
from aerogram.store.records.querying.owned import Unique
from aerogram.store.sql import Sql, Unit
from aerogram.store.tables.contacts import contact_history, property_

if TYPE_CHECKING:
    from collections.abc import Mapping

COLUMNS: Final = ("id", "account_id", "name", "namespace", "datatype", "created_ms")

LISTING: Final = Listing(
    property_,
    COLUMNS,
    conditions={
        name: property_.c[name] == bindparam(name) for name in ("id", "name", "namespace", "datatype")
    },
    orders={"id": property_.c.id, "name": property_.c.name},
)
"""Definitions can be listed by these."""

_OWN: Final = (property_.c.id == bindparam("which")) & (property_.c.account_id == bindparam("owner"))
_OF_ACCOUNT = Sql(
    select(*(property_.c[name] for name in COLUMNS))
    .where(property_.c.account_id == bindparam("owner"), property_.c.namespace == bindparam("namespace"))
    .order_by(property_.c.id),
    "owner",
    "namespace",
)
_FIND = Sql(select(*(property_.c[name] for name in COLUMNS)).where(_OWN), "which", "owner")
_ADD = Sql(
    text(
        f"INSERT INTO property ({', '.join(COLUMNS)}) VALUES ({', '.join(f':{name}' for name in COLUMNS)})"  # noqa: S608 - names of columns
        " ON CONFLICT (account_id, namespace, name) DO NOTHING RETURNING id"
    ),
    *COLUMNS,
)
_UNIQUE: Final = Unique(property_, "namespace", "name")
_CHANGE = Sql(
    update(property_).where(_OWN).values(name=bindparam("new_name"), datatype=bindparam("new_datatype")),
    "new_name",
    "new_datatype",
    "which",
    "owner",
)
_REMOVE = Sql(delete(property_).where(_OWN).returning(property_.c.id), "which", "owner")
_FORGET = Sql(
    delete(contact_history).where(
        contact_history.c.account_id == bindparam("owner"),
        contact_history.c.property_id == bindparam("which"),
    ),
    "owner",
    "which",
)


def of_account(account_id: int, namespace: str) -> Unit[list[dict[str, Any]]]:
    """Return the definitions of a namespace of an account."""
    rows = yield _OF_ACCOUNT(account_id, namespace)
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows]


def find(account_id: int, property_id: int) -> Unit[dict[str, Any] | None]:
    """Return a definition."""
    rows = yield _FIND(property_id, account_id)
    return dict(zip(COLUMNS, rows[0], strict=True)) if rows else None


def add(row: Mapping[str, Any]) -> Unit[bool]:
    """Add a definition; False when the account has one with this namespace and name."""
    added = yield _ADD(*(row[name] for name in COLUMNS))
    return bool(added)


def is_taken(row: Mapping[str, Any]) -> Unit[bool]:
    """Return whether another definition of the account has the namespace and name of this one."""
    return (yield from _UNIQUE.is_taken(row["account_id"], row["id"], row["namespace"], row["name"]))


def change(row: Mapping[str, Any]) -> Unit[None]:
    """Write the name and datatype of a definition."""
    yield _CHANGE(row["name"], row["datatype"], row["id"], row["account_id"])


def remove(account_id: int, property_id: int) -> Unit[bool]:
    """Delete a definition with its history; False when there was none."""
    rows = yield _REMOVE(property_id, account_id)
    if not rows:
        return False
    yield _FORGET(account_id, property_id)
    return True
