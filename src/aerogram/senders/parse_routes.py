"""Routes of inbound mail: addresses of an account, and the URLs to which their mail is posted.

An address is generated in this installation's own domain, or belongs to a domain from which the account may
send, because the owner of a domain decides where its mail goes.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.base.errors import AerogramError, NotFoundError, RefusedError, TakenError
from aerogram.model.page import PageRequest
from aerogram.model.sender import ACTIVE
from aerogram.store.records.senders import parse_routes as records
from aerogram.store.records.senders import senders

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aerogram.base.clock import Clock
    from aerogram.base.ids import IdGenerator
    from aerogram.base.sealing import Sealer
    from aerogram.model.actor import Actor
    from aerogram.store.sql import Database, Unit

LOCAL_PART_BYTES: Final = 10
"""80 random bits, so that nobody writes to the address by chance."""
SUBDOMAIN: Final = "parse"


class ParseRoute(msgspec.Struct, frozen=True, kw_only=True):
    """One address and its URL."""

    id: int
    account_id: int
    email: str
    url: str
    is_generated: bool = False
    created_ms: int


class ForeignDomainError(RefusedError):
    """The account does not own the address's domain."""


class ParseRoutes:
    """The routes of all accounts. URLs may hold passwords, so the store keeps them sealed."""

    def __init__(
        self, database: Database, sealer: Sealer, ids: IdGenerator, clock: Clock, *, hostname: str
    ) -> None:
        self._database = database
        self._sealer = sealer
        self._ids = ids
        self._clock = clock
        self._domain = f"{SUBDOMAIN}.{hostname}"

    async def page(self, actor: Actor, wanted: PageRequest) -> tuple[list[ParseRoute], int]:
        """Return routes of an account, and how many match; see `records.LISTING`."""
        rows, total = await self._database.read(lambda: records.LISTING.page(actor.account_id, wanted))
        return [self._opened(row) for row in rows], total

    async def add(self, actor: Actor, url: str, email: str = "") -> ParseRoute:
        """Add a route. Without ``email`` its address is generated, once for each account.

        Raises `TakenError` or `ForeignDomainError`.
        """
        route = ParseRoute(
            id=self._ids.next_id(),
            account_id=actor.account_id,
            email=email or f"{secrets.token_hex(LOCAL_PART_BYTES)}@{self._domain}",
            url=url,
            is_generated=not email,
            created_ms=self._clock.now_ms(),
        )

        def unit() -> Unit[RefusedError | None]:
            if route.is_generated:
                own, _ = yield from records.LISTING.page(
                    actor.account_id, PageRequest({"is_generated": 1}, 1)
                )
                if own:
                    return _taken(own[0]["email"])
            elif not (yield from _owns_domain(actor.account_id, route.email)):
                return _foreign(route.email)
            is_added = yield from records.OWNED.add(self._sealed(route))
            return None if is_added else _taken(route.email)

        error = await self._database.write(unit)
        if error is not None:
            raise error
        return route

    async def change(self, actor: Actor, route: ParseRoute, values: Mapping[str, str]) -> ParseRoute:
        """Change ``url`` or ``email``. Raises `TakenError`, `ForeignDomainError` or `NotFoundError`."""
        changed = msgspec.structs.replace(route, **values)
        if "email" in values:
            changed = msgspec.structs.replace(changed, is_generated=False)

        def unit() -> Unit[AerogramError | None]:
            if "email" in values:
                if not (yield from _owns_domain(actor.account_id, changed.email)):
                    return _foreign(changed.email)
                if (yield from records.holder(changed.email)) not in {None, route.id}:
                    return _taken(changed.email)
            row = self._sealed(changed)
            written = {name: row[name] for name in ("email", "is_generated", "url_sealed")}
            is_changed = yield from records.OWNED.change(actor.account_id, route.id, written)
            return None if is_changed else NotFoundError("There is no such route.")

        error = await self._database.write(unit)
        if error is not None:
            raise error
        return changed

    async def remove(self, actor: Actor, route_id: int) -> None:
        """Delete a route. Raises `NotFoundError`."""
        if not await self._database.write(lambda: records.OWNED.remove(actor.account_id, route_id)):
            raise NotFoundError("There is no such route.")

    def _opened(self, row: Mapping[str, Any]) -> ParseRoute:
        values = {name: value for name, value in row.items() if name != "url_sealed"}
        values["is_generated"] = bool(row["is_generated"])
        return ParseRoute(url=self._sealer.open(row["url_sealed"]), **values)

    def _sealed(self, route: ParseRoute) -> dict[str, Any]:
        row = msgspec.structs.asdict(route)
        row["url_sealed"] = self._sealer.seal(row.pop("url"))
        row["is_generated"] = int(route.is_generated)
        return row


def _owns_domain(account_id: int, email: str) -> Unit[bool]:
    found = yield from senders.find(account_id, f"*@{email.rpartition('@')[2]}")
    return found is not None and found.status == ACTIVE


def _foreign(email: str) -> ForeignDomainError:
    domain = email.rpartition("@")[2]
    return ForeignDomainError(f"The account has no active sender *@{domain}")


def _taken(email: str) -> TakenError:
    return TakenError("route", email, f"There is already a route for {email}.")
