"""An endpoint with its guard, where the endpoint is a function and cannot bear one."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aerogram.doors.asgi.scope import Endpoint, Receive, Scope, Send
    from aerogram.identity.gate import Guard


class Guarded:
    """Serves as the endpoint does; ``guard`` says what is needed for it, or why it is public."""

    def __init__(self, guard: Guard, endpoint: Endpoint) -> None:
        self.guard = guard
        self._endpoint = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        await self._endpoint(scope, receive, send)
