"""Pages of one table: rows selected by named conditions, sorted, counted. For kinds without a story of their own.

A page far down is found by walking ids, which an index has beside each other; rows are read for the page alone.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import bindparam, func, select

from aerogram.store.sql import Sql, Unit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Column, Select, Table
    from sqlalchemy.sql.elements import ColumnElement

    from aerogram.model.page import PageRequest

NOTHING: Final = "nothing"
"""The condition that no row fulfils; every listing has it."""
_REMEMBERED: Final = 256
"""Statements kept for each listing: callers choose the combination of conditions and orders."""


class Way(NamedTuple):
    """Another table that leads to the rows of a condition: it has the id of each of them once.

    ``where`` selects rows of the account alone, so that no row need be looked at to see whose it is; its bind
    parameter bears the name of the condition.
    """

    condition: str
    row_id: Column[int]
    where: ColumnElement[bool]


class Listing:
    """How the rows of a table that has ``account_id`` and ``id`` are listed.

    ``conditions`` are expressions by name; each one's bind parameter bears the name of its condition.
    ``orders`` are what rows can be sorted by; rows that are equal come by rising id. ``way`` is a condition
    whose rows are found through another table.
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
        self._count = lru_cache(maxsize=_REMEMBERED)(self._counting)
        self._select = lru_cache(maxsize=_REMEMBERED)(self._selecting)

    def page(self, account_id: int, wanted: PageRequest) -> Unit[tuple[list[dict[str, Any]], int]]:
        """Give a page of an account's rows, by column, and the number of all that match.

        No rows are read with a ``limit`` of 0.
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

    def _counting(self, names: tuple[str, ...]) -> Sql:
        return Sql(self._found(names, func.count()), "of_account", *names)

    def _selecting(self, names: tuple[str, ...], orders: tuple[tuple[str, bool], ...]) -> Sql:
        way, own_id = self._way_of(names), self._table.c.id
        row_id = own_id if way is None else way.row_id
        is_by_id = all(name == "id" for name, _ in orders)
        chosen = (
            self._found(names, row_id.label("row_id"), needs_row=not is_by_id)
            .order_by(*self._sorting(orders, row_id))
            .limit(bindparam("limit"))
            .offset(bindparam("offset"))
            .subquery("chosen")
        )
        statement = (
            select(*(self._table.c[name] for name in self._columns))
            .join_from(chosen, self._table, own_id == chosen.c.row_id)
            .order_by(*self._sorting(orders, own_id))
        )
        return Sql(statement, "of_account", *names, "limit", "offset")

    def _found(
        self, names: tuple[str, ...], column: ColumnElement[Any], *, needs_row: bool = False
    ) -> Select[Any]:
        """Select from the account's rows those that fulfil the conditions."""
        way, table = self._way_of(names), self._table
        if way is None:
            of_account = table.c.account_id == bindparam("of_account")
            return select(column).select_from(table).where(of_account, *self._where(names))
        others = self._where(tuple(name for name in names if name != way.condition))
        found = select(column).where(way.where, *others)
        if others or needs_row:
            return found.join_from(way.row_id.table, table, table.c.id == way.row_id)
        return found.select_from(way.row_id.table)

    def _way_of(self, names: tuple[str, ...]) -> Way | None:
        return self._way if self._way is not None and self._way.condition in names else None

    def _where(self, names: tuple[str, ...]) -> list[ColumnElement[bool]]:
        return [self._conditions[name] for name in names]

    def _sorting(
        self, orders: tuple[tuple[str, bool], ...], row_id: ColumnElement[int]
    ) -> list[ColumnElement[Any]]:
        by = {**self._orders, "id": row_id}
        return [*(by[name].desc() if falls else by[name] for name, falls in orders), row_id]
