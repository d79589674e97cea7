"""Which network stands for one client."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_IPV6_NETWORK_BYTES: Final = 8
_MAX_TEXT_BYTES: Final = 255
"""Longer text is truncated: it is no address."""


def network_of(peer_ip: str) -> bytes:
    """Return the network that is counted as one client: an IPv4 address, or the /64 of an IPv6 address.

    A subscriber has a whole /64, so counting its single addresses would be useless. An IPv4 address mapped to IPv6
    is that IPv4 address. Text that is no address ("" of a Unix socket) stands for itself.
    """
    try:
        address = ipaddress.ip_address(peer_ip.partition("%")[0])
    except ValueError:
        return peer_ip.encode(errors="replace")[:_MAX_TEXT_BYTES]
    address = getattr(address, "ipv4_mapped", None) or address
    return address.packed if address.version == 4 else address.packed[:_IPV6_NETWORK_BYTES]  # noqa: PLR2004 - the protocol


def is_in(peer_ip: str, networks: Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network]) -> bool:
    """Return whether an address is in one of the networks; True for a Unix socket ("") if there are any."""
    if not peer_ip:
        return bool(networks)
    try:
        address = ipaddress.ip_address(peer_ip.partition("%")[0])
    except ValueError:
        return False
    address = getattr(address, "ipv4_mapped", None) or address
    return any(address in network for network in networks)
