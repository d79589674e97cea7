"""Campaign drafts: their properties, content and status.

The kinds ``campaigndraft`` and ``newsletter`` share a table; each sees only its own drafts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.base.errors import NotFoundError, RefusedError
from aerogram.content.templates.stored_parts import opened, written
from aerogram.model.draft import FIRST_STATUS, may_be_set
from aerogram.store.records import sandbox
from aerogram.store.records.templates import drafts as records

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aerogram.base.clock import Clock
    from aerogram.base.ids import IdGenerator
    from aerogram.content.templates.stored_parts import Content
    from aerogram.model.actor import Actor
    from aerogram.model.page import PageRequest
    from aerogram.store.records.templates.templates import ContentRow
    from aerogram.store.sql import Database, Unit

_LISTED: Final = frozenset(records.COLUMNS)


class DraftKind(msgspec.Struct, frozen=True):
    """A kind of draft: its name and the defaults of its properties.

    Properties without a column in the table are stored as JSON in ``extras``.
    """

    name: str
    unset: Mapping[str, Any]


class DraftStatusError(RefusedError):
    """Clients may not make this change of status."""

    def __init__(self, before: int, after: int) -> None:
        super().__init__(f"The status cannot change from {before} to {after}: sending and testing set it")


class Drafts:
    """The drafts of all accounts. Rows are dicts of properties by name."""

    def __init__(self, database: Database, ids: IdGenerator, clock: Clock) -> None:
        self._database = database
        self._ids = ids
        self._clock = clock

    async def page(
        self, actor: Actor, kind: DraftKind, wanted: PageRequest
    ) -> tuple[list[dict[str, Any]], int]:
        """Return a page of drafts and the total number of matches. Conditions are those of the store's listing."""
        of_kind = msgspec.structs.replace(wanted, conditions={**wanted.conditions, "kind": kind.name})
        rows, total = await self._database.read(lambda: records.LISTING.page(actor.account_id, of_kind))
        return [_opened(kind, row) for row in rows], total

    async def add(self, actor: Actor, kind: DraftKind, values: Mapping[str, Any]) -> dict[str, Any]:
        """Create a draft without content. Raises `DraftStatusError`."""
        _check_status(FIRST_STATUS, values)
        row = {
            **dict.fromkeys(records.COLUMNS, 0),
            **kind.unset,
            **values,
            "kind": kind.name,
            "id": self._ids.next_id(),
            "account_id": actor.account_id,
            "created_ms": self._clock.now_ms(),
        }
        if actor.is_sandboxed:
            # The campaign of a sandbox key stays in the sandbox, even if another caller sends it.
            row["is_sandboxed"] = True

        def unit() -> Unit[None]:
            yield from records.add(_columns(row))
            yield from sandbox.mark(actor.account_id, [row["id"]], is_sandboxed=actor.is_sandboxed)

        await self._database.write(unit)
        return row

    async def change(
        self, actor: Actor, kind: DraftKind, draft_id: int, values: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Change the properties of a draft and return it. Raises `DraftStatusError` or `NotFoundError`."""
        stamped = {**values, "updated_ms": self._clock.now_ms()}
        return await self._database.write(lambda: _changing(kind, actor, draft_id, stamped))

    async def content(self, actor: Actor, kind: DraftKind, draft_id: int) -> Content:
        """Return the content of a draft. Raises `NotFoundError`."""
        row = await self._database.read(lambda: records.content(kind.name, actor.account_id, draft_id))
        return opened(_found(row))

    async def change_content(
        self, actor: Actor, kind: DraftKind, draft_id: int, parts: Mapping[str, Any]
    ) -> Content:
        """Change parts of a draft's content and return all of it. Raises `NotFoundError` or `PartTooLargeError`."""
        values = {**written(parts), "updated_ms": self._clock.now_ms()}

        def unit() -> Unit[ContentRow]:
            yield from sandbox.touch(actor.account_id, [draft_id], is_sandboxed=actor.is_sandboxed)
            yield from records.change_content(kind.name, actor.account_id, draft_id, values)
            return _found((yield from records.content(kind.name, actor.account_id, draft_id)))

        return opened(await self._database.write(unit))


def _changing(
    kind: DraftKind, actor: Actor, draft_id: int, values: Mapping[str, Any]
) -> Unit[dict[str, Any]]:
    account_id = actor.account_id
    found = yield from records.claim(kind.name, account_id, draft_id)
    if found is None:
        raise NotFoundError("There is no such draft.")
    yield from sandbox.touch(account_id, [draft_id], is_sandboxed=actor.is_sandboxed)
    _check_status(found["status"], values)
    row = {**_opened(kind, found), **values}
    columns = _columns(row)
    changed = {name: columns[name] for name in (*(values.keys() & _LISTED), "extras")}
    yield from records.change(kind.name, account_id, draft_id, changed)
    return row


def _check_status(before: int, values: Mapping[str, Any]) -> None:
    after = values.get("status", before)
    if not may_be_set(before, after):
        raise DraftStatusError(int(before), after)


def _opened(kind: DraftKind, row: Mapping[str, Any]) -> dict[str, Any]:
    extras: dict[str, Any] = msgspec.json.decode(row["extras"])
    return {**kind.unset, **extras, **row}


def _columns(row: Mapping[str, Any]) -> dict[str, Any]:
    """Convert a row to column values; properties without a column go into ``extras`` as JSON."""
    flat = {name: int(value) if isinstance(value, bool) else value for name, value in row.items()}
    extras = {name: value for name, value in flat.items() if name not in _LISTED}
    columns = {name: value for name, value in flat.items() if name in _LISTED}
    return columns | {"extras": msgspec.json.encode(extras).decode()}


def _found(row: ContentRow | None) -> ContentRow:
    if row is None:
        raise NotFoundError("There is no such draft.")
    return row
