"""SMTP tokens of sending domains: one token is both user and password, and sends only from its domain.

A token is shown once, on creation; the store keeps only its digest.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final, NamedTuple

from aerogram.base.errors import NotFoundError
from aerogram.model.account import CredentialKind
from aerogram.store.records.accounts import accounts as records
from aerogram.store.records.accounts.accounts import CredentialRow

if TYPE_CHECKING:
    from aerogram.base.clock import Clock
    from aerogram.base.ids import IdGenerator
    from aerogram.base.sealing import Sealer
    from aerogram.model.actor import Actor
    from aerogram.store.sql import Database, Unit

__all__ = ["CredentialRow", "DomainTokens", "NewToken"]

TOKEN_BYTES: Final = 20
"""160 random bits, as 40 hexadecimal digits, which every client accepts."""


class NewToken(NamedTuple):
    """A new token with its secret."""

    token: str
    row: CredentialRow


class DomainTokens:
    """The tokens of all accounts. Domains are in lower-case ASCII."""

    def __init__(self, db: Database, sealer: Sealer, ids: IdGenerator, clock: Clock) -> None:
        self._db = db
        self._sealer = sealer
        self._ids = ids
        self._clock = clock

    async def make(self, actor: Actor, domain: str) -> NewToken:
        """Add a token to a domain. The caller checks that the account may send from the domain."""
        token = secrets.token_hex(TOKEN_BYTES)
        row = CredentialRow(
            id=self._ids.next_id(),
            account_id=actor.account_id,
            kind=CredentialKind.DOMAIN_TOKEN,
            key=self._sealer.digest(token),
            # No secret has an empty digest, so this never matches as a key pair.
            secret_hash="",
            label=f"token of {domain}",
            created_ms=self._clock.now_ms(),
            revoked_ms=None,
            domain=domain,
        )
        await self._db.write(lambda: records.add_credential(row))
        return NewToken(token, row)

    async def of_domain(self, actor: Actor, domain: str) -> list[CredentialRow]:
        """Return the active tokens of a domain, oldest first."""
        return await self._db.read(lambda: _of_domain(actor.account_id, domain))

    async def revoke(self, actor: Actor, domain: str, token_id: int | None = None) -> int:
        """Revoke one token of a domain, or all of them; return how many. Raises `NotFoundError` for none."""

        def unit() -> Unit[int]:
            tokens = yield from _of_domain(actor.account_id, domain)
            ids = [each.id for each in tokens if token_id in {None, each.id}]
            for each in ids:
                yield from records.revoke(each, self._clock.now_ms())
            return len(ids)

        revoked = await self._db.write(unit)
        if not revoked:
            which = "token" if token_id is None else f"token {token_id}"
            raise NotFoundError(f"{domain} has no {which}.")
        return revoked


def _of_domain(account_id: int, domain: str) -> Unit[list[CredentialRow]]:
    every = yield from records.credentials_of(account_id, CredentialKind.DOMAIN_TOKEN)
    return [each for each in every if each.domain == domain]
