"""The engine beyond one machine: PostgreSQL by asyncpg, any number of nodes over one database.

A few writers each take all waiting units and run them in one transaction, so that concurrent submissions
share a commit. If a unit raises, or a deadlock occurs, the group is rolled back and each unit runs again in
its own transaction. When a connection breaks, every unit of its group raises `UnavailableError`: nobody knows
whether the commit arrived, so it is not reported as done.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from typing import TYPE_CHECKING, Any, Final, TypeVar

import asyncpg

from aerogram.base.errors import (
    NotUniqueError,
    SettingsError,
    StoreFullError,
    TooSlowError,
    UnavailableError,
)
from aerogram.store.sql import SCAN_SECONDS, Engine, Rows, Step, Unit

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

WRITERS: Final = 3
"""Connections that commit. More of them make smaller groups, and so more commits for the same work."""
READ_CONNECTIONS: Final = 6
SCANNERS: Final = 2
"""How many of the read connections may run scans."""
MAX_GROUP: Final = 256
CONNECT_SECONDS: Final = 10.0
COMMAND_SECONDS: Final = 60.0
RECONNECT_SECONDS: Final = 0.5
CLOSE_SECONDS: Final = 3.0
"""How long pending writes, and then pending reads, may take to finish on close."""
MAX_RUNS: Final = 6
"""How often a unit is run when it conflicts with others; each conflict lets one of them succeed."""
_CACHED_STATEMENTS: Final = 512

_UNAVAILABLE: Final = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.PostgresSystemError,
    # The server no longer accepts our login, or has become a read-only standby.
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.ObjectNotInPrerequisiteStateError,
    asyncpg.InvalidTransactionStateError,
)
_FULL: Final = (asyncpg.DiskFullError, asyncpg.OutOfMemoryError)
_CONFLICTS: Final = (
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    # Two units found a name free and one was first: the other runs again and sees that it is taken.
    asyncpg.UniqueViolationError,
)


class PostgresqlDatabase:
    """`Database` over a PostgreSQL server; make one with `open_postgresql`."""

    engine = Engine.POSTGRESQL

    def __init__(self, url: str, read_pool: asyncpg.Pool) -> None:
        self._url = url
        self._read_pool = read_pool
        self._scanners = asyncio.Semaphore(SCANNERS)
        self._jobs: deque[_Job] = deque()
        self._has_work = asyncio.Event()
        self._stopping = False
        self._writers = [asyncio.create_task(self._write_forever()) for _ in range(WRITERS)]

    async def read(self, unit: Callable[[], Unit[T]]) -> T:
        """See `Database.read`."""
        try:
            async with (
                self._read_pool.acquire() as connection,
                connection.transaction(isolation="repeatable_read", readonly=True),
            ):
                return await run(connection, unit())
        except Exception as error:
            known = translated(error)
            if known is error:
                raise
            raise known from error

    async def scan(self, unit: Callable[[], Unit[T]], seconds: float = SCAN_SECONDS) -> T:
        """See `Database.scan`. A statement that takes too long is cancelled on the server."""
        try:
            async with asyncio.timeout(seconds), self._scanners:
                return await self.read(unit)
        except TimeoutError as error:
            raise TooSlowError from error

    async def write(self, unit: Callable[[], Unit[T]]) -> T:
        """See `Database.write`."""
        if self._stopping:
            raise UnavailableError("The store is closed.")
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._jobs.append(_Job(unit, future))
        self._has_work.set()
        return await future

    def forget_overwritten(self) -> None:
        """See `Database.forget_overwritten`: the server's autovacuum does it."""

    async def close(self) -> None:
        """See `Database.close`."""
        if self._stopping:
            return
        self._stopping = True
        self._has_work.set()
        _, late = await asyncio.wait(self._writers, timeout=CLOSE_SECONDS)
        for writer in late:
            writer.cancel()
        await asyncio.gather(*self._writers, return_exceptions=True)
        # On timeout the pool closes its connections by force.
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._read_pool.close(), CLOSE_SECONDS)

    async def _write_forever(self) -> None:
        connection: asyncpg.Connection | None = None
        while True:
            while not self._jobs:
                if self._stopping:
                    if connection is not None:
                        connection.terminate()
                    return
                self._has_work.clear()
                await self._has_work.wait()
            work = [self._jobs.popleft() for _ in range(min(len(self._jobs), MAX_GROUP))]
            try:
                if connection is None or connection.is_closed():
                    connection = await _connect(self._url)
                await self._commit(connection, work)
            except BaseException as error:
                # On any error, fail all waiting callers and start the next group on a new connection.
                for job in work:
                    job.fail(_unavailable(error))
                if connection is not None:
                    connection.terminate()
                connection = None
                if not isinstance(error, Exception):
                    raise
                await asyncio.sleep(RECONNECT_SECONDS)

    async def _commit(self, connection: asyncpg.Connection, work: list[_Job], runs: int = 1) -> None:
        """Run a group in one transaction; when a unit fails, run each in its own.

        Raises when the connection can no longer be used.
        """
        try:
            async with connection.transaction():
                results = [await run(connection, job.unit()) for job in work]
        except Exception as error:
            if connection.is_closed() or type(translated(error)) is UnavailableError:
                raise
            if len(work) > 1:
                for job in work:
                    await self._commit(connection, [job])
            elif isinstance(error, _CONFLICTS) and runs < MAX_RUNS:
                await self._commit(connection, work, runs + 1)
            else:
                # A unique conflict on the last run is the unit's result; after others the caller may retry.
                known = translated(error)
                work[0].fail(
                    _unavailable(error) if known is error and isinstance(error, _CONFLICTS) else known
                )
            return
        for job, result in zip(work, results, strict=True):
            if not job.future.done():
                job.future.set_result(result)


class _Job:
    """A unit that waits for its commit, and the future of its caller."""

    __slots__ = ("future", "unit")

    def __init__(self, unit: Callable[[], Unit[Any]], future: asyncio.Future[Any]) -> None:
        self.unit = unit
        self.future = future

    def fail(self, error: BaseException) -> None:
        """Raise the error in the caller, unless it already has a result or was cancelled."""
        if not self.future.done():
            self.future.set_exception(error)


async def open_postgresql(url: str) -> PostgresqlDatabase:
    """Connect to ``postgresql://…``; `SettingsError` says in one line why that failed."""
    try:
        read_pool = await asyncpg.create_pool(
            url,
            min_size=1,
            max_size=READ_CONNECTIONS,
            timeout=CONNECT_SECONDS,
            command_timeout=COMMAND_SECONDS,
            statement_cache_size=_CACHED_STATEMENTS,
        )
    except (TimeoutError, OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        reason = str(error).strip().split("\n")[0] or type(error).__name__
        raise SettingsError(f"database_url: PostgreSQL cannot be reached: {reason}") from error
    return PostgresqlDatabase(url, read_pool)


async def _connect(url: str) -> asyncpg.Connection:
    return await asyncpg.connect(
        url,
        timeout=CONNECT_SECONDS,
        command_timeout=COMMAND_SECONDS,
        statement_cache_size=_CACHED_STATEMENTS,
    )


async def run(connection: asyncpg.Connection, unit: Unit[T]) -> T:
    """Run a unit to its end on a connection whose transaction the caller owns."""
    try:
        step = next(unit)
        while True:
            step = unit.send(await _execute(connection, step))
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]


async def _execute(connection: asyncpg.Connection, step: Step) -> Rows:
    compiled = step.statement.compiled(Engine.POSTGRESQL)
    arrange = compiled.arrange
    if step.is_many:
        if step.parameters:
            rows = step.parameters if arrange is None else [arrange(row) for row in step.parameters]
            await connection.executemany(compiled.text, rows)
        return []
    values = step.parameters if arrange is None else arrange(tuple(step.parameters))
    return await connection.fetch(compiled.text, *values)  # type: ignore[no-any-return]


def translated(error: BaseException) -> BaseException:
    """Translate an error of the driver into one of Aerogram, by what the caller can do about it."""
    if isinstance(error, _FULL):
        return StoreFullError("The database is full.")
    if isinstance(error, asyncpg.UniqueViolationError):
        return NotUniqueError(
            f"Another object already has a value that must be unique ({error.constraint_name})."
        )
    # The driver's own errors that are also a ValueError are about bad arguments.
    if isinstance(error, _UNAVAILABLE) and not isinstance(error, ValueError):
        return _unavailable(error)
    return error


def _unavailable(error: BaseException) -> UnavailableError:
    return UnavailableError(f"The database is not available: {str(error) or type(error).__name__}")
