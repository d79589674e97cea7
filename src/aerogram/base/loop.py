"""A supervised loop: runs a step repeatedly until the process stops.

All background work (delivery, jobs, readers of the event log, sweeps) is a step and a `Loop`; decision 39 names the
exceptions. The loop decides when the step runs: at once after a wake, else at the next poll; after a pause while
there is more to do; after a growing delay while the store is unavailable or the step fails.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from aerogram.base.errors import UnavailableError

Step = Callable[[], Awaitable[bool]]
"""One round of work. True when there is more to do; the next round then needs no wake or poll."""

RETRY_SECONDS: Final = 1.0
MAX_RETRY_SECONDS: Final = 30.0

_log = structlog.stdlib.get_logger("aerogram.loop")


class Loop:
    """Runs one step; `run` it in a task of its own, and only once.

    Durations are seconds. ``poll_seconds`` is the longest delay for work that no `wake` announced;
    ``pause_seconds`` is the shortest time between two rounds, in which work gathers. After an
    `UnavailableError` or an unexpected error the step runs again after ``retry_seconds``, then after twice that,
    up to ``max_retry_seconds``; each is logged. With ``is_essential`` an unexpected error ends `run` instead, so
    that the process ends and its supervisor starts another.
    """

    def __init__(
        self,
        name: str,
        step: Step,
        *,
        poll_seconds: float,
        pause_seconds: float = 0.0,
        retry_seconds: float = RETRY_SECONDS,
        max_retry_seconds: float = MAX_RETRY_SECONDS,
        is_essential: bool = False,
    ) -> None:
        self.name = name
        self._step = step
        self._poll_seconds = poll_seconds
        self._pause_seconds = pause_seconds
        self._retry_seconds = retry_seconds
        self._max_retry_seconds = max_retry_seconds
        self._is_essential = is_essential
        self._woken = asyncio.Event()
        self._stopping = asyncio.Event()
        self._ended = asyncio.Event()
        self._ended.set()

    @property
    def is_stopping(self) -> bool:
        """Whether `stop` was called."""
        return self._stopping.is_set()

    def wake(self) -> None:
        """Run the step soon: there is work. Call it after the commit that made the work visible."""
        self._woken.set()

    def forget_wakes(self) -> None:
        """Drop the wakes so far. A step that waits first calls this just before it looks for work.

        Otherwise a wake for work that this round finds anyway costs another round, which finds nothing. A `stop`
        is not forgotten.
        """
        if not self.is_stopping:
            self._woken.clear()

    def stop(self) -> None:
        """Start no further rounds; a running one finishes."""
        self._stopping.set()
        self._woken.set()

    async def ended(self) -> None:
        """Wait until `run` has ended; return at once if it never started."""
        await self._ended.wait()

    async def run(self) -> None:
        """Run rounds until `stop` or cancellation."""
        self._ended.clear()
        delay = self._retry_seconds
        try:
            while not self.is_stopping:
                self._woken.clear()
                goes_on = await self._round(delay)
                if goes_on is None:
                    await self._rest(delay)
                    delay = min(2 * delay, self._max_retry_seconds)
                    continue
                delay = self._retry_seconds
                if not goes_on:
                    await self._idle()
                await self._rest(self._pause_seconds)
        finally:
            self._ended.set()

    async def _round(self, delay: float) -> bool | None:
        """Run the step once: True when there is more to do, None when it failed."""
        try:
            return await self._step()
        except UnavailableError as error:
            _log.warning("loop_unavailable", loop=self.name, reason=str(error), retry_seconds=delay)
        except Exception:
            if self._is_essential:
                raise
            _log.exception("loop_failed", loop=self.name, retry_seconds=delay)
        return None

    async def _idle(self) -> None:
        """Wait for a wake, at most until the next poll."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._poll_seconds):
                await self._woken.wait()

    async def _rest(self, seconds: float) -> None:
        """Sleep, unless the loop is to stop."""
        if seconds <= 0 or self.is_stopping:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
