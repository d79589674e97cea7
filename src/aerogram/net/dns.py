"""DNS lookups: MX hosts of a domain, addresses of a host, TXT records of a name.

Answers are values. A failed lookup is a value too, because it is not an error: delivery decides what follows.
Answers are cached for their time to live, within bounds.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final

import dns.asyncresolver
import dns.exception
import dns.name
import dns.rdatatype
import dns.resolver

from aerogram.net.dns_answers import (
    AddressAnswer,
    Addresses,
    LookupFailed,
    MxAnswer,
    MxRecords,
    NoRecords,
    NoSuchName,
    NullMx,
    TextAnswer,
    Texts,
)
from aerogram.net.ttl_cache import TtlCache

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

QUERY_TIMEOUT_SECONDS: Final = 5.0
"""How long one name server may take (resolv.conf(5): timeout)."""
LOOKUP_TIMEOUT_SECONDS: Final = 20.0
"""How long a whole lookup may take, over all servers and tries."""
MAX_CACHED: Final = 20_000
MIN_TTL_SECONDS: Final = 5.0
MAX_TTL_SECONDS: Final = 3_600.0
NEGATIVE_TTL_SECONDS: Final = 60.0
"""How long "no such name" is cached; short, because people repair their zones while mail waits."""
FAILURE_TTL_SECONDS: Final = 5.0
MAX_RECORDS: Final = 50
"""Records of one name beyond this number are ignored."""


class Resolver:
    """Queries name servers and caches their answers."""

    def __init__(
        self,
        nameservers: Sequence[str] = (),
        port: int = 53,
        *,
        query_timeout: float = QUERY_TIMEOUT_SECONDS,
        lookup_timeout: float = LOOKUP_TIMEOUT_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Query ``nameservers`` (IP addresses), or those of the machine when there are none."""
        try:
            self._servers = dns.asyncresolver.Resolver(configure=not nameservers)
        except dns.resolver.NoResolverConfiguration:
            # On a machine without name servers every lookup fails with a reason; nothing else breaks.
            self._servers = dns.asyncresolver.Resolver(configure=False)
        if nameservers:
            self._servers.nameservers = list(nameservers)
            self._servers.port = port
        self._servers.timeout = query_timeout
        self._servers.lifetime = lookup_timeout
        self._mx: TtlCache[MxAnswer] = TtlCache(MAX_CACHED, monotonic)
        self._addresses: TtlCache[AddressAnswer] = TtlCache(MAX_CACHED, monotonic)

    async def mx(self, domain: str) -> MxAnswer:
        """Look up the mail hosts of ``domain`` (A-labels)."""
        if (known := self._mx.get(domain)) is not None:
            return known
        found = await self._ask(domain, dns.rdatatype.MX)
        if isinstance(found, dns.resolver.Answer):
            answer = _read_mx(found)
            ttl = _bounded(found.rrset.ttl if found.rrset else 0)
        else:
            answer, ttl = found, _ttl_without_records(found)
        self._mx.put(domain, answer, ttl)
        return answer

    async def addresses(self, host: str) -> AddressAnswer:
        """Look up the addresses of ``host`` (A-labels)."""
        if (known := self._addresses.get(host)) is not None:
            return known
        found: list[str] = []
        ttl = MAX_TTL_SECONDS
        failures: list[NoRecords | NoSuchName | LookupFailed] = []
        answers = await asyncio.gather(self._ask(host, dns.rdatatype.A), self._ask(host, dns.rdatatype.AAAA))
        for answer in answers:
            if isinstance(answer, dns.resolver.Answer):
                found += [record.address for record in answer][:MAX_RECORDS]
                ttl = min(ttl, _bounded(answer.rrset.ttl if answer.rrset else 0))
            else:
                failures.append(answer)
        result = Addresses(tuple(found)) if found else _worst(failures)
        if not isinstance(result, Addresses):
            ttl = _ttl_without_records(result)
        self._addresses.put(host, result, ttl)
        return result

    async def texts(self, name: str) -> TextAnswer:
        """Look up the TXT records of ``name`` (A-labels) as they are now.

        Nothing is cached: the caller has just repaired a zone and wants to see the change.
        """
        found = await self._ask(name, dns.rdatatype.TXT)
        if not isinstance(found, dns.resolver.Answer):
            return found
        return Texts(
            tuple(b"".join(record.strings).decode("utf-8", "replace") for record in found)[:MAX_RECORDS]
        )

    async def _ask(
        self, name: str, kind: dns.rdatatype.RdataType
    ) -> dns.resolver.Answer | NoRecords | NoSuchName | LookupFailed:
        try:
            absolute = dns.name.from_text(name, dns.name.root)
        except (dns.exception.DNSException, UnicodeError):
            return NoSuchName()
        try:
            return await self._servers.resolve(absolute, kind, search=False)
        except dns.resolver.NXDOMAIN:
            return NoSuchName()
        except dns.resolver.NoAnswer:
            return NoRecords()
        except dns.exception.Timeout:
            return LookupFailed(f"no name server answered in time for {name}")
        except (dns.exception.DNSException, OSError) as error:
            return LookupFailed(f"the name servers could not answer for {name}: {_short(error)}")


def _read_mx(answer: dns.resolver.Answer) -> MxAnswer:
    records = sorted((record.preference, _host(record.exchange)) for record in answer)[:MAX_RECORDS]
    if len(records) == 1 and not records[0][1]:
        return NullMx()
    usable = tuple(record for record in records if record[1])
    return MxRecords(usable) if usable else NullMx()


def _host(exchange: dns.name.Name) -> str:
    return exchange.to_text(omit_final_dot=True).lower() if exchange != dns.name.root else ""


def _worst(
    failures: list[NoRecords | NoSuchName | LookupFailed],
) -> NoRecords | NoSuchName | LookupFailed:
    """Choose one failure: a temporary one first, so that nobody bounces mail that may be delivered later."""
    for failure in failures:
        if isinstance(failure, LookupFailed):
            return failure
    return failures[0]


def _bounded(ttl: float) -> float:
    return min(max(ttl, MIN_TTL_SECONDS), MAX_TTL_SECONDS)


def _ttl_without_records(answer: NoRecords | NoSuchName | LookupFailed) -> float:
    return FAILURE_TTL_SECONDS if isinstance(answer, LookupFailed) else NEGATIVE_TTL_SECONDS


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
