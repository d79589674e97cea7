"""A notification is queued with the outcome that it tells of, or neither is written; on every engine."""

import email
import email.policy

import msgspec
import pytest
from sqlalchemy import text

from aerogram.base.clock import HOUR, MINUTE
from aerogram.content.compose import Composer
from aerogram.delivery.notices.notifier import Notifier
from aerogram.delivery.notices.notify import due
from aerogram.delivery.outcomes.change import change_for
from aerogram.delivery.prepare import Preparer
from aerogram.delivery.retry import DEFAULT_SCHEDULE
from aerogram.model.message import Recipient
from aerogram.model.outcome import Bounced, Deferred, Delivered, FailureState
from aerogram.queue.leases import LEASE_MS, Leases
from aerogram.store.blobs import INLINE_LIMIT_BYTES, DiskBlobs
from aerogram.store.records.events import log
from aerogram.store.records.messages import outcomes, queue_depth
from aerogram.store.sql import Sql
from aerogram.submission.accept import Acceptor
from support.submissions import MAIL, a_submission, admitting

REFUSED = Bounced(state=FailureState.USER_UNKNOWN, reply="550 5.1.1 no", is_hard=True)
UNREACHABLE = Deferred(state=FailureState.CONNECTION_ISSUE, reply="451 4.4.1 timed out")
TAKEN = Delivered(reply="250 ok", host="mx.example.net")
SAME_EVENT = Sql(
    text("INSERT INTO event (id, account_id, message_id, kind, at_ms) SELECT max(id), 1, 1, 7, 5 FROM event")
)


@pytest.fixture
def blobs(tmp_path):
    return DiskBlobs(tmp_path / "blobs")


@pytest.fixture
def leases(database, ids, clock):
    return Leases(database, ids, clock)


@pytest.fixture
def notifier(database, blobs, ids, clock):
    # Nothing is signed here, so no keyring is asked.
    preparer = Preparer(Composer("mail.example.org"), None, blobs)
    return Notifier(
        preparer,
        ids,
        clock,
        admit=admitting(database, clock),
        hostname="mail.example.org",
        schedule=DEFAULT_SCHEDULE,
    )


@pytest.fixture
def send(database, blobs, ids, clock):
    acceptor = Acceptor(database, blobs, ids, clock, check_room=lambda: None, on_accepted=lambda _: None)

    async def accept(notify="SUCCESS,FAILURE,DELAY", **facts):
        recipient = Recipient("bob@example.net", notify=notify, orcpt="rfc822;Bob@example.net")
        submission = a_submission(dsn_envid="QQ314159", **facts)
        await acceptor.accept([msgspec.structs.replace(submission, recipients=(recipient,))])

    return accept


@pytest.fixture
def finish(database, ids, clock, notifier):
    """Record an outcome as the worker does."""

    async def record(letter, outcome):
        now = clock.now_ms()
        change = change_for(letter, outcome, now, DEFAULT_SCHEDULE)
        action = due(letter, outcome, change.state, now)
        if action is not None:
            change = notifier.with_notification(letter, outcome, change, action)
        [is_written] = await database.write(lambda: outcomes.record([change], clock.now_ms()))
        return is_written

    return record


@pytest.fixture
def next_attempt(clock, leases):
    async def claim(after):
        clock.advance(after)
        return [letter for letter in await leases.claim(10) if letter.reverse_path]

    return claim


def read(letter):
    return email.message_from_bytes(letter.body, policy=email.policy.default)


async def test_the_notification_is_a_letter_to_the_sender(send, leases, finish, clock):
    await send()
    [letter] = await leases.claim(10)
    assert await finish(letter, REFUSED)
    [told] = await leases.claim(10)
    assert (told.recipient, told.reverse_path, told.notify) == ("ann@example.org", "", "NEVER")
    assert (told.from_email, told.account_id) == ("mailer-daemon@mail.example.org", letter.account_id)
    _, status, returned = read(told).iter_parts()
    of_mail, of_recipient = status.get_payload()
    assert of_mail["Original-Envelope-Id"] == "QQ314159"
    assert of_recipient["Original-Recipient"] == "rfc822; Bob@example.net"
    assert "Subject: Hello" in returned.get_content()
    assert "Received: by mail.example.org" in returned.get_content()


async def test_a_notification_that_fails_is_told_to_nobody(send, leases, finish, database):
    await send()
    [letter] = await leases.claim(10)
    await finish(letter, REFUSED)
    [told] = await leases.claim(10)
    await finish(told, REFUSED)
    assert await database.read(queue_depth.depth) == 0


async def test_a_worker_that_lost_its_lease_tells_nobody(send, leases, finish, clock, database, ids):
    await send()
    [sleeper] = await leases.claim(10)
    clock.advance(LEASE_MS + 1)
    [taken] = await Leases(database, ids, clock).claim(10)
    assert not await finish(sleeper, REFUSED)
    assert await database.read(queue_depth.depth) == 1
    assert await finish(taken, REFUSED)
    assert not await finish(taken, REFUSED)
    assert await database.read(queue_depth.depth) == 1


async def test_an_outcome_that_cannot_be_written_tells_nobody(send, leases, finish, database, monkeypatch):
    await send()
    await send()
    first, second = await leases.claim(10)
    await finish(first, UNREACHABLE)

    def append_again(_):
        yield SAME_EVENT()

    # The second event has the first one's id: the transaction fails after the notification was put into it.
    monkeypatch.setattr(log, "append", append_again)
    with pytest.raises(Exception, match=r"(?i)unique"):
        await finish(second, REFUSED)
    assert await database.read(queue_depth.depth) == 2


async def test_a_delay_is_told_once_and_not_before_four_hours(send, leases, finish, next_attempt, database):
    await send(notify="DELAY")
    [letter] = await leases.claim(10)
    depths = []
    for after in (HOUR, 3 * HOUR + MINUTE, 5 * HOUR, 5 * HOUR):
        await finish(letter, UNREACHABLE)
        depths.append(await database.read(queue_depth.depth))
        [letter] = await next_attempt(after)
    assert depths == [1, 1, 2, 2]


async def test_a_delay_prepared_too_early_is_not_told(send, finish, next_attempt, leases, database):
    await send(notify="DELAY")
    await leases.claim(10)
    await leases.release()
    [letter] = await next_attempt(4 * HOUR - 1)
    await finish(letter, UNREACHABLE)
    assert await database.read(queue_depth.depth) == 1
    [letter] = await next_attempt(5 * HOUR)
    await finish(letter, UNREACHABLE)
    assert await database.read(queue_depth.depth) == 2


async def test_a_mail_without_notify_is_told_nobody(send, leases, finish, database):
    await send(notify="")
    [letter] = await leases.claim(10)
    await finish(letter, REFUSED)
    assert await database.read(queue_depth.depth) == 0


async def test_headers_of_a_large_mail_are_read_from_its_file(send, leases, finish):
    await send(body=MAIL + b"x\r\n" * INLINE_LIMIT_BYTES)
    [letter] = await leases.claim(10)
    assert letter.blob
    await finish(letter, TAKEN)
    [told] = await leases.claim(10)
    *_, returned = read(told).iter_parts()
    assert "Subject: Hello" in returned.get_content()


async def test_a_mail_whose_file_is_gone_is_told_without_it(send, leases, finish, blobs):
    await send(body=MAIL + b"x\r\n" * INLINE_LIMIT_BYTES)
    [letter] = await leases.claim(10)
    blobs._path(letter.blob).unlink()
    await finish(letter, TAKEN)
    [told] = await leases.claim(10)
    assert len(list(read(told).iter_parts())) == 2
