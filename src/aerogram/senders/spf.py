"""Which hosts an SPF record lets pass, as far as a domain's owner must know before sending (RFC 7208; pure).

Only terms that are the same for every mail are evaluated: `a`, `ip4`, `ip6`, `include` and `redirect`.
Macros, `mx`, `ptr` and `exists` may let a host pass too, but nobody uses them for a mail service.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aerogram.net.dns_answers import Addresses

VERSION: Final = "v=spf1"
_MACRO: Final = "%"


class SpfTerms(msgspec.Struct, frozen=True, kw_only=True):
    """The terms that let hosts pass (RFC 7208 §4.6.2); names in lower case without a final dot."""

    hosts: tuple[str, ...] = ()
    """Of ``a:host``; "" stands for ``a``, the domain itself."""
    networks: tuple[str, ...] = ()
    includes: tuple[str, ...] = ()
    redirect: str = ""
    """Used only when nothing else matches (§6.1)."""


def is_spf(text: str) -> bool:
    """Tell whether a TXT record is an SPF record (§4.5)."""
    return text.partition(" ")[0].lower() == VERSION


def read_spf(record: str) -> SpfTerms:
    """Parse the terms that let hosts pass; all others are skipped, unknown ones too."""
    found: dict[str, list[str]] = {"a": [], "ip4": [], "ip6": [], "include": []}
    redirect = ""
    for term in record.split()[1:]:
        if term.lower().startswith("redirect="):
            redirect = _name(term.partition("=")[2])
            continue
        mechanism, _, value = term.removeprefix("+").partition(":")
        kept = found.get(mechanism.partition("/")[0].lower())
        if kept is not None and _MACRO not in value:
            kept.append(value)
    return SpfTerms(
        hosts=tuple(_name(host.partition("/")[0]) for host in found["a"]),
        networks=(*found["ip4"], *found["ip6"]),
        includes=tuple(name for each in found["include"] if (name := _name(each))),
        redirect="" if _MACRO in redirect else redirect,
    )


def lets_through(terms: SpfTerms, domain: str, host: str, addresses: Addresses | None) -> bool:
    """Tell whether the terms of ``domain``'s record include a host or one of its addresses."""
    if host in {name or domain for name in terms.hosts}:
        return True
    return addresses is not None and any(_holds(network, addresses.addresses) for network in terms.networks)


def _holds(network: str, addresses: Iterable[str]) -> bool:
    try:
        block = ipaddress.ip_network(network, strict=False)
    except ValueError:
        return False
    return any(ipaddress.ip_address(address) in block for address in addresses)


def _name(text: str) -> str:
    return text.lower().removesuffix(".")
