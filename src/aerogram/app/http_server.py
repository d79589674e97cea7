"""Runs uvicorn in the event loop of the process, with its sockets, signals and shutdown."""

from __future__ import annotations

import asyncio
import contextlib
import math
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import uvicorn

from aerogram.app.http_back_pressure import BackPressure
from aerogram.app.http_patience import Patience
from aerogram.base.in_flight.in_flight import InFlight

if TYPE_CHECKING:
    import socket
    import ssl
    from collections.abc import Iterator, Sequence

    from aerogram.app.settings.values import Network

GRACE_SECONDS: Final = 10
MAX_CONNECTIONS: Final = 5_000
"""Connections to one socket; further clients get 503."""
KEEP_ALIVE_SECONDS: Final = 75
"""Longer than common proxies and clients keep a connection, so that none is closed while it is used."""


class HttpServer(uvicorn.Server):
    """A server that leaves signals to the process and reports when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to accept connections."""
        await super().startup(sockets)
        self.listening.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture no signals: the process stops its servers in order."""
        yield


class HttpServers:
    """One application on several sockets, with and without TLS."""

    def __init__(self, trusted_proxies: Sequence[Network] = (), in_flight: InFlight | None = None) -> None:
        """Trust ``X-Forwarded-For`` only from clients in these networks."""
        self._trusted_proxies = [str(network) for network in trusted_proxies]
        self._in_flight = in_flight or InFlight()
        self._running: list[tuple[HttpServer, asyncio.Task[None]]] = []
        self._watching: list[asyncio.Task[None]] = []

    async def start(self, app: Any, listening: socket.socket, tls: ssl.SSLContext | None) -> None:
        """Serve a bound socket; return once it accepts connections."""
        # uvicorn only calls it, as it would call a class.
        protocol: Any = partial(BackPressure, in_flight=self._in_flight)
        config = uvicorn.Config(
            app,
            http=protocol,
            ws="none",
            lifespan="off",
            access_log=False,
            log_config=None,
            server_header=False,
            limit_concurrency=MAX_CONNECTIONS,
            proxy_headers=bool(self._trusted_proxies),
            forwarded_allow_ips=self._trusted_proxies,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        config.load()
        if tls is not None:
            config.ssl = tls
        server = HttpServer(config)
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
