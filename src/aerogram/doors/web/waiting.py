"""Requests that wait for mail: one watcher of the store for all of them.

While anybody waits, the watcher asks once each `LOOK_SECONDS` for the newest event, one row by primary key, and wakes
the waiters when it is another one. They look for their own mail only then, and each `RECHECK_SECONDS`, because an
event of another process may be committed after a newer one.
"""

from __future__ import annotations

import asyncio
import collections
import contextlib
from typing import TYPE_CHECKING, Final

from starlette.exceptions import HTTPException

from aerogram.base.errors import UnavailableError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

MAX_WAITERS: Final = 64
"""Requests that wait, in the process: each looks for its mail when any mail comes, so this bounds what one costs."""
MAX_WAITERS_OF_CLIENT: Final = 48
"""Requests of one client that wait: more than any test suite has workers, and room is left for another client."""
LOOK_SECONDS: Final = 0.1
"""How often the watcher looks, and so how late a waiter may be; it costs ten small queries a second."""
RECHECK_SECONDS: Final = 2.0
_RETRY_AFTER: Final = {"Retry-After": "2"}


class Waiting:
    """The requests that wait. ``newest_event`` returns a number that changes with each event."""

    def __init__(self, newest_event: Callable[[], Awaitable[int]], stopping: asyncio.Event) -> None:
        self._newest_event = newest_event
        self._stopping = stopping
        self._clients: collections.Counter[str] = collections.Counter()
        self._changed = asyncio.Event()
        self._watcher: asyncio.Task[None] | None = None

    @property
    def count(self) -> int:
        """How many requests wait."""
        return self._clients.total()

    @contextlib.asynccontextmanager
    async def place(self, client: str) -> AsyncIterator[None]:
        """Take a place. Raises `HTTPException`: 503 when all are taken, 429 when this client has its share."""
        if self.count >= MAX_WAITERS:
            raise HTTPException(
                503, f"{MAX_WAITERS} requests are already waiting; try again later.", _RETRY_AFTER
            )
        if self._clients[client] >= MAX_WAITERS_OF_CLIENT:
            raise HTTPException(
                429, f"{MAX_WAITERS_OF_CLIENT} of your requests are already waiting.", _RETRY_AFTER
            )
        self._clients[client] += 1
        if self._watcher is None:
            self._watcher = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            self._clients[client] -= 1
            if not self._clients[client]:
                del self._clients[client]
            if not self._clients and self._watcher is not None:
                self._watcher.cancel()
                self._watcher = None

    async def change(self, seconds: float) -> None:
        """Wait until something may have changed, at most ``seconds`` and at most `RECHECK_SECONDS`."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._changed.wait(), min(seconds, RECHECK_SECONDS))

    async def _watch(self) -> None:
        known: int | None = None
        while not self._stopping.is_set():
            with contextlib.suppress(UnavailableError):
                newest = await self._newest_event()
                if known is not None and newest != known:
                    self._wake()
                known = newest
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), LOOK_SECONDS)
        self._wake()

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
