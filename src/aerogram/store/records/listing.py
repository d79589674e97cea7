"""Pages of one table: rows selected by named conditions, sorted, counted. For kinds without a story of their own."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, func, select

from aerogram.model.page import PageRequest
from aerogram.store.sql import Sql, Unit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Table
    from sqlalchemy.sql.elements import ColumnElement

NOTHING: Final = "nothing"
"""The condition that no row fulfils; every listing has it."""
_REMEMBERED: Final = 256
"""Statements kept for each listing: callers choose the combination of conditions and orders."""


class Listing:
    """How the rows of a table that has ``account_id`` and ``id`` are listed.

    ``conditions`` are expressions by name; each one's bind parameter bears the name of its condition.
    ``orders`` are what rows can be sorted by; rows that are equal come by rising id.
    """

    def __init__(
        self,
        table: Table,
        columns: Sequence[str],
        conditions: Mapping[str, ColumnElement[bool]],
        orders: Mapping[str, ColumnElement[Any]],
    ) -> None:
        self._table = table
        self._columns = tuple(columns)
        self._conditions = conditions
        self._orders = orders
        self._count = lru_cache(maxsize=_REMEMBERED)(self._counting)
        self._select = lru_cache(maxsize=_REMEMBERED)(self._selecting)
        self._select_behind = lru_cache(maxsize=_REMEMBERED)(self._selecting_behind)

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

    def count(self, account_id: int, conditions: Mapping[str, Any]) -> Unit[int]:
        """Count an account's rows that match."""
        _, total = yield from self.page(account_id, PageRequest(conditions, limit=0))
        return total

    def behind(
        self, account_id: int, conditions: Mapping[str, Any], after: int, most: int
    ) -> Unit[list[dict[str, Any]]]:
        """Give an account's rows behind an id, by rising id: however far, it costs no more than the first ones."""
        if NOTHING in conditions:
            return []
        names = tuple(sorted(conditions))
        values = [account_id, *(conditions[name] for name in names)]
        rows = yield self._select_behind(names)(*values, after, most)
        return [dict(zip(self._columns, row, strict=True)) for row in rows]

    def where(self, names: tuple[str, ...]) -> list[ColumnElement[bool]]:
        """Give the expressions of conditions; their parameters are ``of_account`` and the names themselves."""
        own = self._table.c.account_id == bindparam("of_account")
        return [own, *(self._conditions[name] for name in names)]

    def _counting(self, names: tuple[str, ...]) -> Sql:
        statement = select(func.count()).select_from(self._table).where(*self.where(names))
        return Sql(statement, "of_account", *names)

    def _selecting(self, names: tuple[str, ...], orders: tuple[tuple[str, bool], ...]) -> Sql:
        sorted_by = (self._orders[name].desc() if falls else self._orders[name] for name, falls in orders)
        statement = (
            select(*(self._table.c[name] for name in self._columns))
            .where(*self.where(names))
            .order_by(*sorted_by, self._table.c.id)
            .limit(bindparam("limit"))
            .offset(bindparam("offset"))
        )
        return Sql(statement, "of_account", *names, "limit", "offset")

    def _selecting_behind(self, names: tuple[str, ...]) -> Sql:
        statement = (
            select(*(self._table.c[name] for name in self._columns))
            .where(*self.where(names), self._table.c.id > bindparam("after"))
            .order_by(self._table.c.id)
            .limit(bindparam("most"))
        )
        return Sql(statement, "of_account", *names, "after", "most")
