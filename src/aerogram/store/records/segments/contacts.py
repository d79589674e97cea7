"""The contacts of a segment: counted, paged, and picked from a set.

Statements are compiled once for each shape of a condition; its constants are parameters. Erased contacts are
in no segment.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import bindparam, func, select

from aerogram.store.records.segments.sql import Shape, clause, split_constants
from aerogram.store.sql import Sql, Unit, any_of
from aerogram.store.tables.contacts import contact

if TYPE_CHECKING:
    from collections.abc import Collection

    from aerogram.model.segment import Condition

_CACHED: Final = 128
"""Cached statements of each kind: accounts choose the shapes of their conditions."""


class ContactRow(NamedTuple):
    """A contact as a segment lists it."""

    id: int
    email: str
    name: str


_COLUMNS: Final = tuple(contact.c[name] for name in ContactRow._fields)


def count(account_id: int, condition: Condition) -> Unit[int]:
    """Count the contacts that match."""
    shape, values = split_constants(condition)
    [(total,)] = yield _count(shape)(account_id, *values)
    return int(total)


def page(account_id: int, condition: Condition, limit: int, offset: int = 0) -> Unit[list[ContactRow]]:
    """Return contacts that match, by rising id."""
    shape, values = split_constants(condition)
    rows = yield _page(shape)(account_id, limit, offset, *values)
    return [ContactRow(*row) for row in rows]


def matching(account_id: int, condition: Condition, contact_ids: Collection[int]) -> Unit[set[int]]:
    """Return those of the contacts that match."""
    shape, values = split_constants(condition)
    rows = yield _matching(shape)(account_id, list(contact_ids), *values)
    return {contact_id for (contact_id,) in rows}


def _living(shape: Shape, *columns: Any) -> Any:
    return select(*columns).where(
        contact.c.account_id == bindparam("of_account"), contact.c.is_anonymized == 0, clause(shape.condition)
    )


@lru_cache(maxsize=_CACHED)
def _count(shape: Shape) -> Sql:
    return Sql(_living(shape, func.count()).select_from(contact), "of_account", *shape.names)


@lru_cache(maxsize=_CACHED)
def _page(shape: Shape) -> Sql:
    statement = _living(shape, *_COLUMNS).order_by(contact.c.id)
    return Sql(
        statement.limit(bindparam("most")).offset(bindparam("skipped")),
        "of_account",
        "most",
        "skipped",
        *shape.names,
    )


@lru_cache(maxsize=_CACHED)
def _matching(shape: Shape) -> Sql:
    statement = _living(shape, contact.c.id).where(any_of(contact.c.id, "some"))
    return Sql(statement, "of_account", "some", *shape.names)
