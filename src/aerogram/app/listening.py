"""Binds the sockets before anything else starts, so that a port in use ends the process with one line."""

from __future__ import annotations

import errno
import os
import socket
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from aerogram.base.errors import SettingsError
from aerogram.base.networks import is_loopback
from aerogram.wire.smtp.server.server import ServerConfig

if TYPE_CHECKING:
    import contextlib

    from aerogram.app.settings.settings import Settings
    from aerogram.app.settings.values import HostPort

BACKLOG: Final = 2048
_REASONS: Final = {
    errno.EADDRINUSE: "another program uses this port",
    errno.EACCES: "this user may not bind this port",
    errno.EADDRNOTAVAIL: "this machine does not have this address",
}


@dataclass(slots=True)
class Bound:
    """The sockets of a process by purpose. ``addresses`` have the real ports, by the name of the setting."""

    http: socket.socket
    https: socket.socket | None = None
    smtp: list[tuple[socket.socket, ServerConfig]] = field(default_factory=list)
    addresses: dict[str, list[str]] = field(default_factory=dict)


def bind_all(settings: Settings, stack: contextlib.AsyncExitStack, *, with_smtp: bool) -> Bound:
    """Bind every address of the settings; the stack closes them. Raises `SettingsError` if one cannot be bound."""
    addresses: dict[str, list[str]] = {}

    def bind(name: str, address: HostPort) -> socket.socket:
        listening = _bind(name, address)
        stack.callback(listening.close)
        host, port = listening.getsockname()[:2]
        addresses.setdefault(name, []).append(f"[{host}]:{port}" if ":" in host else f"{host}:{port}")
        return listening

    bound = Bound(bind("http", settings.http), addresses=addresses)
    if settings.https is not None:
        bound.https = bind("https", settings.https)
    if with_smtp:
        bound.smtp += [
            (bind("smtp", address), _config(settings, address, is_tls=False)) for address in settings.smtp
        ]
        bound.smtp += [
            (bind("smtps", address), _config(settings, address, is_tls=True)) for address in settings.smtps
        ]
    return bound


def _config(settings: Settings, address: HostPort, *, is_tls: bool) -> ServerConfig:
    return ServerConfig(
        hostname=settings.hostname,
        max_message_bytes=settings.max_message_bytes,
        offers_starttls=not is_tls,
        is_tls=is_tls,
        requires_auth=True,
        auth_allowed_in_clear=settings.auth_in_clear
        or address.host == "localhost"
        or is_loopback(address.host),
    )


def _bind(name: str, address: HostPort) -> socket.socket:
    try:
        found = socket.getaddrinfo(
            address.host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except OSError as error:
        raise SettingsError(f"{name}: the host {address.host} cannot be resolved.") from error
    family, kind, protocol, _, target = found[0]
    listening = socket.socket(family, kind, protocol)
    try:
        if os.name == "posix":
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listening.bind(target)
        listening.listen(BACKLOG)
        listening.setblocking(False)
    except OSError as error:
        listening.close()
        reason = _REASONS.get(error.errno or 0, error.strerror)
        raise SettingsError(f"{name}: {address} cannot be used: {reason}.") from error
    return listening
