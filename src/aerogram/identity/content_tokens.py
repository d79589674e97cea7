"""Bearer tokens of the Content API, with a subset of the permissions of an API key.

A token is shown once, on creation; the store keeps only its digest.
"""

from __future__ import annotations

import hmac
import secrets
from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.base.clock import DAY
from aerogram.base.errors import NotFoundError, RefusedError, TakenError, TooManyError
from aerogram.model.account import CredentialKind, Principal
from aerogram.store.records.accounts import content_tokens as records

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aerogram.base.clock import Clock
    from aerogram.base.ids import IdGenerator
    from aerogram.base.sealing import Sealer
    from aerogram.model.actor import Actor
    from aerogram.model.page import PageRequest
    from aerogram.store.sql import Database, Unit

TOKEN_BYTES: Final = 16
"""Mailjet's tokens have 32 hexadecimal digits."""
MAX_TOKEN_CHARS: Final = 256
"""Maximum length of a presented token."""
LIFE_MS: Final = 365 * DAY
"""Default lifetime of a token."""
MAX_TOKENS: Final = 1_000
"""Maximum number of tokens per account; our own limit."""
_LABEL_LETTERS: Final = 40

_decode: Final = msgspec.json.Decoder(tuple[str, ...]).decode
_encode: Final = msgspec.json.Encoder().encode


class ContentToken(msgspec.Struct, frozen=True, kw_only=True):
    """A token; ``access_token`` is the secret on creation, else None."""

    id: int
    account_id: int
    name: str
    permissions: tuple[str, ...]
    expires_ms: int
    created_ms: int
    updated_ms: int
    access_token: str | None = None


class ExpiredError(RefusedError):
    """The requested expiry is in the past."""

    def __init__(self) -> None:
        super().__init__("A token expires in the future.")


class ContentTokens:
    """The tokens of all accounts."""

    def __init__(self, database: Database, sealer: Sealer, ids: IdGenerator, clock: Clock) -> None:
        self._database = database
        self._sealer = sealer
        self._ids = ids
        self._clock = clock

    async def check(self, token: str) -> Principal | None:
        """Return the principal of a token; None if it is not valid.

        Raises `UnavailableError` if the store is not available.
        """
        if not 0 < len(token) <= MAX_TOKEN_CHARS:
            return None
        digest = self._sealer.digest(token)
        found = await self._database.read(lambda: records.opening(digest))
        if found is None or not hmac.compare_digest(found.digest, digest):
            return None
        if not found.is_active or found.expires_ms <= self._clock.now_ms():
            return None
        return Principal(
            account_id=found.account_id,
            kind=CredentialKind.CONTENT_TOKEN,
            label=f'The token "{found.name[:_LABEL_LETTERS]}"',
            permissions=frozenset(_decode(found.permissions)),
        )

    async def page(self, actor: Actor, wanted: PageRequest) -> tuple[list[ContentToken], int]:
        """Return a page of tokens, without secrets, and the total."""
        rows, total = await self._database.read(lambda: records.LISTING.page(actor.account_id, wanted))
        return [_token(row) for row in rows], total

    async def create(
        self, actor: Actor, name: str, permissions: Sequence[str], expires_ms: int | None = None
    ) -> ContentToken:
        """Create a token and return it with its secret; it expires after `LIFE_MS` by default.

        Raises `TakenError`, `TooManyError` or `ExpiredError`.
        """
        now = self._clock.now_ms()
        expires_ms = now + LIFE_MS if expires_ms is None else expires_ms
        if expires_ms <= now:
            raise ExpiredError
        secret = secrets.token_hex(TOKEN_BYTES)
        made = ContentToken(
            id=self._ids.next_id(),
            account_id=actor.account_id,
            name=name,
            permissions=tuple(permissions),
            expires_ms=expires_ms,
            created_ms=now,
            updated_ms=now,
        )
        row = msgspec.structs.asdict(made) | _columns(msgspec.structs.asdict(made))
        row |= {"digest": self._sealer.digest(secret)}

        def unit() -> Unit[None]:
            count = yield from records.LISTING.count(actor.account_id, {})
            if count >= MAX_TOKENS:
                raise TooManyError("tokens", MAX_TOKENS)
            if not (yield from records.OWNED.add(row)):
                raise TakenError("token", name)

        await self._database.write(unit)
        return msgspec.structs.replace(made, access_token=secret)

    async def change(self, actor: Actor, found: ContentToken, values: Mapping[str, Any]) -> ContentToken:
        """Change the name, permissions or expiry of a token; return it without its secret.

        Raises `TakenError`, `ExpiredError` or `NotFoundError`.
        """
        now = self._clock.now_ms()
        if values.get("expires_ms", now + 1) <= now:
            raise ExpiredError
        changed = msgspec.structs.replace(found, **values, updated_ms=now)
        columns = _columns(values) | {"updated_ms": now}

        def unit() -> Unit[bool]:
            if (yield from records.is_taken(actor.account_id, changed.name, found.id)):
                raise TakenError("token", changed.name)
            return (yield from records.OWNED.change(actor.account_id, found.id, columns))

        if not await self._database.write(unit):
            raise NotFoundError("There is no such token.")
        return changed

    async def remove(self, actor: Actor, token_id: int) -> None:
        """Revoke a token. Raises `NotFoundError`."""
        if not await self._database.write(lambda: records.OWNED.remove(actor.account_id, token_id)):
            raise NotFoundError("There is no such token.")


def _columns(values: Mapping[str, Any]) -> dict[str, Any]:
    columns = {name: value for name, value in values.items() if name != "access_token"}
    if "permissions" in values:
        columns["permissions"] = _encode(values["permissions"]).decode()
    return columns


def _token(row: Mapping[str, Any]) -> ContentToken:
    values = {name: value for name, value in row.items() if name != "digest"}
    return ContentToken(**values | {"permissions": _decode(row["permissions"])})
