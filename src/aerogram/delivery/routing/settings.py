"""Parses the settings ``relay_url`` and ``routes``."""

from __future__ import annotations

from typing import Final
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

import idna

from aerogram.base.errors import SettingsError
from aerogram.delivery.routing.route import ANY_DOMAIN, SMTP_PORT, Hop

SMTPS_PORT: Final = 465
"""RFC 8314 §7.3: submission over implicit TLS."""
_MAX_PORT: Final = 65_535


def parse_relay_url(text: str) -> Hop:
    """Parse ``smtp://user:pass@host:port`` or ``smtps://…``.

    ``smtps`` is TLS from the first byte with a valid certificate. ``smtp`` uses STARTTLS when it is offered;
    ``?tls=verify`` requires it with a valid certificate. ``?tls=off`` never uses it, and is the only form
    that sends a password in clear. Raises `SettingsError`.
    """
    try:
        url = urlsplit(text)
        host, port = url.hostname or "", url.port
    except ValueError:
        # No cause: it would quote a part of the URL, perhaps of the password.
        raise SettingsError("relay_url: the host or the port is malformed; write smtp://host:port") from None
    if url.scheme not in ("smtp", "smtps"):
        raise SettingsError("relay_url: it must begin with smtp:// or smtps://")
    if not host:
        raise SettingsError("relay_url: the host is missing; write smtp://host:port")
    if url.path not in ("", "/") or url.fragment:
        raise SettingsError(
            "relay_url: nothing may follow the port but ?tls=verify or ?tls=off; "
            "in user name and password write / as %2F, # as %23 and @ as %40"
        )
    is_implicit = url.scheme == "smtps"
    tls = _tls_word(url, is_implicit=is_implicit)
    username, password = unquote(url.username or ""), unquote(url.password or "")
    if bool(username) != bool(password):
        raise SettingsError(
            "relay_url: the user name or the password is missing; write smtp://user:pass@host"
        )
    return Hop(
        host=_host("relay_url", host),
        port=_port("relay_url", port, SMTPS_PORT if is_implicit else SMTP_PORT),
        implicit_tls=is_implicit,
        must_verify=is_implicit or tls == "verify",
        username=username,
        password=password,
        in_clear=tls == "off",
    )


def parse_routes(text: str) -> dict[str, Hop]:
    """Parse comma-separated ``domain=host:port`` pairs; ``*`` is every domain. Raises `SettingsError`."""
    routes: dict[str, Hop] = {}
    for part in filter(None, (each.strip() for each in text.split(","))):
        domain, equals, target = (piece.strip() for piece in part.partition("="))
        if not (domain and equals and target):
            raise SettingsError(f"routes: {part!r} must have the form domain=host:port")
        key = domain if domain == ANY_DOMAIN else _host("routes", domain)
        if key in routes:
            raise SettingsError(f"routes: {domain} is named twice")
        try:
            url = urlsplit(f"//{target}")
            host, port = url.hostname or "", url.port
        except ValueError as error:
            raise SettingsError(f"routes: {target!r}: {error}") from error
        if url.path or url.query or url.fragment or "@" in target or not host:
            raise SettingsError(f"routes: {target!r} must have the form host:port")
        routes[key] = Hop(_host("routes", host), _port("routes", port, SMTP_PORT))
    return routes


def _tls_word(url: SplitResult, *, is_implicit: bool) -> str:
    query = parse_qs(url.query, keep_blank_values=True)
    words = query.pop("tls", [""])
    if query:
        raise SettingsError(f"relay_url: unknown parameter {next(iter(query))!r}; only tls is known")
    if words[-1] not in ("", "verify", "off") or ("tls=" in url.query and not words[-1]):
        raise SettingsError(f"relay_url: tls={words[-1]} is unknown; write tls=verify or tls=off")
    if is_implicit and words[-1] == "off":
        raise SettingsError("relay_url: smtps:// is TLS from the first byte; tls=off needs smtp://")
    return words[-1]


def _host(setting: str, host: str) -> str:
    if ":" in host:
        return host
    try:
        name = host.lower() if host.isascii() else idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError as error:
        raise SettingsError(f"{setting}: {host!r} is not a host name: {error}") from error
    if any(character.isspace() for character in name):
        raise SettingsError(f"{setting}: {host!r} is not a host name")
    return name.rstrip(".")


def _port(setting: str, port: int | None, default: int) -> int:
    if port is None:
        return default
    if not 0 < port <= _MAX_PORT:
        raise SettingsError(f"{setting}: port {port} is not between 1 and {_MAX_PORT}")
    return port
