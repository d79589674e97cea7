"""Reading the log in the background: one loop for all readers of a process."""

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
"""Events of one transaction: some 10 ms at most, for which other writers of an SQLite store wait."""
PAUSE_SECONDS: Final = 0.1
"""The least time between two rounds: what happens meanwhile is read in one transaction."""
GATHERING: Final = 10
"""By how much the pause after news is longer when nobody waits for any reader: a round costs some milliseconds of CPU."""
LOOK_SECONDS: Final = 1.0
"""How often the store is asked for what other processes wrote, when nothing happens here."""
ROUNDS: Final = 5
"""Rounds after the last news: on PostgreSQL an event may lie behind a transaction that ends in a moment."""

_log = structlog.stdlib.get_logger("aerogram.events")


class EventReaders:
    """Keeps readers up to date with the log; `run` it in a task of its own.

    Any number of processes may run the same readers over one store: one of them at a time has a reader.
    """

    def __init__(
        self, database: Database, readers: Sequence[Reader], *, pause_seconds: float = PAUSE_SECONDS
    ) -> None:
        """Take the readers; one that is ``after`` another one comes behind it."""
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
        """Say that something happened; call it after the commit that appended it."""
        self._rounds_left = ROUNDS
        self._loop.wake()

    async def run(self) -> None:
        """Read until cancelled; what is left then is read by who comes next."""
        await self._loop.run()

    async def catch_up(self) -> bool:
        """Read all that can be read by now, but what other processes have; tell whether that was anything.

        A reader whose handler raises keeps no other one back, and tries again the next time. Raises
        `UnavailableError`.
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
        """Let each reader take a step: all in one commit, or each in its own when one of them fails."""
        try:
            steps = await self._database.write(partial(_steps, self._readers))
        except UnavailableError:
            raise
        except Exception:  # noqa: BLE001 - each reader is asked apart, and the fault is logged
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
            except Exception:  # noqa: BLE001 - a fault of one reader keeps no other back; it is tried again
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
