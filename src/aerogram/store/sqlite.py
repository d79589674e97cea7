"""The embedded engine: SQLite in WAL mode, one writer thread that commits in groups.

The writer takes all units that arrived during the last commit, runs them in one transaction and commits once
(``synchronous=FULL``: the commit is on disk when it returns). If a unit raises, the group is rolled back and
each unit runs again in its own transaction, so that only the failing one fails.

Checkpoints run in a separate thread, so that no commit waits for them.
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

from aerogram.base.errors import (
    NotUniqueError,
    SettingsError,
    StoreFullError,
    TooSlowError,
    UnavailableError,
)
from aerogram.base.folding import folded
from aerogram.store.records import log_filling
from aerogram.store.sql import SCAN_SECONDS, Engine, Rows, Step, Unit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

T = TypeVar("T")

MAX_GROUP: Final = 256
"""Units in one commit; limits how long the first of them waits for the last."""
READ_THREADS: Final = 2
SCANNERS: Final = 2
"""Threads for scans. SQLite releases the GIL while it searches, so the event loop keeps running."""
STEPS_BETWEEN_CHECKS: Final = 100_000
"""SQLite VM instructions, some milliseconds of work, after which a scan checks the time."""
BUSY_SECONDS: Final = 15.0
"""How long another process (the command line) may hold the write lock before writes fail."""
CHECKPOINT_SECONDS: Final = 0.2
RESTART_WAL_PAGES: Final = 2_048
"""8 MiB of WAL: above this the checkpointer waits for reads to end, so that the WAL restarts."""
KEPT_LOG_BYTES: Final = 32 * 1024 * 1024
"""The size that the WAL keeps when it restarts; the rest is returned to the disk."""
_CACHED_STATEMENTS: Final = 512
_FULL_CODES: Final = {"SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_FSYNC"}

_NOT_UNIQUE_CODES: Final = {"SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"}


class SqliteDatabase:
    """`Database` over one SQLite file."""

    engine = Engine.SQLITE

    def __init__(self, path: Path) -> None:
        """Open (and create) the file; `SettingsError` says in one line why it cannot be used."""
        self._path = path
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._connection = connect(path)
        self._inode = path.stat().st_ino
        self._read_pool = ThreadPoolExecutor(READ_THREADS, thread_name_prefix="aerogram-read")
        self._scan_pool = ThreadPoolExecutor(SCANNERS, thread_name_prefix="aerogram-scan")
        self._thread = threading.local()
        self._open_connections: list[sqlite3.Connection] = []
        self._stopping = threading.Event()
        self._is_log_stale = threading.Event()
        self._threads = [
            threading.Thread(target=self._write_forever, name="aerogram-write", daemon=True),
            threading.Thread(target=self._checkpoint_forever, name="aerogram-checkpoint", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

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
        self._is_log_stale.set()

    async def close(self) -> None:
        """See `Database.close`."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        self._jobs.put(None)
        loop = asyncio.get_running_loop()
        for thread in self._threads:
            await loop.run_in_executor(None, thread.join)
        self._read_pool.shutdown()
        self._scan_pool.shutdown()
        for connection in self._open_connections:
            connection.close()
        self._connection.close()

    def _read(self, unit: Callable[[], Unit[T]]) -> T:
        try:
            self._check_file()
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

    def _check_file(self) -> None:
        """Check that the path still names the opened file; writes to a deleted file would be lost."""
        try:
            is_ours = self._path.stat().st_ino == self._inode
        except OSError:
            is_ours = False
        if not is_ours:
            raise UnavailableError(f"The store {self._path} was removed or replaced while it was in use.")

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
                return

    def _commit(self, work: list[_Job]) -> None:
        """Run a group in one transaction; when a unit fails, run each in its own."""
        connection = self._connection
        try:
            self._check_file()
            self._roll_back()
            connection.execute("BEGIN IMMEDIATE")
        except (sqlite3.Error, UnavailableError) as error:
            # Not caused by a unit: run alone, each would wait for the same lock.
            _settle([(job, None, translated(error)) for job in work])
            return
        try:
            results = [run(connection, job.unit()) for job in work]
            connection.execute("COMMIT")
        except BaseException as error:  # noqa: BLE001 - every error goes to the callers
            self._roll_back()
            if len(work) == 1:
                _settle([(work[0], None, translated(error))])
            else:
                for job in work:
                    self._commit([job])
            return
        _settle([(job, result, None) for job, result in zip(work, results, strict=True)])

    def _roll_back(self) -> None:
        if self._connection.in_transaction:
            with contextlib.suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")

    def _checkpoint_forever(self) -> None:
        connection: sqlite3.Connection | None = None
        while not self._stopping.wait(CHECKPOINT_SECONDS):
            # On a full disk or a busy lock the WAL just stays longer; the next round tries again.
            with contextlib.suppress(sqlite3.Error, SettingsError, UnavailableError):
                self._check_file()
                if connection is None:
                    connection = connect(self._path)
                    connection.execute("PRAGMA busy_timeout = 200")
                _, pages, moved = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
                if self._is_log_stale.is_set():
                    self._is_log_stale.clear()
                    is_busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                    if is_busy:
                        self._is_log_stale.set()
                elif pages > RESTART_WAL_PAGES and moved >= pages // 2:
                    connection.execute("PRAGMA wal_checkpoint(RESTART)")
        if connection is not None:
            connection.close()


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


def connect(path: Path) -> sqlite3.Connection:
    """Open a connection with the pragmas that durability and erasure depend on."""
    try:
        connection = sqlite3.connect(
            path,
            timeout=BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=_CACHED_STATEMENTS,
        )
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute(f"PRAGMA journal_size_limit = {KEPT_LOG_BYTES}")
        connection.execute("PRAGMA cache_size = -32768")
        connection.execute("PRAGMA temp_store = MEMORY")
        # Overwrite deleted data, so that erased people leave no trace in the file.
        connection.execute("PRAGMA secure_delete = ON")
        connection.create_function("fold_case", 1, _folded, deterministic=True)
    except sqlite3.Error as error:
        raise SettingsError(f"The store {path} cannot be opened: {error}.") from error
    return connection


def _folded(text: str | None) -> str | None:
    """Call `folded` from statements (`aerogram.store.records.querying.either`), where a text may be null."""
    return None if text is None else folded(text)


def run(connection: sqlite3.Connection, unit: Unit[T]) -> T:
    """Run a unit to its end on a connection whose transaction the caller owns."""
    try:
        step = next(unit)
        while True:
            step = unit.send(_execute(connection, step))
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]


def _execute(connection: sqlite3.Connection, step: Step) -> Rows:
    compiled = step.statement.compiled(Engine.SQLITE)
    arrange = compiled.arrange
    if step.is_many:
        rows = step.parameters if arrange is None else map(arrange, step.parameters)
        connection.executemany(compiled.text, rows)
        return []
    values = step.parameters if arrange is None else arrange(tuple(step.parameters))
    return connection.execute(compiled.text, values).fetchall()


def translated(error: BaseException) -> BaseException:
    """Translate an error of the driver into one of Aerogram, by what the caller can do about it."""
    if getattr(error, "sqlite_errorname", "") in _FULL_CODES:
        return StoreFullError("The disk that holds the store is full.")
    if getattr(error, "sqlite_errorname", "") in _NOT_UNIQUE_CODES:
        return NotUniqueError(f"Another object already has a value that must be unique ({error}).")
    if getattr(error, "sqlite_errorname", "") == "SQLITE_INTERRUPT":
        return TooSlowError()
    if isinstance(error, sqlite3.OperationalError):
        return UnavailableError(f"The store is not available: {error}.")
    return error
