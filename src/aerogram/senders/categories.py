"""The monitoring categories that an account's mail may name (compatibility: senders#categories)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aerogram.base.errors import NotFoundError, RefusedError
from aerogram.store.records.senders import monitoring_categories as records
from aerogram.store.records.senders.monitoring_categories import CategoryRow

if TYPE_CHECKING:
    from aerogram.base.clock import Clock
    from aerogram.model.actor import Actor
    from aerogram.store.sql import Database

MAX_NAME: Final = 255
"""Characters of a name: as many as in a campaign's."""


class MonitoringCategories:
    """The categories of all accounts."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def exists(self, account_id: int, name: str) -> bool:
        """Tell whether the account's mail may name a category. Raises `UnavailableError`.

        Names are case-sensitive. A removed category no longer exists.
        """
        if "\0" in name or len(name) > MAX_NAME:
            return False
        return any(row.name == name for row in await self._of(account_id))

    async def _of(self, account_id: int) -> list[CategoryRow]:
        return await self._database.read(lambda: records.of_account(account_id))

    async def of_account(self, actor: Actor) -> list[CategoryRow]:
        """Return the categories of an account, by name."""
        return await self._of(actor.account_id)

    async def add(self, actor: Actor, name: str) -> CategoryRow:
        """Add a category, unless it exists already. Raises `RefusedError` for an invalid name."""
        row = CategoryRow(actor.account_id, _checked(name), self._clock.now_ms())
        await self._database.write(lambda: records.add(row))
        return row

    async def remove(self, actor: Actor, name: str) -> None:
        """Remove a category. Raises `NotFoundError` when the account has none of this name."""
        if not await self._database.write(lambda: records.remove(actor.account_id, name)):
            raise NotFoundError(f"The account has no monitoring category {name!r}.")


def _checked(name: str) -> str:
    if not 0 < len(name) <= MAX_NAME or not name.isprintable() or name != name.strip():
        raise RefusedError(
            f"A category's name must have 1 to {MAX_NAME} printable characters, and no blank at its ends."
        )
    return name
