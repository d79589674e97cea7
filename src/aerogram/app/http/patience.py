"""Closes HTTP connections whose clients send nothing, or a byte now and then, or do not read.

uvicorn waits forever for the first line, the head and the body of a request. It would close a connection that is
idle after a response, with a timer for each response; looking at all connections every few seconds costs a request
nothing.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from aerogram.base.in_flight.unread import Unread

if TYPE_CHECKING:
    import uvicorn

SWEEP_SECONDS: Final = 5.0
HEAD_SECONDS: Final = 90.0
"""How long a connection may wait for a complete request head; longer than idle connections are kept open."""
BODY_SECONDS: Final = 600.0
"""How long the body of a request may take; the same as a message over SMTP (RFC 5321 §4.5.3.2.6)."""
MAX_UNREAD_SECONDS: Final = 60.0
"""How long a client may leave a response unread before it is cut off. While more waits than a buffer holds, it has
to take a buffer full in that time: about 1 KiB a second, slower than any network that carries a large response."""


class Patience:
    """Watches the connections of one server."""

    def __init__(self, server: uvicorn.Server) -> None:
        self._server = server
        self._idle_seconds = server.config.timeout_keep_alive
        self._waits: dict[Any, tuple[object, int]] = {}
        """For each connection that we wait for: its request, and the number of sweeps since."""
        self._unread: dict[Any, Unread] = {}
        """For each connection that has not taken what we wrote."""

    async def watch(self) -> None:
        """Close connections that are too slow, until cancelled."""
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            self.sweep()

    def sweep(self) -> None:
        """Look at all connections once."""
        waits: dict[Any, tuple[object, int]] = {}
        connections: list[Any] = list(self._server.server_state.connections)
        self._cut_off_those_that_do_not_read(connections)
        for connection in connections:
            request = connection.cycle
            has_head = request is not None and not request.response_complete
            if has_head and not request.more_body:
                continue  # The client waits for us.
            is_idle = connection.is_idle
            owed = (request, has_head, is_idle)
            before, sweeps = self._waits.get(connection, (None, 0))
            sweeps = sweeps + 1 if before == owed else 1
            waits[connection] = owed, sweeps
            most = BODY_SECONDS if has_head else HEAD_SECONDS
            if is_idle:
                most = min(most, self._idle_seconds)
            if sweeps * SWEEP_SECONDS >= most:
                connection.transport.close()
        self._waits = waits

    def _cut_off_those_that_do_not_read(self, connections: list[Any]) -> None:
        unread: dict[Any, Unread] = {}
        for connection in connections:
            waiting = connection.transport.get_write_buffer_size()
            if not waiting:
                continue
            seen = unread[connection] = self._unread.get(connection) or Unread()
            seen.look(waiting, connection.drains)
            if seen.sweeps * SWEEP_SECONDS >= MAX_UNREAD_SECONDS:
                # Closing would wait until the client reads.
                connection.transport.abort()
        self._unread = unread
