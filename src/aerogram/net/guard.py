"""Decides which addresses our own HTTP client may connect to, whatever URL a customer sets.

A name is resolved first, **every** address of it is checked, and the connection goes to one of the checked
addresses, never to the name again. So a name whose address changes between check and use (DNS rebinding)
gains nothing. Literal addresses are checked the same way.

Sources: the IANA special-purpose registries for IPv4 and IPv6 (RFC 6890), and the cloud providers'
documentation for metadata services outside of those ranges.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from aerogram.base.errors import RefusedError, UnavailableError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Takes a host and a port and returns addresses as text; raises `OSError` when it finds none."""

RESOLVER_THREADS: Final = 32
"""Concurrent lookups. They have threads of their own, so that slow DNS stalls no other work."""
MAX_ADDRESSES: Final = 64
"""More addresses than any legitimate name has."""

_METADATA: Final = frozenset(
    map(
        ipaddress.ip_address,
        (
            "169.254.169.254",  # AWS, Azure, Google, and most others
            "100.100.100.200",  # Alibaba
            "168.63.129.16",  # Azure's host agent, a public address
            "192.0.0.192",  # Oracle
            "fd00:ec2::254",  # AWS over IPv6
            "fd20:ce::254",  # Google over IPv6
        ),
    )
)
_INTRANET: Final[tuple[tuple[str, str], ...]] = (
    ("10.0.0.0/8", "private"),
    ("100.64.0.0/10", "a carrier-grade NAT address"),
    ("127.0.0.0/8", "loopback"),
    ("172.16.0.0/12", "private"),
    ("192.168.0.0/16", "private"),
    ("::1/128", "loopback"),
    ("fc00::/7", "private"),
)
"""The ranges that ``allow_private_callbacks`` permits: the operator's own servers may use them."""
_NEVER: Final[tuple[tuple[str, str], ...]] = (
    ("0.0.0.0/8", "unspecified"),
    ("169.254.0.0/16", "link-local"),
    ("192.0.0.0/24", "reserved for protocols"),
    ("192.0.2.0/24", "reserved for documentation"),
    ("192.88.99.0/24", "a 6to4 relay"),
    ("198.18.0.0/15", "reserved for benchmarks"),
    ("198.51.100.0/24", "reserved for documentation"),
    ("203.0.113.0/24", "reserved for documentation"),
    ("224.0.0.0/4", "multicast"),
    ("240.0.0.0/4", "reserved"),
    ("::/128", "unspecified"),
    ("::ffff:0:0/96", "an IPv4 address in IPv6 form"),
    ("::ffff:0:0:0/96", "an IPv4 address in IPv6 form"),
    ("::/96", "an IPv4 address in IPv6 form"),
    ("64:ff9b::/96", "a NAT64 form of an IPv4 address"),
    ("64:ff9b:1::/48", "a NAT64 form of an IPv4 address"),
    ("2001::/32", "a Teredo form of an IPv4 address"),
    ("2001::/23", "reserved for protocols"),
    ("2001:db8::/32", "reserved for documentation"),
    ("2002::/16", "a 6to4 form of an IPv4 address"),
    ("3fff::/20", "reserved for documentation"),
    ("fe80::/10", "link-local"),
    ("fec0::/10", "site-local"),
    ("ff00::/8", "multicast"),
)
_GLOBAL_UNICAST: Final = ipaddress.IPv6Network("2000::/3")
_ISATAP: Final = frozenset((0x0000_5EFE, 0x0200_5EFE))
"""The middle 32 bits of an ISATAP interface id; the embedded IPv4 address follows (RFC 5214 §6.1)."""


def _parsed(table: tuple[tuple[str, str], ...]) -> tuple[tuple[Network, str], ...]:
    return tuple((ipaddress.ip_network(network), words) for network, words in table)


_INTRANET_NETWORKS: Final = _parsed(_INTRANET)
_NEVER_NETWORKS: Final = _parsed(_NEVER)


class ForbiddenAddressError(RefusedError):
    """The host has a blocked address; the sentence names its kind, not the address."""


class UnknownHostError(UnavailableError):
    """The host's name has no address now."""


def why_blocked(text: str, *, allow_private: bool = False) -> str:
    """Say what kind of address blocks a connection to it; "" when it is allowed.

    ``allow_private`` permits loopback and private ranges. Link-local addresses, cloud metadata services,
    multicast and disguised IPv4 addresses stay blocked: no webhook receiver uses them.
    """
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return "not an address"
    if address in _METADATA:
        return "a cloud metadata service"
    if words := _found(address, _INTRANET_NETWORKS):
        return "" if allow_private else words
    if words := _found(address, _NEVER_NETWORKS):
        return words
    if isinstance(address, ipaddress.IPv6Address):
        if address not in _GLOBAL_UNICAST or address.scope_id:
            return "not a global address"
        if (int(address) >> 32) & 0xFFFF_FFFF in _ISATAP:
            return "an ISATAP form of an IPv4 address"
    # The tables are the rule; the library's registry adds ranges that were assigned later.
    return "" if address.is_global else "not a global address"


async def permitted_addresses(
    host: str, port: int, resolve: Resolve, *, allow_private: bool = False
) -> list[str]:
    """Resolve a host and check all its addresses; connect to these addresses only.

    Raises `ForbiddenAddressError` when any address is blocked (a mixed answer is an attack, or fails half of
    the time), and `UnknownHostError` when there are none.
    """
    try:
        found = list(dict.fromkeys(await resolve(host, port)))[:MAX_ADDRESSES]
    except (OSError, UnicodeError) as error:
        raise UnknownHostError("The host name has no address.") from error
    if not found:
        raise UnknownHostError("The host name has no address.")
    for address in found:
        if reason := why_blocked(address, allow_private=allow_private):
            raise ForbiddenAddressError(f"The host has a blocked address ({reason}).")
    return found


class SystemResolver:
    """Resolves as the machine does: hosts file, search domains, DNS.

    Concurrent lookups of one name share one query.
    """

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(RESOLVER_THREADS, thread_name_prefix="aerogram-resolve")
        self._under_way: dict[tuple[str, int], asyncio.Future[list[str]]] = {}

    async def __call__(self, host: str, port: int) -> list[str]:
        """Return the addresses of a name in the order of RFC 6724; raises `OSError` when there are none."""
        key = (host, port)
        lookup = self._under_way.get(key)
        if lookup is None:
            loop = asyncio.get_running_loop()
            lookup = loop.run_in_executor(self._threads, _look_up, host, port)
            self._under_way[key] = lookup
            lookup.add_done_callback(lambda done: self._finished(key, done))
        # Shielded: a caller that is cancelled must not cancel the lookup for the others.
        return await asyncio.shield(lookup)

    def close(self) -> None:
        """Start no more lookups; running ones end by themselves."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _finished(self, key: tuple[str, int], lookup: asyncio.Future[list[str]]) -> None:
        del self._under_way[key]
        if not lookup.cancelled():
            # Marks an error as retrieved, also when every caller has gone.
            lookup.exception()


def _look_up(host: str, port: int) -> list[str]:
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in answers]


def _found(address: Address, networks: tuple[tuple[Network, str], ...]) -> str:
    return next((words for network, words in networks if address in network), "")
