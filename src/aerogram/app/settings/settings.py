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
    automatic,
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
"""Requests per minute and account: Mailjet is reported to allow 500 in 10 seconds.

(compatibility: rest#limits)
"""
MAX_WORKERS: Final = 16
"""With their delivery processes they take 25 of the 32 node numbers; the rest are for commands and other machines."""
LEAST_BYTES_IN_FLIGHT: Final = 1024 * 1024
"""Room for a few mails at a time; with less, usual mail would be refused."""
_FOLLOWS_HTTP: Final = ""
_FOLLOWS_DELIVER: Final = 0
"""Placeholders of defaults that follow from another setting; no parser returns these two values."""
_DECLARATION: Final = "declaration"


@dataclass(frozen=True, slots=True)
class Declaration:
    """The declaration of a setting, without a value."""

    name: str
    kind: Kind[Any]
    default: str
    """As shown in the reference."""
    help: str
    example: str
    is_secret: bool
    """Never show its value in an error or on a page."""

    @property
    def flag(self) -> str:
        """Return its command-line flag."""
        return f"--{self.name.replace('_', '-')}"

    @property
    def variable(self) -> str:
        """Return its environment variable."""
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
    """Declare one setting; ``default`` is text as an operator writes it.

    ``shown_default`` replaces that text in the reference.
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

    data: Path = setting(
        PATH,
        "./aerogram-data",
        "The folder for the SQLite database, large mail bodies, keys and certificates.",
        example="/var/lib/aerogram",
    )
    database_url: str | None = setting(
        optional(DATABASE_URL),
        "none",
        "PostgreSQL URL of the database; required to run on more than one machine.",
        example="postgresql://aerogram:secret@db.internal:5432/aerogram",
        shown_default="SQLite in the data folder",
        is_secret=True,
    )
    http: HostPort = setting(
        HOST_PORT,
        "127.0.0.1:8025",
        "Listen here for HTTP: APIs, inbox, tracking and health checks.",
        example="0.0.0.0:8025",
    )
    https: HostPort | None = setting(
        optional(HOST_PORT),
        "none",
        "Listen here for HTTPS, with the same content as http.",
        example="0.0.0.0:8443",
    )
    smtp: tuple[HostPort, ...] = setting(
        HOST_PORTS,
        "127.0.0.1:1025",
        "Listen here for mail submission over SMTP with STARTTLS.",
        example="0.0.0.0:587,0.0.0.0:2525",
    )
    smtps: tuple[HostPort, ...] = setting(
        HOST_PORTS,
        "none",
        "Listen here for mail submission over SMTP with implicit TLS.",
        example="0.0.0.0:465",
    )
    tls_cert: Path | None = setting(
        optional(PATH),
        "none",
        "PEM file of the TLS certificate with its chain; requires tls_key.",
        example="/etc/ssl/aerogram/fullchain.pem",
        shown_default="a self-signed certificate made in the data folder",
    )
    tls_key: Path | None = setting(
        optional(PATH),
        "none",
        "PEM file of the private key of tls_cert.",
        example="/etc/ssl/aerogram/privkey.pem",
        shown_default="made with the self-signed certificate",
    )
    hostname: str = setting(
        HOST_NAME,
        "localhost",
        "Host name in SMTP greetings, EHLO and mail headers.",
        example="mail.example.org",
    )
    public_url: str = following(
        PUBLIC_URL,
        "from http",
        "Public base URL of the HTTP listener, for links in mail and responses.",
        placeholder=_FOLLOWS_HTTP,
        example="https://mail.example.org",
    )
    deliver: str = setting(
        choice("capture", "direct", "relay"),
        "capture",
        "How to deliver mail: keep it in the local inbox, send it to MX hosts, or send it to relay_url.",
        example="direct",
    )
    relay_url: Hop | None = setting(
        optional(RELAY_URL),
        "none",
        "URL of the smarthost for deliver = relay.",
        example="smtp://user:password@relay.example.net:587",
        is_secret=True,
    )
    routes: tuple[tuple[str, Hop], ...] = setting(
        ROUTES,
        "none",
        "Fixed next hops by recipient domain, used instead of MX; * matches all domains.",
        example="example.org=10.0.0.5:25,*=10.0.0.6:25",
    )
    api_key: str | None = setting(
        optional(CREDENTIAL),
        "none",
        "Fixed first API key, for containers and tests; requires secret_key.",
        example="3f1c6f0c5a1e4f7e9b0d2a4c6e8f0a1b",
        shown_default="generated at first start and printed once",
    )
    secret_key: str | None = setting(
        optional(CREDENTIAL),
        "none",
        "Secret key of api_key.",
        example="a7d9c3e15b2f48d0a6c4e8f13579bdf0",
        shown_default="generated at first start and printed once",
        is_secret=True,
    )
    trusted_senders: tuple[str, ...] = setting(
        SENDERS,
        "none",
        "Sender addresses and @domains that are valid from the start, without confirmation mail or DNS checks.",
        example="news@example.org,@example.com",
    )
    trusted_networks: tuple[Network, ...] = setting(
        NETWORKS,
        "none",
        "Networks whose SMTP clients may send without AUTH, as the first account.",
        example="127.0.0.0/8,10.1.2.0/24",
    )
    trusted_proxies: tuple[Network, ...] = setting(
        NETWORKS,
        "127.0.0.0/8,::1/128",
        "Networks of reverse proxies; X-Forwarded-For is trusted only from them.",
        example="10.1.2.3/32,fd00::/8",
    )
    rate_limit: int | None = following(
        optional(whole_number(1, 10_000_000)),
        f"none in capture mode, else {DEFAULT_RATE_LIMIT}",
        "Requests per minute and account; none disables the limit.",
        placeholder=_FOLLOWS_DELIVER,
        example="600",
    )
    role: str = setting(
        choice("all", "edge", "delivery", "background"),
        "all",
        "The work that this process does.",
        example="delivery",
    )
    workers: int | None = setting(
        automatic(whole_number(1, MAX_WORKERS)),
        "1",
        "Number of processes that accept mail and requests; above 1, others deliver. auto takes one for each core.",
        example="auto",
    )
    allow_private_callbacks: bool = setting(
        BOOLEAN,
        "false",
        "Let webhooks call loopback and private addresses, for tests and intranets.",
        example="true",
    )
    retry_schedule: tuple[int, ...] = setting(
        DURATIONS,
        "5m,10m,20m,40m,1h,2h,4h",
        "Delays after each failed delivery attempt, comma-separated; the last one repeats.",
        example="1m,5m,30m,2h",
    )
    expire_after: int = setting(
        DURATION,
        "5d",
        "How long to retry delivery before the mail bounces (RFC 5321 §4.5.4.1 recommends 4 to 5 days).",
        example="2d",
    )
    connections_per_destination: int = setting(
        whole_number(1, 1_000),
        "20",
        "Maximum number of open connections per destination.",
        example="5",
    )
    next_hop_timeout: int | None = setting(
        optional(DURATION),
        "none",
        "Maximum wait for each reply of a next hop; none uses the timeouts of RFC 5321.",
        example="30s",
        shown_default="up to 10 minutes, by stage (RFC 5321 §4.5.3.2)",
    )
    min_free_disk: int = setting(
        SIZE,
        "256MiB",
        "Minimum free space on the disk of the data folder; below it, mail is rejected temporarily.",
        example="2GiB",
    )
    max_message_bytes: int = setting(
        SIZE,
        "15MiB",
        "Maximum size of an accepted mail, as transmitted.",
        example="25MiB",
    )
    max_bytes_in_flight: int = setting(
        SIZE,
        "256MiB",
        "Maximum memory for mail and requests that clients are sending or reading; above it, they must try again.",
        example="1GiB",
    )
    auth_in_clear: bool = setting(
        BOOLEAN,
        "false",
        "Let SMTP clients authenticate without TLS; loopback listeners always allow it.",
        example="true",
    )
    convert_to_7bit: bool = setting(
        BOOLEAN,
        "false",
        "Convert 8-bit mail to 7-bit before signing, for a relay that has to convert it for servers without 8BITMIME.",
        example="true",
    )
    dkim: bool = setting(BOOLEAN, "true", "Sign mail of domains that have DKIM keys.", example="false")
    master_key: str | None = setting(
        optional(MASTER_KEY),
        "none",
        "Secret that encrypts DKIM keys and webhook URLs in the store; must be the same on every node.",
        example="the output of: openssl rand -base64 32 | tr '+/' '-_'",
        shown_default="the file secret.key in the data folder",
        is_secret=True,
    )
    geoip_database: Path | None = setting(
        optional(PATH),
        "none",
        "MaxMind database file; used to find the country of opens and clicks.",
        example="/var/lib/GeoIP/GeoLite2-Country.mmdb",
    )
    log_level: str = setting(
        choice("debug", "info", "warning", "error"),
        "info",
        "Minimum level of log lines.",
        example="debug",
    )

    def __post_init__(self) -> None:
        """Set the two defaults that follow from other settings."""
        if self.public_url == _FOLLOWS_HTTP:
            host = self.http.host if self.http.host not in {"0.0.0.0", "::"} else self.hostname  # noqa: S104 - compared, not bound
            object.__setattr__(self, "public_url", f"http://{HostPort(host, self.http.port)}")
        if self.rate_limit == _FOLLOWS_DELIVER:
            limit = None if self.deliver == "capture" else DEFAULT_RATE_LIMIT
            object.__setattr__(self, "rate_limit", limit)

    def contradictions(self) -> list[str]:
        """Return one sentence for each combination of settings that is invalid."""
        found = []
        if (self.tls_cert is None) != (self.tls_key is None):
            found.append("tls_cert and tls_key must be set together")
        if (self.api_key is None) != (self.secret_key is None):
            found.append("api_key and secret_key must be set together")
        if self.deliver == "relay" and self.relay_url is None:
            found.append("deliver = relay requires relay_url, such as smtp://user:password@host:587")
        if self.max_bytes_in_flight < LEAST_BYTES_IN_FLIGHT:
            found.append(f"max_bytes_in_flight must be at least {LEAST_BYTES_IN_FLIGHT} bytes (1MiB)")
        return found


def _declarations() -> dict[str, Declaration]:
    return {
        each.name: Declaration(each.name, *each.metadata[_DECLARATION])
        for each in dataclasses.fields(Settings)
    }


DECLARATIONS: Final = _declarations()
"""Every setting by name, in the order of the reference page."""
