"""A message that is held when it is accepted never stands in the queue, until a person releases it; on every engine."""

import msgspec
import pytest
from sqlalchemy import select

from aerogram.model.event import EventKind
from aerogram.model.idempotency import IdempotencyKey
from aerogram.model.message import MessageState
from aerogram.model.send_options import PLAIN, SANDBOXED
from aerogram.queue.admin import QueueAction, QueueAdmin, Selection
from aerogram.queue.leases import Leases
from aerogram.store.blobs import INLINE_LIMIT_BYTES, DiskBlobs
from aerogram.store.records.messages import queue_admin
from aerogram.store.sql import Sql
from aerogram.store.tables import counter, event
from aerogram.submission.accept import Acceptor
from support.readers import caught_up
from support.submissions import MAIL, a_submission

WHY = "A person must look at this."
KEY = IdempotencyKey(1, "k", "f")
COUNTED = Sql(select(counter.c.kind, counter.c.amount).where(counter.c.kind == int(EventKind.HELD)))

LIVE = Sql(select(event.c.kind, event.c.is_live).order_by(event.c.id))


@pytest.fixture
def acceptor(database, tmp_path, ids, clock):
    blobs = DiskBlobs(tmp_path / "blobs")
    return Acceptor(database, blobs, ids, clock, check_room=lambda: None, on_accepted=lambda _: None)


@pytest.fixture
def leases(database, ids, clock):
    return Leases(database, ids, clock)


@pytest.fixture
def listed(database):
    async def read():
        return await database.read(lambda: queue_admin.listed(Selection(), 10))

    return read


@pytest.mark.parametrize("key", [None, KEY], ids=["keyless", "keyed"])
@pytest.mark.parametrize("body", [MAIL, MAIL + b"y" * INLINE_LIMIT_BYTES], ids=["small", "large"])
async def test_it_waits_with_its_reason_and_an_event(acceptor, leases, listed, database, key, body):
    held = a_submission("bob@example.net", "cy@example.net", held=WHY, body=body, campaign="news")
    [receipts] = await acceptor.accept([held], key)
    assert {(row.state, row.reply, row.attempts) for row in await listed()} == {(MessageState.HELD, WHY, 0)}
    assert await leases.claim(10) == []
    for receipt in receipts:
        [event] = await database.read(lambda each=receipt: queue_admin.history(each.message_id))
        assert (event.kind, event.reply) == (EventKind.HELD, WHY)

    def counted():
        return (yield COUNTED())

    await caught_up(database)
    assert [tuple(row) for row in await database.read(counted)] == [(EventKind.HELD, 2)]


async def test_others_of_the_same_commit_do_not_wait(acceptor, leases):
    await acceptor.accept([a_submission("bob@example.net", held=WHY), a_submission("cy@example.net")])
    assert [letter.recipient for letter in await leases.claim(10)] == ["cy@example.net"]


async def test_a_repeated_call_holds_once(acceptor, listed, database):
    [first] = await acceptor.accept([a_submission(held=WHY)], KEY)
    [second] = await acceptor.accept([a_submission(held=WHY)], KEY)
    assert first == second
    assert len(await listed()) == 1
    assert len(await database.read(lambda: queue_admin.history(first[0].message_id))) == 1


@pytest.mark.parametrize(
    ("action", "state"),
    [(QueueAction.RELEASE, MessageState.QUEUED), (QueueAction.CANCEL, MessageState.CANCELLED)],
)
async def test_an_operator_decides(acceptor, leases, listed, database, ids, clock, action, state):
    await acceptor.accept([a_submission(held=WHY)])
    admin = QueueAdmin(database, clock)
    assert (await admin.apply(action, Selection())).done == 1
    assert [row.state for row in await listed()] == [state]
    assert len(await leases.claim(10)) == (1 if action is QueueAction.RELEASE else 0)


@pytest.mark.parametrize(
    ("facts", "is_live"),
    [
        ({"send_options": PLAIN}, 1),
        ({"send_options": SANDBOXED}, 0),
        ({"reverse_path": ""}, 0),
    ],
    ids=["live", "sandboxed", "notice"],
)
async def test_all_events_of_a_mail_agree_on_whether_it_is_live(acceptor, database, clock, facts, is_live):
    await acceptor.accept([msgspec.structs.replace(a_submission(held=WHY), **facts)])
    admin = QueueAdmin(database, clock)
    for action in (QueueAction.RELEASE, QueueAction.HOLD, QueueAction.CANCEL):
        assert (await admin.apply(action, Selection())).done == 1

    def happened():
        return (yield LIVE())

    assert [tuple(row) for row in await database.read(happened)] == [
        (kind, is_live)
        for kind in (
            EventKind.ACCEPTED,
            EventKind.HELD,
            EventKind.RELEASED,
            EventKind.HELD,
            EventKind.CANCELLED,
        )
    ]
