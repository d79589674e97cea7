"""Preferences: named values that clients store for an account, in two scopes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.base.errors import NotFoundError, TakenError, TooManyError
from aerogram.store.records.accounts import preferences as records

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aerogram.base.ids import IdGenerator
    from aerogram.model.actor import Actor
    from aerogram.model.page import PageRequest
    from aerogram.store.sql import Database

USER: Final = "user"
"""The scope of a user's preferences."""
APP: Final = "app"
"""The scope of the account's preferences."""
MAX_PREFERENCES: Final = 1_000
"""Maximum number per account and scope; our own limit."""


class Preferences:
    """The preferences of all accounts. Rows are dicts of ``id``, ``account_id``, ``name`` and ``value``."""

    def __init__(self, database: Database, ids: IdGenerator) -> None:
        self._database = database
        self._ids = ids

    async def page(self, actor: Actor, scope: str, wanted: PageRequest) -> tuple[list[dict[str, Any]], int]:
        """Return a page of preferences and the total. Conditions are those of the store's listing."""
        of_scope = msgspec.structs.replace(wanted, conditions={**wanted.conditions, "scope": scope})
        return await self._database.read(lambda: records.LISTING.page(actor.account_id, of_scope))

    async def add(self, actor: Actor, scope: str, name: str, value: str) -> dict[str, Any]:
        """Add a preference. Raises `TakenError` or `TooManyError`."""
        row: dict[str, Any] = {
            "id": self._ids.next_id(),
            "account_id": actor.account_id,
            "scope": scope,
            "name": name,
            "value": value,
        }
        added = await self._database.write(lambda: records.add(row, MAX_PREFERENCES))
        if added is None:
            raise TooManyError("preferences", MAX_PREFERENCES)
        if not added:
            raise TakenError("preference", name)
        return row

    async def change(self, actor: Actor, scope: str, preference_id: int, values: Mapping[str, Any]) -> None:
        """Change ``value`` or ``name`` of a preference. Raises `TakenError` or `NotFoundError`."""
        changed = await self._database.write(
            lambda: records.change(actor.account_id, scope, preference_id, values)
        )
        if changed is None:
            raise NotFoundError("There is no such preference.")
        if not changed:
            raise TakenError("preference", values["name"])

    async def remove(self, actor: Actor, preference_id: int) -> None:
        """Remove a preference. Raises `NotFoundError`."""
        if not await self._database.write(lambda: records.OWNED.remove(actor.account_id, preference_id)):
            raise NotFoundError("There is no such preference.")
