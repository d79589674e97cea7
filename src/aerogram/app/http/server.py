"""Runs uvicorn in the event loop of the process, with its sockets, signals and shutdown."""

from __future__ import annotations

import asyncio
import contextlib
import math
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import uvicorn

from aerogram.app.http.back_pressure import BackPressure
from aerogram.app.http.patience import Patience
from aerogram.base.clock import SystemClock
from aerogram.base.in_flight.in_flight import InFlight
from aerogram.net.connections import ConnectionLimiter
from aerogram.net.tls_listener import TlsListener

if TYPE_CHECKING:
    import socket
    import ssl
    from collections.abc import Iterator, Sequence

    from aerogram.app.settings.values import Network
    from aerogram.net.connections import Visit

GRACE_SECONDS: Final = 10
KEEP_ALIVE_SECONDS: Final = 75
"""Longer than common proxies and clients keep a connection, so that none is closed while it is used."""


class HttpServer(uvicorn.Server):
    """A server that leaves signals to the process and reports when it listens."""

    def __init__(
        self, config: uvicorn.Config, connections: ConnectionLimiter, tls: ssl.SSLContext | None
    ) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()
        self._connections = connections
        self._tls = tls

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to accept connections."""
        if self._tls is None:
            await super().startup(sockets)
        else:
            await self.lifespan.startup()
            listeners: list[Any] = [
                TlsListener(each, self._tls, self._connections, self._protocol) for each in sockets or ()
            ]
            self.servers = listeners
            self.started = True
        self.listening.set()

    def _protocol(self, visit: Visit) -> asyncio.Protocol:
        make: Any = self.config.http_protocol_class
        protocol: asyncio.Protocol = make(
            config=self.config,
            server_state=self.server_state,
            app_state=self.lifespan.state,
            visit=visit,
        )
        return protocol

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture no signals: the process stops its servers in order."""
        yield


class HttpServers:
    """One application on several sockets, with and without TLS."""

    def __init__(
        self,
        trusted_proxies: Sequence[Network] = (),
        in_flight: InFlight | None = None,
        connections: ConnectionLimiter | None = None,
    ) -> None:
        """Trust ``X-Forwarded-For`` only from clients in these networks."""
        self._connections = connections or ConnectionLimiter(SystemClock())
        self._trusted_proxies = [str(network) for network in trusted_proxies]
        self._in_flight = in_flight or InFlight()
        self._running: list[tuple[HttpServer, asyncio.Task[None]]] = []
        self._watching: list[asyncio.Task[None]] = []

    async def start(self, app: Any, listening: socket.socket, tls: ssl.SSLContext | None) -> None:
        """Serve a bound socket; return once it accepts connections."""
        # uvicorn only calls it, as it would call a class.
        protocol: Any = partial(BackPressure, in_flight=self._in_flight, limiter=self._connections)
        config = uvicorn.Config(
            app,
            http=protocol,
            ws="none",
            lifespan="off",
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=bool(self._trusted_proxies),
            forwarded_allow_ips=self._trusted_proxies,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        config.load()
        server = HttpServer(config, self._connections, tls)
        task = asyncio.create_task(server.serve(sockets=[listening]))
        self._running.append((server, task))
        self._watching.append(asyncio.create_task(Patience(server).watch()))
        await asyncio.wait(
            (task, asyncio.create_task(server.listening.wait())), return_when=asyncio.FIRST_COMPLETED
        )
        if task.done():
            task.result()

    async def close(self, grace_seconds: float = GRACE_SECONDS) -> None:
        """Accept no new connections, and finish the requests in progress within the grace."""
        for server, _ in self._running:
            server.config.timeout_graceful_shutdown = min(GRACE_SECONDS, math.ceil(grace_seconds))
            server.should_exit = True
        await asyncio.gather(*(task for _, task in self._running), return_exceptions=True)
        for watching in self._watching:
            watching.cancel()
        await asyncio.gather(*self._watching, return_exceptions=True)
