"""Reads the event log in the background: one loop for all readers of a process."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

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
RETRY_SECONDS: Final = 1.0
"""The time until a reader that failed is tried again; it doubles with each failure in a row."""
MAX_RETRY_SECONDS: Final = 60.0

_log = structlog.stdlib.get_logger("aerogram.events")


class _Failing(NamedTuple):
    """A reader that failed the last time."""

    next_try: float
    """The value of `time.monotonic` from which it is tried again."""
    delay_seconds: float


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
        self._failing: dict[str, _Failing] = {}
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

        Returns whether there were any. When one handler raises, the other readers continue, and its batch is
        tried again after a growing delay; until then its events do not count. Raises `UnavailableError`.
        """
        if not self._is_registered:
            await self._register()
        has_read = False
        while readers := self._due():
            names = [reader.name for reader in readers]
            if not await self._database.read(partial(reading.has_unread, names)):
                break
            steps = await self._step(readers)
            has_read = has_read or any(step.amount for step in steps)
            if not any(step.amount >= BATCH for step in steps):
                break
        return has_read

    async def oldest_unread(self) -> dict[str, int | None]:
        """Return the time of the first unread event of each reader; None when it has read all.

        Raises `UnavailableError`.
        """
        names = [reader.name for reader in self._readers]
        found = await self._database.read(partial(reading.oldest_unread, names))
        return {name: found.get(name) for name in names}

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

    def _due(self) -> list[Reader]:
        """Return the readers to try now: all, except those that failed a short time ago."""
        now = time.monotonic()
        return [
            reader
            for reader in self._readers
            if reader.name not in self._failing or self._failing[reader.name].next_try <= now
        ]

    async def _step(self, readers: Sequence[Reader]) -> list[Step]:
        """Advance readers: those that work in one commit, or each in its own when one of them fails."""
        working = [reader for reader in readers if reader.name not in self._failing]
        failing = [reader for reader in readers if reader.name in self._failing]
        try:
            steps = await self._database.write(partial(_steps, working)) if working else []
        except UnavailableError:
            raise
        except Exception:  # noqa: BLE001 - each reader then runs alone, and its error is logged
            steps = await self._step_apart(working)
        steps += await self._step_apart(failing)
        for reader, step in zip((*working, *failing), steps, strict=True):
            if step.has_effect and reader.woken is not None:
                reader.woken()
        return steps

    async def _step_apart(self, readers: Sequence[Reader]) -> list[Step]:
        steps: list[Step] = []
        for reader in readers:
            try:
                steps += await self._database.write(partial(_steps, (reader,)))
            except UnavailableError:
                raise
            except Exception:  # noqa: BLE001 - one reader's error must not stop the others; it is tried again
                seconds = self._put_off(reader)
                _log.exception("event_reader_broke", reader=reader.name, retry_seconds=seconds)
                steps.append(reading.NOTHING)
            else:
                self._failing.pop(reader.name, None)
        return steps

    def _put_off(self, reader: Reader) -> float:
        """Note that a reader failed; return the seconds until it is tried again."""
        before = self._failing.get(reader.name)
        seconds = RETRY_SECONDS if before is None else min(2 * before.delay_seconds, MAX_RETRY_SECONDS)
        self._failing[reader.name] = _Failing(time.monotonic() + seconds, seconds)
        return seconds


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
