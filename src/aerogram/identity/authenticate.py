"""Authenticate API key pairs and domain tokens, from memory where possible.

Results are cached for `REMEMBER_MS`, so a key that a command revokes stops working everywhere within that time. What
a process of this server changes is seen at once.
Failures are not cached: a new key works at once.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING, Final

from aerogram.base.clock import SECOND
from aerogram.base.shared.changes import Changes
from aerogram.base.shared.layout import Topic
from aerogram.model.account import NO_DEFAULTS, CredentialKind, Principal, SendDefaults
from aerogram.store.records.accounts import accounts
from aerogram.store.records.querying import lookups

if TYPE_CHECKING:
    from aerogram.base.clock import Clock
    from aerogram.base.sealing import Sealer
    from aerogram.store.records.querying.lookups import Opening
    from aerogram.store.sql import Database

REMEMBER_MS: Final = 10 * SECOND
MAX_REMEMBERED: Final = 10_000
"""Maximum number of cached credentials; beyond it the cache is cleared."""
MAX_KEY_LENGTH: Final = 255
_LABEL_LETTERS: Final = 8


class Authenticator:
    """Checks credentials against the store, with a cache."""

    def __init__(
        self, database: Database, sealer: Sealer, clock: Clock, changes: Changes | None = None
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._clock = clock
        # Each with a proof of its secret. The key of the proofs is of this process and this memory alone, and the
        # hash takes a quarter of the time of the one that is stored.
        self._remembered: dict[str, tuple[bytes, Principal, int]] = {}
        self._proving = hashlib.blake2b(key=secrets.token_bytes(32), digest_size=32)
        # By digest, and in a cache of its own: no key that a client sends can match a token.
        self._remembered_tokens: dict[str, tuple[Principal, int]] = {}
        self._changes = changes or Changes()
        self._generation = self._changes.generation(Topic.CREDENTIALS)

    def cached(self, key: str, secret: str) -> Principal | None:
        """Look the pair up in the cache; None means unknown, not wrong."""
        self._drop_outdated()
        found = self._remembered.get(key)
        if found is None:
            return None
        proof, principal, until_ms = found
        if not self._is_fresh(until_ms):
            del self._remembered[key]
            return None
        return principal if hmac.compare_digest(self._proof_of(secret), proof) else None

    async def check(self, key: str, secret: str) -> Principal | None:
        """Return the principal of an API key pair; None if it is not valid.

        Raises `UnavailableError` if the store is not available.
        """
        principal = self.cached(key, secret)
        if principal is not None:
            return principal
        generation = self._generation
        found = await self._opening(key, secret)
        if found is None or not found.is_active:
            return None
        principal = _principal(found, f"API key {key[:_LABEL_LETTERS]}…")
        if self._drop_outdated() != generation:
            return principal
        if len(self._remembered) >= MAX_REMEMBERED:
            self._remembered.clear()
        self._remembered[key] = (self._proof_of(secret), principal, self._clock.now_ms() + REMEMBER_MS)
        return principal

    async def is_suspended(self, key: str, secret: str) -> bool:
        """Return whether a pair is valid, ignoring whether its account is active.

        Raises `UnavailableError` if the store is not available.
        """
        found = await self._opening(key, secret)
        return found is not None and not found.is_active

    async def _opening(self, key: str, secret: str) -> Opening | None:
        """Find the credential of a pair, ignoring whether its account is active; None if wrong or revoked."""
        if "\0" in key or len(key) > MAX_KEY_LENGTH:
            # Not a possible key, and PostgreSQL rejects a NUL.
            return None
        found = await self._database.read(lambda: lookups.credential_by_key(key))
        given = self._sealer.digest(secret)
        # Compare for unknown keys too, so that timing does not reveal which keys exist.
        secret_hash = found.secret_hash if found else self._sealer.digest("")
        is_right = hmac.compare_digest(given, secret_hash)
        if found is None or not is_right or found.revoked_ms is not None:
            return None
        return found if found.kind == CredentialKind.API_KEY else None

    async def check_token(self, token: str) -> Principal | None:
        """Return the principal of a domain's token, for SMTP only; None if it is not valid.

        Raises `UnavailableError` if the store is not available.
        """
        digest = self._sealer.digest(token)
        generation = self._drop_outdated()
        remembered = self._remembered_tokens.get(digest)
        if remembered is not None and self._is_fresh(remembered[1]):
            return remembered[0]
        found = await self._database.read(lambda: lookups.credential_by_key(digest))
        if found is None or found.kind != CredentialKind.DOMAIN_TOKEN or not _opens(found):
            self._remembered_tokens.pop(digest, None)
            return None
        principal = _principal(found, f"token of {found.domain}")
        if self._drop_outdated() != generation:
            return principal
        if len(self._remembered_tokens) >= MAX_REMEMBERED:
            self._remembered_tokens.clear()
        self._remembered_tokens[digest] = (principal, self._clock.now_ms() + REMEMBER_MS)
        return principal

    def _proof_of(self, secret: str) -> bytes:
        proving = self._proving.copy()
        proving.update(secret.encode())
        return proving.digest()

    def _drop_outdated(self) -> int:
        """Forget all if a credential was changed since it was read; return the generation of what is remembered."""
        generation = self._changes.generation(Topic.CREDENTIALS)
        if generation != self._generation:
            self._generation = generation
            self._remembered.clear()
            self._remembered_tokens.clear()
        return generation

    def _is_fresh(self, until_ms: int) -> bool:
        # After the clock was set back, the expiry would be too far ahead.
        return 0 <= until_ms - self._clock.now_ms() <= REMEMBER_MS


async def defaults_of(database: Database, account_id: int) -> SendDefaults:
    """Return the tracking defaults for mail of an account."""
    account = await database.read(lambda: accounts.find(account_id))
    if account is None:
        return NO_DEFAULTS
    return SendDefaults(tracks_opens=bool(account.tracks_opens), tracks_clicks=bool(account.tracks_clicks))


def _opens(found: Opening) -> bool:
    return found.revoked_ms is None and bool(found.is_active)


def _principal(found: Opening, label: str) -> Principal:
    return Principal(
        account_id=found.account_id,
        kind=CredentialKind(found.kind),
        label=label,
        domain=found.domain,
        defaults=SendDefaults(
            tracks_opens=bool(found.tracks_opens),
            tracks_clicks=bool(found.tracks_clicks),
            is_sandboxed=bool(found.is_sandboxed),
        ),
    )
