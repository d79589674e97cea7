"""The operator's view of the queue: list, count, hold, release, cancel and retry messages.

Changes are made in steps of bounded transactions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from aerogram.store.records.messages import queue_admin as records
from aerogram.store.records.messages.queue_admin import (
    MAX_BATCH,
    Changed,
    EventRow,
    QueueAction,
    QueueRow,
    Selection,
)

if TYPE_CHECKING:
    from aerogram.base.clock import Clock
    from aerogram.model.message import MessageState
    from aerogram.store.sql import Database

__all__ = ["Changed", "Destination", "EventRow", "QueueAction", "QueueAdmin", "QueueRow", "Selection"]


class Destination(NamedTuple):
    """A recipient domain: how many selected messages go there, when the oldest came and the next is due."""

    domain: str
    waiting: int
    oldest_ms: int
    due_ms: int


class QueueAdmin:
    """Shows messages to an operator and changes them; each change writes an event in its transaction."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock

    async def listed(self, selection: Selection, limit: int) -> list[QueueRow]:
        """Return the selected messages, the newest first."""
        return await self._db.read(lambda: records.listed(selection, limit))

    async def counts_by_state(self, selection: Selection) -> dict[MessageState, int]:
        """Count the selected messages by state; states without messages are left out."""
        return await self._db.read(lambda: records.counts_by_state(selection))

    async def counts_by_destination(self, selection: Selection, limit: int) -> list[Destination]:
        """Count the selected messages by recipient domain, those with the most first."""
        rows = await self._db.read(lambda: records.counts_by_destination(selection, limit))
        return [Destination(*row) for row in rows]

    async def history(self, message_id: int) -> list[EventRow]:
        """Return the events of a message, in order."""
        return await self._db.read(lambda: records.history(message_id))

    async def apply(self, action: QueueAction, selection: Selection) -> Changed:
        """Apply an action to the selected messages; return how many changed and how many were in flight."""
        now_ms = self._clock.now_ms()
        done = 0
        while True:
            batch = await self._db.write(lambda: records.change(action, selection, now_ms))
            done += batch.done
            if batch.done < MAX_BATCH:
                return Changed(done, batch.in_flight)
