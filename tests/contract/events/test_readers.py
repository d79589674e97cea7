"""Readers of the log on both engines: nothing is missed and nothing is read twice, whatever happens at once."""

import asyncio
import contextlib
import random
from collections import Counter
from functools import partial

import asyncpg
import pytest
from sqlalchemy import bindparam, insert, select, text
from structlog.testing import capture_logs

from aerogram.base.errors import UnavailableError
from aerogram.events import readers as readers_module
from aerogram.events.reader import Reader
from aerogram.events.readers import EventReaders
from aerogram.model.event import DeliveryEvent, EventKind
from aerogram.store.open import open_database
from aerogram.store.records.events import log, reading
from aerogram.store.records.events.reading import OfBatch
from aerogram.store.sql import Sql
from aerogram.store.tables.events import event, event_backlog
from support.waiting import until

EACH = OfBatch(lambda chosen: select(event.c.message_id).where(chosen).order_by(event.c.id))
NOTE = Sql(text("INSERT INTO setting (name, value) VALUES (:name, 'x')"), "name")
NOTED = Sql(text("SELECT name FROM setting WHERE value = 'x'"))
IDS = Sql(text("SELECT id FROM event ORDER BY id"))
CURSORS = Sql(text("SELECT name, event_id FROM event_reader ORDER BY name"))
ADD_TO_BACKLOG = Sql(
    insert(event_backlog).values(reader=bindparam("reader"), event_id=bindparam("event_id")),
    "reader",
    "event_id",
)

OUT_OF_ORDER = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
"""SQLite has one writer at a time, so nothing commits out of order there."""


class Notes:
    """A reader that writes down each event it reads; a second time would violate the key of its table."""

    def __init__(self, name="notes", after=""):
        self.batches = []
        self.reader = Reader(name=name, after=after, handle=self._handle)

    def _handle(self, batch):
        found = [message_id for (message_id,) in (yield EACH(batch))]
        self.batches.append(found)
        yield NOTE.many([(f"{self.reader.name} {message_id}",) for message_id in found])
        return bool(found)


async def ask(database, statement, *values):
    def unit():
        return [tuple(row) for row in (yield statement(*values))]

    return await database.read(unit)


async def noted(database, name="notes"):
    """Give the messages whose events a reader has read."""
    rows = await ask(database, NOTED)
    return sorted(int(row[0].split()[1]) for row in rows if row[0].startswith(f"{name} "))


def happened(*message_ids):
    return log.append([DeliveryEvent(1, each, EventKind.SENT, 5) for each in message_ids])


async def happen(database, *message_ids):
    await database.write(partial(happened, *message_ids))


async def read_all(database, *readers):
    """Have readers read until they have read what is committed."""
    running = EventReaders(database, readers)
    while await running.catch_up():
        pass


@pytest.fixture
async def other(database, database_url, tmp_path):
    """Another process's way into the same store."""
    opened = await open_database(tmp_path, database_url)
    yield opened
    await opened.close()


@pytest.fixture
async def transactions(database):
    """Open transactions by hand."""
    async with contextlib.AsyncExitStack() as stack:

        async def begin():
            connection = await asyncpg.connect(database._url)
            stack.push_async_callback(connection.close)
            await connection.execute("BEGIN")
            return connection

        yield begin


async def append_by_hand(connection, message_id):
    await connection.execute(
        "INSERT INTO event (account_id, message_id, kind, at_ms) VALUES (1, $1, 7, 5)", message_id
    )


async def test_an_event_is_read_once_and_in_order(database):
    notes = Notes()
    await happen(database, 3, 1, 2)
    await read_all(database, notes.reader)
    await happen(database, 5)
    await read_all(database, notes.reader)
    await read_all(database, notes.reader)
    assert notes.batches == [[3, 1, 2], [5]]


async def test_ids_rise_with_each_event_whoever_appends_it(database, other):
    for number in range(6):
        await happen(database if number % 2 else other, number)
    notes = Notes()
    await read_all(database, notes.reader)
    assert notes.batches == [list(range(6))]


@OUT_OF_ORDER
async def test_what_commits_late_is_not_missed_though_its_ids_are_lower(database, transactions):
    first, second = await transactions(), await transactions()
    await append_by_hand(first, 1)
    await append_by_hand(second, 2)
    notes = Notes()
    await second.execute("COMMIT")
    await read_all(database, notes.reader)
    # The first one is still open, so nobody goes past it.
    assert await noted(database) == []
    await happen(database, 3)
    await read_all(database, notes.reader)
    assert await noted(database) == []
    await append_by_hand(first, 4)
    await first.execute("COMMIT")
    await read_all(database, notes.reader)
    assert await noted(database) == [1, 2, 3, 4]


@OUT_OF_ORDER
async def test_a_store_that_was_restored_into_a_younger_server_goes_on(database, tmp_path):
    """Its events bear numbers of transactions that this server has not come to."""
    await happen(database, 1, 2)
    notes = Notes()
    await read_all(database, notes.reader)
    await happen(database, 3)

    def age():
        yield Sql(text("UPDATE event SET committed_in = committed_in + 1000000"))()
        yield Sql(text("UPDATE event_reader SET committed_in = committed_in + 1000000"))()

    await database.write(age)
    reopened = await open_database(tmp_path, database._url)
    await happen(reopened, 4)
    await read_all(reopened, notes.reader)
    await reopened.close()
    assert notes.batches == [[1, 2], [3], [4]]


@OUT_OF_ORDER
async def test_what_is_rolled_back_keeps_nobody_back(database, transactions):
    first = await transactions()
    await append_by_hand(first, 1)
    await happen(database, 2)
    await first.execute("ROLLBACK")
    await read_all(database, Notes().reader)
    assert await noted(database) == [2]


async def test_a_batch_of_one_transaction_may_end_within_it(database):
    await happen(database, *range(10))
    notes = Notes()
    await database.write(partial(reading.register, ["notes"]))
    for _ in range(5):
        await database.write(partial(reading.step, "notes", "", 3, notes.reader.handle))
    assert notes.batches == [[0, 1, 2], [3, 4, 5], [6, 7, 8], [9]]


async def test_who_dies_between_a_batch_and_its_commit_has_read_nothing(database):
    notes = Notes()
    await happen(database, 1, 2)
    await database.write(partial(reading.register, ["notes"]))

    def dies():
        yield from reading.step("notes", "", 10, notes.reader.handle)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await database.write(dies)
    assert await noted(database) == []
    await read_all(database, notes.reader)
    assert await noted(database) == [1, 2]


async def test_a_reader_that_is_added_later_begins_with_the_first_event(database):
    await happen(database, 1)
    await read_all(database, Notes().reader)
    await happen(database, 2)
    late = Notes("late")
    await read_all(database, Notes().reader, late.reader)
    assert late.batches == [[1, 2]]
    assert await noted(database) == [1, 2]


async def test_a_reader_after_another_one_reads_what_that_one_has_read(database):
    first, second = Notes("first"), Notes("second", after="first")
    await database.write(partial(reading.register, ["first", "second"]))
    await happen(database, 1, 2, 3)
    steps = {each.reader.name: each.reader for each in (first, second)}

    async def step(name, most):
        reader = steps[name]
        return await database.write(partial(reading.step, name, reader.after, most, reader.handle))

    assert (await step("second", 10)).amount == 0
    await step("first", 2)
    assert (await step("second", 10)).amount == 2
    assert (await step("second", 10)).amount == 0
    await step("first", 2)
    await step("second", 10)
    assert (first.batches, second.batches) == ([[1, 2], [3]], [[1, 2], [3]])


async def test_a_backlog_is_read_first_and_holds_those_back_that_come_after(database):
    await happen(database, 1, 2, 3)
    first, second = Notes("first"), Notes("second", after="first")
    await read_all(database, first.reader, second.reader)
    ids = [event_id for (event_id,) in await ask(database, IDS)]
    await happen(database, 4)

    def owe():
        yield Sql(text("DELETE FROM setting WHERE value = 'x'"))()
        yield ADD_TO_BACKLOG.many([("first", ids[1]), ("second", ids[1]), ("second", ids[2])])

    await database.write(owe)
    assert (
        await database.write(partial(reading.step, "second", "first", 9, second.reader.handle))
    ).amount == 0
    await read_all(database, first.reader, second.reader)
    assert first.batches == [[1, 2, 3], [2], [4]]
    assert second.batches == [[1, 2, 3], [2, 3], [4]]


async def test_a_reader_that_fails_keeps_no_other_one_back(database, monkeypatch):
    monkeypatch.setattr(readers_module, "RETRY_SECONDS", 0.0)
    notes = Notes()
    faults = [ZeroDivisionError("a fault")]

    def moody(batch):
        if faults:
            raise faults.pop()
        return (yield from Notes("moody").reader.handle(batch))

    await happen(database, 1)
    running = EventReaders(database, [Reader(name="moody", handle=moody), notes.reader])
    # The fault comes twice: with all readers in one commit, and with this one alone.
    faults.append(ZeroDivisionError("a fault"))
    await running.catch_up()
    assert await noted(database) == [1]
    assert await noted(database, "moody") == []
    await running.catch_up()
    assert await noted(database, "moody") == [1]


class Wall:
    """A clock that stands still until a test moves it."""

    def __init__(self):
        self.now = 100.0

    def monotonic(self):
        return self.now


async def test_a_reader_that_fails_is_tried_again_after_a_growing_delay(database, monkeypatch):
    wall, tries, faults = Wall(), [], 9
    monkeypatch.setattr(readers_module, "time", wall)
    notes = Notes()

    def moody(batch):
        tries.append(wall.now)
        if len(tries) <= faults:
            raise ZeroDivisionError("a fault")
        return (yield from Notes("moody").reader.handle(batch))

    behind = Notes("behind", after="moody")
    running = EventReaders(database, [Reader(name="moody", handle=moody), behind.reader, notes.reader])
    await happen(database, 1)
    with capture_logs() as logs:
        await running.catch_up()
        # Once with all readers in one commit, and once alone.
        assert tries == [wall.now] * 2
        for seconds in (1, 2, 4, 8, 16, 32, 60, 60):
            wall.now += seconds - 0.5
            amount = len(tries)
            await happen(database, len(tries))
            await running.catch_up()
            assert len(tries) == amount
            wall.now += 0.5
            await running.catch_up()
            # It is on its own now, so the others' commit does not fail with it.
            assert len(tries) == amount + 1
    assert [line["reader"] for line in logs if line["event"] == "event_reader_broke"] == ["moody"] * 8
    assert await noted(database, "moody") == await noted(database) == [1, *range(2, 10)]
    # The delay begins anew, and who comes after it goes on.
    await running.catch_up()
    assert await noted(database, "behind") == [1, *range(2, 10)]
    faults = len(tries) + 2
    await happen(database, 10)
    await running.catch_up()
    wall.now += 1
    await running.catch_up()
    assert await noted(database, "moody") == [*range(1, 11)]


async def test_the_first_unread_event_of_each_reader_is_known(database):
    notes, late = Notes(), Notes("late")
    running = EventReaders(database, [notes.reader, late.reader])
    assert await running.oldest_unread() == {"notes": None, "late": None}
    await database.write(lambda: log.append([DeliveryEvent(1, 1, EventKind.SENT, 5)]))
    await database.write(lambda: log.append([DeliveryEvent(1, 2, EventKind.SENT, 6)]))
    assert await running.oldest_unread() == {"notes": 5, "late": 5}
    await read_all(database, notes.reader)
    assert await running.oldest_unread() == {"notes": None, "late": 5}
    [_, (second,)] = await ask(database, IDS)

    def owe():
        yield ADD_TO_BACKLOG.many([("notes", second)])

    await database.write(owe)
    assert await running.oldest_unread() == {"notes": 6, "late": 5}


async def test_a_store_that_is_away_is_waited_for(database, monkeypatch):
    monkeypatch.setattr(readers_module, "LOOK_SECONDS", 0.02)
    away = [UnavailableError("away"), UnavailableError("away")]

    class Store:
        async def read(self, unit):
            if away:
                raise away.pop()
            return await database.read(unit)

        write = database.write

    await happen(database, 1)
    async with running(EventReaders(Store(), [Notes().reader], pause_seconds=0.01)):
        await until(lambda: is_noted(database, [1]), "the event")


async def is_noted(database, message_ids):
    return await noted(database) == message_ids


@contextlib.asynccontextmanager
async def running(*readers):
    tasks = [asyncio.create_task(each.run()) for each in readers]
    try:
        yield
        assert not any(task.done() for task in tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@pytest.mark.parametrize("seed", range(4))
async def test_in_any_order_of_commits_and_with_any_number_of_processes_each_event_is_read_once(
    database, other, seed, monkeypatch
):
    """Writers and readers of two processes at once; readers die in the middle of what they do."""
    chance = random.Random(seed)
    monkeypatch.setattr(readers_module, "BATCH", 7)
    monkeypatch.setattr(readers_module, "LOOK_SECONDS", 0.02)
    monkeypatch.setattr(readers_module, "RETRY_SECONDS", 0.001)
    monkeypatch.setattr(readers_module, "MAX_RETRY_SECONDS", 0.01)
    numbers = iter(range(10_000))
    written = []

    async def write():
        for _ in range(25):
            some = [next(numbers) for _ in range(chance.randint(1, 9))]
            await happen(chance.choice([database, other]), *some)
            written.extend(some)
            await asyncio.sleep(chance.random() / 200)

    def dying(notes):
        def handle(batch):
            has_effect = yield from notes.handle(batch)
            if chance.random() < 0.3:
                raise ZeroDivisionError
            return has_effect

        return Reader(name=notes.name, after=notes.after, handle=handle)

    first, second = Notes("first").reader, Notes("second", after="first").reader
    processes = [
        EventReaders(store, [dying(first), dying(second)], pause_seconds=0.001)
        for store in (database, other, other)
    ]
    for each in processes:
        each.wake()
    with capture_logs():
        async with running(*processes):
            await asyncio.gather(write(), write(), write())

            async def is_read():
                return [len(await noted(database, name)) for name in ("first", "second")] == [
                    len(written)
                ] * 2

            await until(is_read, "all events")
    for name in ("first", "second"):
        assert Counter(await noted(database, name)) == Counter(written)
