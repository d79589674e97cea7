"""The end of patience with HTTP clients that connect and send nothing, or a byte now and then.

uvicorn closes a connection that is idle after an answer, but it waits forever for a request's first
line, head and body. A look at all connections every few seconds costs a request nothing.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import uvicorn

SWEEP_SECONDS: Final = 5.0
HEAD_SECONDS: Final = 90.0
"""How long a connection may be without a whole request head; longer than an idle one is kept open."""
BODY_SECONDS: Final = 600.0
"""How long the body of a request may take, as long as a message over SMTP (RFC 5321 §4.5.3.2.6)."""


class Patience:
    """Watches the connections of one server."""

    def __init__(self, server: uvicorn.Server) -> None:
        self._server = server
        self._waits: dict[Any, tuple[object, int]] = {}
        """For each connection that owes something: its request, and the sweeps since it owes it."""

    async def watch(self) -> None:
        """Close what is too slow until cancelled."""
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            self.sweep()

    def sweep(self) -> None:
        """Look once at all connections."""
        waits: dict[Any, tuple[object, int]] = {}
        for connection in list(self._server.server_state.connections):
            request: Any = getattr(connection, "cycle", None)
            has_head = request is not None and not request.response_complete
            if has_head and not request.more_body:
                continue  # It waits for us.
            owed = (request, has_head)
            before, sweeps = self._waits.get(connection, (None, 0))
            sweeps = sweeps + 1 if before == owed else 1
            waits[connection] = owed, sweeps
            if sweeps * SWEEP_SECONDS >= (BODY_SECONDS if has_head else HEAD_SECONDS):
                connection.transport.close()
        self._waits = waits
