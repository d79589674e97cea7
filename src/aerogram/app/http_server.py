"""uvicorn inside our loop: our sockets, our signals, our time to stop."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from typing import TYPE_CHECKING, Any, Final

import uvicorn

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

GRACE_SECONDS: Final = 10
KEEP_ALIVE_SECONDS: Final = 75
"""Longer than common proxies and clients keep a connection, so that none is closed as it is used."""


class HttpServer(uvicorn.Server):
    """A server that leaves signals to the process."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none: the process stops all its servers in order."""
        yield


class HttpServers:
    """One application on several sockets, with and without TLS."""

    def __init__(self) -> None:
        self._running: list[tuple[HttpServer, asyncio.Task[None]]] = []

    async def start(self, app: Any, listening: socket.socket, tls: ssl.SSLContext | None) -> None:
        """Serve a bound socket; return when it accepts."""
        config = uvicorn.Config(
            app,
            http="httptools",
            ws="none",
            lifespan="off",
            access_log=False,
            log_config=None,
            server_header=False,
            date_header=True,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=GRACE_SECONDS,
            ssl_certfile=None,
        )
        config.load()
        if tls is not None:
            config.ssl = tls
        server = HttpServer(config)
        task = asyncio.create_task(server.serve(sockets=[listening]))
        while not server.started and not task.done():
            await asyncio.sleep(0.01)
        if task.done():
            task.result()
        self._running.append((server, task))

    async def close(self) -> None:
        """Take no new connection, finish the requests under way, within the grace."""
        for server, _ in self._running:
            server.should_exit = True
        await asyncio.gather(*(task for _, task in self._running), return_exceptions=True)
