"""Committing accepted rows through this process's own database: one process on SQLite, any number on PostgreSQL."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, TypeVar

from aerogram.base.errors import StoreFullError
from aerogram.base.gathering import Gatherer
from aerogram.store.records.messages import acceptance, idempotency
from aerogram.store.records.messages.submissions import Rows
from aerogram.store.writer.rows import MAX_CALLS_IN_COMMIT, ignore_count, ignore_full

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterator

    from aerogram.base.clock import Clock
    from aerogram.store.records.messages.idempotency import KeyedCall, Standing
    from aerogram.store.sql import Database

T = TypeVar("T")


class LocalRowWriter:
    """`RowWriter` over a `Database`.

    Calls with a key share commits only among themselves: one that waits for the same key on another node must not
    delay calls without a key.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self.on_committed: Callable[[int], None] = ignore_count
        self.on_full: Callable[[], None] = ignore_full
        self._plain: Gatherer[tuple[Rows, Any], Any] = Gatherer(self._commit, MAX_CALLS_IN_COMMIT)
        self._keyed: Gatherer[KeyedCall, Standing] = Gatherer(self._commit_keyed, MAX_CALLS_IN_COMMIT)

    def add(self, rows: Rows, receipts: T) -> asyncio.Future[T]:
        """See `RowWriter.add`."""
        return self._plain.submit((rows, receipts))

    def add_once(self, call: KeyedCall) -> asyncio.Future[Standing]:
        """See `RowWriter.add_once`."""
        return self._keyed.submit(call)

    async def drain(self) -> None:
        """See `RowWriter.drain`."""
        await self._plain.drain()
        await self._keyed.drain()

    async def close(self) -> None:
        """See `RowWriter.close`; the database stays open."""
        await self.drain()

    async def _commit(self, calls: list[tuple[Rows, Any]]) -> list[Any]:
        rows = calls[0][0]
        if len(calls) > 1:
            rows = Rows()
            for each, _ in calls:
                rows.extend(each)
        now = self._clock.now_ms()
        with self._noting_full():
            await self._database.write(lambda: acceptance.add(rows, now))
        self.on_committed(len(rows.messages))
        return [receipts for _, receipts in calls]

    async def _commit_keyed(self, calls: list[KeyedCall]) -> list[Standing]:
        now = self._clock.now_ms()
        with self._noting_full():
            found = await self._database.write(lambda: idempotency.add(calls, now))
        if added := idempotency.added(calls, found):
            self.on_committed(added)
        return found

    @contextlib.contextmanager
    def _noting_full(self) -> Iterator[None]:
        try:
            yield
        except StoreFullError:
            self.on_full()
            raise
