"""A store as the version before left it: its mail is delivered, its events are called and counted, each once."""

import asyncio
import contextlib
import sqlite3
from collections import Counter
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text

from aerogram.base.clock import HOUR, SECOND, ManualClock
from aerogram.base.ids import IdGenerator
from aerogram.base.sealing import Sealer, new_master_key
from aerogram.model.event import EventKind
from aerogram.model.message import MessageState
from aerogram.net.http import HttpCaller
from aerogram.reporting.webhooks.deliver import WebhookSender
from aerogram.store.open import FILE_NAME, open_database
from aerogram.store.sql import Sql
from support.plant import Plant
from support.readers import all_readers, caught_up
from support.receiver import Receiver
from support.webhooks import QUICK, RunningSender, eventually

DUMPS = Path(__file__).parents[2] / "data" / "stores"
CALL = Sql(text("UPDATE callback SET url_sealed = :url"), "url")
NEWEST = Sql(text("SELECT max(updated_ms), max(id) FROM message"))
IN_QUEUE = Sql(text("SELECT id FROM message WHERE state = 0 ORDER BY id"))
CONTACTS = Sql(text("SELECT email, delivered_count, last_activity_ms > 0 FROM contact ORDER BY email"))
COUNTED = Sql(text("SELECT kind, sum(amount) FROM counter GROUP BY kind"))
LOGGED = Sql(text("SELECT kind, count(*) FROM event GROUP BY kind"))
LEFT = Sql(text("SELECT count(*) FROM webhook_outbox UNION ALL SELECT count(*) FROM event_backlog"))


@pytest.fixture
async def old(tmp_path, database_url):
    """The store, opened by this version."""
    if database_url is None:
        with contextlib.closing(sqlite3.connect(tmp_path / FILE_NAME)) as connection:
            connection.executescript((DUMPS / "a2088ac.sqlite.sql").read_text())
    else:
        connection = await asyncpg.connect(database_url)
        await connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        await connection.execute((DUMPS / "a2088ac.postgresql.sql").read_text())
        await connection.close()
    database = await open_database(tmp_path, database_url)
    yield database
    await database.close()


@pytest.fixture
async def receiver():
    receiver = await Receiver().start()
    yield receiver
    await receiver.stop()


async def ask(database, statement, *values):
    def unit():
        return [tuple(row) for row in (yield statement(*values))]

    return await database.write(unit)


@contextlib.asynccontextmanager
async def calling(database, clock, url):
    """Have a sender of webhook calls, with readers that wake it."""
    sealer = Sealer(new_master_key())
    await ask(database, CALL, sealer.seal(url))
    http = HttpCaller(allow_private=True)
    sender = WebhookSender(database, sealer, http, clock, QUICK)
    running = RunningSender(sender, http)
    readers = all_readers(database, woken=sender.wake, pause_seconds=0.01)
    task = asyncio.create_task(readers.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await running.stop()


async def test_everything_is_delivered_called_and_counted_once(old, tmp_path, receiver):
    [(newest_ms, newest_id)] = await ask(old, NEWEST)
    clock = ManualClock(newest_ms + HOUR)
    plant = Plant(old, tmp_path, IdGenerator(clock, after=newest_id), clock)
    waiting = [message_id for (message_id,) in await ask(old, IN_QUEUE)]
    async with calling(old, clock, receiver.url()), plant.working(), plant.ticking(clock, 3 * SECOND):
        for message_id in waiting:
            await plant.until(message_id, MessageState.SENT)
        await caught_up(old)

        async def is_sent():
            return await ask(old, LEFT) == [(0,), (0,)]

        await eventually(is_sent)
    counted = dict(await ask(old, COUNTED))
    assert counted == dict(await ask(old, LOGGED))
    assert counted == {EventKind.SENT: 7, EventKind.DEFERRED: 2, EventKind.OPEN: 1}
    people = ("queued", "queued-too", "retried", "settled", "waiting", "waits-too")
    assert await ask(old, CONTACTS) == sorted(
        [("defer@simulator.test", 1, True), *((f"{name}@example.net", 1, True) for name in people)]
    )
    assert Counter((told["event"], told["email"].partition("@")[0]) for told in receiver.events) == {
        ("bounce", "defer"): 1,
        ("open", "settled"): 1,
        **{("sent", name): 1 for name in ("defer", *people) if name != "settled"},
    }
    # Nobody was told of somebody whose contact was not made first.
    assert all(told["mj_contact_id"] for told in receiver.events)
