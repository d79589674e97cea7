"""What ``/readyz`` checks: whether the doors would accept mail now, or refuse it for a reason of our own."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Final

from aerogram.base.errors import UnavailableError
from aerogram.store.records.messages import queue

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aerogram.app.platform import Platform

    Check = Callable[[], Awaitable[None]]

FRESH_SECONDS: Final = 1.0
"""How long the result of a check that writes is valid: anybody may call ``/readyz``, as often as they like."""


class Whole:
    """What a process of several knows of the others, from the supervisor."""

    def __init__(self) -> None:
        self.troubles: list[str] = []
        """Why the server as a whole is not ready, each as a sentence."""

    async def check(self) -> None:
        """Raise `UnavailableError` with the troubles, if there are any."""
        if self.troubles:
            raise UnavailableError(" ".join(self.troubles))


def checks_of(platform: Platform, whole: Whole | None = None) -> dict[str, Check]:
    """Return the checks by name; each raises an error that says what is missing."""
    database, room, in_flight = platform.database, platform.room, platform.in_flight

    async def store_answers() -> None:
        await database.read(queue.newest)
        # Reading may work where writing does not: another program holds the lock, or the database is full.
        await platform.renew_node()

    async def disk_has_room() -> None:
        room.check()
        await asyncio.to_thread(room.check_after_refusal)

    async def memory_has_room() -> None:
        in_flight.check()

    checks: dict[str, Check] = {
        "store": _Shared(store_answers),
        "disk": _Shared(disk_has_room),
        "memory": memory_has_room,
    }
    if whole is not None:
        checks["processes"] = whole.check
    return checks


class _Shared:
    """Runs a check once for all who ask at the same time, and not again for a while."""

    def __init__(self, check: Check) -> None:
        self._check = check
        self._running: asyncio.Task[None] | None = None
        self._done_at = float("-inf")

    async def __call__(self) -> None:
        """Raise what the check raises."""
        running = self._running
        if running is None or (running.done() and time.monotonic() - self._done_at >= FRESH_SECONDS):
            running = self._running = asyncio.get_running_loop().create_task(self._run())
        await asyncio.shield(running)

    async def _run(self) -> None:
        try:
            await self._check()
        finally:
            self._done_at = time.monotonic()
