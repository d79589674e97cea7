"""The embedded engine: SQLite in WAL mode, one writer thread that commits in groups.

The writer takes all units that arrived during the last commit, runs them in one transaction and commits once
(``synchronous=FULL``: the commit is on disk when it returns). If a unit raises, the group is rolled back and
each unit runs again in its own transaction, so that only the failing one fails.

Checkpoints run in a separate thread (`aerogram.store.sqlite_file.checkpoints`), so that no commit waits for them.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import queue
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final, TypeVar

from aerogram.base.errors import SettingsError, TooSlowError, UnavailableError
from aerogram.store.records import log_filling
from aerogram.store.sql import SCAN_SECONDS, Engine, Unit
from aerogram.store.sqlite_file.checkpoints import Checkpointer
from aerogram.store.sqlite_file.connection import (
    BUSY_SECONDS,
    KEPT_LOG_BYTES,
    WriteConnection,
    connect,
    run,
    translated,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

T = TypeVar("T")

MAX_GROUP: Final = 256
"""Units in one commit; limits how long the first of them waits for the last."""
READ_THREADS: Final = 2
SCANNERS: Final = 2
"""Threads for scans. SQLite releases the GIL while it searches, so the event loop keeps running."""
WATCH_SECONDS: Final = 1.0
STEPS_BETWEEN_CHECKS: Final = 100_000
"""SQLite VM instructions, some milliseconds of work, after which a scan checks the time."""


class SqliteDatabase:
    """`Database` over one SQLite file."""

    engine = Engine.SQLITE

    def __init__(self, path: Path, *, is_checkpointing: bool = True) -> None:
        """Open (and create) the file; `SettingsError` says in one line why it cannot be used.

        ``is_checkpointing`` is False in all processes of a server but one.
        """
        self._path = path
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._writing = WriteConnection(path)
        self._read_pool = ThreadPoolExecutor(READ_THREADS, thread_name_prefix="aerogram-read")
        self._scan_pool = ThreadPoolExecutor(SCANNERS, thread_name_prefix="aerogram-scan")
        self._thread = threading.local()
        self._open_connections: list[sqlite3.Connection] = []
        self._stopping = threading.Event()
        self._waiting: list[list[_Job]] = []
        """The group that waits for its turn to be written."""
        self._threads = [
            threading.Thread(target=self._write_forever, name="aerogram-write", daemon=True),
            threading.Thread(target=self._watch_forever, name="aerogram-watch", daemon=True),
        ]
        for thread in self._threads:
            thread.start()
        self._checkpointer = Checkpointer(path, is_regular=is_checkpointing)

    async def read(self, unit: Callable[[], Unit[T]]) -> T:
        """See `Database.read`."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._read_pool, self._read, unit)

    async def scan(self, unit: Callable[[], Unit[T]], seconds: float = SCAN_SECONDS) -> T:
        """See `Database.scan`."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._scan_pool, self._scan, unit, time.monotonic() + seconds)

    async def write(self, unit: Callable[[], Unit[T]]) -> T:
        """See `Database.write`."""
        if self._stopping.is_set():
            raise UnavailableError("The store is closed.")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._jobs.put(_Job(unit, loop, future))
        return await future

    async def make_room_in_log(self) -> None:
        """Grow the WAL to its full size at the start, for a server that will commit often.

        An fsync of bytes that overwrite existing ones takes half the time of one that also extends the file.
        Raises `UnavailableError`, or `StoreFullError` when the disk is too full.
        """
        await self.write(lambda: log_filling.fill(KEPT_LOG_BYTES))
        await self.write(log_filling.drop)

    def forget_overwritten(self) -> None:
        """See `Database.forget_overwritten`: the WAL holds old versions of rows until it is truncated.

        Commits after that are slower until the WAL has grown again.
        """
        self._checkpointer.forget_overwritten()

    async def close(self) -> None:
        """See `Database.close`."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        self._jobs.put(None)
        loop = asyncio.get_running_loop()
        for thread in self._threads:
            await loop.run_in_executor(None, thread.join, BUSY_SECONDS)
        # Nobody gets an answer from a thread that still waits for another process.
        self._give_up()
        await loop.run_in_executor(None, self._checkpointer.close)
        self._read_pool.shutdown()
        self._scan_pool.shutdown()
        for connection in self._open_connections:
            connection.close()

    def _read(self, unit: Callable[[], Unit[T]]) -> T:
        try:
            self._writing.file.check()
            connection = self._connection_of_thread()
            connection.execute("BEGIN")
            try:
                return run(connection, unit())
            finally:
                connection.execute("ROLLBACK")
        except sqlite3.Error as error:
            raise translated(error) from error

    def _scan(self, unit: Callable[[], Unit[T]], end: float) -> T:
        self._thread.end = end
        if self._is_late():
            raise TooSlowError
        return self._read(unit)

    def _is_late(self) -> bool:
        """Return whether the thread's scan has timed out or the store is closing."""
        return time.monotonic() > getattr(self._thread, "end", math.inf) or self._stopping.is_set()

    def _connection_of_thread(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._thread, "connection", None)
        if connection is None:
            try:
                connection = connect(self._path)
            except SettingsError as error:
                raise UnavailableError(str(error)) from error
            connection.execute("PRAGMA query_only = ON")
            connection.set_progress_handler(self._is_late, STEPS_BETWEEN_CHECKS)
            self._thread.connection = connection
            self._open_connections.append(connection)
        return connection

    def _write_forever(self) -> None:
        jobs = self._jobs
        while True:
            group = [jobs.get()]
            with contextlib.suppress(queue.Empty):
                while len(group) < MAX_GROUP:
                    group.append(jobs.get_nowait())
            work = [job for job in group if job is not None]
            if work:
                self._commit(work)
            if len(work) < len(group):
                self._writing.close()
                return

    def _begin(self, work: list[_Job]) -> bool:
        """Begin the transaction of a group; return False if its jobs have been answered instead."""
        self._waiting.append(work)
        error: BaseException | None = None
        try:
            self._writing.begin()
        except (sqlite3.Error, UnavailableError) as raised:
            error = translated(raised)
        try:
            self._waiting.pop()
        except IndexError:
            self._writing.roll_back()
            return False
        if error is not None:
            # Not caused by a unit: run alone, each would wait for the same lock.
            _settle([(job, None, error) for job in work])
        return error is None

    def _watch_forever(self) -> None:
        """Answer jobs whose turn does not come, because another process keeps it."""
        while not self._stopping.wait(WATCH_SECONDS):
            since = self._writing.turn.waiting_since
            if since and time.monotonic() - since > BUSY_SECONDS:
                self._give_up()

    def _give_up(self) -> None:
        """Answer all jobs that wait now. Whoever pops the group of the writer thread answers it, we or that thread."""
        given_up: list[_Job] = []
        with contextlib.suppress(IndexError):
            given_up += self._waiting.pop()
        with contextlib.suppress(queue.Empty):
            while (job := self._jobs.get_nowait()) is not None:
                given_up.append(job)
            self._jobs.put(None)
        error = UnavailableError("The store is not available: another process keeps it locked.")
        _settle([(job, None, error) for job in given_up])

    def _commit(self, work: list[_Job]) -> None:
        """Run a group in one transaction; when a unit fails, run each in its own."""
        if not self._begin(work):
            return
        writing = self._writing
        try:
            results = [writing.run(job.unit()) for job in work]
            writing.commit()
        except BaseException as error:  # noqa: BLE001 - every error goes to the callers
            writing.roll_back()
            if len(work) == 1:
                _settle([(work[0], None, translated(error))])
            else:
                for job in work:
                    self._commit([job])
            return
        _settle([(job, result, None) for job, result in zip(work, results, strict=True)])


class _Job:
    """A unit that waits for its commit, and the future of its caller."""

    __slots__ = ("future", "loop", "unit")

    def __init__(
        self, unit: Callable[[], Unit[Any]], loop: asyncio.AbstractEventLoop, future: asyncio.Future[Any]
    ) -> None:
        self.unit = unit
        self.loop = loop
        self.future = future


_Settled = tuple[_Job, Any, BaseException | None]


def _settle(settled: list[_Settled]) -> None:
    """Set the results of all callers, with one wake-up for each event loop."""
    loops: dict[asyncio.AbstractEventLoop, list[_Settled]] = {}
    for item in settled:
        loops.setdefault(item[0].loop, []).append(item)
    for loop, items in loops.items():
        # On a closed loop no caller is waiting.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(_set_results, items)


def _set_results(items: list[_Settled]) -> None:
    for job, result, error in items:
        if job.future.done():
            continue
        if error is None:
            job.future.set_result(result)
        else:
            job.future.set_exception(error)
