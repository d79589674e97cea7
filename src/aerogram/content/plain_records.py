"""Plain records: what an account keeps and reads back, such as presets, widgets and tests of several versions.

A kind of record is declared by whoever shows it; nothing here knows what a property means.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

from aerogram.base.errors import NotFoundError, TakenError
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
    """A kind of plain record, by the names of its properties."""

    name: str
    texts: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    """The properties that records are found by. Flags are numbers."""
    unset: Mapping[str, Any] = {}
    """What the properties are while nobody has set them."""
    unique: tuple[str, ...] = ()
    """What no two records of an account share together. The last one unset, a record has no such key."""
    owns: tuple[tuple[str, str], ...] = ()
    """Kinds that are removed with a record, each with the property that holds the record's id."""
    derived: Callable[[Mapping[str, Any]], Mapping[str, Any]] = lambda _: {}
    """Gives what follows from the properties and is kept with them."""

    def unique_key(self, row: Mapping[str, Any]) -> str | None:
        """Give the values of the unique properties with bars between them; None when the record has no key."""
        if not self.unique or not row[self.unique[-1]]:
            return None
        return "|".join(str(row[name]) for name in self.unique)


class PlainRecords:
    """The plain records of all accounts. Rows are dicts of ``id``, ``account_id``, ``created_ms``, ``updated_ms`` and the properties."""

    def __init__(self, database: Database, ids: IdGenerator, clock: Clock) -> None:
        self._database = database
        self._ids = ids
        self._clock = clock

    async def page(
        self, actor: Actor, kind: PlainKind, wanted: PageRequest
    ) -> tuple[list[dict[str, Any]], int]:
        """Give records, and the number of all that match."""
        stored = _stored(kind.name, kind.texts, kind.numbers)
        rows, total = await self._database.read(lambda: stored.page(actor.account_id, wanted))
        return [{**kind.unset, **row} for row in rows], total

    async def add(self, actor: Actor, kind: PlainKind, values: Mapping[str, Any]) -> dict[str, Any]:
        """Make a record. Raises `TakenError`."""
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
            # What it sends later, as a form's confirmation, is sandboxed then.
            row["is_sandboxed"] = True
        await self._database.write(lambda: _adding(kind, row))
        return row

    async def change(
        self, actor: Actor, kind: PlainKind, record_id: int, values: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Change a record; give it as it is then. Raises `TakenError` or `NotFoundError`."""
        stamped = {**values, "updated_ms": self._clock.now_ms()}
        return await self._database.write(lambda: _changing(kind, actor.account_id, record_id, stamped))

    async def remove(self, actor: Actor, kind: PlainKind, record_id: int) -> None:
        """Remove a record with what belongs to it. Raises `NotFoundError`."""
        await self._database.write(lambda: _removing(kind, actor.account_id, record_id))


def _adding(kind: PlainKind, row: Mapping[str, Any]) -> Unit[None]:
    stored = _stored(kind.name, kind.texts, kind.numbers)
    unique_key = kind.unique_key(row)
    if not (yield from stored.add(row, unique_key)):
        raise TakenError(kind.name, unique_key or "")


def _changing(
    kind: PlainKind, account_id: int, record_id: int, values: Mapping[str, Any]
) -> Unit[dict[str, Any]]:
    stored = _stored(kind.name, kind.texts, kind.numbers)
    found = yield from stored.claim(account_id, record_id)
    if found is None:
        raise NotFoundError(f"There is no such {kind.name}.")
    row = {**kind.unset, **found, **values}
    row |= kind.derived(row)
    unique_key = kind.unique_key(row)
    if unique_key is not None:
        holder = yield from stored.id_of(account_id, unique_key)
        if holder not in (None, record_id):
            raise TakenError(kind.name, unique_key)
    yield from stored.change(row, unique_key)
    return row


def _removing(kind: PlainKind, account_id: int, record_id: int) -> Unit[None]:
    for name, property_name in kind.owns:
        yield from _stored(name).remove_owned(account_id, property_name, record_id)
    if not (yield from _stored(kind.name, kind.texts, kind.numbers).remove(account_id, record_id)):
        raise NotFoundError(f"There is no such {kind.name}.")


@lru_cache(maxsize=256)
def _stored(name: str, texts: tuple[str, ...] = (), numbers: tuple[str, ...] = ()) -> RecordKind:
    """Give the statements of a kind, which are made once in a process."""
    return records.RecordKind(name, texts, numbers)
