"""Plain records: data that an account stores and reads back, such as presets, widgets and A/B tests.

The resource that shows a kind of record declares it; this module does not interpret properties.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

from aerogram.base.errors import NotFoundError, TakenError
from aerogram.store.records import sandbox
from aerogram.store.records.templates import plain_records as records

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aerogram.base.clock import Clock
    from aerogram.base.ids import IdGenerator
    from aerogram.model.actor import Actor
    from aerogram.model.page import PageRequest
    from aerogram.store.records.templates.plain_records import RecordKind
    from aerogram.store.sql import Database, Unit


class PlainKind(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of plain record, described by the names of its properties."""

    name: str
    texts: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    """The numeric properties that records can be filtered by. Flags are numbers."""
    unset: Mapping[str, Any] = {}
    """The defaults of the properties."""
    unique: tuple[str, ...] = ()
    """The properties whose combination is unique in an account. If the last is unset, the record has no key."""
    works_on: tuple[str, ...] = ()
    """The properties with the id of another record that its work changes, such as the list of a form.

    In the sandbox these must have been made there."""
    owns: tuple[tuple[str, str], ...] = ()
    """Kinds of records to remove with a record, each with the property that refers to it."""
    derived: Callable[[Mapping[str, Any]], Mapping[str, Any]] = lambda _: {}
    """Returns values derived from the properties, to store with them."""

    def unique_key(self, row: Mapping[str, Any]) -> str | None:
        """Return the values of the unique properties joined by ``|``; None when the record has no key."""
        if not self.unique or not row[self.unique[-1]]:
            return None
        return "|".join(str(row[name]) for name in self.unique)

    def worked_on(self, row: Mapping[str, Any]) -> list[int]:
        """Return the ids of the records that this one works on."""
        return [row[name] for name in self.works_on if row.get(name)]


class PlainRecords:
    """The plain records of all accounts. Rows are dicts of ``id``, ``account_id``, ``created_ms``, ``updated_ms`` and the properties."""

    def __init__(self, database: Database, ids: IdGenerator, clock: Clock) -> None:
        self._database = database
        self._ids = ids
        self._clock = clock

    async def page(
        self, actor: Actor, kind: PlainKind, wanted: PageRequest
    ) -> tuple[list[dict[str, Any]], int]:
        """Return a page of records and the total number of matches."""
        stored = _stored(kind.name, kind.texts, kind.numbers)
        rows, total = await self._database.read(lambda: stored.page(actor.account_id, wanted))
        return [{**kind.unset, **row} for row in rows], total

    async def add(self, actor: Actor, kind: PlainKind, values: Mapping[str, Any]) -> dict[str, Any]:
        """Create a record. Raises `TakenError`."""
        now = self._clock.now_ms()
        row = {
            **kind.unset,
            **values,
            "id": self._ids.next_id(),
            "account_id": actor.account_id,
            "created_ms": now,
            "updated_ms": now,
        }
        row |= kind.derived(row)
        if actor.is_sandboxed:
            # Mail that it sends later, such as a form's confirmation, is sandboxed too.
            row["is_sandboxed"] = True
        await self._database.write(lambda: _adding(kind, actor, row))
        return row

    async def change(
        self, actor: Actor, kind: PlainKind, record_id: int, values: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Change a record and return it. Raises `TakenError` or `NotFoundError`."""
        stamped = {**values, "updated_ms": self._clock.now_ms()}
        return await self._database.write(lambda: _changing(kind, actor, record_id, stamped))

    async def remove(self, actor: Actor, kind: PlainKind, record_id: int) -> None:
        """Remove a record and the records it owns. Raises `NotFoundError`."""
        await self._database.write(lambda: _removing(kind, actor, record_id))


def _adding(kind: PlainKind, actor: Actor, row: Mapping[str, Any]) -> Unit[None]:
    yield from sandbox.touch(actor.account_id, kind.worked_on(row), is_sandboxed=actor.is_sandboxed)
    stored = _stored(kind.name, kind.texts, kind.numbers)
    unique_key = kind.unique_key(row)
    if not (yield from stored.add(row, unique_key)):
        raise TakenError(kind.name, unique_key or "")
    yield from sandbox.mark(actor.account_id, [row["id"]], is_sandboxed=actor.is_sandboxed)


def _changing(
    kind: PlainKind, actor: Actor, record_id: int, values: Mapping[str, Any]
) -> Unit[dict[str, Any]]:
    account_id = actor.account_id
    stored = _stored(kind.name, kind.texts, kind.numbers)
    found = yield from stored.claim(account_id, record_id)
    if found is None:
        raise NotFoundError(f"There is no such {kind.name}.")
    yield from sandbox.touch(account_id, [record_id], is_sandboxed=actor.is_sandboxed)
    yield from sandbox.touch(account_id, kind.worked_on(values), is_sandboxed=actor.is_sandboxed)
    row = {**kind.unset, **found, **values}
    row |= kind.derived(row)
    unique_key = kind.unique_key(row)
    if unique_key is not None:
        holder = yield from stored.id_of(account_id, unique_key)
        if holder not in (None, record_id):
            raise TakenError(kind.name, unique_key)
    yield from stored.change(row, unique_key)
    return row


def _removing(kind: PlainKind, actor: Actor, record_id: int) -> Unit[None]:
    account_id = actor.account_id
    yield from sandbox.touch(account_id, [record_id], is_sandboxed=actor.is_sandboxed)
    for name, property_name in kind.owns:
        yield from _stored(name).remove_owned(account_id, property_name, record_id)
    if not (yield from _stored(kind.name, kind.texts, kind.numbers).remove(account_id, record_id)):
        raise NotFoundError(f"There is no such {kind.name}.")
    yield from sandbox.leave(account_id, [record_id])


@lru_cache(maxsize=256)
def _stored(name: str, texts: tuple[str, ...] = (), numbers: tuple[str, ...] = ()) -> RecordKind:
    """Return the statements of a kind, built once per process."""
    return records.RecordKind(name, texts, numbers)
