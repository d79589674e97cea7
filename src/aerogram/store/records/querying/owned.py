"""Adding, changing and removing an account's rows by id, for tables without special rules."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, delete, select, text, update

from aerogram.store.sql import Sql, Unit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import ColumnElement, Table

_CACHED: Final = 64


class Owned:
    """Writes the rows of a table that has ``account_id`` and ``id``; `Listing` reads them."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._names = tuple(column.name for column in table.columns)
        parameters = ", ".join(f":{name}" for name in self._names)
        self._add = Sql(
            text(
                f"INSERT INTO {table.name} ({', '.join(self._names)}) VALUES ({parameters})"  # noqa: S608 - names of columns
                " ON CONFLICT DO NOTHING RETURNING id"
            ),
            *self._names,
        )
        self._own = (table.c.id == bindparam("which")) & (table.c.account_id == bindparam("owner"))
        self._remove = Sql(delete(table).where(self._own).returning(table.c.id), "which", "owner")
        self._change = lru_cache(maxsize=_CACHED)(self._changing)

    def add(self, row: Mapping[str, Any]) -> Unit[bool]:
        """Add a row by its columns; False when another row has a value that must be unique."""
        added = yield self._add(*(row[name] for name in self._names))
        return bool(added)

    def change(self, account_id: int, row_id: int, values: Mapping[str, Any]) -> Unit[bool]:
        """Write values by column; False when the account has no such row."""
        names = tuple(sorted(values))
        rows = yield self._change(names)(*(values[name] for name in names), row_id, account_id)
        return bool(rows)

    def remove(self, account_id: int, row_id: int) -> Unit[bool]:
        """Delete a row; False when the account has no such row."""
        rows = yield self._remove(row_id, account_id)
        return bool(rows)

    def _changing(self, names: tuple[str, ...]) -> Sql:
        statement = (
            update(self._table).where(self._own).values({name: bindparam(f"new_{name}") for name in names})
        )
        return Sql(
            statement.returning(self._table.c.id), *(f"new_{name}" for name in names), "which", "owner"
        )


class Unique:
    """Columns whose combined values must be unique within an account."""

    def __init__(self, table: Table, *columns: str, among: ColumnElement[bool] | None = None) -> None:
        """Take the names of the columns; only rows that fulfil ``among`` count."""
        own = [table.c[name] == bindparam(f"wanted_{name}") for name in columns]
        statement = select(table.c.id).where(
            table.c.account_id == bindparam("owner"), *own, table.c.id != bindparam("which")
        )
        statement = statement if among is None else statement.where(among)
        self._taken = Sql(statement, "owner", *(f"wanted_{name}" for name in columns), "which")

    def is_taken(self, account_id: int, row_id: int, *values: Any) -> Unit[bool]:
        """Return whether another row of the account has the values."""
        rows = yield self._taken(account_id, *values, row_id)
        return bool(rows)
