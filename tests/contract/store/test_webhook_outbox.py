"""The outbox of webhooks keeps its promises on both engines."""

import pytest

from aerogram.base.ids import id_of_uuid
from aerogram.model.event import EventKind
from aerogram.store.records.webhooks import leases, outbox
from aerogram.store.records.webhooks.outbox import PARKED_MS, Failure
from support.webhooks import ACCOUNT, Mailroom

URL = "https://example.com/hook"
NOW = 1_800_000_000_000
LEASE = 42


@pytest.fixture
def mailroom(database):
    return Mailroom(database)


def pending(database):
    return database.read(outbox.pending)


def page(database, *callbacks, after=0, most=100):
    return database.read(lambda: outbox.page(callbacks, after, most))


def hold(database, *accounts, lease=LEASE, now=NOW, until=NOW + 1000):
    return database.write(lambda: leases.hold(accounts, lease, now, until))


def refuse(database, callback_id, event_id, **changes):
    facts = {
        "account_id": ACCOUNT,
        "lease": LEASE,
        "postponed": [(NOW + 30, 1, callback_id, event_id)],
        "callbacks": [callback_id],
        "failing_since_ms": NOW,
        "reason": "The receiver answered 500 instead of 200.",
        "is_dead": False,
    }
    return database.write(lambda: outbox.failed(Failure(**facts | changes), NOW))


def ids(entries):
    return [entry.event.event_id for entry in entries]


async def test_nothing_is_pending_in_an_empty_outbox(database):
    assert await pending(database) == []


async def test_an_event_is_pending_for_the_callback_of_its_type_alone(database, mailroom):
    sent = await mailroom.callback(URL)
    await mailroom.callback(URL, "bounce")
    (event,) = await mailroom.happen(await mailroom.messages(1))
    (found,) = await pending(database)
    assert (found.account_id, found.event_type, found.callbacks) == (ACCOUNT, "sent", (sent,))
    assert found.newest_event_id == event
    assert (found.primary.id, found.backup) == (sent, None)


async def test_pending_events_come_with_the_backup_of_their_type(database, mailroom):
    sent = await mailroom.callback(URL)
    backup = await mailroom.callback(URL, is_backup=True)
    await mailroom.happen(await mailroom.messages(1))
    (found,) = await pending(database)
    assert (found.primary.id, found.backup.id) == (sent, backup)
    assert (found.primary.is_alive, found.backup.is_backup) == (True, True)


async def test_a_page_carries_all_that_is_told(database, mailroom):
    sent = await mailroom.callback(URL)
    (message,) = await mailroom.messages(1)
    (event,) = await mailroom.happen([message], reply="250 2.0.0 Ok: queued as 4ABC")
    (entry,) = await page(database, sent)
    assert entry.key == (sent, event)
    told = entry.event
    assert (told.kind, told.message_id, told.reply) == (
        EventKind.SENT,
        message,
        "250 2.0.0 Ok: queued as 4ABC",
    )
    assert (told.custom_id, told.event_payload, told.campaign) == ("r-17", '{"order":17}', "spring")
    assert told.recipient.endswith("@example.net")
    assert id_of_uuid(told.uuid) == message


async def test_pages_of_several_callbacks_are_one_sequence(database, mailroom):
    sent = await mailroom.callback(URL)
    bounce = await mailroom.callback(URL, "bounce")
    messages = await mailroom.messages(3)
    expected = []
    for _ in range(2):
        expected += await mailroom.happen(messages, EventKind.DEFERRED)
        expected += await mailroom.happen(messages, EventKind.SENT)
    first = await page(database, sent, bounce, most=5)
    assert ids(first) == expected[:5]
    assert ids(await page(database, sent, bounce, after=expected[4])) == expected[5:]


async def test_what_was_told_is_gone(database, mailroom):
    sent = await mailroom.callback(URL)
    first, second = await mailroom.happen(await mailroom.messages(2))
    await database.write(lambda: outbox.delivered([(sent, first)], []))
    assert ids(await page(database, sent)) == [second]


async def test_a_refusal_postpones_the_event_and_notes_why(database, mailroom):
    sent = await mailroom.callback(URL)
    (event,) = await mailroom.happen(await mailroom.messages(1))
    await hold(database, ACCOUNT)
    assert await refuse(database, sent, event) is True
    (entry,) = await page(database, sent)
    assert (entry.attempts, entry.due_ms) == (1, NOW + 30)
    assert await mailroom.state(sent) == ("alive", NOW, "The receiver answered 500 instead of 200.")


async def test_the_first_failure_stays_the_first(database, mailroom):
    sent = await mailroom.callback(URL)
    (event,) = await mailroom.happen(await mailroom.messages(1))
    await hold(database, ACCOUNT)
    await refuse(database, sent, event)
    await refuse(database, sent, event, failing_since_ms=NOW + 99)
    assert (await mailroom.state(sent))[1] == NOW


async def test_whoever_lost_the_lease_changes_nothing(database, mailroom):
    sent = await mailroom.callback(URL)
    (event,) = await mailroom.happen(await mailroom.messages(1))
    await hold(database, ACCOUNT)
    await hold(database, ACCOUNT, lease=43, now=NOW + 1001, until=NOW + 2000)
    assert await refuse(database, sent, event, is_dead=True) is False
    assert await mailroom.outbox() == [(sent, event, 0)]
    assert await mailroom.state(sent) == ("alive", 0, "")


async def test_only_events_that_failed_and_are_due_are_retried(database, mailroom):
    sent = await mailroom.callback(URL)
    first, second, _ = await mailroom.happen(await mailroom.messages(3))
    await hold(database, ACCOUNT)
    await refuse(database, sent, first)
    await refuse(database, sent, second, postponed=[(NOW + 31, 1, sent, second)])
    found = await database.read(lambda: outbox.retried([sent], NOW + 30, 10))
    assert ids(found) == [first]


async def test_a_parked_event_is_neither_pending_nor_in_a_page(database, mailroom):
    sent = await mailroom.callback(URL)
    (event,) = await mailroom.happen(await mailroom.messages(1))
    await hold(database, ACCOUNT)
    await refuse(database, sent, event, postponed=[(PARKED_MS, 2880, sent, event)])
    assert await pending(database) == []
    assert await page(database, sent) == []
    assert await mailroom.backlog() == 1


async def test_a_dead_url_says_so_and_its_events_start_over(database, mailroom):
    sent = await mailroom.callback(URL)
    (event,) = await mailroom.happen(await mailroom.messages(1))
    await hold(database, ACCOUNT)
    await refuse(database, sent, event, is_dead=True)
    (found,) = await pending(database)
    assert not found.primary.is_alive
    (entry,) = await page(database, sent)
    assert (entry.attempts, entry.due_ms) == (0, NOW)


async def test_events_of_a_dead_url_go_to_the_outbox_of_its_backup(database, mailroom):
    sent = await mailroom.callback(URL)
    backup = await mailroom.callback(URL, is_backup=True)
    (message,) = await mailroom.messages(1)
    (first,) = await mailroom.happen([message])
    await hold(database, ACCOUNT)
    await refuse(database, sent, first, is_dead=True)
    (second,) = await mailroom.happen([message])
    assert await mailroom.outbox() == [(sent, first, 0), (backup, second, 0)]
    (found,) = await pending(database)
    assert set(found.callbacks) == {sent, backup}


async def test_reviving_brings_back_parked_events_too(database, mailroom):
    sent = await mailroom.callback(URL)
    (event,) = await mailroom.happen(await mailroom.messages(1))
    await hold(database, ACCOUNT)
    await refuse(database, sent, event, postponed=[(PARKED_MS, 2880, sent, event)], is_dead=False)
    await database.write(lambda: outbox.revive(sent, NOW))
    assert await mailroom.state(sent) == ("alive", 0, "")
    assert ids(await page(database, sent)) == [event]


async def test_an_answer_clears_the_failure(database, mailroom):
    sent = await mailroom.callback(URL)
    (event,) = await mailroom.happen(await mailroom.messages(1))
    await hold(database, ACCOUNT)
    await refuse(database, sent, event, is_dead=True)
    await database.write(lambda: outbox.delivered([(sent, event)], [sent]))
    assert await mailroom.state(sent) == ("alive", 0, "")


async def test_a_callback_is_found_by_its_own_account_alone(database, mailroom):
    sent = await mailroom.callback(URL)
    found = await database.read(lambda: outbox.find(ACCOUNT, sent))
    assert (found.id, found.event_type, found.version) == (sent, "sent", 1)
    assert await database.read(lambda: outbox.find(ACCOUNT + 1, sent)) is None


# Leases


async def test_an_account_is_held_by_one_at_a_time(database):
    assert await hold(database, 1, 2) == {1, 2}
    assert await hold(database, 1, 2, 3, lease=43) == {3}


async def test_a_lease_is_renewed_by_its_holder(database):
    await hold(database, 1)
    assert await hold(database, 1, now=NOW + 900, until=NOW + 1900) == {1}
    assert await hold(database, 1, lease=43, now=NOW + 1500, until=NOW + 2500) == set()


async def test_a_lease_that_ran_out_falls_to_the_next(database):
    await hold(database, 1)
    assert await hold(database, 1, lease=43, now=NOW + 1001, until=NOW + 2000) == {1}
    assert await hold(database, 1, now=NOW + 1002, until=NOW + 2002) == set()


async def test_a_released_account_is_free_at_once(database):
    await hold(database, 1)
    await hold(database, 2, lease=43)
    await database.write(lambda: leases.release(LEASE))
    assert await hold(database, 1, 2, lease=44) == {1}


async def test_the_leases_of_a_killed_predecessor_can_be_forgotten(database):
    await hold(database, 1)
    await database.write(leases.forget_leases)
    assert await hold(database, 1, lease=43) == {1}
