"""Who asks: API key and secret to a principal, from memory where possible.

Answers are remembered for `REMEMBER_MS`, so a revoked key stops working everywhere within that time.
Failures are never remembered: a key that was just made works at once.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Final

from aerogram.base.clock import SECOND
from aerogram.model.account import CredentialKind, Principal, SendDefaults
from aerogram.store.records import lookups

if TYPE_CHECKING:
    from aerogram.base.clock import Clock
    from aerogram.base.sealing import Sealer
    from aerogram.store.records.lookups import Opening
    from aerogram.store.sql import Database

REMEMBER_MS: Final = 10 * SECOND
MAX_REMEMBERED: Final = 10_000
"""Credentials in memory; past it all are forgotten and asked for again."""
MAX_KEY_LENGTH: Final = 255
_LABEL_LETTERS: Final = 8


class Authenticator:
    """Checks credentials against the store."""

    def __init__(self, database: Database, sealer: Sealer, clock: Clock) -> None:
        self._database = database
        self._sealer = sealer
        self._clock = clock
        self._remembered: dict[str, tuple[str, Principal, int]] = {}

    def cached(self, key: str, secret: str) -> Principal | None:
        """Answer from memory; None means that the store must be asked, not that the pair is wrong."""
        found = self._remembered.get(key)
        if found is None:
            return None
        secret_hash, principal, until_ms = found
        # After a clock was set back, the end would lie too far ahead.
        if not 0 <= until_ms - self._clock.now_ms() <= REMEMBER_MS:
            del self._remembered[key]
            return None
        return principal if hmac.compare_digest(self._sealer.digest(secret), secret_hash) else None

    async def check(self, key: str, secret: str) -> Principal | None:
        """Give the principal of a pair; None when it opens nothing.

        Raises `UnavailableError` when the store cannot be asked.
        """
        principal = self.cached(key, secret)
        if principal is not None:
            return principal
        found = await self._opening(key, secret)
        if found is None or not found.is_active:
            return None
        principal = _principal(found, key)
        if len(self._remembered) >= MAX_REMEMBERED:
            self._remembered.clear()
        self._remembered[key] = (found.secret_hash, principal, self._clock.now_ms() + REMEMBER_MS)
        return principal

    async def is_suspended(self, key: str, secret: str) -> bool:
        """Tell whether a pair would open its account, were that active.

        Raises `UnavailableError` when the store cannot be asked.
        """
        found = await self._opening(key, secret)
        return found is not None and not found.is_active

    async def _opening(self, key: str, secret: str) -> Opening | None:
        """Give what a pair opens, were its account active; None for a wrong or revoked one."""
        if "\0" in key or len(key) > MAX_KEY_LENGTH:
            # No key looks like this, and PostgreSQL could not even compare with a NUL.
            return None
        found = await self._database.read(lambda: lookups.credential_by_key(key))
        given = self._sealer.digest(secret)
        # An unknown key costs the same comparison, so that time does not tell which keys exist.
        secret_hash = found.secret_hash if found else self._sealer.digest("")
        is_right = hmac.compare_digest(given, secret_hash)
        return found if found is not None and is_right and found.revoked_ms is None else None


def _principal(found: Opening, key: str) -> Principal:
    return Principal(
        account_id=found.account_id,
        kind=CredentialKind(found.kind),
        label=f"API key {key[:_LABEL_LETTERS]}…",
        domain=found.domain,
        defaults=SendDefaults(
            tracks_opens=bool(found.tracks_opens),
            tracks_clicks=bool(found.tracks_clicks),
            is_sandboxed=bool(found.is_sandboxed),
        ),
    )
