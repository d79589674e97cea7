"""Pages of one table: rows selected by named conditions, sorted, counted. For tables without special rules.

A late page is found by walking the ids in an index; only the rows of the page itself are read.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import bindparam, func, select

from aerogram.model.page import PageRequest
from aerogram.store.sql import Sql, Unit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Column, Select, Table
    from sqlalchemy.sql.elements import ColumnElement

NOTHING: Final = "nothing"
"""A condition that no row fulfils; every listing has it."""
_CACHED: Final = 256
"""Statements kept for each listing: callers choose the combination of conditions and orders."""


class Way(NamedTuple):
    """Another table that holds the ids of the rows of a condition, each once.

    ``where`` must select rows of the account only, because the account of the rows is not checked again. Its
    bind parameter has the name of the condition.
    """

    condition: str
    row_id: Column[int]
    where: ColumnElement[bool]


class Listing:
    """Lists the rows of a table that has ``account_id`` and ``id``.

    ``conditions`` are expressions by name; the bind parameter of each has the name of its condition.
    ``orders`` are the expressions that rows can be sorted by; equal rows are sorted by id. ``way`` is a
    condition whose rows are found through another table.
    """

    def __init__(
        self,
        table: Table,
        columns: Sequence[str],
        conditions: Mapping[str, ColumnElement[bool]],
        orders: Mapping[str, ColumnElement[Any]],
        way: Way | None = None,
    ) -> None:
        self._table = table
        self._columns = tuple(columns)
        self._conditions = conditions
        self._orders = orders
        self._way = way
        self._count = lru_cache(maxsize=_CACHED)(self._counting)
        self._select = lru_cache(maxsize=_CACHED)(self._selecting)
        self._select_after = lru_cache(maxsize=_CACHED)(self._selecting_after)

    def page(self, account_id: int, wanted: PageRequest) -> Unit[tuple[list[dict[str, Any]], int]]:
        """Return a page of an account's rows, by column, and the number of all that match.

        With a ``limit`` of 0 rows are only counted.
        """
        if NOTHING in wanted.conditions:
            return [], 0
        names = tuple(sorted(wanted.conditions))
        values = [account_id, *(wanted.conditions[name] for name in names)]
        [(total,)] = yield self._count(names)(*values)
        if wanted.limit == 0 or wanted.offset >= total:
            return [], total
        rows = yield self._select(names, wanted.orders)(*values, wanted.limit, wanted.offset)
        return [dict(zip(self._columns, row, strict=True)) for row in rows], total

    def count(self, account_id: int, conditions: Mapping[str, Any]) -> Unit[int]:
        """Count an account's rows that match."""
        _, total = yield from self.page(account_id, PageRequest(conditions, limit=0))
        return total

    def after(
        self, account_id: int, conditions: Mapping[str, Any], after_id: int, most: int
    ) -> Unit[list[dict[str, Any]]]:
        """Return an account's rows after an id, by rising id. Each page costs the same, however far it is."""
        if NOTHING in conditions:
            return []
        names = tuple(sorted(conditions))
        values = [account_id, *(conditions[name] for name in names)]
        rows = yield self._select_after(names)(*values, after_id, most)
        return [dict(zip(self._columns, row, strict=True)) for row in rows]

    def where(self, names: tuple[str, ...]) -> list[ColumnElement[bool]]:
        """Return the expressions of conditions; their parameters are ``of_account`` and ``names``."""
        way = self._way_of(names)
        others = self._where(tuple(name for name in names if way is None or name != way.condition))
        own = self._table.c
        found = [] if way is None else [own.id.in_(select(way.row_id).where(way.where))]
        return [own.account_id == bindparam("of_account"), *found, *others]

    def _counting(self, names: tuple[str, ...]) -> Sql:
        return Sql(self._found(names, func.count()), "of_account", *names)

    def _selecting(self, names: tuple[str, ...], orders: tuple[tuple[str, bool], ...]) -> Sql:
        row_id = self._row_id(names)
        is_by_id = all(name == "id" for name, _ in orders)
        chosen = (
            self._found(names, row_id.label("row_id"), needs_row=not is_by_id)
            .order_by(*self._sorting(orders, row_id))
            .limit(bindparam("limit"))
            .offset(bindparam("offset"))
            .subquery("chosen")
        )
        own = self._table.c
        statement = (
            select(*(own[name] for name in self._columns))
            .join_from(chosen, self._table, own.id == chosen.c.row_id)
            .order_by(*self._sorting(orders, own.id))
        )
        return Sql(statement, "of_account", *names, "limit", "offset")

    def _selecting_after(self, names: tuple[str, ...]) -> Sql:
        row_id = self._row_id(names)
        columns = (self._table.c[name] for name in self._columns)
        statement = (
            self._found(names, *columns, needs_row=True)
            .where(row_id > bindparam("after"))
            .order_by(row_id)
            .limit(bindparam("most"))
        )
        return Sql(statement, "of_account", *names, "after", "most")

    def _found(
        self, names: tuple[str, ...], *columns: ColumnElement[Any], needs_row: bool = False
    ) -> Select[Any]:
        """Select the account's rows that fulfil the conditions."""
        way, table = self._way_of(names), self._table
        if way is None:
            return select(*columns).select_from(table).where(*self.where(names))
        others = self._where(tuple(name for name in names if name != way.condition))
        found = select(*columns).where(way.where, *others)
        if others or needs_row:
            return found.join_from(way.row_id.table, table, table.c.id == way.row_id)
        return found.select_from(way.row_id.table)

    def _way_of(self, names: tuple[str, ...]) -> Way | None:
        return self._way if self._way is not None and self._way.condition in names else None

    def _row_id(self, names: tuple[str, ...]) -> Column[int]:
        way = self._way_of(names)
        return self._table.c.id if way is None else way.row_id

    def _where(self, names: tuple[str, ...]) -> list[ColumnElement[bool]]:
        return [self._conditions[name] for name in names]

    def _sorting(
        self, orders: tuple[tuple[str, bool], ...], row_id: ColumnElement[int]
    ) -> list[ColumnElement[Any]]:
        by = {**self._orders, "id": row_id}
        return [*(by[name].desc() if falls else by[name] for name, falls in orders), row_id]
