"""The operator's view of the queue: list, count, hold, release, cancel and retry messages.

Changes are made in slices of bounded transactions, so that mail flows meanwhile.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from aerogram.base.errors import AerogramError
from aerogram.queue.pace import Pace
from aerogram.store.records.messages import queue_admin as records
from aerogram.store.records.messages import queue_changes as changes
from aerogram.store.records.messages.queue_admin import EventRow, QueueRow, Selection
from aerogram.store.records.messages.queue_changes import QueueAction

if TYPE_CHECKING:
    from aerogram.base.clock import Clock
    from aerogram.model.message import MessageState
    from aerogram.store.sql import Database

__all__ = [
    "Destination",
    "EventRow",
    "PartlyDoneError",
    "Progress",
    "QueueAction",
    "QueueAdmin",
    "QueueRow",
    "Selection",
]


class Progress(msgspec.Struct):
    """How far a change is: how many messages were changed, and how many not, because they are being sent now."""

    done: int = 0
    in_flight: int = 0


class PartlyDoneError(AerogramError):
    """The store failed after part of a change was committed."""

    def __init__(self, done: int, error: AerogramError) -> None:
        super().__init__(f"{error} {done} messages had been changed; run it again for the others.")
        self.done = done


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

    async def apply(
        self, action: QueueAction, selection: Selection, progress: Progress | None = None
    ) -> Progress:
        """Apply an action to the selected messages that exist now; return how many changed and how many did not.

        ``progress`` says at any time what is committed. After an interruption the same call does the rest. Raises
        `PartlyDoneError` when the store fails after the first slice.
        """
        progress = progress or Progress()
        try:
            await self._apply(action, selection, progress)
        except AerogramError as error:
            if not progress.done:
                raise
            raise PartlyDoneError(progress.done, error) from error
        return progress

    async def _apply(self, action: QueueAction, selection: Selection, progress: Progress) -> None:
        last = await self._db.read(changes.newest)
        after: int | None = 0
        pace = Pace(self._db.engine)
        while after is not None:
            looked = await self._look(action, selection, after, last)
            progress.in_flight += looked.in_flight
            ids = looked.ids
            while ids:
                begun = time.monotonic()
                batch = pace.batch
                await self._change(action, ids[:batch], progress)
                ids = ids[batch:]
                await asyncio.sleep(pace.pause_after(time.monotonic() - begun))
            after = looked.after

    async def _look(self, action: QueueAction, selection: Selection, after: int, last: int) -> changes.Looked:
        now_ms = self._clock.now_ms()
        return await self._db.scan(lambda: changes.look(action, selection, after, last, now_ms))

    async def _change(self, action: QueueAction, ids: list[int], progress: Progress) -> None:
        now_ms = self._clock.now_ms()
        writing = asyncio.ensure_future(self._db.write(lambda: changes.change(action, ids, now_ms)))
        try:
            await asyncio.shield(writing)
        finally:
            # Whoever is interrupted here waits for the commit: it happens anyway, and must be counted.
            changed = await writing
            progress.done += changed.done
            progress.in_flight += changed.in_flight
