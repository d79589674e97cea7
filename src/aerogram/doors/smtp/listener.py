"""The SMTP listeners: sockets, connection limits, idle timeouts and shutdown."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final

import msgspec

from aerogram.doors.smtp.conversation import SHUTTING_DOWN, Conversation
from aerogram.doors.smtp.patience import Patience
from aerogram.doors.smtp.sessions import Sessions
from aerogram.net.tls_listener import TlsListener
from aerogram.wire.smtp.limits import DATA_SECONDS, IDLE_SECONDS, MAX_UNREAD_SECONDS
from aerogram.wire.smtp.replies import IDLE_TIMEOUT

if TYPE_CHECKING:
    import socket
    import ssl

    from aerogram.base.in_flight.in_flight import InFlight
    from aerogram.doors.smtp.policy import SmtpPolicy
    from aerogram.net.connections import ConnectionLimiter, Visit
    from aerogram.wire.smtp.server.server import ServerConfig

SWEEP_SECONDS: Final = 5.0
"""The time from one look at all clients to the next."""
BACKLOG: Final = 1024


class SmtpDoor:
    """All SMTP listeners of a process."""

    def __init__(
        self, policy: SmtpPolicy, tls: ssl.SSLContext, in_flight: InFlight, connections: ConnectionLimiter
    ) -> None:
        self._policy = policy
        self._tls = tls
        self._in_flight = in_flight
        self._connections = connections
        self._open: Sessions[Conversation] = Sessions(connections)
        self._servers: list[asyncio.Server | TlsListener] = []
        self._sweeper: asyncio.Task[None] | None = None

    async def listen(self, listening: socket.socket, config: ServerConfig) -> None:
        """Serve a bound socket; with ``config.is_tls``, every connection starts with TLS."""
        loop = asyncio.get_running_loop()
        without_auth = msgspec.structs.replace(config, requires_auth=False)

        def conversation(visit: Visit | None = None) -> Conversation:
            made = Conversation(self._policy, config, without_auth, self._tls, self._open, self._in_flight)
            made.visit = visit
            return made

        if config.is_tls:
            listening.listen(BACKLOG)
            self._servers.append(TlsListener(listening, self._tls, self._connections, conversation))
        else:
            self._servers.append(await loop.create_server(conversation, sock=listening, backlog=BACKLOG))
        if self._sweeper is None:
            self._sweeper = loop.create_task(self._sweep_forever())

    @property
    def connections(self) -> int:
        """The number of connected clients."""
        return len(self._open)

    async def close(self, grace_seconds: float) -> None:
        """Stop accepting clients, send pending replies and end the other sessions with 421."""
        for server in self._servers:
            server.close()
        if self._sweeper is not None:
            self._sweeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._sweeper
        deadline = asyncio.get_running_loop().time() + grace_seconds
        while self._open and asyncio.get_running_loop().time() < deadline:
            for conversation in self._open:
                conversation.say_goodbye(SHUTTING_DOWN)
            await asyncio.sleep(0.05)
        for conversation in self._open:
            conversation.abort()

    async def _sweep_forever(self) -> None:
        """End the sessions of clients that are idle, or slow with a message, for too long.

        A flag that received data resets costs less than reading the clock for every command.
        """
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            for conversation in self._open:
                patience = _mark(conversation)
                if patience.unread.sweeps * SWEEP_SECONDS >= MAX_UNREAD_SECONDS:
                    # A goodbye would wait behind what the client does not read.
                    conversation.abort()
                elif (
                    patience.silent_sweeps * SWEEP_SECONDS >= IDLE_SECONDS
                    or patience.data_sweeps * SWEEP_SECONDS >= DATA_SECONDS
                ):
                    conversation.say_goodbye(IDLE_TIMEOUT)


def _mark(conversation: Conversation) -> Patience:
    """Count the sweeps during which a client was idle, in the middle of a message, or not reading."""
    patience = conversation.patience
    if patience is None:
        patience = conversation.patience = Patience()
    patience.unread.look(conversation.unread_bytes, conversation.drains)
    is_waiting_for_us = conversation.is_busy
    was_silent = conversation.is_silent and not is_waiting_for_us
    patience.silent_sweeps = patience.silent_sweeps + 1 if was_silent else 0
    conversation.is_silent = True
    is_slow = conversation.is_sending_data and not is_waiting_for_us
    patience.data_sweeps = patience.data_sweeps + 1 if is_slow else 0
    return patience
