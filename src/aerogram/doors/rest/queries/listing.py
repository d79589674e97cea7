"""What is asked of a collection: which rows, in which order, and how many of them."""

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
"""An object as its collection gives it: values by the sources that fields name."""


class Condition(msgspec.Struct, frozen=True):
    """Only rows for which ``name`` holds with ``value``; the collection knows what its names mean."""

    name: str
    value: Any


class Order(msgspec.Struct, frozen=True):
    """Rows by a source, rising unless ``is_descending``."""

    source: str
    is_descending: bool = False


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """A question about the rows of one account. ``limit`` 0 asks for the total alone."""

    conditions: tuple[Condition, ...] = ()
    orders: tuple[Order, ...] = ()
    limit: int
    offset: int = 0

    def request(self, conditions: Mapping[str, Any]) -> PageRequest:
        """Ask a store for this page of the rows that fulfil its own ``conditions``."""
        orders = tuple((order.source, order.is_descending) for order in self.orders)
        return PageRequest(conditions, self.limit, self.offset, orders)


class Page(msgspec.Struct, frozen=True):
    """Rows, and how many there are in all."""

    rows: list[Row]
    total: int


class Collection(Protocol):
    """The objects of one kind, each belonging to one account."""

    async def page(self, actor: Actor, query: Query) -> Page:
        """Give the rows that fulfil all conditions."""
        ...


class Changeable(Collection, Protocol):
    """A collection whose objects clients make, change and remove.

    Values come by the fields' sources. Rules of the collection raise `RestError`.
    """

    async def add(self, actor: Actor, values: Row) -> Row:
        """Make an object and give its row."""
        ...

    async def change(self, actor: Actor, row: Row, values: Row) -> Row:
        """Give other values to an object; gives its new row."""
        ...

    async def remove(self, actor: Actor, row: Row) -> None:
        """Take an object away."""
        ...


class PartlyChangeable:
    """What a collection inherits whose resource has not all the verbs that change: the others are refused."""

    async def add(self, actor: Actor, values: Row) -> Row:  # noqa: ARG002 - as `Changeable` has them
        """Refuse to make an object."""
        raise MethodNotAllowedError(("GET",))

    async def change(self, actor: Actor, row: Row, values: Row) -> Row:  # noqa: ARG002 - as `Changeable` has them
        """Refuse to change one."""
        raise MethodNotAllowedError(("GET",))

    async def remove(self, actor: Actor, row: Row) -> None:  # noqa: ARG002 - as `Changeable` has them
        """Refuse to take one away."""
        raise MethodNotAllowedError(("GET",))


def combined(conditions: tuple[Condition, ...]) -> dict[str, Any]:
    """Give conditions by name, for a store; two values for one name exclude each other and select nothing.

    ``everything`` is fulfilled by every row.
    """
    found: dict[str, Any] = {}
    for condition in conditions:
        if condition.name == "everything":
            continue
        if found.setdefault(condition.name, condition.value) != condition.value:
            return {"nothing": True}
    return found


def page_of(rows: Sequence[Row], query: Query, matches: Mapping[str, str]) -> Page:
    """Answer a query from rows in memory, for kinds that an account has few of.

    ``matches`` gives the source that each condition is compared with; ``everything`` is
    fulfilled by every row, ``nothing`` by none.
    """
    if any(condition.name == "nothing" for condition in query.conditions):
        return Page([], 0)
    wanted = [(each.name, each.value) for each in query.conditions if each.name != "everything"]
    found = [row for row in rows if all(row[matches[name]] == value for name, value in wanted)]
    for order in reversed(query.orders):
        found.sort(key=itemgetter(order.source), reverse=order.is_descending)
    return Page(found[query.offset : query.offset + query.limit], len(found))
