"""Suppressions: the addresses that an account must not mail, temporarily or permanently."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aerogram.base.errors import NotFoundError, RefusedError
from aerogram.store.records.messages import suppressions as records
from aerogram.store.records.messages.suppressions import SuppressionRow
from aerogram.wire.address import is_email, suppression_key

if TYPE_CHECKING:
    from aerogram.base.clock import Clock
    from aerogram.model.actor import Actor
    from aerogram.store.sql import Database

__all__ = ["SuppressionRow", "Suppressions", "stored_address"]

BY_HAND: Final = "manual"
"""The reason of a suppression that a person added."""


class Suppressions:
    """The suppressions of all accounts."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def page(self, actor: Actor, limit: int) -> tuple[list[SuppressionRow], int]:
        """Return an account's suppressions, newest first, and their total number."""
        rows = await self._database.read(lambda: records.of_account(actor.account_id, limit))
        return rows, await self._database.read(lambda: records.count(actor.account_id))

    async def add(self, actor: Actor, address: str, detail: str = "") -> SuppressionRow:
        """Suppress an address permanently; a newer reason replaces an older one. Raises `RefusedError`."""
        row = SuppressionRow(
            actor.account_id, stored_address(address), BY_HAND, detail, self._clock.now_ms(), None
        )
        await self._database.write(lambda: records.put(row))
        return row

    async def remove(self, actor: Actor, address: str) -> None:
        """Remove a suppression. Raises `NotFoundError` without one, `RefusedError` for an invalid address."""
        key = stored_address(address)
        if not await self._database.write(lambda: records.remove(actor.account_id, key)):
            raise NotFoundError(f"{key} is not suppressed.")


def stored_address(text: str) -> str:
    """Normalise an address to the form used for comparison. Raises `RefusedError` for an invalid address."""
    address = text.strip()
    if not is_email(address):
        raise RefusedError(f"{text!r} is not an email address.")
    return suppression_key(address)
