# ruff: noqa: RUF009 - `setting` is a field specifier, as `dataclasses.field`
"""Every setting of Aerogram, each declared once: kind, default, help and example.

The flag ``--like-this``, the variable ``AEROGRAM_LIKE_THIS``, the key ``like_this`` of
``aerogram.toml``, the help of ``aerogram serve`` and the reference page all follow from the
declarations here. `aerogram.app.settings.sources` reads them; why not pydantic-settings:
``docs/decisions/0002-settings.md``.

Durations are milliseconds and sizes bytes, as everywhere.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeVar

from aerogram.app.settings.values import (
    BOOLEAN,
    CREDENTIAL,
    DATABASE_URL,
    DURATION,
    DURATIONS,
    HOST_NAME,
    HOST_PORT,
    HOST_PORTS,
    MASTER_KEY,
    NETWORKS,
    PATH,
    PUBLIC_URL,
    RELAY_URL,
    ROUTES,
    SENDERS,
    SIZE,
    HostPort,
    Kind,
    Network,
    choice,
    optional,
    whole_number,
)

if TYPE_CHECKING:
    from pathlib import Path

    from aerogram.delivery.routing.route import Hop

T = TypeVar("T")

ENVIRONMENT_PREFIX: Final = "AEROGRAM_"
DEFAULT_RATE_LIMIT: Final = 3_000
"""Requests a minute and account: Mailjet is reported to allow 500 in 10 seconds.

(compatibility: rest#limits)
"""
_FOLLOWS_HTTP: Final = ""
_FOLLOWS_DELIVER: Final = 0
"""No parser gives these two: they stand for defaults that follow from another setting."""
_DECLARATION: Final = "declaration"


@dataclass(frozen=True, slots=True)
class Declaration:
    """What is known of a setting before anyone gives it a value."""

    name: str
    kind: Kind[Any]
    default: str
    """As the reference shows it."""
    help: str
    example: str
    is_secret: bool
    """Its value is never repeated in an error or a page."""

    @property
    def flag(self) -> str:
        """Give its name on the command line."""
        return f"--{self.name.replace('_', '-')}"

    @property
    def variable(self) -> str:
        """Give its name in the environment."""
        return f"{ENVIRONMENT_PREFIX}{self.name.upper()}"


def setting(
    kind: Kind[T],
    default: str,
    help: str,  # noqa: A002 - the field's name in the declaration
    *,
    example: str,
    shown_default: str = "",
    is_secret: bool = False,
) -> T:
    """Declare one setting; ``default`` is text as an operator would write it.

    ``shown_default`` is what the reference says where the text would tell less.
    """
    facts = (kind, shown_default or default, help, example, is_secret)
    return field(default=kind.parse(default), metadata={_DECLARATION: facts})


def following(kind: Kind[T], shown_default: str, help: str, *, placeholder: T, example: str) -> T:  # noqa: A002 - as above
    """Declare a setting whose default follows from others, in `Settings.__post_init__`."""
    facts = (kind, shown_default, help, example, False)
    return field(default=placeholder, metadata={_DECLARATION: facts})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of one process, all valid."""

    data: Path = setting(PATH, "./aerogram-data", "The data folder.", example="/var/lib/aerogram")
    database_url: str | None = setting(
        optional(DATABASE_URL),
        "none",
        "The database, for more than one machine; without it, SQLite in the data folder.",
        example="postgresql://aerogram:secret@db.internal:5432/aerogram",
        shown_default="SQLite in the data folder",
        is_secret=True,
    )
    http: HostPort = setting(
        HOST_PORT, "127.0.0.1:8025", "Where REST, dashboard and health are served.", example="0.0.0.0:8025"
    )
    https: HostPort | None = setting(
        optional(HOST_PORT), "none", "Where the same is served over TLS.", example="0.0.0.0:8443"
    )
    smtp: tuple[HostPort, ...] = setting(
        HOST_PORTS,
        "127.0.0.1:1025",
        "Where mail is submitted over SMTP, with STARTTLS.",
        example="0.0.0.0:587,0.0.0.0:2525",
    )
    smtps: tuple[HostPort, ...] = setting(
        HOST_PORTS,
        "none",
        "Where mail is submitted over SMTP with implicit TLS.",
        example="0.0.0.0:465",
    )
    tls_cert: Path | None = setting(
        optional(PATH),
        "none",
        "The TLS certificate with its chain, a PEM file; goes with tls_key.",
        example="/etc/ssl/aerogram/fullchain.pem",
        shown_default="a self-signed one made in the data folder",
    )
    tls_key: Path | None = setting(
        optional(PATH),
        "none",
        "The private key of tls_cert, a PEM file.",
        example="/etc/ssl/aerogram/privkey.pem",
        shown_default="made with the self-signed certificate",
    )
    hostname: str = setting(
        HOST_NAME,
        "localhost",
        "What Aerogram calls itself in SMTP greetings and headers.",
        example="mail.example.org",
    )
    public_url: str = following(
        PUBLIC_URL,
        "from http",
        "How the world reaches the HTTP side, for links in mails and answers.",
        placeholder=_FOLLOWS_HTTP,
        example="https://mail.example.org",
    )
    deliver: str = setting(
        choice("capture", "direct", "relay"),
        "capture",
        "What becomes of mail: kept in the local inbox, delivered to MX hosts, or handed to relay_url.",
        example="direct",
    )
    relay_url: Hop | None = setting(
        optional(RELAY_URL),
        "none",
        "The smarthost of deliver = relay.",
        example="smtp://user:password@relay.example.net:587",
        is_secret=True,
    )
    routes: tuple[tuple[str, Hop], ...] = setting(
        ROUTES,
        "none",
        "Fixed next hops by recipient domain, tried before MX; * matches all domains.",
        example="example.org=10.0.0.5:25,*=10.0.0.6:25",
    )
    api_key: str | None = setting(
        optional(CREDENTIAL),
        "none",
        "The first API key, fixed for containers and tests; goes with secret_key.",
        example="3f1c6f0c5a1e4f7e9b0d2a4c6e8f0a1b",
        shown_default="made at first start and printed once",
    )
    secret_key: str | None = setting(
        optional(CREDENTIAL),
        "none",
        "The secret of api_key.",
        example="a7d9c3e15b2f48d0a6c4e8f13579bdf0",
        shown_default="made at first start and printed once",
        is_secret=True,
    )
    trusted_senders: tuple[str, ...] = setting(
        SENDERS,
        "none",
        "Sender addresses and @domains that are valid from the start, without mail or DNS checks.",
        example="news@example.org,@example.com",
    )
    trusted_networks: tuple[Network, ...] = setting(
        NETWORKS,
        "none",
        "Networks whose SMTP clients need no AUTH and act as the first account.",
        example="127.0.0.0/8,10.1.2.0/24",
    )
    trusted_proxies: tuple[Network, ...] = setting(
        NETWORKS,
        "127.0.0.0/8,::1/128",
        "Networks of reverse proxies, whose X-Forwarded-For header names the true client of HTTP requests.",
        example="10.1.2.3/32,fd00::/8",
    )
    rate_limit: int | None = following(
        optional(whole_number(1, 10_000_000)),
        f"none in capture mode, else {DEFAULT_RATE_LIMIT}",
        "Requests a minute that each account may make; none switches the limit off.",
        placeholder=_FOLLOWS_DELIVER,
        example="600",
    )
    role: str = setting(
        choice("all", "edge", "delivery", "background"),
        "all",
        "Which part of the work this process does.",
        example="delivery",
    )
    allow_private_callbacks: bool = setting(
        BOOLEAN,
        "false",
        "Lets webhooks reach loopback and private addresses, for tests and intranets.",
        example="true",
    )
    retry_schedule: tuple[int, ...] = setting(
        DURATIONS,
        "5m,10m,20m,40m,1h,2h,4h",
        "How long to wait after each failed attempt; the last wait repeats.",
        example="1m,5m,30m,2h",
    )
    expire_after: int = setting(
        DURATION,
        "5d",
        "How long delivery is tried before the mail bounces (RFC 5321 §4.5.4.1 wants 4 to 5 days).",
        example="2d",
    )
    connections_per_destination: int = setting(
        whole_number(1, 1_000),
        "20",
        "Connections that may be open to one destination at a time.",
        example="5",
    )
    next_hop_timeout: int | None = setting(
        optional(DURATION),
        "none",
        "The longest wait for any one answer of a next hop; none waits as long as RFC 5321 asks for.",
        example="30s",
        shown_default="up to 10 minutes, by stage (RFC 5321 §4.5.3.2)",
    )
    min_free_disk: int = setting(
        SIZE,
        "256MiB",
        "Room that must stay free on the data folder's disk; below it, mail is refused for the time being.",
        example="2GiB",
    )
    max_message_bytes: int = setting(
        SIZE,
        "15MiB",
        "The largest mail that is accepted, as it stands on the wire.",
        example="25MiB",
    )
    auth_in_clear: bool = setting(
        BOOLEAN,
        "false",
        "Lets SMTP clients log in without TLS; listeners on loopback always may.",
        example="true",
    )
    dkim: bool = setting(BOOLEAN, "true", "Signs mail of domains that have DKIM keys.", example="false")
    master_key: str | None = setting(
        optional(MASTER_KEY),
        "none",
        "The secret that encrypts what is kept at rest; the same on every node.",
        example="the output of: openssl rand -base64 32 | tr '+/' '-_'",
        shown_default="the file secret.key in the data folder",
        is_secret=True,
    )
    geoip_database: Path | None = setting(
        optional(PATH),
        "none",
        "A MaxMind file with countries; it tells in which one a mail was opened or clicked.",
        example="/var/lib/GeoIP/GeoLite2-Country.mmdb",
    )
    log_level: str = setting(
        choice("debug", "info", "warning", "error"),
        "info",
        "The least important line that is logged.",
        example="debug",
    )

    def __post_init__(self) -> None:
        """Fill the two defaults that follow from other settings."""
        if self.public_url == _FOLLOWS_HTTP:
            host = self.http.host if self.http.host not in {"0.0.0.0", "::"} else self.hostname  # noqa: S104 - compared, not bound
            object.__setattr__(self, "public_url", f"http://{HostPort(host, self.http.port)}")
        if self.rate_limit == _FOLLOWS_DELIVER:
            limit = None if self.deliver == "capture" else DEFAULT_RATE_LIMIT
            object.__setattr__(self, "rate_limit", limit)

    def contradictions(self) -> list[str]:
        """Tell what no single value shows: settings that do not go together, a sentence each."""
        found = []
        if (self.tls_cert is None) != (self.tls_key is None):
            found.append("tls_cert and tls_key go together: give both or neither")
        if (self.api_key is None) != (self.secret_key is None):
            found.append("api_key and secret_key go together: give both or neither")
        if self.deliver == "relay" and self.relay_url is None:
            found.append("deliver = relay needs relay_url, as smtp://user:password@host:587")
        return found


def _declarations() -> dict[str, Declaration]:
    return {
        each.name: Declaration(each.name, *each.metadata[_DECLARATION])
        for each in dataclasses.fields(Settings)
    }


DECLARATIONS: Final = _declarations()
"""Every setting by name, in the order of the reference page."""
