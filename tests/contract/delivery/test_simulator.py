"""Mail to the simulator, from the queue to the log, on both engines."""

import pytest
from sqlalchemy import bindparam, insert, select

from aerogram.base.clock import SECOND
from aerogram.delivery.outcomes.simulate import AGENT, IP
from aerogram.model.event import EventKind
from aerogram.model.message import MessageState
from aerogram.model.send_options import SendOptions
from aerogram.store.records.messages import suppressions
from aerogram.store.sql import Sql
from aerogram.store.tables import callback, captured, counter, event, unsubscription, webhook_outbox
from support.readers import caught_up

MAIL = (
    b"From: ann@example.org\r\nSubject: x\r\nContent-Type: text/html\r\n\r\n"
    b'<a href="https://shop.example/">Shop</a>\r\n'
)
LOGGED = Sql(
    select(event.c.kind, event.c.at_ms, event.c.agent, event.c.ip, event.c.url)
    .where(event.c.message_id == bindparam("which"), event.c.kind != int(EventKind.ACCEPTED))
    .order_by(event.c.id),
    "which",
)
CAPTURED = Sql(select(captured.c.message_id))
COUNTED = Sql(
    select(counter.c.kind, counter.c.amount)
    .where(counter.c.kind != int(EventKind.ACCEPTED))
    .order_by(counter.c.kind)
)
LEFT = Sql(select(unsubscription.c.address))
ADD_CALLBACK = Sql(
    insert(callback).values(
        id=bindparam("callback_id"),
        account_id=1,
        event_type=bindparam("event_type"),
        url_sealed="x",
        status="alive",
        created_ms=0,
    ),
    "callback_id",
    "event_type",
)
OUTBOX = Sql(
    select(callback.c.event_type)
    .join_from(webhook_outbox, callback, callback.c.id == webhook_outbox.c.callback_id)
    .order_by(webhook_outbox.c.event_id)
)


@pytest.fixture
def rows(database):
    """Give the rows of a statement."""

    async def read(statement, *values):
        def unit():
            return [tuple(row) for row in (yield statement(*values))]

        await caught_up(database)
        return await database.read(unit)

    return read


@pytest.fixture
async def worker(plant):
    async with plant.working() as running:
        yield running


@pytest.fixture
def send(plant, worker):
    """Accept a mail to a name of the simulator; give its id when it has reached a state."""

    async def accept(name, state=MessageState.SENT, **facts):
        [message_id] = await plant.accept(f"{name}@simulator.test", body=MAIL, **facts)
        worker.wake()
        await plant.until(message_id, state)
        return message_id

    return accept


@pytest.mark.parametrize(
    ("name", "state", "kinds"),
    [
        ("success", MessageState.SENT, [EventKind.SENT]),
        ("bounce", MessageState.BOUNCED, [EventKind.BOUNCE]),
        ("softbounce", MessageState.BOUNCED, [EventKind.BOUNCE]),
        ("blocked", MessageState.BLOCKED, [EventKind.BLOCKED]),
        ("complaint", MessageState.SENT, [EventKind.SENT, EventKind.SPAM]),
        ("open", MessageState.SENT, [EventKind.SENT, EventKind.OPEN]),
        ("click", MessageState.SENT, [EventKind.SENT, EventKind.OPEN, EventKind.CLICK]),
        ("unsubscribe", MessageState.SENT, [EventKind.SENT, EventKind.UNSUB]),
    ],
)
async def test_each_name_has_its_events_in_their_order_and_each_time_anew(rows, send, name, state, kinds):
    for _ in range(2):
        message_id = await send(name, state, send_options=SendOptions(is_bulk=True))
        assert [row[0] for row in await rows(LOGGED, message_id)] == kinds
        assert ((message_id,) in await rows(CAPTURED)) == (state is MessageState.SENT)
    assert dict(await rows(COUNTED)) == dict.fromkeys(kinds, 2)


async def test_what_a_reader_does_is_recorded_with_the_delivery(rows, send):
    message_id = await send("click")
    (_, sent_ms, *_), opened, clicked = await rows(LOGGED, message_id)
    assert opened == (EventKind.OPEN, sent_ms, AGENT, IP, "")
    assert clicked == (EventKind.CLICK, sent_ms, AGENT, IP, "https://shop.example/")


async def test_webhooks_are_told_in_the_order_of_events(database, rows, send):
    def subscribe():
        yield ADD_CALLBACK.many([(1, "click"), (2, "open"), (3, "sent")])

    await database.write(subscribe)
    await send("click")
    assert await rows(OUTBOX) == [("sent",), ("open",), ("click",)]


async def test_a_deferral_ends_after_seconds(plant, clock, rows, send, worker):
    message_id = await send("defer", MessageState.QUEUED)
    async with plant.ticking(clock, 3 * SECOND):
        await plant.until(message_id, MessageState.SENT)
    kinds = [row[0] for row in await rows(LOGGED, message_id)]
    assert kinds == [EventKind.DEFERRED, EventKind.DEFERRED, EventKind.SENT]


async def test_a_complaint_and_a_hard_bounce_are_listed_as_real_ones_are(database, send):
    await send("complaint+17")
    await send("bounce", MessageState.BOUNCED)
    listed = await database.read(lambda: suppressions.of_account(1, 10))
    assert {(row.address, row.reason) for row in listed} == {
        ("complaint+17@simulator.test", "spam"),
        ("bounce@simulator.test", "bounce"),
    }


async def test_an_unsubscription_is_listed_as_a_real_one_is(rows, send):
    await send("Unsubscribe")
    assert await rows(LEFT) == [("unsubscribe@simulator.test",)]
