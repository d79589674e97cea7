"""The DNS of an account's sending domains: records to publish, results of checks, and proof of ownership."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, Final

import msgspec

from aerogram.base.errors import NotFoundError
from aerogram.senders.dns_check import NOT_CHECKED, OK, check_dkim, check_spf, has_text
from aerogram.senders.dns_records import spf_host, spf_value
from aerogram.store.records.senders import dkim_keys, domain_checks
from aerogram.store.records.senders.domain_checks import DomainCheckRow

if TYPE_CHECKING:
    from aerogram.base.clock import Clock
    from aerogram.base.sealing import Sealer
    from aerogram.model.actor import Actor
    from aerogram.senders.dns_check import Finding, NameService
    from aerogram.store.records.senders.dkim_keys import DkimKeyRow
    from aerogram.store.sql import Database, Unit

OWNERSHIP_PURPOSE: Final = "domain ownership"
TOKEN_DIGITS: Final = 32
RECORD_PREFIX: Final = "aerogram"
"""The record that proves ownership has the name ``aerogram._<first 8 digits of the token>.<domain>``."""
_SHORT: Final = 8


class DomainDns(msgspec.Struct, frozen=True, kw_only=True):
    """A sending domain as its owner sees it. Names are fully qualified, with the final dot."""

    id: int
    account_id: int
    domain: str
    dkim_record_name: str
    dkim_record_value: str
    dkim_status: str = NOT_CHECKED
    spf_record_value: str
    spf_status: str = NOT_CHECKED
    ownership_token: str
    ownership_record_name: str
    checked_ms: int = 0


class Checked(msgspec.Struct, frozen=True):
    """The results of a check of a domain."""

    dkim: Finding
    spf: Finding


class SendingDomains:
    """The domains for which accounts have DKIM keys, in use or not.

    A domain's id is that of its oldest key. Its ownership token is a keyed digest of account and domain, so it
    is not stored and never changes.
    """

    def __init__(
        self, database: Database, sealer: Sealer, clock: Clock, names: NameService, *, hostname: str
    ) -> None:
        self._database = database
        self._token_key = sealer.derived_key(OWNERSHIP_PURPOSE)
        self._clock = clock
        self._names = names
        self._hostname = hostname

    async def of_account(self, actor: Actor) -> list[DomainDns]:
        """Return an account's domains, the oldest first."""

        def unit() -> Unit[tuple[list[DkimKeyRow], list[DomainCheckRow]]]:
            keys = yield from dkim_keys.every_of_account(actor.account_id)
            return keys, (yield from domain_checks.of_account(actor.account_id))

        keys, checks = await self._database.read(unit)
        known = {check.domain: check for check in checks}
        first: dict[str, DkimKeyRow] = {}
        for key in keys:
            # Every verifier supports RSA, so its record is the one that is shown (RFC 8463 §3).
            if key.domain not in first or (key.algorithm, first[key.domain].algorithm) == ("rsa", "ed25519"):
                first[key.domain] = key
        ids = {key.domain: key.id for key in reversed(keys)}
        return [self._shown(ids[name], key, known.get(name)) for name, key in first.items()]

    async def ids(self, actor: Actor) -> dict[str, int]:
        """Return the ids of an account's domains by name."""
        return {each.domain: each.id for each in await self.of_account(actor)}

    async def check(self, actor: Actor, domain: str) -> Checked:
        """Check the published records of a domain now, and store the results.

        From now on, mail of a domain whose key is published is signed with it. A missing key changes nothing:
        one minute without a name server must not stop the signing of mail. Raises `NotFoundError`.
        """
        found = next((each for each in await self.of_account(actor) if each.domain == domain), None)
        if found is None:
            raise NotFoundError(f"The account has no domain {domain}.")
        name = found.dkim_record_name.removesuffix(".")
        dkim = await check_dkim(self._names, name, found.dkim_record_value)
        spf = await check_spf(self._names, domain, spf_host(domain, self._hostname))
        row = DomainCheckRow(actor.account_id, domain, dkim.status, spf.status, self._clock.now_ms())

        def unit() -> Unit[None]:
            yield from domain_checks.put(row)
            if dkim.status == OK:
                yield from dkim_keys.activate(actor.account_id, domain)

        await self._database.write(unit)
        return Checked(dkim, spf)

    async def is_owned(self, actor: Actor, domain: str) -> bool:
        """Tell whether the domain now publishes the account's ownership token."""
        token = self._token(actor.account_id, domain)
        return await has_text(self._names, _ownership_name(token, domain), token)

    def _token(self, account_id: int, domain: str) -> str:
        named = f"{account_id} {domain}".encode()
        return hmac.digest(self._token_key, named, hashlib.sha256).hex()[:TOKEN_DIGITS]

    def _shown(self, domain_id: int, key: DkimKeyRow, check: DomainCheckRow | None) -> DomainDns:
        token = self._token(key.account_id, key.domain)
        return DomainDns(
            id=domain_id,
            account_id=key.account_id,
            domain=key.domain,
            dkim_record_name=f"{key.selector}._domainkey.{key.domain}.",
            dkim_record_value=key.public_value,
            dkim_status=check.dkim_status if check else NOT_CHECKED,
            spf_record_value=spf_value(key.domain, self._hostname),
            spf_status=check.spf_status if check else NOT_CHECKED,
            ownership_token=token,
            ownership_record_name=f"{_ownership_name(token, key.domain)}.",
            checked_ms=check.checked_ms if check else 0,
        )


def _ownership_name(token: str, domain: str) -> str:
    return f"{RECORD_PREFIX}._{token[:_SHORT]}.{domain}"
