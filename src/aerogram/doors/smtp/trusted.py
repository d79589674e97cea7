"""Trusted clients: those of ``trusted_networks`` send without AUTH, as one account."""

from __future__ import annotations

import functools
import ipaddress
from typing import TYPE_CHECKING

from aerogram.model.account import NO_DEFAULTS, CredentialKind, Principal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aerogram.model.account import SendDefaults


class TrustedClients:
    """The account of trusted clients and the defaults of their mail."""

    def __init__(
        self,
        networks: Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network],
        account_id: int,
        defaults: SendDefaults = NO_DEFAULTS,
    ) -> None:
        self._networks = tuple(networks)
        self._account_id = account_id
        self._defaults = defaults
        self._principal_of = functools.lru_cache(maxsize=4096)(self._find)

    def principal(self, peer_ip: str) -> Principal | None:
        """Return the principal of a client; None if it must authenticate."""
        return self._principal_of(peer_ip) if self._networks else None

    def _find(self, peer_ip: str) -> Principal | None:
        address: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(peer_ip)
        address = getattr(address, "ipv4_mapped", None) or address
        if any(address in network for network in self._networks):
            return Principal(
                account_id=self._account_id,
                kind=CredentialKind.TRUSTED_NETWORK,
                label=f"trusted client {peer_ip}",
                defaults=self._defaults,
            )
        return None
