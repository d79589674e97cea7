"""Opening the store that the settings name, after migrating its schema."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from aerogram.base.errors import SettingsError
from aerogram.store.migrate import migrate_postgresql, migrate_sqlite
from aerogram.store.postgresql import open_postgresql
from aerogram.store.sqlite import SqliteDatabase

if TYPE_CHECKING:
    from pathlib import Path

    from aerogram.store.server_lock import ServerLock
    from aerogram.store.sql import Database

FILE_NAME: Final = "aerogram.sqlite3"
_POSTGRESQL_SCHEMES: Final = ("postgresql://", "postgres://")


async def open_database(
    data: Path,
    database_url: str | None,
    server_lock: ServerLock | None = None,
    *,
    is_checkpointing: bool = True,
) -> Database:
    """Open SQLite in the (existing) data folder, or the PostgreSQL database of ``database_url``.

    A server gives its ``server_lock``; SQLite is migrated and opened after that lock is taken. A process of a server
    that has another process for the checkpoints of SQLite gives no lock and ``is_checkpointing=False``.
    `SettingsError` says in one line why the store cannot be opened.
    """
    if database_url is None:
        path = data / FILE_NAME
        await asyncio.to_thread(migrate_sqlite, path, server_lock)
        return SqliteDatabase(path, is_checkpointing=is_checkpointing)
    if not database_url.startswith(_POSTGRESQL_SCHEMES):
        raise SettingsError(
            "database_url: the URL must begin with postgresql://; for SQLite, leave the setting out."
        )
    await migrate_postgresql(database_url)
    return await open_postgresql(database_url)
