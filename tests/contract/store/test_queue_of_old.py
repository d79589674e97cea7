"""A queue as 0019 left it: ready, deferred, leased and returned mail is found when its time comes, each in its rank."""

import contextlib
import sqlite3

import asyncpg
import pytest

from aerogram.base.clock import HOUR, SECOND, ManualClock
from aerogram.base.ids import IdGenerator
from aerogram.model.message import MessageState
from aerogram.queue.admin import QueueAction, QueueAdmin, Selection
from aerogram.queue.leases import Leases
from aerogram.store.open import FILE_NAME, open_database
from support.migrations import upgrade, upgrade_postgresql

NOW = 1_800_000_000_000
ACCOUNT = 2**53 - 1
"""id: rank, state, due_ms, lease, attempts."""
OLD = {
    1: (4, MessageState.QUEUED, NOW - HOUR, 0, 0),
    2: (0, MessageState.QUEUED, NOW - HOUR, 0, 0),
    3: (1, MessageState.QUEUED, NOW + 60 * SECOND, 0, 2),
    4: (0, MessageState.QUEUED, NOW + 60 * SECOND, 0, 2),
    5: (2, MessageState.QUEUED, NOW + 30 * SECOND, 77, 0),
    6: (3, MessageState.QUEUED, NOW + 15 * SECOND, 0, 0),
    7: (1, MessageState.QUEUED, NOW - 5 * SECOND, 78, 1),
    8: (1, MessageState.HELD, NOW - HOUR, 0, 0),
    9: (1, MessageState.SENT, NOW - HOUR, 0, 1),
}


def statements():
    yield (
        "INSERT INTO content (id, account_id, kind, body, size, has_text, has_html, attachment_count, smtputf8,"
        f" created_ms) VALUES (1, {ACCOUNT}, 1, 'x', 1, 0, 0, 0, 0, {NOW - HOUR})"
    )
    for message_id, (rank, state, due_ms, lease, attempts) in OLD.items():
        yield (
            "INSERT INTO message (id, account_id, content_id, uuid, recipient, domain, role, state, queue_key, due_ms,"
            f" lease, attempts, created_ms, updated_ms) VALUES ({message_id}, {ACCOUNT}, 1, 'u', 'bob@example.net',"
            f" 'example.net', 1, {int(state)}, {rank << 53 | ACCOUNT}, {due_ms}, {lease}, {attempts},"
            f" {NOW - HOUR}, {NOW - HOUR})"
        )


@pytest.fixture
async def old(tmp_path, database_url):
    if database_url is None:
        upgrade(tmp_path / FILE_NAME, "0019")
        with contextlib.closing(sqlite3.connect(tmp_path / FILE_NAME)) as store:
            for statement in statements():
                store.execute(statement)
            store.commit()
    else:
        store = await asyncpg.connect(database_url)
        await store.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        await upgrade_postgresql(database_url, "0019")
        for statement in statements():
            await store.execute(statement)
        await store.close()
    database = await open_database(tmp_path, database_url)
    yield database
    await database.close()


async def test_each_message_is_claimed_when_its_time_comes_and_by_its_rank(old):
    clock = ManualClock(NOW)
    leases = Leases(old, IdGenerator(clock), clock)

    async def claimed():
        # One by one, so that the order is that of claims.
        found = []
        while letters := await leases.claim(1):
            found += [letter.message_id for letter in letters]
            await leases.renew()
        return found

    assert await claimed() == [2, 7, 1]
    clock.advance(15 * SECOND)
    await leases.renew()
    assert await claimed() == [6]
    clock.advance(15 * SECOND)
    await leases.renew()
    assert await claimed() == [5]
    clock.advance(30 * SECOND)
    await leases.renew()
    assert await claimed() == [4, 3]
    admin = QueueAdmin(old, clock)
    await admin.apply(QueueAction.RELEASE, Selection())
    assert await claimed() == [8]
