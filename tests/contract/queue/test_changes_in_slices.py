"""Operators' changes of many messages, on both engines: in bounded transactions, interrupted and resumed, told as they are."""

import asyncio

import pytest

from aerogram.base.errors import UnavailableError
from aerogram.model.event import EventKind
from aerogram.model.message import MessageState
from aerogram.queue import pace
from aerogram.queue.admin import PartlyDoneError, Progress, QueueAction, QueueAdmin, Selection
from aerogram.store.records.messages import claims, queue_admin, queue_changes
from aerogram.store.sql import Engine
from support.queue_rows import message_row, put

MESSAGES = 120
SLICE = 10
TO_CANCEL = Selection(domain="example.org")


@pytest.fixture(autouse=True)
def small_slices(monkeypatch):
    for name in ("FIRST_BATCH", "LEAST_BATCH", "MAX_BATCH"):
        monkeypatch.setattr(pace, name, SLICE)
    monkeypatch.setattr(queue_changes.look, "__defaults__", (25,))


@pytest.fixture
async def messages(database, clock):
    """Every second message goes to example.org."""
    rows = [
        message_row(
            n, n, n % 3 + 1, recipient=f"n{n}@example.{'net' if n % 2 else 'org'}", now=clock.now_ms()
        )
        for n in range(1, MESSAGES + 1)
    ]
    await put(database, rows)


@pytest.fixture
def count(database):
    async def counted(state):
        counts = await database.read(lambda: queue_admin.counts_by_state(TO_CANCEL))
        return counts.get(state, 0)

    return counted


class Watched:
    """A store that counts its writes, and calls back after each."""

    def __init__(self, database, after_write):
        self.engine = database.engine
        self.database, self.after_write, self.writes = database, after_write, 0
        self.read, self.scan = database.read, database.scan

    async def write(self, unit):
        result = await self.database.write(unit)
        self.writes += 1
        await self.after_write(self.writes)
        return result


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (TO_CANCEL, 60),
        (Selection(), 120),
        (Selection(account_id=2), 40),
        (Selection(account_id=2, domain="example.org"), 20),
        (Selection(ids=tuple(range(1, 41))), 40),
        (Selection(ids=(2, 3, 10_000), domain="example.org"), 1),
        (Selection(domain="example.com"), 0),
    ],
)
async def test_all_that_is_selected_is_changed_however_it_is_sliced(
    database, clock, messages, selection, expected
):
    async def nothing(_):
        pass

    store = Watched(database, nothing)
    assert await QueueAdmin(store, clock).apply(QueueAction.CANCEL, selection) == Progress(expected, 0)
    counts = await database.read(lambda: queue_admin.counts_by_state(selection))
    assert counts.get(MessageState.CANCELLED, 0) == expected
    assert store.writes >= expected / SLICE


async def test_an_interrupted_change_says_what_it_did_and_does_the_rest_when_run_again(
    database, clock, messages, count
):
    async def interrupt(writes):
        if writes == 3:
            task.cancel()
            await asyncio.sleep(0)

    progress = Progress()
    admin = QueueAdmin(Watched(database, interrupt), clock)
    task = asyncio.create_task(admin.apply(QueueAction.CANCEL, TO_CANCEL, progress))
    with pytest.raises(asyncio.CancelledError):
        await task
    assert 0 < progress.done < 60
    # What was on its way to the disk when it was interrupted is counted too.
    assert await count(MessageState.CANCELLED) == progress.done
    rest = await QueueAdmin(database, clock).apply(QueueAction.CANCEL, TO_CANCEL)
    assert rest == Progress(60 - progress.done, 0)
    assert await count(MessageState.CANCELLED) == 60
    for message_id in range(2, MESSAGES + 1, 2):
        events = await database.read(lambda message_id=message_id: queue_admin.history(message_id))
        assert [event.kind for event in events] == [EventKind.CANCELLED]


async def test_a_store_that_fails_on_the_way_is_told_with_what_was_done(database, clock, messages, count):
    async def fail(writes):
        if writes == 3:
            raise UnavailableError("The store is gone.")

    with pytest.raises(
        PartlyDoneError, match=r"The store is gone\. 12 messages had been changed; run it again"
    ):
        await QueueAdmin(Watched(database, fail), clock).apply(QueueAction.CANCEL, TO_CANCEL)
    # The third slice may have been committed although nobody was told.
    assert await count(MessageState.CANCELLED) == 22


async def test_a_store_that_fails_at_once_is_told_as_it_is(database, clock, messages):
    async def fail(_):
        raise UnavailableError("The store is gone.")

    with pytest.raises(UnavailableError, match=r"^The store is gone\.$"):
        await QueueAdmin(Watched(database, fail), clock).apply(QueueAction.CANCEL, TO_CANCEL)


async def test_mail_that_a_worker_takes_between_look_and_change_is_left_to_it(database, clock, messages):
    now = clock.now_ms()
    looked = await database.read(
        lambda: queue_changes.look(QueueAction.CANCEL, TO_CANCEL, 0, 10**6, now, 10**6)
    )
    assert len(looked.ids) == 60
    taken = await database.write(lambda: claims.claim(now, now + 45_000, 7, 50, {}))
    in_flight = {row[0] for row in taken.rows} & set(looked.ids)
    assert in_flight
    done = await database.write(lambda: queue_changes.change(QueueAction.CANCEL, looked.ids, now))
    assert done == queue_changes.Changed(60 - len(in_flight), len(in_flight))
    again = await QueueAdmin(database, clock).apply(QueueAction.CANCEL, TO_CANCEL)
    assert again == Progress(0, len(in_flight))


async def test_mail_that_comes_after_the_beginning_is_not_selected(database, clock, messages):
    async def arrive(writes):
        number = 1_000 + writes
        await put(database, [message_row(number, number, recipient="late@example.org", now=clock.now_ms())])

    done = await QueueAdmin(Watched(database, arrive), clock).apply(QueueAction.CANCEL, TO_CANCEL)
    assert done == Progress(60, 0)


async def test_others_write_between_two_slices(database, clock, messages):
    seen = []

    async def another(_):
        seen.append(await database.write(lambda: claims.claim(clock.now_ms(), clock.now_ms() + 1, 9, 1, {})))

    await QueueAdmin(Watched(database, another), clock).apply(QueueAction.HOLD, TO_CANCEL)
    assert all(found.rows for found in seen)


@pytest.mark.parametrize("action", [QueueAction.RELEASE, QueueAction.RETRY])
async def test_what_is_released_or_retried_can_be_claimed_with_its_rank(database, clock, action):
    now = clock.now_ms()
    later = {"due_ms": now + 10**6} if action is QueueAction.RETRY else {}
    ranks = {1: 4, 2: 0, 3: 2}
    await put(database, [message_row(n, n, rank=rank, now=now, **later) for n, rank in ranks.items()])
    if action is QueueAction.RELEASE:
        await QueueAdmin(database, clock).apply(QueueAction.HOLD, Selection())
    clock.advance(10)
    assert await QueueAdmin(database, clock).apply(action, Selection()) == Progress(3, 0)
    found = await database.write(lambda: claims.claim(clock.now_ms(), clock.now_ms() + 1, 9, 9, {}))
    assert [row[0] for row in found.rows] == [2, 3, 1]


def test_on_sqlite_a_transaction_fits_itself_to_the_machine(monkeypatch):
    monkeypatch.undo()
    steady = pace.Pace(Engine.SQLITE)
    sizes = []
    for took in (0.001, 0.001, 0.001, 0.001, 0.001, 0.03, 0.05, 0.2, 9.0, 9.0, 9.0):
        assert steady.pause_after(took) == took * pace.PAUSE
        sizes.append(steady.batch)
    most, least = queue_changes.MAX_BATCH, pace.LEAST_BATCH
    assert sizes == [200, 400, 800, most, most, most, most // 2, most // 4, most // 8, least, least]


def test_on_postgresql_nobody_waits_so_transactions_are_large_and_without_pause(monkeypatch):
    monkeypatch.undo()
    steady = pace.Pace(Engine.POSTGRESQL)
    assert steady.pause_after(9.0) == 0
    assert steady.batch == queue_changes.MAX_BATCH
