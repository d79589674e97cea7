"""The queue in an operator's hands: hold, release, cancel, try again; in steps of bounded transactions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aerogram.store.records import queue_admin as records
from aerogram.store.records.queue_admin import MAX_BATCH, Action, Changed, Selection

if TYPE_CHECKING:
    from aerogram.base.clock import Clock
    from aerogram.store.sql import Database

__all__ = ["Action", "Changed", "QueueAdmin", "Selection"]


class QueueAdmin:
    """Changes messages on an operator's word; each change writes an event in its transaction."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def apply(self, action: Action, selection: Selection) -> Changed:
        """Apply an action to all messages meant; tell how many changed and how many were in flight."""
        now_ms = self._clock.now_ms()
        done = 0
        while True:
            batch = await self._db.write(lambda: records.change(action, selection, now_ms))
            done += batch.done
            if batch.done < MAX_BATCH:
                return Changed(done, batch.in_flight)
