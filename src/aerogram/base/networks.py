"""The network addresses of clients: which one stands for one client, and which are local."""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_IPV6_NETWORK_BYTES: Final = 8
_MAX_TEXT_BYTES: Final = 255
"""Longer text is truncated: it is no address."""
_MAX_ADDRESS: Final = 64
"""Characters of an address with its zone; a proxy may report any text."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def address_of(peer_ip: str) -> Address | None:
    """Parse an address, with or without a zone; None for other text.

    An IPv4 address mapped to IPv6 is that IPv4 address. Clients come again, and parsing costs more than all else that
    a new connection is counted by, so the last few thousand addresses are remembered.
    """
    return _parsed(peer_ip) if len(peer_ip) <= _MAX_ADDRESS else None


@lru_cache(maxsize=4096)
def _parsed(peer_ip: str) -> Address | None:
    try:
        address = ipaddress.ip_address(peer_ip.partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def network_of(peer_ip: str) -> bytes:
    """Return the network that is counted as one client: an IPv4 address, or the /64 of an IPv6 address.

    A subscriber has a whole /64, so counting its single addresses would be useless. Text that is no address ("" of a
    Unix socket) stands for itself.
    """
    address = address_of(peer_ip)
    if address is None:
        return peer_ip.encode(errors="replace")[:_MAX_TEXT_BYTES]
    return address.packed if address.version == 4 else address.packed[:_IPV6_NETWORK_BYTES]  # noqa: PLR2004 - the protocol


def is_loopback(peer_ip: str) -> bool:
    """Return whether an address is loopback; a Unix socket ("") counts as loopback."""
    if not peer_ip:
        return True
    if peer_ip.startswith("127.") or peer_ip == "::1":
        return True
    return len(peer_ip) <= _MAX_ADDRESS and _is_loopback(peer_ip)


@lru_cache(maxsize=4096)
def _is_loopback(peer_ip: str) -> bool:
    address = address_of(peer_ip)
    return address is not None and address.is_loopback


def is_in(peer_ip: str, networks: Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network]) -> bool:
    """Return whether an address is in one of the networks; True for a Unix socket ("") if there are any."""
    if not peer_ip:
        return bool(networks)
    address = address_of(peer_ip)
    return address is not None and any(address in network for network in networks)
