"""A query to a collection: which rows, in which order, and how many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Protocol

import msgspec

from aerogram.doors.rest.errors import MethodNotAllowedError
from aerogram.model.page import PageRequest

if TYPE_CHECKING:
    from aerogram.model.actor import Actor

Row = Mapping[str, Any]
"""An object as its collection returns it: values by the sources of the fields."""


class Condition(msgspec.Struct, frozen=True):
    """Selects the rows for which ``name`` holds with ``value``; each collection defines its names."""

    name: str
    value: Any


class Order(msgspec.Struct, frozen=True):
    """Sorts rows by a source, ascending unless ``is_descending``."""

    source: str
    is_descending: bool = False


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """A query for rows of one account. ``limit`` 0 requests only the total."""

    conditions: tuple[Condition, ...] = ()
    orders: tuple[Order, ...] = ()
    limit: int
    offset: int = 0

    def request(self, conditions: Mapping[str, Any]) -> PageRequest:
        """Return the request to a store for this page of the rows that match its own ``conditions``."""
        orders = tuple((order.source, order.is_descending) for order in self.orders)
        return PageRequest(conditions, self.limit, self.offset, orders)


class Page(msgspec.Struct, frozen=True):
    """Rows, and the total number of rows that match."""

    rows: list[Row]
    total: int


class Collection(Protocol):
    """The objects of one kind, each owned by one account."""

    async def page(self, actor: Actor, query: Query) -> Page:
        """Return the rows that match all conditions."""
        ...


class Changeable(Collection, Protocol):
    """A collection whose objects clients create, change and remove.

    Values are keyed by the fields' sources. Violated rules raise `RestError`.
    """

    async def add(self, actor: Actor, values: Row) -> Row:
        """Create an object and return its row."""
        ...

    async def change(self, actor: Actor, row: Row, values: Row) -> Row:
        """Change values of an object and return its new row."""
        ...

    async def remove(self, actor: Actor, row: Row) -> None:
        """Remove an object."""
        ...


class PartlyChangeable:
    """Base of a collection whose resource lacks some of POST, PUT and DELETE; it refuses those."""

    async def add(self, actor: Actor, values: Row) -> Row:  # noqa: ARG002 - as `Changeable` has them
        """Refuse to create an object."""
        raise MethodNotAllowedError(("GET",))

    async def change(self, actor: Actor, row: Row, values: Row) -> Row:  # noqa: ARG002 - as `Changeable` has them
        """Refuse to change an object."""
        raise MethodNotAllowedError(("GET",))

    async def remove(self, actor: Actor, row: Row) -> None:  # noqa: ARG002 - as `Changeable` has them
        """Refuse to remove an object."""
        raise MethodNotAllowedError(("GET",))


def combined(conditions: tuple[Condition, ...]) -> dict[str, Any]:
    """Return conditions by name, for a store; two values for one name match nothing.

    ``everything`` matches every row.
    """
    found: dict[str, Any] = {}
    for condition in conditions:
        if condition.name == "everything":
            continue
        if found.setdefault(condition.name, condition.value) != condition.value:
            return {"nothing": True}
    return found


def page_of(rows: Sequence[Row], query: Query, matches: Mapping[str, str]) -> Page:
    """Answer a query from rows in memory, for kinds with few objects per account.

    ``matches`` maps each condition to the source that it compares; ``everything`` matches every row,
    ``nothing`` matches none.
    """
    if any(condition.name == "nothing" for condition in query.conditions):
        return Page([], 0)
    required = [(each.name, each.value) for each in query.conditions if each.name != "everything"]
    found = [row for row in rows if all(row[matches[name]] == value for name, value in required)]
    for order in reversed(query.orders):
        found.sort(key=itemgetter(order.source), reverse=order.is_descending)
    return Page(found[query.offset : query.offset + query.limit], len(found))
