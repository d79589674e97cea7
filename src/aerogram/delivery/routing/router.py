"""Finds where a letter goes by querying the DNS: the waiting side of `aerogram.delivery.routing.route`."""

from __future__ import annotations

import asyncio
import ipaddress
import random
import socket
from typing import TYPE_CHECKING

from aerogram.delivery.routing.route import (
    Hop,
    Hops,
    RouteSettings,
    deferred_by_dns,
    fixed_hops,
    literal_hops,
    mx_hops,
    no_domain,
    no_mail_host,
    usable_addresses,
)
from aerogram.net.dns_answers import Addresses, LookupFailed, NoRecords, NoSuchName

if TYPE_CHECKING:
    from aerogram.model.outcome import Bounced, Deferred
    from aerogram.net.dns import Resolver


class Router:
    """Finds the hops of a domain and the addresses of a hop. The resolver caches DNS answers."""

    def __init__(
        self, settings: RouteSettings, resolver: Resolver, chance: random.Random | None = None
    ) -> None:
        self._settings = settings
        self._resolver = resolver
        self._chance = chance or random.SystemRandom()
        self._fixed: dict[str, Hops] = {}
        self._all = fixed_hops(settings, "") if not settings.routes else None

    def fixed_hops_for(self, domain: str) -> Hops | None:
        """Return the hop that the settings name for ``domain``, without waiting; None when its MX decide."""
        return self._all or fixed_hops(self._settings, domain)

    async def hops_for(self, domain: str) -> Hops | Deferred | Bounced:
        """Find the hops for ``domain``, in the form of `route.domain_of`."""
        if (fixed := self.fixed_hops_for(domain)) is not None:
            return fixed
        if domain.startswith("["):
            return literal_hops(self._settings, domain)
        if not domain:
            return no_domain()
        answer = await self._resolver.mx(domain)
        if isinstance(answer, NoRecords):
            implicit = await self._resolver.addresses(domain)
            if isinstance(implicit, NoRecords | NoSuchName):
                return no_mail_host(domain)
            if isinstance(implicit, LookupFailed):
                return deferred_by_dns(implicit.reason)
        return mx_hops(self._settings, domain, answer, self._chance)

    async def addresses_of(self, hop: Hop, *, is_fixed: bool) -> tuple[str, ...] | str:
        """Find the IP addresses of a hop; a sentence when there are none.

        A fixed hop is resolved as this machine does (``/etc/hosts``, a container's names), an MX by the DNS.
        """
        if is_fixed:
            return await _system_addresses(hop)
        if _is_address(hop.host):
            found: tuple[str, ...] = (hop.host,)
        else:
            answer = await self._resolver.addresses(hop.host)
            if isinstance(answer, LookupFailed):
                return answer.reason
            if not isinstance(answer, Addresses):
                return f"the host {hop.host} has no address"
            found = answer.addresses
        usable = usable_addresses(self._settings, found)
        return usable or f"the host {hop.host} has only addresses of this machine"


async def _system_addresses(hop: Hop) -> tuple[str, ...] | str:
    if _is_address(hop.host):
        return (hop.host,)
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(hop.host, hop.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        return f"the host {hop.host} was not found: {error}"
    ipv4_first = sorted(found, key=lambda info: info[0] != socket.AF_INET)
    return tuple(dict.fromkeys(str(info[4][0]) for info in ipv4_first))


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
