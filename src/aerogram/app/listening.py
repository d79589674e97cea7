"""Binds the sockets before anything else starts, so that a port in use ends the process with one line."""

from __future__ import annotations

import errno
import os
import socket
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

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


class Wanted(NamedTuple):
    """An address to listen on: the name of its setting, and how SMTP is spoken there (None for HTTP)."""

    name: str
    address: HostPort
    config: ServerConfig | None


class Listening(NamedTuple):
    """A bound socket, and what it is for."""

    name: str
    config: ServerConfig | None
    socket: socket.socket


@dataclass(slots=True)
class Bound:
    """The sockets of a process by purpose. ``addresses`` have the real ports, by the name of the setting."""

    sockets: list[Listening] = field(default_factory=list)
    addresses: dict[str, list[str]] = field(default_factory=dict)

    def named(self, *names: str) -> list[Listening]:
        """Return those of some settings."""
        return [each for each in self.sockets if each.name in names]

    def listen(self) -> None:
        """Let clients connect; the doors accept them."""
        for each in self.sockets:
            # Connections inherit it, and those that have ended must not keep the next server from the port.
            each.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            each.socket.listen(BACKLOG)

    def close(self) -> None:
        """Close all."""
        for each in self.sockets:
            each.socket.close()


def bind_all(settings: Settings, stack: contextlib.AsyncExitStack, *, with_smtp: bool) -> Bound:
    """Bind every address of the settings; the stack closes them. Raises `SettingsError` if one cannot be bound."""
    bound = Bound()
    stack.callback(bound.close)
    for name, address, config in wanted(settings, with_smtp=with_smtp):
        listening = _bind(name, address)
        bound.sockets.append(Listening(name, config, listening))
        bound.addresses.setdefault(name, []).append(_shown(listening))
    return bound


def wanted(settings: Settings, *, with_smtp: bool) -> list[Wanted]:
    """Return the addresses of the settings."""
    found = [Wanted("http", settings.http, None)]
    if settings.https is not None:
        found.append(Wanted("https", settings.https, None))
    if with_smtp:
        found += [Wanted("smtp", each, _config(settings, each, is_tls=False)) for each in settings.smtp]
        found += [Wanted("smtps", each, _config(settings, each, is_tls=True)) for each in settings.smtps]
    return found


class SharedPorts:
    """The ports on which several processes of a server listen, each with sockets of its own (SO_REUSEPORT).

    The kernel gives each connection to one of them. A port in use is found before any process starts: each port
    is first taken without SO_REUSEPORT, and then kept without listening, so that it stays ours while no process
    listens there.
    """

    def __init__(self, settings: Settings, *, with_smtp: bool) -> None:
        """Take every address of the settings. Raises `SettingsError` if one cannot be taken."""
        self.addresses: dict[str, list[str]] = {}
        self._kept: list[tuple[Wanted, socket.socket]] = []
        try:
            for each in wanted(settings, with_smtp=with_smtp):
                kept = _bind(each.name, each.address)
                self._kept.append((each, kept))
                self.addresses.setdefault(each.name, []).append(_shown(kept))
                # The end of listening, not of the binding.
                kept.shutdown(socket.SHUT_RDWR)
                # Another program that looks as we did would be let in by the first, and is not without it.
                kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)
                kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        except BaseException:
            self.close()
            raise

    def bind(self) -> Bound:
        """Bind a socket to each address for one process; none listens yet. Raises `SettingsError`."""
        bound = Bound(addresses=self.addresses)
        try:
            for each, kept in self._kept:
                listening = socket.socket(kept.family, socket.SOCK_STREAM)
                bound.sockets.append(Listening(each.name, each.config, listening))
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
                if kept.family == socket.AF_INET6:
                    listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                listening.bind(kept.getsockname())
                listening.setblocking(False)
        except OSError as error:
            bound.close()
            raise SettingsError(f"{each.name}: {each.address} cannot be shared: {error.strerror}.") from error
        return bound

    def close(self) -> None:
        """Give the ports back."""
        for _, kept in self._kept:
            kept.close()


def _shown(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


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
