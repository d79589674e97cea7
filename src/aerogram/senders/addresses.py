"""The senders of an account, as an operator manages them.

An operator vouches for a sender that they add, so it is active at once, without validation by mail or DNS. A
whole domain (``@example.org``) also gets keys; see `aerogram.senders.domains`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aerogram.base.errors import NotFoundError
from aerogram.senders.pattern import domain_of, is_whole_domain, parse_pattern
from aerogram.store.records.senders import senders as records

if TYPE_CHECKING:
    from collections.abc import Callable

    from aerogram.base.clock import Clock
    from aerogram.base.ids import IdGenerator
    from aerogram.model.actor import Actor
    from aerogram.senders.domains import Domains
    from aerogram.store.records.senders.senders import SenderRow
    from aerogram.store.sql import Database, Unit


class Senders:
    """The senders of all accounts."""

    def __init__(self, db: Database, domains: Domains, ids: IdGenerator, clock: Clock) -> None:
        self._db = db
        self._domains = domains
        self._ids = ids
        self._clock = clock

    async def of_account(self, actor: Actor) -> list[SenderRow]:
        """Return the senders of an account that are not deleted, the oldest first."""
        return await self._db.read(lambda: records.of_account(actor.account_id))

    async def add(self, actor: Actor, text: str) -> str:
        """Make an address or ``@domain`` an active sender; return its stored form.

        Raises `AddressError` when the text is neither.
        """
        pattern, unit = await self.addition(actor, text)
        await self._db.write(unit)
        return pattern

    async def remove(self, actor: Actor, text: str) -> str:
        """Delete a sender; return its stored form. Raises `NotFoundError` when there is no such sender."""
        pattern = parse_pattern(text)
        if is_whole_domain(pattern):
            await self._domains.remove(actor, domain_of(pattern))
        elif not await self._db.write(lambda: records.remove(actor.account_id, pattern)):
            raise NotFoundError(f"The account has no sender {pattern}.")
        return pattern

    async def addition(self, actor: Actor, text: str) -> tuple[str, Callable[[], Unit[None]]]:
        """Prepare `add` for a larger transaction; return the stored form and the unit."""
        pattern = parse_pattern(text)
        if is_whole_domain(pattern):
            domain = await self._domains.addition(actor, domain_of(pattern))
            return pattern, domain.unit
        row = records.active_sender(self._ids.next_id(), actor.account_id, pattern, self._clock.now_ms())
        return pattern, lambda: records.activate(row)
