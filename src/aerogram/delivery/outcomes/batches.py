"""Gathers outcomes into batches, for work that nobody waits for.

Unlike `aerogram.base.gathering.Gatherer`, an item has no future of its own: one call for each says how it ended.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Generic, TypeVar

from aerogram.base.errors import UnavailableError
from aerogram.delivery.pace import Pace

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

T = TypeVar("T")
R = TypeVar("R")


class Batches(Generic[T, R]):
    """Runs ``work(items)``, one batch of at most ``most`` at a time, and gathers the next by the load.

    ``work`` returns one result per item, in order. If it raises, a batch of several is run again item by item, so
    that only the items that cause the error fail; `UnavailableError` fails the whole batch at once. ``settled``
    is called with each item and its result or error, and must not raise.
    """

    def __init__(
        self,
        work: Callable[[list[T]], Awaitable[list[R]]],
        settled: Callable[[T, R | Exception], None],
        *,
        most: int,
        wanted: int,
    ) -> None:
        """Gather ``wanted`` items for a batch, as long as that takes no longer than `Pace` allows."""
        self._work = work
        self._settled = settled
        self._most = most
        self._waiting: list[T] = []
        self._pace = Pace(wanted)
        self._task: asyncio.Task[None] | None = None
        self._hurries = asyncio.Event()

    def add(self, item: T) -> None:
        """Put an item into the next batch."""
        self._waiting.append(item)
        if self._task is None:
            self._task = asyncio.create_task(self._run())

    async def drain(self) -> None:
        """Wait until all items are settled; from now on the next batch begins when the last one has ended."""
        self._hurries.set()
        while self._task is not None:
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        try:
            while self._waiting:
                batch = self._waiting[: self._most]
                del self._waiting[: self._most]
                await self._settle(batch)
                if len(self._waiting) < self._most:
                    await self._rest(self._pace.seconds_after(len(batch)))
        finally:
            self._task = None

    async def _rest(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._hurries.wait()

    async def _settle(self, batch: list[T]) -> None:
        try:
            results = await self._work(batch)
        except Exception as error:  # noqa: BLE001 - every error is passed on
            if len(batch) == 1 or isinstance(error, UnavailableError):
                for item in batch:
                    self._settled(item, error)
                return
            for item in batch:
                await self._settle([item])
            return
        for item, result in zip(batch, results, strict=True):
            self._settled(item, result)
