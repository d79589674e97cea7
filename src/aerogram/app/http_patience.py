"""Closes HTTP connections whose clients send nothing, or a byte now and then.

uvicorn closes a connection that is idle after a response, but it waits forever for the first line, the head
and the body of a request. Looking at all connections every few seconds costs a request nothing.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import uvicorn

SWEEP_SECONDS: Final = 5.0
HEAD_SECONDS: Final = 90.0
"""How long a connection may wait for a complete request head; longer than idle connections are kept open."""
BODY_SECONDS: Final = 600.0
"""How long the body of a request may take; the same as a message over SMTP (RFC 5321 §4.5.3.2.6)."""


class Patience:
    """Watches the connections of one server."""

    def __init__(self, server: uvicorn.Server) -> None:
        self._server = server
        self._waits: dict[Any, tuple[object, int]] = {}
        """For each connection that we wait for: its request, and the number of sweeps since."""

    async def watch(self) -> None:
        """Close connections that are too slow, until cancelled."""
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            self.sweep()

    def sweep(self) -> None:
        """Look at all connections once."""
        waits: dict[Any, tuple[object, int]] = {}
        for connection in list(self._server.server_state.connections):
            request: Any = getattr(connection, "cycle", None)
            has_head = request is not None and not request.response_complete
            if has_head and not request.more_body:
                continue  # The client waits for us.
            owed = (request, has_head)
            before, sweeps = self._waits.get(connection, (None, 0))
            sweeps = sweeps + 1 if before == owed else 1
            waits[connection] = owed, sweeps
            if sweeps * SWEEP_SECONDS >= (BODY_SECONDS if has_head else HEAD_SECONDS):
                connection.transport.close()
        self._waits = waits
