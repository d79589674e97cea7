"""The addresses and domains from which an account may send, cached for a short time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aerogram.base.clock import SECOND
from aerogram.base.shared.changes import Changes
from aerogram.base.shared.layout import Topic
from aerogram.store.records.querying import lookups
from aerogram.store.records.senders import senders as records
from aerogram.wire.address import normalised
from aerogram.wire.errors import AddressError

if TYPE_CHECKING:
    from aerogram.base.clock import Clock
    from aerogram.store.sql import Database

REMEMBER_MS: Final = 10 * SECOND
"""How long a sender may still be accepted that a command removed; one removed over the API is refused at once."""
MAX_REMEMBERED: Final = 10_000


class ValidSenders:
    """The active senders: addresses, and whole domains as ``*@domain``."""

    def __init__(self, database: Database, clock: Clock, changes: Changes | None = None) -> None:
        self._database = database
        self._clock = clock
        self._remembered: dict[int, tuple[frozenset[str], int]] = {}
        self._changes = changes or Changes()
        self._generation = self._changes.generation(Topic.SENDERS)

    def allows(self, account_id: int, email: str) -> bool:
        """Answer from memory; False means that the store must be asked (see `confirm`)."""
        self._drop_outdated()
        found = self._remembered.get(account_id)
        if found is None:
            return False
        senders, until_ms = found
        # After the clock was set back, the end would be too far in the future.
        return 0 <= until_ms - self._clock.now_ms() <= REMEMBER_MS and _covers(senders, email)

    async def confirm(self, account_id: int, email: str) -> bool:
        """Answer from the store. Raises `UnavailableError` when it cannot be asked."""
        if self.allows(account_id, email):
            return True
        generation = self._generation
        senders = frozenset(await self._database.read(lambda: lookups.active_senders(account_id)))
        if self._drop_outdated() != generation:
            return _covers(senders, email)
        if len(self._remembered) >= MAX_REMEMBERED:
            self._remembered.clear()
        self._remembered[account_id] = (senders, self._clock.now_ms() + REMEMBER_MS)
        return _covers(senders, email)

    def _drop_outdated(self) -> int:
        """Forget all if a sender was changed since it was read; return the generation of what is remembered."""
        generation = self._changes.generation(Topic.SENDERS)
        if generation != self._generation:
            self._generation = generation
            self._remembered.clear()
        return generation

    async def is_registered(self, account_id: int, email: str) -> bool:
        """Tell whether the account has such a sender, active or not. Raises `UnavailableError`."""
        rows = await self._database.read(lambda: records.of_account(account_id))
        return _covers(frozenset(row.email for row in rows), email)

    def knows_domain(self, account_id: int, email: str) -> bool:
        """Tell from memory whether any sender of the account has the address's domain."""
        found = self._remembered.get(account_id)
        if found is None:
            return False
        suffix = email.rpartition("@")[2].lower()
        return any(sender.rpartition("@")[2] == suffix for sender in found[0])


def _covers(senders: frozenset[str], email: str) -> bool:
    if email in senders:
        return True
    lowered = email.lower()
    domain = lowered.rpartition("@")[2]
    if f"*@{domain}" in senders or lowered in senders:
        return True
    if lowered.isascii():
        return False
    try:
        ascii_form = normalised(lowered)
    except AddressError:
        return False
    return ascii_form in senders or f"*@{ascii_form.rpartition('@')[2]}" in senders
