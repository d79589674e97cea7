"""Migrating a store's schema to the newest revision, if it is not there yet.

Alembic is imported only when there is something to migrate: the import would cost every command a second.
"""

from __future__ import annotations

import contextlib
import fcntl
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Final

import asyncpg

from aerogram.base.errors import SettingsError
from aerogram.store.commit_order import settle_commit_order
from aerogram.store.server_lock import ServerLock

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

HEAD: Final = "0020"
"""The newest revision in ``migrations/versions``; a test keeps the two in step."""
_FOLDER: Final = Path(__file__).parent / "migrations"
_ADVISORY_LOCK: Final = 0x6165726F6772616D
_FIND: Final = "SELECT version_num FROM alembic_version"


def migrate_sqlite(path: Path, server_lock: ServerLock | None = None) -> None:
    """Migrate the file. A file lock makes processes that start together take turns.

    A server gives its ``server_lock``, which is taken first. Any other process migrates only if no server uses
    the folder: a running server cannot work with a newer schema. Both happen in the process's turn, so a
    command that starts together with a server of this version waits for it, and is not refused.
    """
    lock_path = path.with_suffix(".migrate.lock")
    try:
        with lock_path.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if server_lock is not None:
                server_lock.take()
            if _sqlite_revision(path) != HEAD:
                if server_lock is None:
                    ServerLock(path.parent).check_free()
                _migrate_sqlite(path)
    except OSError as error:
        raise SettingsError(f"The store {path} cannot be written: {error.strerror}.") from error


def _sqlite_revision(path: Path) -> str | None:
    if not path.exists():
        return None
    try:
        with contextlib.closing(sqlite3.connect(path)) as connection:
            row = connection.execute(_FIND).fetchone()
    except sqlite3.OperationalError:
        return None
    except sqlite3.DatabaseError as error:
        raise SettingsError(f"The store {path} is not an SQLite database: {error}.") from error
    return row[0] if row else None


def _migrate_sqlite(path: Path) -> None:
    """Migrate in one transaction: an interrupted migration leaves the file as it was."""
    from sqlalchemy import URL, create_engine  # noqa: PLC0415
    from sqlalchemy.exc import DBAPIError  # noqa: PLC0415

    engine = create_engine(URL.create("sqlite", database=str(path)))
    _begin_before_ddl(engine)
    try:
        with engine.begin() as connection:
            _upgrade(connection)
    except DBAPIError as error:
        raise SettingsError(f"The store {path} cannot be set up: {error.orig}.") from error
    finally:
        engine.dispose()


def _begin_before_ddl(engine: Engine) -> None:
    """Make transactions of the engine include DDL. By default, sqlite3 begins one only before INSERT and the like."""
    from sqlalchemy import event  # noqa: PLC0415

    @event.listens_for(engine, "connect")
    def leave_transactions_to_us(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


async def migrate_postgresql(url: str) -> None:
    """Migrate the database. An advisory lock makes nodes that start together take turns."""
    try:
        connection = await asyncpg.connect(url, timeout=10)
    except (TimeoutError, OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        reason = str(error).strip().split("\n")[0] or type(error).__name__
        raise SettingsError(f"database_url: PostgreSQL cannot be reached: {reason}") from error
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", _ADVISORY_LOCK)
        if await _postgresql_revision(connection) != HEAD:
            # Without a time limit: building an index of a large store may take hours. A limit would roll the
            # migration back, and each start would begin it again and never finish.
            await _migrate_postgresql(url)
        await settle_commit_order(connection)
    finally:
        await connection.close()


async def _postgresql_revision(connection: asyncpg.Connection) -> str | None:
    with contextlib.suppress(asyncpg.UndefinedTableError):
        return await connection.fetchval(_FIND)  # type: ignore[no-any-return]
    return None


async def _migrate_postgresql(url: str) -> None:
    from sqlalchemy.ext.asyncio import create_async_engine  # noqa: PLC0415

    scheme, separator, rest = url.partition("://")
    engine = create_async_engine(f"postgresql+asyncpg{separator}{rest}" if scheme else url)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


def _upgrade(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
