"""Migrations that are killed, that are long, or that begin under a running server."""

import asyncio
import contextlib
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest

from aerogram.base.errors import SettingsError
from aerogram.store.migrate import HEAD, migrate_postgresql, migrate_sqlite
from aerogram.store.open import FILE_NAME, open_database
from aerogram.store.server_lock import ServerLock
from support.webhooks import eventually

DUMPS = Path(__file__).parents[2] / "data" / "stores"
OLD = "0013"
KILLED_BEFORE = (
    "DROP TABLE contact_journal",
    "ALTER TABLE callback_journal RENAME",
    "CREATE INDEX message_content",
    "UPDATE alembic_version SET version_num='0014'",
    "UPDATE alembic_version SET version_num='0017'",
    "CREATE TABLE sandbox_record",
    "UPDATE alembic_version SET version_num='0018'",
    "UPDATE alembic_version SET version_num='0019'",
    "UPDATE message SET queue_key",
    "UPDATE alembic_version SET version_num='0020'",
    "ALTER TABLE content RENAME COLUMN treatment",
    "ALTER TABLE message RENAME COLUMN lane",
)
MIGRATE_AND_DIE = """
import os, signal, sys
from pathlib import Path
from sqlalchemy import Engine, event
from aerogram.store.migrate import migrate_sqlite

@event.listens_for(Engine, "before_cursor_execute")
def die(connection, cursor, statement, *_):
    if statement.strip().startswith(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)

migrate_sqlite(Path(sys.argv[1]))
"""
HOUR = 3600.0
BLOCKED = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'event'::regclass"


def put_old_store(folder):
    path = folder / FILE_NAME
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript((DUMPS / "a2088ac.sqlite.sql").read_text())
    return path


def content_of(path):
    """Give the file's schema and rows."""
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def revision_of(path):
    with contextlib.closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]


@pytest.fixture(scope="module")
def migrated(tmp_path_factory):
    """Give the content of the old store after a migration that nothing interrupted."""
    path = put_old_store(tmp_path_factory.mktemp("migrated"))
    migrate_sqlite(path)
    return content_of(path)


@pytest.mark.parametrize("statement", KILLED_BEFORE)
def test_a_killed_migration_changes_nothing_and_the_next_one_succeeds(tmp_path, migrated, statement):
    path = put_old_store(tmp_path)
    before = content_of(path)
    killed = subprocess.run(
        [sys.executable, "-c", MIGRATE_AND_DIE, str(path), statement],
        env={"PYTHONPATH": ":".join(sys.path)},
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    assert content_of(path) == before
    migrate_sqlite(path)
    assert revision_of(path) == HEAD
    assert content_of(path) == migrated


async def test_a_command_does_not_migrate_under_a_running_server(tmp_path):
    path = put_old_store(tmp_path)
    before = content_of(path)
    server = ServerLock(tmp_path)
    server.take()
    with pytest.raises(SettingsError, match=r"running server of an older version .* stop it") as refused:
        await open_database(tmp_path, None)
    assert str(tmp_path) in str(refused.value)
    assert "\n" not in str(refused.value)
    assert content_of(path) == before
    server.release()
    database = await open_database(tmp_path, None)
    await database.close()
    assert revision_of(path) == HEAD


async def test_a_server_migrates_after_it_took_the_lock(tmp_path):
    path = put_old_store(tmp_path)
    server = ServerLock(tmp_path)
    database = await open_database(tmp_path, None, server)
    try:
        assert revision_of(path) == HEAD
        # The schema is up to date: a command opens the store beside the server, a second server does not.
        beside = await open_database(tmp_path, None)
        await beside.close()
        with pytest.raises(SettingsError, match="another server uses the folder"):
            await open_database(tmp_path, None, ServerLock(tmp_path))
    finally:
        await database.close()
        server.release()


async def test_a_second_server_does_not_migrate(tmp_path):
    path = put_old_store(tmp_path)
    server = ServerLock(tmp_path)
    server.take()
    with pytest.raises(SettingsError, match="another server uses the folder"):
        await open_database(tmp_path, None, ServerLock(tmp_path))
    server.release()
    assert revision_of(path) == OLD


@pytest.fixture
def postgresql_url(postgresql_server):
    with postgresql_server.lent_database() as url:
        yield url


async def test_a_migration_of_postgresql_may_take_hours(postgresql_url, monkeypatch):
    other = await asyncpg.connect(postgresql_url)
    await other.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    await other.execute((DUMPS / "a2088ac.postgresql.sql").read_text())
    blocking = other.transaction()
    await blocking.start()
    await other.execute("LOCK TABLE event IN ACCESS EXCLUSIVE MODE")
    migration = asyncio.create_task(migrate_postgresql(postgresql_url))

    async def is_blocked():
        return await other.fetchval(BLOCKED)

    await eventually(is_blocked)
    # Every time limit of the loop is exceeded at once.
    loop = asyncio.get_running_loop()
    time = loop.time
    monkeypatch.setattr(loop, "time", lambda: time() + 24 * HOUR)
    await asyncio.sleep(0.01)
    await blocking.rollback()
    await migration
    assert await other.fetchval("SELECT version_num FROM alembic_version") == HEAD
    await other.close()
