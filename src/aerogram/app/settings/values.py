"""The kinds of value that a setting may have: each parses the operator's text, or refuses it.

A kind's ``parse`` raises `ValueError` for text it does not allow; ``allowed`` says, as the end of
a sentence that begins with "is not", what it does allow. A `SettingsError` of it says more than that.
"""

from __future__ import annotations

import base64
import ipaddress
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Generic, NamedTuple, TypeVar
from urllib.parse import parse_qs, urlsplit

from aerogram.base.clock import DAY, HOUR, MINUTE, SECOND
from aerogram.delivery.routing.settings import parse_relay_url, parse_routes
from aerogram.senders.pattern import parse_pattern

if TYPE_CHECKING:
    from collections.abc import Callable

    from aerogram.delivery.routing.route import Hop

T = TypeVar("T")

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

NOTHING: Final = frozenset({"", "none"})
"""Words for "no value", for settings that may be left out."""
AUTOMATIC: Final = "auto"
MAX_PORT: Final = 65_535
KEY_BYTES: Final = 32
"""Length of the master key in bytes; see `aerogram.base.sealing`."""
_HOST = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*\.?", re.ASCII)
_DURATION = re.compile(r"(\d{1,9})\s*(ms|s|m|h|d)", re.ASCII)
_SIZE = re.compile(r"(\d{1,15})\s*([KMGT]i?B|B|)", re.ASCII | re.IGNORECASE)
_POSTGRESQL: Final = frozenset({"postgresql", "postgres"})
_CREDENTIAL = re.compile(r"[!-9;-~]{1,255}", re.ASCII)
_DURATION_UNITS: Final = {"ms": 1, "s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY}
_SIZE_UNITS: Final = {
    "": 1,
    "b": 1,
    "kb": 10**3,
    "mb": 10**6,
    "gb": 10**9,
    "tb": 10**12,
    "kib": 2**10,
    "mib": 2**20,
    "gib": 2**30,
    "tib": 2**40,
}


class HostPort(NamedTuple):
    """Where to listen or connect. An IPv6 host has no brackets."""

    host: str
    port: int

    def __str__(self) -> str:
        """Write it as in a setting or a URL."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """One kind of value: its name in the reference, what it allows, and its parser."""

    word: str
    allowed: str
    parse: Callable[[str], T]
    is_boolean: bool = False


def optional(kind: Kind[T]) -> Kind[T | None]:
    """Make a kind whose value may be left out, by ``none`` or an empty text."""

    def parse(text: str) -> T | None:
        return None if text.strip().lower() in NOTHING else kind.parse(text)

    return Kind(kind.word, f"{kind.allowed}, nor none", parse)


def many(kind: Kind[T], allowed: str) -> Kind[tuple[T, ...]]:
    """Make a comma-separated list of a kind; ``none`` or an empty text is the empty list."""

    def parse(text: str) -> tuple[T, ...]:
        if text.strip().lower() in NOTHING:
            return ()
        return tuple(kind.parse(item) for item in text.split(","))

    return Kind(f"list of {kind.word}", allowed, parse)


def choice(*words: str) -> Kind[str]:
    """Make the kind of a few words, which ignore case."""

    def parse(text: str) -> str:
        word = text.strip().lower()
        if word not in words:
            raise ValueError(text)
        return word

    return Kind("|".join(words), f"one of {', '.join(words)}", parse)


def whole_number(least: int, most: int) -> Kind[int]:
    """Make the kind of whole numbers between two bounds, inclusive."""

    def parse(text: str) -> int:
        number = _digits(text)
        if not least <= number <= most:
            raise ValueError(text)
        return number

    return Kind("number", f"a whole number from {least} to {most}", parse)


def automatic(kind: Kind[T]) -> Kind[T | None]:
    """Make a kind whose value may be ``auto``, which gives None: the program chooses."""

    def parse(text: str) -> T | None:
        return None if text.strip().lower() == AUTOMATIC else kind.parse(text)

    return Kind(f"{kind.word}|{AUTOMATIC}", f"{kind.allowed}, nor {AUTOMATIC}", parse)


def _digits(text: str) -> int:
    stripped = text.strip()
    if not (stripped.isascii() and stripped.isdigit()):
        raise ValueError(text)
    return int(stripped)


def _text(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise ValueError(text)
    return text.strip()


def _path(text: str) -> Path:
    return Path(_text(text)).expanduser()


def _host_name(text: str) -> str:
    host = text.strip()
    if not _HOST.fullmatch(host):
        raise ValueError(text)
    return host.rstrip(".").lower()


def _host_port(text: str) -> HostPort:
    host, colon, port = text.strip().rpartition(":")
    if not colon or _digits(port) > MAX_PORT:
        raise ValueError(text)
    if host.startswith("[") and host.endswith("]"):
        return HostPort(str(ipaddress.IPv6Address(host[1:-1])), int(port))
    return HostPort(_host_name(host), int(port))


def _routes(text: str) -> tuple[tuple[str, Hop], ...]:
    return () if text.strip().lower() in NOTHING else tuple(parse_routes(text).items())


def _network(text: str) -> Network:
    return ipaddress.ip_network(text.strip(), strict=False)


def _duration(text: str) -> int:
    found = _DURATION.fullmatch(text.strip().lower())
    if found is None or not int(found[1]):
        raise ValueError(text)
    return int(found[1]) * _DURATION_UNITS[found[2]]


def _size(text: str) -> int:
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise ValueError(text)
    return int(found[1]) * _SIZE_UNITS[found[2].lower()]


def _boolean(text: str) -> bool:
    word = text.strip().lower()
    if word in {"true", "yes", "on", "1"}:
        return True
    if word in {"false", "no", "off", "0"}:
        return False
    raise ValueError(text)


def _credential(text: str) -> str:
    if not _CREDENTIAL.fullmatch(text.strip()):
        raise ValueError(text)
    return text.strip()


def _master_key(text: str) -> str:
    if len(base64.b64decode(text.strip(), altchars=b"-_", validate=True)) != KEY_BYTES:
        raise ValueError(text)
    return text.strip()


def _url(schemes: frozenset[str]) -> Callable[[str], str]:
    def parse(text: str) -> str:
        url = _text(text)
        parts = urlsplit(url)
        # `urlsplit` checks the port only when it is read.
        if parts.scheme.lower() not in schemes or not parts.hostname or parts.port == 0:
            raise ValueError(text)
        return url.rstrip("/")

    return parse


def _database_url(text: str) -> str:
    parts = urlsplit(_text(text))
    # libpq's form for a Unix socket has no host, and ?host=/run/postgresql.
    if not parts.hostname and parts.path.strip("/") and parse_qs(parts.query).get("host"):
        if parts.scheme.lower() not in _POSTGRESQL:
            raise ValueError(text)
        return text.strip()
    return _url(_POSTGRESQL)(text)


PATH: Final = Kind("path", "a path", _path)
HOST_NAME: Final = Kind("host name", "a host name, as mail.example.org", _host_name)
HOST_PORT: Final = Kind("host:port", "host:port, as 127.0.0.1:8025 or [::1]:8025", _host_port)
HOST_PORTS: Final = many(HOST_PORT, "a comma-separated list of host:port, as 127.0.0.1:1025,[::1]:1025")
ROUTES: Final = Kind(
    "list of domain=host:port",
    "a comma-separated list of domain=host:port, as example.org=10.0.0.5:25,*=relay.internal:25",
    _routes,
)
NETWORKS: Final = many(
    Kind("network", "", _network),
    "a comma-separated list of networks, as 127.0.0.0/8,10.1.2.0/24,fd00::/8",
)
SENDERS: Final = many(
    Kind("sender", "", parse_pattern),
    "a comma-separated list of addresses and @domains, as news@example.org,@example.com",
)
DURATION: Final = Kind("duration", "a duration, as 30s, 5m, 1h or 5d", _duration)
DURATIONS: Final = Kind(
    "list of duration",
    "a comma-separated list of durations, as 5m,30m,2h",
    lambda text: tuple(_duration(item) for item in text.split(",")),
)
SIZE: Final = Kind("size", "a size, as 500kB, 15MiB or 2GiB", _size)
BOOLEAN: Final = Kind("true|false", "true or false", _boolean, is_boolean=True)
CREDENTIAL: Final = Kind("text", "1 to 255 printable ASCII characters without blank and colon", _credential)
MASTER_KEY: Final = Kind("text", f"{KEY_BYTES} bytes in URL-safe base64", _master_key)
DATABASE_URL: Final = Kind(
    "URL",
    "a PostgreSQL URL, as postgresql://user:password@host:5432/name",
    _database_url,
)
RELAY_URL: Final = Kind(
    "URL",
    "smtp:// or smtps:// with a host and no path, as smtp://user:password@host:587",
    parse_relay_url,
)
PUBLIC_URL: Final = Kind(
    "URL",
    "an http:// or https:// URL, as https://mail.example.org",
    _url(frozenset({"http", "https"})),
)
