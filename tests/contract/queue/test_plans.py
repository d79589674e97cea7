"""How the statements of the queue find their rows, in the words of both engines; and that depth costs nothing."""

import asyncpg
import pytest

from aerogram.store import sqlite
from aerogram.store.open import FILE_NAME
from aerogram.store.postgresql import run
from aerogram.store.records.messages import claims, queue, queue_changes, queue_depth, queue_keys
from aerogram.store.records.messages.queue_admin import Selection
from aerogram.store.records.messages.queue_changes import QueueAction
from aerogram.store.sql import Engine
from support.queue_rows import message_row, put

NOW = 1_800_000_000_000
UNTIL = NOW + 45_000
SHALLOW, DEEP = 300, 20_000
INDEX = "message_queue"


def waiting(count):
    """Ready messages of three accounts, twice as many deferred ones, and a few that are leased."""
    ready = [message_row(n, n, n % 3 + 1, now=NOW - count + n) for n in range(1, count)]
    later = [
        message_row(10**6 + n, 10**6 + n, queue_key=queue_keys.deferred_key(1), due_ms=UNTIL + n)
        for n in range(2 * count)
    ]
    leased = [
        message_row(10**7 + n, 10**7 + n, queue_key=queue_keys.leased_key(1), due_ms=UNTIL) for n in range(9)
    ]
    return ready + later + leased


def claim():
    return claims.claim(NOW, UNTIL, 77, 50, {})


UNITS = {
    "claim": claim,
    "free all": lambda: queue.free_all(NOW),
    "free of one process": lambda: queue.free_of(3, 3, NOW),
    "is the store there": queue.newest,
    "look for mail to a domain": lambda: queue_changes.look(
        QueueAction.CANCEL, Selection(domain="example.net"), 5, 10**9, NOW, 100
    ),
    "look for mail of an account": lambda: queue_changes.look(
        QueueAction.CANCEL, Selection(account_id=2), 5, 10**9, NOW, 100
    ),
    "change": lambda: queue_changes.change(QueueAction.CANCEL, [1, 2, 3], NOW),
    "depth, bounded": lambda: queue_depth.depth_up_to(100),
}


class Explaining:
    """Runs units statement by statement and keeps the plan of each."""

    def __init__(self, database, folder, url):
        self._engine, self._folder, self._url = database.engine, folder, url

    async def plans(self, unit):
        if self._engine is Engine.SQLITE:
            return self._in_sqlite(unit)
        connection = await asyncpg.connect(self._url)
        try:
            await connection.execute("ANALYZE message")
            async with connection.transaction():
                return await self._in_postgresql(connection, unit)
        finally:
            await connection.close()

    def _in_sqlite(self, unit):
        connection = sqlite.connect(self._folder / FILE_NAME)
        plans = []

        def explained():
            rows = None
            try:
                step = next(unit)
                while True:
                    text, values = _text_and_values(step, Engine.SQLITE)
                    found = connection.execute(f"EXPLAIN QUERY PLAN {text}", values)
                    plans.append("\n".join(row[3] for row in found))
                    rows = yield step
                    step = unit.send(rows)
            except StopIteration:
                return

        connection.execute("BEGIN")
        sqlite.run(connection, explained())
        connection.execute("ROLLBACK")
        connection.close()
        return plans

    async def _in_postgresql(self, connection, unit):
        plans = []
        try:
            step = next(unit)
            while True:
                text, values = _text_and_values(step, Engine.POSTGRESQL)
                found = await connection.fetch(f"EXPLAIN {text}", *values)
                plans.append("\n".join(row[0] for row in found))

                def one(step=step):
                    return (yield step)

                step = unit.send(await run(connection, one()))
        except StopIteration:
            return plans


def _text_and_values(step, engine):
    compiled = step.statement.compiled(engine)
    values = tuple(step.parameters[0] if step.is_many else step.parameters)
    return compiled.text, values if compiled.arrange is None else compiled.arrange(values)


@pytest.fixture
def explaining(database, tmp_path, database_url):
    return Explaining(database, tmp_path, database_url)


@pytest.mark.parametrize("name", UNITS)
async def test_no_statement_reads_all_messages(database, explaining, name):
    await put(database, waiting(2_000))
    plans = await explaining.plans(UNITS[name]())
    assert plans
    for plan in plans:
        assert "Seq Scan on message" not in plan, plan
        for line in plan.splitlines():
            if line.startswith("SCAN") and "message" in line:
                # Only the bounded count walks, through the index, and it stops.
                assert name == "depth, bounded", plan
                assert INDEX in line, plan


async def test_a_claim_and_a_release_of_leases_search_the_index_of_the_queue(database, explaining):
    await put(database, waiting(2_000))
    [ended, *_] = await explaining.plans(claim())
    [freed] = await explaining.plans(queue.free_all(NOW))
    assert INDEX in ended
    assert INDEX in freed
    if database.engine is Engine.SQLITE:
        assert f"SEARCH message USING INDEX {INDEX} (queue_key=? AND due_ms>? AND due_ms<?)" in ended or (
            f"SEARCH message USING COVERING INDEX {INDEX} (queue_key=? AND due_ms>? AND due_ms<?)" in ended
        )
        assert f"SEARCH message USING INDEX {INDEX} (queue_key>? AND queue_key<?)" in freed


def steps_of(path, unit):
    """Count the instructions of SQLite's machine, in hundreds, that a unit takes."""
    connection = sqlite.connect(path)
    count = 0

    def counted():
        nonlocal count
        count += 1

    connection.execute("BEGIN")
    connection.set_progress_handler(counted, 100)
    result = sqlite.run(connection, unit)
    connection.set_progress_handler(None, 0)
    connection.execute("ROLLBACK")
    connection.close()
    return count, result


@pytest.fixture
def stores(sqlite_template, tmp_path):
    """Give stores with a shallow and a deep queue."""

    async def made():
        paths = []
        for count in (SHALLOW, DEEP):
            folder = tmp_path / str(count)
            folder.mkdir()
            sqlite_template.copy_to(folder)
            path = folder / FILE_NAME
            database = sqlite.SqliteDatabase(path)
            await put(database, waiting(count))
            await database.close()
            paths.append(path)
        return paths

    return made


async def test_a_deep_queue_costs_a_claim_no_more_than_a_shallow_one(stores):
    shallow, deep = await stores()
    for unit in (UNITS["claim"], UNITS["free all"], UNITS["is the store there"]):
        assert steps_of(deep, unit())[0] <= steps_of(shallow, unit())[0] * 1.1 + 1
    _, found = steps_of(deep, claim())
    assert len(found.rows) == 50


async def test_a_slice_of_an_operators_change_costs_the_same_at_any_depth(stores):
    shallow, deep = await stores()

    def change():
        return queue_changes.change(QueueAction.CANCEL, [1, 2, 3], NOW)

    assert steps_of(deep, change())[0] <= steps_of(shallow, change())[0] * 1.1 + 1

    def look():
        return queue_changes.look(QueueAction.CANCEL, Selection(domain="nowhere.example"), 0, 10**9, NOW, 200)

    assert steps_of(deep, look())[0] <= steps_of(shallow, look())[0] * 1.1 + 1
