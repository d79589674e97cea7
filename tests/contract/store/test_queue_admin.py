"""What an operator may ask of the queue, on both engines."""

import pytest

from aerogram.model.event import EventKind
from aerogram.model.message import MessageState
from aerogram.queue.admin import Progress, QueueAction, QueueAdmin, Selection
from aerogram.store.records.messages import claims, queue_admin, queue_keys, submissions

ACCOUNT = 11
OTHER = 12
LEASE_MS = 60_000


@pytest.fixture
def admin(database, ids, clock):
    return QueueAdmin(database, clock)


@pytest.fixture
async def messages(database, ids, clock):
    """Three queued messages: two to example.org (one of them of another account), one to example.net."""
    now = clock.now_ms()
    wanted = [(ACCOUNT, "ann@example.org"), (OTHER, "bob@example.org"), (ACCOUNT, "cat@example.net")]
    contents, rows = [], []
    for account_id, recipient in wanted:
        content_id, message_id = ids.next_ids(2)
        content = dict.fromkeys(submissions.CONTENT_COLUMNS, "") | {
            "id": content_id, "account_id": account_id, "kind": 1, "from_email": "news@example.com",
            "subject": "Hello", "body": b"x", "blob": None, "size": 1, "has_text": 0, "has_html": 0,
            "attachment_count": 0, "smtputf8": 0, "created_ms": now,
        }  # fmt: skip
        contents.append(tuple(content.values()))
        row = dict.fromkeys(submissions.MESSAGE_COLUMNS, "") | {
            "id": message_id, "account_id": account_id, "content_id": content_id,
            "uuid": ids.uuid_for(message_id), "recipient": recipient, "domain": recipient.partition("@")[2],
            "role": 1, "queue_key": queue_keys.ready_key(1, account_id), "due_ms": now,
            "created_ms": now, "updated_ms": now,
        }  # fmt: skip
        rows.append(tuple(row.values()))
    await database.write(lambda: submissions.add(submissions.Rows(contents, rows)))
    return [row[0] for row in rows]


async def states(database):
    rows = await database.read(lambda: queue_admin.listed(Selection(), 10))
    return {row.recipient: MessageState(row.state) for row in rows}


async def test_the_list_shows_the_newest_first_with_its_content(database, messages):
    rows = await database.read(lambda: queue_admin.listed(Selection(), 2))
    assert [row.id for row in rows] == messages[:0:-1]
    assert (rows[0].from_email, rows[0].subject, rows[0].size) == ("news@example.com", "Hello", 1)


@pytest.mark.parametrize(
    ("selection", "recipients"),
    [
        (Selection(domain="example.org"), {"ann@example.org", "bob@example.org"}),
        (Selection(account_id=ACCOUNT), {"ann@example.org", "cat@example.net"}),
        (Selection(domain="example.org", account_id=OTHER), {"bob@example.org"}),
        (Selection(states=(MessageState.HELD,)), set()),
        (Selection(states=(MessageState.QUEUED,), domain="example.net"), {"cat@example.net"}),
        (Selection(ids=(1, 2, 3)), set()),
    ],
)
async def test_a_selection_means_what_matches_all_it_names(database, messages, selection, recipients):
    rows = await database.read(lambda: queue_admin.listed(selection, 10))
    assert {row.recipient for row in rows} == recipients


async def test_counts_are_by_state_and_by_destination(database, messages, clock):
    now = clock.now_ms()
    assert await database.read(lambda: queue_admin.counts_by_state(Selection())) == {MessageState.QUEUED: 3}
    assert await database.read(lambda: queue_admin.counts_by_destination(Selection(), 10)) == [
        ("example.org", 2, now, now),
        ("example.net", 1, now, now),
    ]


async def test_a_held_message_is_not_claimed_until_it_is_released(database, messages, admin, clock):
    assert await admin.apply(QueueAction.HOLD, Selection(domain="example.org")) == Progress(2, 0)
    claimed = await database.write(lambda: claims.claim(clock.now_ms(), clock.now_ms() + LEASE_MS, 7, 10, {}))
    assert [row[0] for row in claimed.rows] == [messages[2]]
    clock.advance(1000)
    assert await admin.apply(QueueAction.RELEASE, Selection(ids=(messages[0],))) == Progress(1, 0)
    claimed = await database.write(lambda: claims.claim(clock.now_ms(), clock.now_ms() + LEASE_MS, 8, 10, {}))
    assert [row[0] for row in claimed.rows] == [messages[0]]


async def test_every_change_is_an_event_of_the_message(database, messages, admin):
    await admin.apply(QueueAction.HOLD, Selection(ids=(messages[0],)))
    await admin.apply(QueueAction.RELEASE, Selection(ids=(messages[0],)))
    await admin.apply(QueueAction.CANCEL, Selection(ids=(messages[0],)))
    history = await database.read(lambda: queue_admin.history(messages[0]))
    assert [EventKind(event.kind) for event in history] == [
        EventKind.HELD,
        EventKind.RELEASED,
        EventKind.CANCELLED,
    ]
    assert history[0].reply == "Held by an operator."


async def test_an_action_leaves_alone_what_it_does_not_apply_to(database, messages, admin):
    await admin.apply(QueueAction.CANCEL, Selection(ids=(messages[0],)))
    assert await admin.apply(QueueAction.HOLD, Selection(ids=(messages[0],))) == Progress(0, 0)
    assert await admin.apply(QueueAction.RELEASE, Selection()) == Progress(0, 0)
    assert await admin.apply(QueueAction.CANCEL, Selection(ids=(messages[0],))) == Progress(0, 0)
    assert (await states(database))["ann@example.org"] is MessageState.CANCELLED


async def test_a_message_being_sent_is_left_alone_and_told(database, messages, admin, clock):
    await database.write(lambda: claims.claim(clock.now_ms(), clock.now_ms() + LEASE_MS, 7, 1, {}))
    changed = await admin.apply(QueueAction.CANCEL, Selection())
    assert changed == Progress(2, 1)
    clock.advance(LEASE_MS + 1)
    assert await admin.apply(QueueAction.CANCEL, Selection()) == Progress(1, 0)


async def test_retry_makes_a_deferred_message_due_now(database, messages, admin, clock):
    await admin.apply(QueueAction.HOLD, Selection(ids=tuple(messages)))
    clock.advance(1000)
    await admin.apply(QueueAction.RELEASE, Selection(ids=(messages[0],)))
    clock.advance(-500)
    assert await admin.apply(QueueAction.RETRY, Selection()) == Progress(1, 0)
    (row,) = await database.read(lambda: queue_admin.listed(Selection(states=(MessageState.QUEUED,)), 10))
    assert (row.id, row.due_ms) == (messages[0], clock.now_ms())
    assert await admin.apply(QueueAction.RETRY, Selection()) == Progress(0, 0)
