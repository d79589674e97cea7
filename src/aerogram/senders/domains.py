"""Sending domains: the keys that sign their mail and the DNS records that they publish.

Each domain gets an RSA key, which every verifier supports, and an Ed25519 key (RFC 8463), whose signatures
are smaller. Verifiers use the one that they support.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, NamedTuple

from aerogram.base.errors import NotFoundError
from aerogram.model.sender import ACTIVE
from aerogram.senders.dns_records import DnsRecord, records_for
from aerogram.senders.pattern import WHOLE_DOMAIN, parse_domain
from aerogram.senders.tracking_hosts import set_tracking_host
from aerogram.store.records.senders import dkim_keys, senders
from aerogram.store.records.senders.dkim_keys import DkimKeyRow
from aerogram.wire.dkim.keys import SigningKey

if TYPE_CHECKING:
    from aerogram.base.clock import Clock
    from aerogram.base.ids import IdGenerator
    from aerogram.base.sealing import Sealer
    from aerogram.model.actor import Actor
    from aerogram.store.records.senders.senders import SenderRow
    from aerogram.store.sql import Database, Unit

RSA_SELECTOR: Final = "aerogram1"
ED25519_SELECTOR: Final = "aerogram1e"
"""The number leaves room for the next pair of keys."""


class Domain(NamedTuple):
    """A sending domain of an account; ``may_send`` tells whether all its addresses may send."""

    name: str
    may_send: bool
    keys: list[DkimKeyRow]


class Addition:
    """A new domain: its sender and its new keys, ready for one transaction."""

    def __init__(self, sender: SenderRow, keys: list[DkimKeyRow]) -> None:
        self.sender = sender
        self._keys = keys

    def unit(self) -> Unit[None]:
        """Write it. A domain that was removed before gets its former keys back."""
        yield from senders.activate(self.sender)
        yield from dkim_keys.ensure_active(self._keys)


class Domains:
    """The sending domains of all accounts."""

    def __init__(self, db: Database, sealer: Sealer, ids: IdGenerator, clock: Clock) -> None:
        self._db = db
        self._sealer = sealer
        self._ids = ids
        self._clock = clock

    async def of_account(self, actor: Actor) -> list[Domain]:
        """Return an account's domains by name."""

        def unit() -> Unit[tuple[list[SenderRow], list[DkimKeyRow]]]:
            rows = yield from senders.of_account(actor.account_id)
            return rows, (yield from dkim_keys.of_account(actor.account_id))

        rows, keys = await self._db.read(unit)
        open_domains = {
            row.email.removeprefix(WHOLE_DOMAIN)
            for row in rows
            if row.status == ACTIVE and row.email.startswith(WHOLE_DOMAIN)
        }
        names = sorted(open_domains | {key.domain for key in keys})
        return [
            Domain(name, name in open_domains, [key for key in keys if key.domain == name]) for name in names
        ]

    async def show(self, actor: Actor, text: str) -> Domain:
        """Return one domain. Raises `NotFoundError` when the account has none of this name."""
        name = parse_domain(text)
        for domain in await self.of_account(actor):
            if domain.name == name:
                return domain
        raise NotFoundError(f"The account has no domain {name}.")

    async def add(self, actor: Actor, text: str) -> Domain:
        """Let an account send from all addresses of a domain, and sign that mail.

        Raises `AddressError` when ``text`` is not a domain.
        """
        addition = await self.addition(actor, text)
        await self._db.write(addition.unit)
        return await self.show(actor, text)

    async def set_tracking_host(self, actor: Actor, domain: str, url: str) -> tuple[str, str]:
        """Set the base URL of links in a domain's mail; see `tracking_hosts.set_tracking_host`."""
        return await set_tracking_host(self._db, actor, domain, url)

    async def remove(self, actor: Actor, text: str) -> str:
        """Delete a domain and retire its keys; return its name.

        Raises `NotFoundError` when the account has none of this name.
        """
        name = parse_domain(text)

        def unit() -> Unit[bool]:
            was_open = yield from senders.remove(actor.account_id, WHOLE_DOMAIN + name)
            had_keys = yield from dkim_keys.retire(actor.account_id, name)
            return was_open or had_keys

        if not await self._db.write(unit):
            raise NotFoundError(f"The account has no domain {name}.")
        return name

    async def addition(self, actor: Actor, text: str) -> Addition:
        """Prepare `add` for a larger transaction."""
        name = parse_domain(text)
        sender = senders.active_sender(
            self._ids.next_id(), actor.account_id, WHOLE_DOMAIN + name, self._clock.now_ms()
        )
        # An RSA key takes a tenth of a second of CPU, too long for the event loop of a running server.
        keys = await asyncio.to_thread(self.new_keys, actor.account_id, name)
        return Addition(sender, keys)

    def new_keys(self, account_id: int, name: str) -> list[DkimKeyRow]:
        """Make the keys of a domain without storing them. It is slow, so call it in a thread."""
        made = {
            "rsa": SigningKey.generate_rsa(RSA_SELECTOR),
            "ed25519": SigningKey.generate_ed25519(ED25519_SELECTOR),
        }
        return [
            DkimKeyRow(
                id=self._ids.next_id(),
                account_id=account_id,
                domain=name,
                selector=key.selector,
                algorithm=algorithm,
                private_sealed=self._sealer.seal(key.to_pem().decode()),
                public_value=key.dns_value(),
                created_ms=self._clock.now_ms(),
                is_active=1,
            )
            for algorithm, key in made.items()
        ]


def dns_records(domain: Domain, hostname: str) -> list[DnsRecord]:
    """List the records that the domain must publish; ``hostname`` is this installation's name."""
    return records_for(domain.name, domain.keys, hostname)
