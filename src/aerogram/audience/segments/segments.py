"""Store segments as written, and find the contacts in them.

A segment is evaluated at the time of the query. Its expression was checked when it was written; the account's
properties are looked up for each evaluation.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.audience.segments.bind import bind
from aerogram.audience.segments.operands import Definition, Definitions
from aerogram.audience.segments.parser import parse
from aerogram.base.errors import NotFoundError, TakenError
from aerogram.base.ids import MAX_ID
from aerogram.model.segment import Kind
from aerogram.store.records import sandbox
from aerogram.store.records.segments import contacts as segment_contacts
from aerogram.store.records.segments import segments as records

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from aerogram.audience.segments.tree import Term
    from aerogram.base.clock import Clock
    from aerogram.base.ids import IdGenerator
    from aerogram.model.actor import Actor
    from aerogram.model.page import PageRequest
    from aerogram.model.segment import Condition
    from aerogram.store.records.segments.contacts import ContactRow
    from aerogram.store.sql import Database, Unit

MAX_NAME: Final = 255
"""Characters of a name: fits the indexes of both databases in any script."""
UNUSED: Final = "unused"
USED: Final = "used"
DELETED: Final = records.DELETED
_STATIC: Final = "static"
_REMEMBERED: Final = 256
"""Parsed expressions that are cached."""


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """A segment. ``expression`` is unchanged as written; ``status`` is unused, used or deleted."""

    id: int
    account_id: int
    name: str
    description: str = ""
    expression: str
    status: str = UNUSED


class Preview(msgspec.Struct, frozen=True):
    """The number of contacts in a segment, and the first of them."""

    total: int
    contacts: list[ContactRow]


@lru_cache(maxsize=_REMEMBERED)
def _parsed(expression: str) -> Term:
    return parse(expression)


def condition(account_id: int, expression: str, now_ms: int) -> Unit[Condition]:
    """Bind an expression to an account's properties and a time, for `segment_contacts`. Raises `SegmentError`."""
    static: dict[str, Definition] = {}
    historic: dict[str, Definition] = {}
    for number, namespace, name, datatype in (yield from records.definitions(account_id)):
        known = static if namespace == _STATIC else historic
        known[name] = Definition(number, Kind(datatype))
    return bind(_parsed(expression), Definitions(static=static, historic=historic), now_ms)


class Segments:
    """The segments of all accounts."""

    def __init__(self, database: Database, ids: IdGenerator, clock: Clock) -> None:
        self._database = database
        self._ids = ids
        self._clock = clock

    async def page(self, actor: Actor, wanted: PageRequest) -> tuple[list[Segment], int]:
        """Return a page of segments and the total number of matches; conditions are those of the store."""
        rows, total = await self._database.read(lambda: records.LISTING.page(actor.account_id, wanted))
        return [Segment(**row) for row in rows], total

    async def find(self, actor: Actor, name_or_id: str) -> Segment | None:
        """Return a segment that is not deleted, by id or name; None without one."""
        return await self._database.read(lambda: named(actor.account_id, name_or_id))

    async def create(self, actor: Actor, values: Mapping[str, Any]) -> Segment:
        """Create a segment; ``values`` are keyed by attribute. Raises `TakenError` or `SegmentError`."""
        made = Segment(id=self._ids.next_id(), account_id=actor.account_id, **values)
        _parsed(made.expression)

        def unit() -> Unit[None]:
            if not (yield from records.add(msgspec.structs.asdict(made))):
                raise TakenError("segment", made.name)
            yield from sandbox.mark(actor.account_id, [made.id], is_sandboxed=actor.is_sandboxed)

        await self._database.write(unit)
        return made

    async def change(self, actor: Actor, segment_id: int, values: Mapping[str, Any]) -> Segment:
        """Change a segment. Raises `TakenError`, `SegmentError` or `NotFoundError`."""
        if "expression" in values:
            _parsed(values["expression"])
        return await self._database.write(lambda: _change(actor, segment_id, values))

    async def remove(self, actor: Actor, segment_id: int) -> None:
        """Mark a segment as deleted; references to it stay valid. Raises `NotFoundError`."""
        await self.change(actor, segment_id, {"status": DELETED})

    async def count(self, actor: Actor, expression: str) -> int:
        """Count the contacts that match an expression. Raises `SegmentError` or `TooSlowError`."""

        def unit() -> Unit[int]:
            bound = yield from condition(actor.account_id, expression, self._clock.now_ms())
            return (yield from segment_contacts.count(actor.account_id, bound))

        return await self._database.scan(unit)

    async def preview(self, actor: Actor, expression: str, limit: int, offset: int = 0) -> Preview:
        """Count the contacts that match an expression, and return some of them by ascending id.

        Raises `SegmentError` or `TooSlowError`.
        """

        def unit() -> Unit[Preview]:
            bound = yield from condition(actor.account_id, expression, self._clock.now_ms())
            total = yield from segment_contacts.count(actor.account_id, bound)
            rows: list[ContactRow] = []
            if offset < total and limit:
                # Bound the page by the total, or the query searches all contacts for rows that do not exist.
                rows = yield from segment_contacts.page(
                    actor.account_id, bound, min(limit, total - offset), offset
                )
            return Preview(total, rows)

        return await self._database.scan(unit)

    async def matching(self, actor: Actor, expression: str, contact_ids: Collection[int]) -> set[int]:
        """Return which of the contacts match an expression. Raises `SegmentError`."""

        def unit() -> Unit[set[int]]:
            bound = yield from condition(actor.account_id, expression, self._clock.now_ms())
            return (yield from segment_contacts.matching(actor.account_id, bound, contact_ids))

        return await self._database.read(unit)


def named(account_id: int, name_or_id: str) -> Unit[Segment | None]:
    """Find a segment that is not deleted, by id or name."""
    row = None
    if name_or_id.isascii() and name_or_id.isdigit() and len(name_or_id) <= len(str(MAX_ID)):
        row = yield from records.find(account_id, min(int(name_or_id), MAX_ID))
        row = row if row and row["status"] != DELETED else None
    if row is None and "\0" not in name_or_id:
        row = yield from records.find_by_name(account_id, name_or_id)
    return Segment(**row) if row else None


def _change(actor: Actor, segment_id: int, values: Mapping[str, Any]) -> Unit[Segment]:
    account_id = actor.account_id
    row = yield from records.hold(account_id, segment_id)
    if row is None:
        raise NotFoundError("There is no such segment.")
    yield from sandbox.touch(account_id, [segment_id], is_sandboxed=actor.is_sandboxed)
    changed = {**row, **values}
    is_live = changed["status"] != DELETED
    if is_live and (yield from records.is_taken(account_id, changed["name"], segment_id)):
        raise TakenError("segment", changed["name"])
    yield from records.change(account_id, segment_id, values)
    return Segment(**changed)
