"""Tokens that shops request to embed Mailjet's pages (compatibility: accounts#tokens-for-pages).

Aerogram has no such pages, so a token grants nothing; it only satisfies programs that require one.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.base.errors import NotFoundError, TakenError
from aerogram.store.records.accounts import api_tokens as records

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aerogram.base.clock import Clock
    from aerogram.base.ids import IdGenerator
    from aerogram.base.sealing import Sealer
    from aerogram.model.actor import Actor
    from aerogram.model.page import PageRequest
    from aerogram.store.sql import Database

TOKEN_BYTES: Final = 16
"""Mailjet's tokens have 32 hexadecimal digits."""


class ApiToken(msgspec.Struct, frozen=True, kw_only=True):
    """A token. ``valid_for`` is in seconds; 0 means no expiry."""

    id: int
    account_id: int
    token: str
    token_type: str
    allowed_access: str
    lang: str = ""
    timezone: str = ""
    sent_data: str = ""
    valid_for: int = 0
    is_active: bool = False
    created_ms: int


class ApiTokens:
    """The tokens of all accounts; stored sealed and found by digest."""

    def __init__(self, database: Database, sealer: Sealer, ids: IdGenerator, clock: Clock) -> None:
        self._database = database
        self._sealer = sealer
        self._ids = ids
        self._clock = clock

    async def page(self, actor: Actor, wanted: PageRequest) -> tuple[list[ApiToken], int]:
        """Return a page of an account's tokens and the total. Conditions: ``id``, ``token``, ``is_active``."""
        stored = dict(wanted.conditions)
        if "token" in stored:
            stored["digest"] = self._sealer.digest(stored.pop("token"))
        request = msgspec.structs.replace(wanted, conditions=stored)
        rows, total = await self._database.read(lambda: records.LISTING.page(actor.account_id, request))
        return [self._opened(row) for row in rows], total

    async def add(self, actor: Actor, values: Mapping[str, Any]) -> ApiToken:
        """Create a token from attributes of `ApiToken`; generate ``token`` if missing. Raises `TakenError`."""
        own = {**values, "token": values.get("token") or secrets.token_hex(TOKEN_BYTES)}
        made = ApiToken(
            id=self._ids.next_id(), account_id=actor.account_id, created_ms=self._clock.now_ms(), **own
        )
        row = self._sealed(made)
        if not await self._database.write(lambda: records.OWNED.add(row)):
            raise TakenError("token", made.token, "The token is already in use.")
        return made

    async def change(self, actor: Actor, token: ApiToken, values: Mapping[str, Any]) -> ApiToken:
        """Change attributes other than the token itself. Raises `NotFoundError`."""
        changed = msgspec.structs.replace(token, **values)
        row = self._sealed(changed)
        written = {name: row[name] for name in values}
        if not await self._database.write(lambda: records.OWNED.change(actor.account_id, token.id, written)):
            raise NotFoundError("There is no such token.")
        return changed

    async def remove(self, actor: Actor, token_id: int) -> None:
        """Delete a token. Raises `NotFoundError`."""
        if not await self._database.write(lambda: records.OWNED.remove(actor.account_id, token_id)):
            raise NotFoundError("There is no such token.")

    def _opened(self, row: Mapping[str, Any]) -> ApiToken:
        values = {name: value for name, value in row.items() if name not in ("digest", "token_sealed")}
        values["is_active"] = bool(row["is_active"])
        return ApiToken(token=self._sealer.open(row["token_sealed"]), **values)

    def _sealed(self, token: ApiToken) -> dict[str, Any]:
        row = msgspec.structs.asdict(token)
        text = row.pop("token")
        return row | {
            "digest": self._sealer.digest(text),
            "token_sealed": self._sealer.seal(text),
            "is_active": int(token.is_active),
        }
