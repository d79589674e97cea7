"""Where a letter goes: settings and MX answers become an ordered list of hops (RFC 5321 §5, RFC 7505).

Nothing here waits; `aerogram.delivery.routing.router` queries the DNS.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Final

import idna
import msgspec

from aerogram.model.outcome import Bounced, Deferred, FailureState
from aerogram.net.dns_answers import LookupFailed, MxAnswer, MxRecords, NoSuchName, NullMx

if TYPE_CHECKING:
    import random

SMTP_PORT: Final = 25
MAX_HOPS: Final = 10
"""RFC 5321 §5.1 asks for at least two alternates; nobody needs more than ten."""
ANY_DOMAIN: Final = "*"


class Hop(msgspec.Struct, frozen=True):
    """A server that accepts mail. ``must_verify``: only over TLS with a certificate valid for ``host``.

    ``in_clear``: do not use STARTTLS even when offered; the password may be sent without TLS.
    """

    host: str
    port: int
    implicit_tls: bool = False
    must_verify: bool = False
    username: str = ""
    password: str = ""
    in_clear: bool = False

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    def __repr__(self) -> str:
        return f"Hop({self})"


class Hops(msgspec.Struct, frozen=True):
    """The hops for one destination, best first. Destinations of one ``key`` share connections.

    ``is_fixed``: named by the settings, so perhaps only this machine can resolve their names.
    """

    key: str
    hops: tuple[Hop, ...]
    is_fixed: bool


class RouteSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How mail leaves. Without ``relay`` it goes to MX; ``routes`` (domain to hop, "*" for all) come first.

    ``may_reach_itself``: accept MX hosts on loopback addresses; for tests and closed networks.
    """

    hostname: str
    relay: Hop | None = None
    routes: dict[str, Hop] = {}
    mx_port: int = SMTP_PORT
    may_reach_itself: bool = False


def domain_of(address: str) -> str | None:
    """Return the domain of ``address`` in lower-case A-labels, or a literal as ``[192.0.2.1]``; else None."""
    domain = address.rpartition("@")[2]
    if domain.isascii():
        return domain.lower().rstrip(".") or None
    try:
        return idna.encode(domain, uts46=True).decode("ascii").rstrip(".") or None
    except idna.IDNAError:
        return None


def fixed_hops(settings: RouteSettings, domain: str) -> Hops | None:
    """Return the hop that the settings name for ``domain``; None when its MX records decide."""
    hop = settings.routes.get(domain) or settings.routes.get(ANY_DOMAIN) or settings.relay
    return None if hop is None else Hops(key=str(hop), hops=(hop,), is_fixed=True)


def literal_hops(settings: RouteSettings, domain: str) -> Hops | Bounced:
    """Return the hop of an address literal, ``[192.0.2.1]`` or ``[IPv6:2001:db8::1]`` (RFC 5321 §4.1.3)."""
    text = domain.removeprefix("[").removesuffix("]")
    try:
        address = ipaddress.ip_address(text[5:] if text[:5].lower() == "ipv6:" else text)
    except ValueError:
        return _bounced(FailureState.INVALID_DOMAIN, f"550 5.1.2 {domain} is not an address literal")
    return Hops(key=domain, hops=(Hop(str(address), settings.mx_port),), is_fixed=False)


def mx_hops(
    settings: RouteSettings, domain: str, answer: MxAnswer, chance: random.Random
) -> Hops | Deferred | Bounced:
    """Turn the MX answer for ``domain`` into hops; without MX records the domain is its own host."""
    match answer:
        case LookupFailed(reason):
            return deferred_by_dns(reason)
        case NoSuchName():
            return _bounced(FailureState.INVALID_DOMAIN, f"550 5.1.2 the domain {domain} does not exist")
        case NullMx():
            return _bounced(
                FailureState.NO_MAIL_HOST, f"556 5.1.10 {domain} accepts no mail: it has a null MX record"
            )
        case MxRecords(records):
            hosts = _before_ourselves(_shuffled(records, chance), settings.hostname)
            if not hosts:
                loop = f"554 5.4.6 mail for {domain} would come back here: its best MX is {settings.hostname}"
                return Bounced(state=FailureState.RELAY_DENIED, reply=loop, is_hard=False)
        case _:
            hosts = [domain]
    hops = tuple(Hop(host, settings.mx_port) for host in hosts[:MAX_HOPS])
    return Hops(key=domain, hops=hops, is_fixed=False)


def no_mail_host(domain: str) -> Bounced:
    """Say that ``domain`` has neither MX nor address."""
    return _bounced(FailureState.NO_MAIL_HOST, f"550 5.1.2 {domain} has no mail host: neither MX nor address")


def no_domain() -> Bounced:
    """Say that the recipient's address has no usable domain."""
    return _bounced(FailureState.INVALID_DOMAIN, "550 5.1.2 the recipient's domain is not a domain name")


def deferred_by_dns(reason: str) -> Deferred:
    """Say that the DNS gave no answer: temporary, never a bounce."""
    return Deferred(state=FailureState.CONNECTION_ISSUE, reply=f"451 4.4.3 {reason}")


def usable_addresses(settings: RouteSettings, addresses: tuple[str, ...]) -> tuple[str, ...]:
    """Drop the addresses that would let a foreign zone route mail to this machine or its link."""
    if settings.may_reach_itself:
        return addresses
    return tuple(address for address in addresses if not _is_ours(address))


def _is_ours(address: str) -> bool:
    ip = ipaddress.ip_address(address)
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return ip.is_loopback or ip.is_unspecified or ip.is_link_local or ip.is_multicast


def _shuffled(records: tuple[tuple[int, str], ...], chance: random.Random) -> list[tuple[int, str]]:
    """Order hosts by preference, and hosts of equal preference at random (RFC 5321 §5.1)."""
    return sorted(records, key=lambda record: (record[0], chance.random()))


def _before_ourselves(records: list[tuple[int, str]], hostname: str) -> list[str]:
    """Drop our own name and every host of equal or higher preference value (RFC 5321 §5.1)."""
    own = [preference for preference, host in records if host == hostname.lower()]
    return [host for preference, host in records if not own or preference < min(own)]


def _bounced(state: FailureState, reply: str) -> Bounced:
    return Bounced(state=state, reply=reply, is_hard=True)
