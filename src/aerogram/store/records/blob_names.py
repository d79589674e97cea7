"""The body files that rows name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import Text, func, select

from aerogram.store.sql import Sql, Unit, any_of
from aerogram.store.tables import account
from aerogram.store.tables.schema import metadata

if TYPE_CHECKING:
    from collections.abc import Collection

_COLUMNS: Final = tuple(
    column for table in metadata.sorted_tables for column in table.columns if column.name.endswith("blob")
)
"""All columns that name files, found by column name, so that no table is forgotten; each has an index."""
_NAMED: Final = tuple(
    Sql(select(column).where(column.is_not(None), any_of(column, "names", Text())), "names")
    for column in _COLUMNS
)
_BEGAN = Sql(select(func.min(account.c.created_ms)))


def in_use(names: Collection[str]) -> Unit[set[str]]:
    """Return those of the names that rows use."""
    wanted = list(names)
    found: set[str] = set()
    for statement in _NAMED:
        found.update(name for (name,) in (yield statement(wanted)))
    return found


def began_ms() -> Unit[int | None]:
    """Return when the store got its first account; None while it has none.

    Older files do not belong to this store.
    """
    [(moment,)] = yield _BEGAN()
    return None if moment is None else int(moment)
