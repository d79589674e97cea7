"""The depth of the queue, for those who ask again and again: it is counted only now and then when it is large."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final, NamedTuple

from aerogram.base.errors import AerogramError, TooSlowError
from aerogram.store.records.messages import queue_depth as records

if TYPE_CHECKING:
    from aerogram.store.sql import Database

COUNT_SECONDS: Final = 60.0
"""How long one count may take."""
PATIENCE_SECONDS: Final = 0.5
"""How long a caller waits for a count; after that it gets the one before."""
SHARE: Final = 20
"""A count is valid for this many times as long as it took, so that counting never takes over 5 % of a core."""
QUICK_SECONDS: Final = 0.01
"""A count that takes no longer than this is made for each caller."""
MOST_AT_ONCE: Final = 10_000
"""What is counted for a caller when no count has ended yet; the depth is then at least this."""


class Depth(NamedTuple):
    """How many messages are queued: those that wait, are deferred or are being sent."""

    messages: int
    age_seconds: float
    """How long ago they were counted."""
    is_at_least: bool
    """Whether there may be more, because the first count has not ended yet."""


class QueueDepth:
    """Counts the queue of one store for all callers of this process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._counted: tuple[int, float] | None = None
        self._stale_at = float("-inf")
        self._counting: asyncio.Task[None] | None = None

    async def current(self) -> Depth:
        """Return the depth. Raises `UnavailableError` when the store cannot be read."""
        if time.monotonic() >= self._stale_at:
            if self._counting is None or self._counting.done():
                self._counting = asyncio.get_running_loop().create_task(self._count())
            await asyncio.wait([self._counting], timeout=PATIENCE_SECONDS)
            if self._counting.done():
                self._counting.result()
        if self._counted is not None:
            messages, at = self._counted
            return Depth(messages, time.monotonic() - at, is_at_least=False)
        found = await self._database.read(lambda: records.depth_up_to(MOST_AT_ONCE))
        return Depth(found, 0.0, is_at_least=found >= MOST_AT_ONCE)

    async def _count(self) -> None:
        begun = time.monotonic()
        try:
            self._counted = await self._database.scan(records.depth, COUNT_SECONDS), begun
        except TooSlowError:
            # The count before stays, with its age.
            pass
        except AerogramError:
            self._counted = None
            raise
        finally:
            now = time.monotonic()
            took = now - begun
            self._stale_at = now if took <= QUICK_SECONDS else now + SHARE * took
