"""The SMTP listeners: sockets, connection limits, idle clients, shutting down."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final

from aerogram.doors.smtp.conversation import IDLE, SHUTTING_DOWN, Conversation
from aerogram.doors.smtp.crowd import Crowd
from aerogram.wire.smtp.limits import IDLE_SECONDS

if TYPE_CHECKING:
    import socket
    import ssl

    from aerogram.doors.smtp.policy import SmtpPolicy
    from aerogram.wire.smtp.server import ServerConfig

SWEEP_SECONDS: Final = 5.0
TLS_HANDSHAKE_SECONDS: Final = 30.0
BACKLOG: Final = 1024


class SmtpDoor:
    """All SMTP listeners of a process."""

    def __init__(self, policy: SmtpPolicy, tls: ssl.SSLContext) -> None:
        self._policy = policy
        self._tls = tls
        self._open = Crowd()
        self._servers: list[asyncio.Server] = []
        self._sweeper: asyncio.Task[None] | None = None

    async def listen(self, listening: socket.socket, config: ServerConfig) -> None:
        """Serve a bound socket; with ``config.is_tls`` every connection begins with TLS."""
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: Conversation(self._policy, config, self._tls, self._open),
            sock=listening,
            backlog=BACKLOG,
            ssl=self._tls if config.is_tls else None,
            ssl_handshake_timeout=TLS_HANDSHAKE_SECONDS if config.is_tls else None,
        )
        self._servers.append(server)
        if self._sweeper is None:
            self._sweeper = loop.create_task(self._sweep_forever())

    @property
    def connections(self) -> int:
        """How many clients are connected."""
        return len(self._open)

    async def close(self, grace_seconds: float) -> None:
        """Take no new client, answer what is owed, say 421 to the rest."""
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
        """End idle conversations, and those of a client that has too many."""
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            now = asyncio.get_running_loop().time()
            for conversation in self._open:
                if now - conversation.last_heard > IDLE_SECONDS and not conversation.is_busy:
                    conversation.say_goodbye(IDLE)
