"""Processes that write to one SQLite file take turns, whatever the others do."""

import asyncio
import contextlib
import os
import signal
import sqlite3
import subprocess
import sys

import pytest
from sqlalchemy import text

from aerogram.base.errors import UnavailableError
from aerogram.store import sqlite
from aerogram.store.open import FILE_NAME, open_database
from aerogram.store.sql import Sql
from aerogram.store.sqlite_file.turn import WriteTurn

COUNTED = Sql(text("SELECT coalesce(max(id), 0) FROM counted"))
COUNT = Sql(text("INSERT INTO counted (id) SELECT coalesce(max(id), 0) + 1 FROM counted"))

HOLDER = """
import sys
from pathlib import Path
from aerogram.store.sqlite_file.turn import WriteTurn

turn = WriteTurn(Path(sys.argv[1]))
turn.take()
print("taken", flush=True)
sys.stdin.read()
"""
WITHOUT_A_PAUSE = """
import sys
from pathlib import Path
from aerogram.store.sqlite_file.connection import WriteConnection

writing = WriteConnection(Path(sys.argv[1]))
print("begun", flush=True)
while True:
    writing.begin()
    writing.connection.execute("INSERT INTO counted (id) SELECT coalesce(max(id), 0) + 1 FROM counted")
    writing.commit()
"""


@pytest.fixture
def database_url():
    return None


@pytest.fixture(autouse=True)
def counted(database, tmp_path):
    with contextlib.closing(sqlite3.connect(tmp_path / FILE_NAME)) as connection:
        connection.execute("CREATE TABLE counted (id INTEGER PRIMARY KEY)")


@pytest.fixture
def another(tmp_path):
    """Start another process that runs a program beside the store; give it when it has said a word."""
    with contextlib.ExitStack() as stack:

        def start(program):
            process = subprocess.Popen(
                [sys.executable, "-c", program, str(tmp_path / FILE_NAME)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
            )
            stack.callback(process.communicate)
            stack.callback(process.kill)
            assert process.stdout.readline()
            return process

        yield start


def count():
    yield COUNT()


def counted_now():
    return (yield COUNTED())[0][0]


async def test_a_process_that_commits_without_a_pause_keeps_nobody_out(database, another):
    """Without turns it makes hundreds of commits before another process finds SQLite's lock free."""
    another(WITHOUT_A_PAUSE)
    between = []
    for _ in range(30):
        before = await database.read(counted_now)
        between.append(await database.write(counted_now) - before)
    assert await database.read(counted_now) > 0
    assert sum(between) < 10 * len(between)


async def test_all_who_wait_for_a_paused_process_are_told_and_nothing_of_theirs_is_written(
    database, another, monkeypatch
):
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.3)
    monkeypatch.setattr(sqlite, "WATCH_SECONDS", 0.1)
    holder = another(HOLDER)
    holder.send_signal(signal.SIGSTOP)
    first = [asyncio.ensure_future(database.write(count)) for _ in range(5)]
    await asyncio.sleep(0.05)
    later = [asyncio.ensure_future(database.write(count)) for _ in range(5)]
    answers = await asyncio.gather(*first, *later, return_exceptions=True)
    assert {type(each) for each in answers} == {UnavailableError}
    with pytest.raises(UnavailableError):
        await database.write(count)
    assert await database.read(counted_now) == 0
    holder.send_signal(signal.SIGCONT)
    holder.communicate()
    await until_written(database)
    assert await database.read(counted_now) == 1


async def until_written(database):
    async with asyncio.timeout(20):
        while True:
            with contextlib.suppress(UnavailableError):
                return await database.write(count)


async def test_the_turn_of_a_process_that_is_killed_ends_with_it(database, another):
    holder = another(HOLDER)
    waiting = asyncio.ensure_future(database.write(count))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    holder.kill()
    await asyncio.wait_for(waiting, 10)
    assert await database.read(counted_now) == 1


async def test_a_store_closes_while_another_process_keeps_the_turn(tmp_path, another, monkeypatch):
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.3)
    opened = await open_database(tmp_path, None)
    holder = another(HOLDER)
    waiting = asyncio.ensure_future(opened.write(count))
    await asyncio.sleep(0.1)
    await opened.close()
    with pytest.raises(UnavailableError):
        await waiting
    holder.communicate()
    opened._threads[0].join()


async def test_a_process_that_makes_no_checkpoints_still_purges_what_was_overwritten(tmp_path, database):
    await database.close()
    opened = await open_database(tmp_path, None, is_checkpointing=False)
    log = tmp_path / f"{FILE_NAME}-wal"
    await opened.write(count)
    await asyncio.sleep(0.5)
    assert log.stat().st_size
    with contextlib.closing(sqlite3.connect(tmp_path / FILE_NAME)) as beside:
        assert beside.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        opened.forget_overwritten()
        async with asyncio.timeout(10):
            while log.stat().st_size:  # noqa: ASYNC110 - a file says nothing when it changes
                await asyncio.sleep(0.05)
    await opened.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_the_files_that_a_command_of_root_makes_are_the_folder_owners(tmp_path):
    folder = tmp_path / "of another"
    folder.mkdir()
    os.chown(folder, 12_345, 12_345)
    WriteTurn(folder / FILE_NAME).close()
    made = sorted(folder.iterdir())
    assert len(made) == 2
    assert {(path.stat().st_uid, path.stat().st_gid) for path in made} == {(12_345, 12_345)}
