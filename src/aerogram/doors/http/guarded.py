"""Attach a guard to an endpoint that is a function."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aerogram.doors.asgi.scope import Endpoint, Receive, Scope, Send
    from aerogram.identity.gate import Guard


class Guarded:
    """An endpoint with its ``guard``: the permission it needs, or why it is public."""

    def __init__(self, guard: Guard, endpoint: Endpoint) -> None:
        self.guard = guard
        self._endpoint = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        await self._endpoint(scope, receive, send)
