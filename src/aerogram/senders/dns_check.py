"""Checks the DNS records of a sending domain, and says in plain words what is missing.

Every check queries the DNS anew. The statuses are Mailjet's words (compatibility: senders#dns).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, Protocol

import msgspec

from aerogram.net.dns_answers import Addresses, LookupFailed, Texts
from aerogram.senders.spf import SpfTerms, is_spf, lets_through, read_spf

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aerogram.net.dns_answers import AddressAnswer, TextAnswer

OK: Final = "OK"
ERROR: Final = "Error"
NOT_FOUND: Final = "Not found"
NOT_CHECKED: Final = "Not checked"
MAX_SPF_LOOKUPS: Final = 10
"""How many records a verifier follows (RFC 7208 §4.6.4)."""
CHECK_SECONDS: Final = 15.0
"""How long all lookups of a check may take together: the caller waits for it."""


class NameService(Protocol):
    """The lookups that a check needs, as in `aerogram.net.dns.Resolver`."""

    async def texts(self, name: str) -> TextAnswer:
        """Look up the TXT records of a name."""
        ...

    async def addresses(self, host: str) -> AddressAnswer:
        """Look up the addresses of a host."""
        ...


class Finding(msgspec.Struct, frozen=True):
    """The result of a check. ``errors`` is empty when the status is OK; ``current`` is what is published."""

    status: str
    errors: tuple[str, ...]
    current: tuple[str, ...]


async def check_dkim(names: NameService, record_name: str, wanted: str) -> Finding:
    """Compare the published key with ours; both are values of DKIM records (RFC 6376 §3.6.1)."""
    answer = await _in_time(names, record_name)
    if isinstance(answer, LookupFailed):
        return Finding(ERROR, (answer.reason,), ())
    current = tuple(text for text in _texts(answer) if _tag(text, "p"))
    if not current:
        return Finding(ERROR, ("no DKIM record",), ())
    if _tag(wanted, "p") in {_tag(text, "p") for text in current}:
        return Finding(OK, (), current)
    return Finding(ERROR, ("the DKIM record has a different key",), current)


async def check_spf(names: NameService, domain: str, host: str) -> Finding:
    """Check whether the SPF record of a domain, or one that it includes, lets a host pass."""
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            return await _Spf(names, host).check(domain)
    except TimeoutError:
        return Finding(ERROR, (f"the name servers of {domain} take too long",), ())


async def has_text(names: NameService, record_name: str, wanted: str) -> bool:
    """Tell whether a name has a TXT record with exactly this content."""
    return wanted in {text.strip() for text in _texts(await _in_time(names, record_name))}


class _Spf:
    """One walk through a domain's record and the records that it includes."""

    def __init__(self, names: NameService, host: str) -> None:
        self._names = names
        self._host = host
        self._addresses: Addresses | None = None

    async def check(self, domain: str) -> Finding:
        answer = await self._names.texts(domain)
        if isinstance(answer, LookupFailed):
            return Finding(ERROR, (answer.reason,), ())
        current = tuple(text for text in _texts(answer) if is_spf(text))
        if not current:
            return Finding(NOT_FOUND, ("no SPF record",), ())
        if len(current) > 1:
            # Verifiers give up on such a domain (RFC 7208 §4.5).
            return Finding(ERROR, ("several SPF records; a domain may have one only",), current)
        found = await self._names.addresses(self._host)
        self._addresses = found if isinstance(found, Addresses) else None
        if await self._passes(domain, read_spf(current[0])):
            return Finding(OK, (), current)
        return Finding(
            ERROR, (f"the SPF record does not let {self._host} send: add a:{self._host}",), current
        )

    async def _passes(self, domain: str, terms: SpfTerms) -> bool:
        """Walk breadth first, so that close records are found before the lookups are used up."""
        waiting = [(domain, terms)]
        seen = {domain}
        while waiting:
            name, own = waiting.pop(0)
            if lets_through(own, name, self._host, self._addresses):
                return True
            for each in (*own.includes, own.redirect):
                if not each or each in seen or len(seen) > MAX_SPF_LOOKUPS:
                    continue
                seen.add(each)
                answer = await self._names.texts(each)
                waiting += [(each, read_spf(text)) for text in _texts(answer) if is_spf(text)][:1]
        return False


async def _in_time(names: NameService, name: str) -> TextAnswer:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            return await names.texts(name)
    except TimeoutError:
        return LookupFailed(f"the name servers take too long for {name}")


def _texts(answer: TextAnswer) -> Iterable[str]:
    return answer.texts if isinstance(answer, Texts) else ()


def _tag(record: str, name: str) -> str:
    """Return a tag's value without the spaces that a zone file may have added; "" when it is absent."""
    for part in record.split(";"):
        tag, _, value = part.partition("=")
        if tag.strip() == name:
            return "".join(value.split())
    return ""
