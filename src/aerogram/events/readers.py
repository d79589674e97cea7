"""Reads the event log in the background: one loop for all readers of a process."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Final

import structlog

from aerogram.base.errors import UnavailableError
from aerogram.base.loop import Loop
from aerogram.store.records.events import reading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aerogram.events.reader import Reader
    from aerogram.store.records.events.reading import Step
    from aerogram.store.sql import Database, Unit

BATCH: Final = 500
"""Events in one transaction: at most some 10 ms, during which other writers of an SQLite store wait."""
PAUSE_SECONDS: Final = 0.1
"""The least time between two rounds; events of that time are read in one transaction."""
GATHERING: Final = 10
"""How many times longer the pause is when nothing waits for any reader: a round costs milliseconds of CPU."""
LOOK_SECONDS: Final = 1.0
"""How often an idle process checks the store for events that other processes wrote."""
ROUNDS: Final = 5
"""Rounds after the last event: on PostgreSQL, a transaction that is about to end may hide an event."""

_log = structlog.stdlib.get_logger("aerogram.events")


class EventReaders:
    """Keeps readers up to date with the log; `run` it in a task of its own.

    Any number of processes may run the same readers over one store; only one at a time advances a reader.
    """

    def __init__(
        self, database: Database, readers: Sequence[Reader], *, pause_seconds: float = PAUSE_SECONDS
    ) -> None:
        """Take the readers; list a reader that names another in ``after`` later than that one."""
        self._database = database
        self._readers = tuple(readers)
        self._pause_seconds = pause_seconds
        self._is_registered = False
        self._rounds_left = 0
        self._loop = Loop(
            "events",
            self._round,
            poll_seconds=LOOK_SECONDS,
            pause_seconds=pause_seconds,
            retry_seconds=LOOK_SECONDS,
        )

    def wake(self) -> None:
        """Report new events; call it after the commit that appended them."""
        self._rounds_left = ROUNDS
        self._loop.wake()

    async def run(self) -> None:
        """Read until cancelled; a later run reads the rest."""
        await self._loop.run()

    async def catch_up(self) -> bool:
        """Read all events that are visible now, except those that other processes are reading.

        Returns whether there were any. When one handler raises, the other readers continue and its batch is
        tried again the next time. Raises `UnavailableError`.
        """
        if not self._is_registered:
            await self._register()
        names = [reader.name for reader in self._readers]
        has_read = False
        while await self._database.read(partial(reading.has_unread, names)):
            steps = await self._step()
            has_read = has_read or any(step.amount for step in steps)
            if not any(step.amount >= BATCH for step in steps):
                break
        return has_read

    async def _round(self) -> bool:
        if await self.catch_up():
            self._rounds_left = ROUNDS
            if not await self._database.read(partial(_are_awaited, self._readers)):
                await asyncio.sleep(self._pause_seconds * (GATHERING - 1))
        else:
            self._rounds_left -= 1
        return self._rounds_left > 0

    async def _register(self) -> None:
        names = {reader.name for reader in self._readers}
        known = await self._database.read(reading.cursors)
        if names - known.keys():
            await self._database.write(partial(reading.register, sorted(names - known.keys())))
        self._is_registered = True

    async def _step(self) -> list[Step]:
        """Advance each reader: all in one commit, or each in its own when one of them fails."""
        try:
            steps = await self._database.write(partial(_steps, self._readers))
        except UnavailableError:
            raise
        except Exception:  # noqa: BLE001 - each reader then runs alone, and its error is logged
            steps = await self._step_apart()
        for reader, step in zip(self._readers, steps, strict=True):
            if step.has_effect and reader.woken is not None:
                reader.woken()
        return steps

    async def _step_apart(self) -> list[Step]:
        steps: list[Step] = []
        for reader in self._readers:
            try:
                steps += await self._database.write(partial(_steps, (reader,)))
            except UnavailableError:
                raise
            except Exception:  # noqa: BLE001 - one reader's error must not stop the others; it is tried again
                _log.exception("event_reader_broke", reader=reader.name)
                steps.append(reading.NOTHING)
        return steps


def _are_awaited(readers: Sequence[Reader]) -> Unit[bool]:
    for reader in readers:
        if reader.is_awaited is not None and (yield from reader.is_awaited()):
            return True
    return False


def _steps(readers: Sequence[Reader]) -> Unit[list[Step]]:
    taken: list[Step] = []
    for reader in readers:
        step = yield from reading.step(reader.name, reader.after, BATCH, reader.handle)
        taken.append(step)
    return taken
