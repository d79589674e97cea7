"""Senders that an account adds over the API; they may send once they are validated.

A sender is validated by the account's own active ``*@domain``, by an enabled metasender, or by the account's
ownership token in the DNS of its domain. Until then it is Inactive.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.base.errors import AerogramError, NotFoundError, RefusedError, TooManyError
from aerogram.base.shared.changes import Changes
from aerogram.base.shared.layout import Topic
from aerogram.model.page import PageRequest
from aerogram.model.sender import ACTIVE, DELETED, INACTIVE, UNKNOWN_TYPE
from aerogram.senders.pattern import domain_of, is_whole_domain
from aerogram.store.records.senders import claims, dkim_keys, senders
from aerogram.store.records.senders.senders import SenderRow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aerogram.base.clock import Clock
    from aerogram.base.ids import IdGenerator
    from aerogram.model.actor import Actor
    from aerogram.senders.domain_dns import SendingDomains
    from aerogram.senders.domains import Domains
    from aerogram.store.records.senders.dkim_keys import DkimKeyRow
    from aerogram.store.sql import Database, Unit

MAX_SENDERS: Final = 100
"""Senders of an account that are not deleted (compatibility: senders#limits)."""
BY_DNS: Final = "DNS"
BY_DOMAIN: Final = "Domain"
"""Mailjet's names of validation methods (compatibility: senders#validation)."""


class ClaimedError(RefusedError):
    """The account has a sender of this address already; ``status`` is its status."""

    def __init__(self, status: str) -> None:
        super().__init__("The account has this sender already.")
        self.status = status


class AlreadyActiveError(RefusedError):
    """The sender needs no validation."""


class Validation(msgspec.Struct, frozen=True):
    """The result of a validation: its method, or why it failed."""

    method: str = ""
    error: str = ""
    dns_error: str = ""


class SenderClaims:
    """The senders of all accounts, as their owners manage them."""

    def __init__(
        self,
        database: Database,
        domains: Domains,
        dns: SendingDomains,
        ids: IdGenerator,
        clock: Clock,
        changes: Changes | None = None,
    ) -> None:
        self._database = database
        self._domains = domains
        self._dns = dns
        self._ids = ids
        self._clock = clock
        self._changes = changes or Changes()

    async def page(self, actor: Actor, wanted: PageRequest) -> tuple[list[dict[str, Any]], int]:
        """Return senders by the columns of `SenderRow`, and how many match; see `sender_claims.LISTING`."""
        return await self._database.read(lambda: claims.LISTING.page(actor.account_id, wanted))

    async def active(self, account_id: int) -> list[str]:
        """Return the addresses and whole domains from which an account may send, the oldest first."""
        rows = await self._database.read(lambda: senders.of_account(account_id))
        return [row.email for row in rows if row.status == ACTIVE]

    async def add(self, actor: Actor, values: Mapping[str, Any]) -> SenderRow:
        """Add a sender by the columns of `SenderRow`; ``email`` is its stored form.

        Its domain gets DKIM keys, so that they can be published before any mail is sent. Raises
        `ClaimedError` or `TooManyError`.
        """
        email = values["email"]
        keys = await self._new_keys(actor, domain_of(email))
        wanted = SenderRow(
            id=self._ids.next_id(),
            account_id=actor.account_id,
            email=email,
            name=values.get("name", ""),
            status=INACTIVE,
            email_type=values.get("email_type", UNKNOWN_TYPE),
            is_default=int(values.get("is_default", False)),
            created_ms=self._clock.now_ms(),
        )

        def unit() -> Unit[SenderRow | AerogramError]:
            known = yield from senders.find(actor.account_id, email)
            if known is not None:
                return ClaimedError(known.status)
            if (yield from claims.count(actor.account_id)) >= MAX_SENDERS:
                return TooManyError("senders", MAX_SENDERS)
            if keys:
                yield from dkim_keys.offer(keys)
            row = wanted._replace(status=(yield from _settled(actor.account_id, email)))
            if row.is_default:
                yield from claims.clear_default(actor.account_id)
            return row if (yield from claims.OWNED.add(row._asdict())) else ClaimedError(INACTIVE)

        return _or_raise(await self._database.write(unit))

    async def change(self, actor: Actor, sender_id: int, values: Mapping[str, Any]) -> SenderRow:
        """Write ``name``, ``email_type`` and ``is_default``; a deleted sender becomes a new claim.

        Raises `NotFoundError` or `TooManyError`.
        """

        def unit() -> Unit[SenderRow | AerogramError]:
            row = yield from self._find(actor.account_id, sender_id)
            if row is None:
                return NotFoundError("There is no such sender.")
            changes = dict(values)
            if row.status == DELETED:
                if (yield from claims.count(actor.account_id)) >= MAX_SENDERS:
                    return TooManyError("senders", MAX_SENDERS)
                changes["status"] = yield from _settled(actor.account_id, row.email)
            if changes.get("is_default"):
                yield from claims.clear_default(actor.account_id)
            if "is_default" in changes:
                changes["is_default"] = int(changes["is_default"])
            yield from claims.OWNED.change(actor.account_id, sender_id, changes)
            return row._replace(**changes)

        return _or_raise(await self._database.write(unit))

    async def remove(self, actor: Actor, email: str) -> None:
        """Mark a sender as deleted. The keys of its domain stay, because other senders of it still need them.

        Raises `NotFoundError` when the account has no such sender.
        """
        if not await self._database.write(lambda: senders.remove(actor.account_id, email)):
            raise NotFoundError("There is no such sender.")
        self._changes.changed(Topic.SENDERS)

    async def validate(self, actor: Actor, email: str) -> Validation:
        """Check whether a sender is validated now, and activate it if so.

        Raises `AlreadyActiveError`, or `NotFoundError` when it was deleted.
        """
        row = await self._database.read(lambda: senders.find(actor.account_id, email))
        if row is None:
            raise NotFoundError("There is no such sender.")
        if row.status == ACTIVE:
            raise AlreadyActiveError("The sender is active already.")
        if await self._database.read(lambda: claims.is_covered(actor.account_id, email)):
            await self._activate(row)
            return Validation(BY_DOMAIN)
        domain = domain_of(email)
        if not is_whole_domain(email):
            return Validation(
                error=f"This address cannot be validated yet: validate the sender *@{domain} by DNS first."
            )
        if await self._dns.is_owned(actor, domain):
            await self._activate(row)
            return Validation(BY_DNS)
        return Validation(
            error="The DNS TXT record has not been found to validate this sender.",
            # Mailjet's words, with the blank at their beginning.
            dns_error=" DNS record verification failed as no TXT record for that ownership token was found"
            " on the remote server.",
        )

    async def _activate(self, row: SenderRow) -> None:
        def unit() -> Unit[None]:
            yield from claims.OWNED.change(row.account_id, row.id, {"status": ACTIVE})
            if is_whole_domain(row.email):
                yield from dkim_keys.activate(row.account_id, domain_of(row.email))

        await self._database.write(unit)

    async def _new_keys(self, actor: Actor, domain: str) -> list[DkimKeyRow]:
        """Make keys for a domain that has none; this takes a tenth of a second of CPU."""
        if await self._database.read(lambda: dkim_keys.of_domain(actor.account_id, domain)):
            return []
        return await asyncio.to_thread(self._domains.new_keys, actor.account_id, domain)

    @staticmethod
    def _find(account_id: int, sender_id: int) -> Unit[SenderRow | None]:
        found, _ = yield from claims.LISTING.page(account_id, PageRequest({"id": sender_id}, 1))
        return SenderRow(**found[0]) if found else None


def _settled(account_id: int, email: str) -> Unit[str]:
    """Return the status of a new claim; a whole domain that may send at once also signs at once."""
    if not (yield from claims.is_covered(account_id, email)):
        return INACTIVE
    if is_whole_domain(email):
        yield from dkim_keys.activate(account_id, domain_of(email))
    return ACTIVE


def _or_raise(result: SenderRow | AerogramError) -> SenderRow:
    if isinstance(result, AerogramError):
        raise result
    return result
