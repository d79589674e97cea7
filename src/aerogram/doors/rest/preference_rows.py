"""Preferences as a collection: a value for a key, of a user or of an account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aerogram.doors.rest import faults
from aerogram.doors.rest.listing import Condition, Page, Query, Row, combined
from aerogram.store.records import preferences as records

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aerogram.base.ids import IdGenerator
    from aerogram.model.actor import Actor
    from aerogram.store.sql import Database

    OwnerOf = Callable[[Actor], Awaitable[int]]
    """Takes who asks and gives the id of whom its preferences are shown to belong to."""

USER: Final = "user"
APP: Final = "app"
MAX_KEY: Final = 255
MAX_VALUE: Final = 65_536
"""Characters; ours to choose."""
MAX_PREFERENCES: Final = 1_000
"""Of an account, in each scope; ours to choose."""


def by_name(text: str) -> Condition | None:
    """Read a key as it stands."""
    return Condition("name", text)


class PreferenceRows:
    """The preferences of one scope."""

    def __init__(
        self, database: Database, ids: IdGenerator, scope: str, class_name: str, owner_of: OwnerOf
    ) -> None:
        self._database = database
        self._ids = ids
        self._scope = scope
        self._class_name = class_name
        self._owner_of = owner_of

    async def page(self, actor: Actor, query: Query) -> Page:
        """Give preferences of the account."""
        owner_id = await self._owner_of(actor)
        conditions = combined(query.conditions)
        if conditions.pop("owner_id", owner_id) != owner_id:
            return Page([], 0)
        conditions["scope"] = self._scope
        rows, total = await self._database.read(
            lambda: records.LISTING.page(actor.account_id, query.request(conditions))
        )
        return Page([row | {"owner_id": owner_id} for row in rows], total)

    async def add(self, actor: Actor, values: Row) -> Row:
        """Remember a value."""
        row: dict[str, Any] = {
            "id": self._ids.next_id(),
            "account_id": actor.account_id,
            "scope": self._scope,
            "name": values["name"],
            "value": values["value"],
        }
        added = await self._database.write(lambda: records.add(row, MAX_PREFERENCES))
        if added is None:
            raise faults.RestError(400, f"An account may have {MAX_PREFERENCES} preferences")
        if not added:
            raise self._taken(values["name"])
        return row | {"owner_id": await self._owner_of(actor)}

    async def change(self, actor: Actor, row: Row, values: Row) -> Row:
        """Remember another value, perhaps by another key."""
        changed = await self._database.write(
            lambda: records.change(actor.account_id, self._scope, row["id"], values)
        )
        if changed is None:
            raise faults.not_found()
        if not changed:
            raise self._taken(values["name"])
        return {**row, **values}

    async def remove(self, actor: Actor, row: Row) -> None:
        """Forget a value."""
        if not await self._database.write(lambda: records.OWNED.remove(actor.account_id, row["id"])):
            raise faults.not_found()

    def _taken(self, name: str) -> faults.RestError:
        return faults.taken(self._class_name, name, "Key")
