"""State that all nodes of an installation share: node numbers, each leased by one process, and settings."""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam, delete, func, select, text, update

from aerogram.base.ids import MAX_NODE
from aerogram.store.sql import Sql, Unit
from aerogram.store.tables import content, event, message, node, setting
from aerogram.store.tables.contacts import contact, list_recipient
from aerogram.store.tables.jobs import job

SERVER: Final = "server:"
"""How the names of processes of a server begin; others are commands."""

_TAKE = Sql(
    text(
        "INSERT INTO node (id, name, until_ms) VALUES (:id, :name, :until)"
        " ON CONFLICT (id) DO UPDATE SET name = excluded.name, until_ms = excluded.until_ms"
        " WHERE node.until_ms <= :now RETURNING id"
    ),
    "id",
    "name",
    "until",
    "now",
)
_KEEP = Sql(
    update(node)
    .where(node.c.id == bindparam("which"), node.c.name == bindparam("owner"))
    .values(until_ms=bindparam("until"))
    .returning(node.c.id),
    "until",
    "which",
    "owner",
)
_FREE = Sql(
    delete(node).where(node.c.id == bindparam("which"), node.c.name == bindparam("owner")), "which", "owner"
)
_BURY = Sql(
    delete(node)
    .where(node.c.id == bindparam("which"), node.c.name == bindparam("owner"))
    .returning(node.c.id),
    "which",
    "owner",
)
_FREE_SERVERS = Sql(delete(node).where(node.c.name.startswith(SERVER)))
_LARGEST = [
    Sql(select(func.max(table.c.id))) for table in (message, content, event, contact, list_recipient, job)
]
_FACT = Sql(select(setting.c.value).where(setting.c.name == bindparam("name")), "name")
_ADD_FACT = Sql(
    text("INSERT INTO setting (name, value) VALUES (:name, :value) ON CONFLICT (name) DO NOTHING"),
    "name",
    "value",
)


def take(name: str, now_ms: int, until_ms: int) -> Unit[int | None]:
    """Lease a free node number; None when all are in use."""
    for number in range(MAX_NODE + 1):
        if (yield _TAKE(number, name, until_ms, now_ms)):
            return number
    return None


def keep(number: int, name: str, until_ms: int) -> Unit[bool]:
    """Renew a node number; False when another process took it."""
    return bool((yield _KEEP(until_ms, number, name)))


def free(number: int, name: str) -> Unit[None]:
    """Release a node number."""
    yield _FREE(number, name)


def bury(number: int, owner: str) -> Unit[bool]:
    """Release the node number of a process that died; False when it was no longer its own."""
    return bool((yield _BURY(number, owner)))


def free_all_of_servers() -> Unit[None]:
    """Release the numbers of all processes of servers: for a store with a single server, at its start."""
    yield _FREE_SERVERS()


def largest_id() -> Unit[int]:
    """Return the largest id in use, so that no id is used twice after the clock was set back."""
    largest = 0
    for statement in _LARGEST:
        rows = yield statement()
        largest = max(largest, rows[0][0] or 0)
    return largest


def fact(name: str, value: str) -> Unit[str]:
    """Return a fact of this installation; store ``value`` when there is none yet."""
    yield _ADD_FACT(name, value)
    rows = yield _FACT(name)
    return rows[0][0]  # type: ignore[no-any-return]
