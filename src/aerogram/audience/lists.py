"""Create, rename, delete and restore contact lists. Deleting keeps the row and the memberships."""

from __future__ import annotations

import secrets
import string
from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.base.errors import NotFoundError, TakenError
from aerogram.store.records import sandbox
from aerogram.store.records.contacts import lists as records

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aerogram.base.clock import Clock
    from aerogram.base.ids import IdGenerator
    from aerogram.model.actor import Actor
    from aerogram.model.page import PageRequest
    from aerogram.store.sql import Database, Unit

MAX_NAME: Final = 255
"""Characters of a name: fits the indexes of both databases in any script."""
_ADDRESS_LENGTH: Final = 9
_ALPHABET: Final = string.ascii_lowercase + string.digits


class ContactList(msgspec.Struct, frozen=True, kw_only=True):
    """A list. ``subscriber_count`` counts its active contacts who have not unsubscribed."""

    id: int
    account_id: int
    name: str
    address: str
    is_deleted: bool = False
    created_ms: int
    subscriber_count: int = 0


class Lists:
    """The lists of all accounts."""

    def __init__(self, database: Database, ids: IdGenerator, clock: Clock) -> None:
        self._database = database
        self._ids = ids
        self._clock = clock

    async def page(self, actor: Actor, wanted: PageRequest) -> tuple[list[ContactList], int]:
        """Return a page of lists, including deleted ones, and the total number of matches."""
        rows, total = await self._database.read(lambda: records.LISTING.page(actor.account_id, wanted))
        return [_list(row) for row in rows], total

    async def create(self, actor: Actor, name: str, *, is_deleted: bool = False) -> ContactList:
        """Create a list. Raises `TakenError`."""
        while True:
            made = ContactList(
                id=self._ids.next_id(),
                account_id=actor.account_id,
                name=name,
                address="".join(secrets.choice(_ALPHABET) for _ in range(_ADDRESS_LENGTH)),
                is_deleted=is_deleted,
                created_ms=self._clock.now_ms(),
            )
            row = msgspec.structs.asdict(made) | {"is_deleted": int(is_deleted)}
            # Retry when the random list address, one of 10^14, is taken.
            if await self._database.write(lambda row=row: _create(actor, row)):  # type: ignore[misc]
                return made

    async def change(self, actor: Actor, list_id: int, values: Mapping[str, Any]) -> ContactList:
        """Rename a list by ``name``, or delete or restore it by ``is_deleted``.

        Raises `NotFoundError`, or `TakenError` when a live list has its name.
        """
        return _list(await self._database.write(lambda: _change(actor, list_id, values)))

    async def remove(self, actor: Actor, list_id: int) -> None:
        """Delete a list; it can be restored and keeps its memberships. Raises `NotFoundError`."""
        await self.change(actor, list_id, {"is_deleted": True})


def _create(actor: Actor, row: Mapping[str, Any]) -> Unit[bool]:
    added = yield from records.add(row)
    if not added and (yield from records.is_taken(row["account_id"], row["name"], row["id"])):
        raise TakenError("list", row["name"])
    if added:
        yield from sandbox.mark(actor.account_id, [row["id"]], is_sandboxed=actor.is_sandboxed)
    return added


def _change(actor: Actor, list_id: int, values: Mapping[str, Any]) -> Unit[dict[str, Any]]:
    account_id = actor.account_id
    row = yield from records.hold(account_id, list_id)
    if row is None:
        raise NotFoundError("There is no such list.")
    yield from sandbox.touch(account_id, [list_id], is_sandboxed=actor.is_sandboxed)
    columns = {name: int(value) if isinstance(value, bool) else value for name, value in values.items()}
    changed = {**row, **columns}
    if not changed["is_deleted"] and (yield from records.is_taken(account_id, changed["name"], list_id)):
        raise TakenError("list", changed["name"])
    if columns:
        yield from records.change(account_id, list_id, columns)
    return changed


def _list(row: Mapping[str, Any]) -> ContactList:
    return ContactList(**{**row, "is_deleted": bool(row["is_deleted"])})
