"""A cache of signing keys: those of each sending domain of an account are decrypted once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aerogram.base.clock import SECOND
from aerogram.base.errors import AerogramError, RefusedError
from aerogram.senders.pattern import ascii_domain_of, with_parents
from aerogram.store.records.querying import lookups
from aerogram.wire.dkim.keys import SigningKey
from aerogram.wire.dkim.sign import Signer

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from aerogram.base.clock import Clock
    from aerogram.base.sealing import Sealer
    from aerogram.store.sql import Database

_Found = tuple[Signer | RefusedError | None, int]
REMEMBER_MS: Final = 30 * SECOND
MAX_REMEMBERED: Final = 10_000


class Keyring:
    """Signers by account and domain of the From address.

    Mail of a domain without keys is signed by its nearest parent domain that has some (RFC 6376 §3.5: ``d=``
    may be a parent; DMARC's relaxed alignment accepts it).
    """

    def __init__(self, database: Database, sealer: Sealer, clock: Clock, *, is_signing: bool) -> None:
        self._database = database
        self._sealer = sealer
        self._clock = clock
        self._is_signing = is_signing
        self._remembered: dict[tuple[int, str], _Found] = {}
        self._older: dict[tuple[int, str], _Found] = {}
        """What was remembered before `_remembered` was full: letters that wait to be signed may need it."""

    async def load(self, wanted: Collection[tuple[int, str]]) -> None:
        """Load the signers of (account, From address) pairs."""
        if not self._is_signing:
            return
        now = self._clock.now_ms()
        missing = [
            key
            for account_id, email in wanted
            if not self._is_fresh(key := (account_id, ascii_domain_of(email)), now)
        ]
        if not missing:
            return
        names = {name for _, domain in missing for name in with_parents(domain)}
        rows = await self._database.read(lambda: lookups.signing_keys(names))
        if len(self._remembered) >= MAX_REMEMBERED:
            self._older, self._remembered = self._remembered, {}
        for account_id, domain in missing:
            signer: Signer | RefusedError | None
            try:
                signer = self._nearest(account_id, domain, rows)
            except AerogramError as error:
                signer = RefusedError(f"The DKIM keys of {domain} cannot be used: {error}")
            self._remembered[account_id, domain] = (signer, now + REMEMBER_MS)

    def cached_signer(self, account_id: int, from_email: str) -> Signer | None:
        """Return the signer that `load` read; None when the domain has no keys. Any thread may call it.

        Raises `RefusedError` when the domain has unusable keys: unsigned mail would harm it.
        """
        key = (account_id, ascii_domain_of(from_email))
        found = self._remembered.get(key) or self._older.get(key)
        signer = found[0] if found else None
        if isinstance(signer, RefusedError):
            raise RefusedError(str(signer)) from signer
        return signer

    def _is_fresh(self, key: tuple[int, str], now: int) -> bool:
        """Tell whether a cached signer may still be used; it may not after the clock was set back."""
        found = self._remembered.get(key)
        return found is not None and now <= found[1] <= now + REMEMBER_MS

    def _nearest(
        self, account_id: int, domain: str, rows: Iterable[tuple[int, str, str, str, str]]
    ) -> Signer | None:
        for name in with_parents(domain):
            keys = tuple(
                SigningKey.from_pem(selector, self._sealer.open(sealed).encode())
                for owner, owned, selector, _, sealed in rows
                if owner == account_id and owned == name
            )
            if keys:
                return Signer(name, keys)
        return None
