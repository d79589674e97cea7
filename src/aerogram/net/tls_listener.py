"""Accepts TLS connections, and counts them before the handshake.

asyncio tells a protocol of a TLS connection when the handshake is done, so clients that never begin one would not be
counted, and each holds a descriptor meanwhile.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
from typing import TYPE_CHECKING, Final

import structlog

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

    from aerogram.net.connections import ConnectionLimiter, Visit

TLS_HANDSHAKE_SECONDS: Final = 30.0
MAX_ACCEPTED_AT_ONCE: Final = 64
"""Connections taken from the backlog before other work has its turn."""
PAUSE_SECONDS: Final = 0.5
"""How long to accept nothing when the process or the machine has no descriptor left: the socket stays readable."""
_EXHAUSTED: Final = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})

log = structlog.get_logger(__name__)


class TlsListener:
    """Serves a bound socket until closed; has the interface of `asyncio.Server` that servers need."""

    def __init__(
        self,
        listening: socket.socket,
        tls: ssl.SSLContext,
        limiter: ConnectionLimiter,
        protocol: Callable[[Visit], asyncio.Protocol],
    ) -> None:
        """``protocol`` makes the protocol of a counted connection; it must release its visit when it is lost."""
        self._listening = listening
        self._tls = tls
        self._limiter = limiter
        self._protocol = protocol
        self._loop = asyncio.get_running_loop()
        self._handshakes: set[asyncio.Task[None]] = set()
        self._is_open = True
        listening.setblocking(False)
        self._loop.add_reader(listening.fileno(), self._accept)

    def close(self) -> None:
        """Accept no more, and end the handshakes in progress."""
        if self._is_open:
            self._is_open = False
            self._loop.remove_reader(self._listening.fileno())
            for handshake in tuple(self._handshakes):
                handshake.cancel()

    async def wait_closed(self) -> None:
        """Wait until no handshake is in progress."""
        await asyncio.gather(*self._handshakes, return_exceptions=True)

    def _accept(self) -> None:
        for _ in range(MAX_ACCEPTED_AT_ONCE):
            try:
                connection, peer = self._listening.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                if error.errno not in _EXHAUSTED:
                    raise
                log.warning("no connection can be accepted for a moment", reason=error.strerror)
                self._loop.remove_reader(self._listening.fileno())
                self._loop.call_later(PAUSE_SECONDS, self._resume)
                return
            self._admit(connection, peer[0] if peer else "")

    def _resume(self) -> None:
        if self._is_open:
            self._loop.add_reader(self._listening.fileno(), self._accept)

    def _admit(self, connection: socket.socket, peer_ip: str) -> None:
        connection.setblocking(False)
        # Replaced at once, when there is a task to cancel.
        visit = self._limiter.enter(peer_ip, connection.close)
        if visit is None:
            # Without words: to say them in TLS would cost a handshake.
            connection.close()
            return
        handshake = self._loop.create_task(self._shake_hands(connection, visit))
        visit.close_by(handshake.cancel)
        self._handshakes.add(handshake)
        handshake.add_done_callback(self._handshakes.discard)

    async def _shake_hands(self, connection: socket.socket, visit: Visit) -> None:
        with contextlib.suppress(OSError):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            await self._loop.connect_accepted_socket(
                lambda: self._protocol(visit),
                connection,
                ssl=self._tls,
                ssl_handshake_timeout=TLS_HANDSHAKE_SECONDS,
            )
        except (OSError, TimeoutError):
            # Not TLS, no version or cipher in common, or silence: the client's affair.
            visit.leave()
            connection.close()
        except asyncio.CancelledError:
            visit.leave()
            connection.close()
            raise
