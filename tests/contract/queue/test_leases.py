"""The queue as leases, on every engine: what was accepted is claimed once, fairly, and never lost."""

import pytest

from aerogram.base.clock import SECOND
from aerogram.base.errors import UnavailableError
from aerogram.delivery.outcomes.change import change_for
from aerogram.delivery.retry import DEFAULT_SCHEDULE
from aerogram.model.message import Rank
from aerogram.model.outcome import Blocked, Bounced, Deferred, Delivered, FailureState, Held
from aerogram.queue.leases import LEASE_MS, Leases
from aerogram.store.blobs import INLINE_LIMIT_BYTES, DiskBlobs
from aerogram.store.records.messages import outcomes, queue_depth
from aerogram.store.records.messages import queue as records
from aerogram.submission.accept import Acceptor
from support.submissions import a_submission


@pytest.fixture
def blobs(tmp_path):
    return DiskBlobs(tmp_path / "blobs")


@pytest.fixture
def woken():
    return []


@pytest.fixture
def acceptor(database, blobs, ids, clock, woken):
    return Acceptor(database, blobs, ids, clock, check_room=lambda: None, on_accepted=woken.append)


@pytest.fixture
def leases(database, ids, clock):
    return Leases(database, ids, clock)


@pytest.fixture
def finish(database, ids, clock):
    async def record(letter, outcome):
        change = change_for(letter, outcome, clock.now_ms(), DEFAULT_SCHEDULE)
        [is_written] = await database.write(lambda: outcomes.record([change], clock.now_ms()))
        return is_written

    return record


async def test_what_was_accepted_is_claimed_with_its_content(acceptor, leases):
    [[accepted]] = await acceptor.accept([a_submission("bob@example.net")])
    [letter] = await leases.claim(10)
    assert letter.message_id == accepted.message_id
    assert letter.uuid == accepted.uuid
    assert letter.recipient == "bob@example.net"
    assert letter.body.endswith(b"Hello Bob\r\n")
    assert letter.attempts == 0


async def test_each_recipient_has_its_own_message(acceptor, leases):
    [accepted] = await acceptor.accept([a_submission("a@example.net", "b@example.net")])
    letters = await leases.claim(10)
    assert {letter.message_id for letter in letters} == {each.message_id for each in accepted}
    assert len({letter.content_id for letter in letters}) == 1


async def test_delivery_is_woken_after_the_commit(acceptor, woken):
    await acceptor.accept([a_submission("a@example.net", "b@example.net")])
    assert woken == [2]


async def test_a_leased_message_is_not_claimed_again(acceptor, leases):
    await acceptor.accept([a_submission()])
    assert len(await leases.claim(10)) == 1
    assert await leases.claim(10) == []


async def test_a_lease_that_ran_out_is_claimed_by_anyone_within_a_minute(
    acceptor, leases, clock, database, ids
):
    await acceptor.accept([a_submission()])
    await leases.claim(10)
    assert LEASE_MS < 60 * SECOND
    clock.advance(LEASE_MS + 1)
    [letter] = await Leases(database, ids, clock).claim(10)
    assert letter.reclaims == 1


async def test_a_renewed_lease_lasts_longer(acceptor, leases, clock, database, ids):
    await acceptor.accept([a_submission()])
    await leases.claim(10)
    clock.advance(LEASE_MS - 1)
    await leases.renew()
    clock.advance(LEASE_MS - 1)
    assert await Leases(database, ids, clock).claim(10) == []


async def test_a_worker_that_slept_cannot_record(acceptor, leases, clock, database, ids, finish):
    await acceptor.accept([a_submission()])
    [sleeper] = await leases.claim(10)
    clock.advance(LEASE_MS + 1)
    [taken] = await Leases(database, ids, clock).claim(10)
    assert not await finish(sleeper, Delivered(reply="250 late"))
    assert await finish(taken, Delivered(reply="250 ok"))


async def test_an_outcome_is_recorded_once(acceptor, leases, finish):
    await acceptor.accept([a_submission()])
    [letter] = await leases.claim(10)
    assert await finish(letter, Delivered(reply="250 ok"))
    assert not await finish(letter, Delivered(reply="250 ok"))
    assert await leases.claim(10) == []


async def test_what_is_released_is_due_at_once_and_counts_no_attempt(acceptor, leases):
    await acceptor.accept([a_submission()])
    await leases.claim(10)
    await leases.release()
    [letter] = await leases.claim(10)
    assert (letter.attempts, letter.reclaims) == (0, 0)


async def test_a_deferred_message_is_due_by_the_schedule(acceptor, leases, clock, finish):
    await acceptor.accept([a_submission()])
    [letter] = await leases.claim(10)
    await finish(letter, Deferred(state=FailureState.GREYLISTED, reply="451 later"))
    clock.advance(60 * SECOND)
    assert await leases.claim(10) == []
    clock.advance(360 * SECOND)
    [letter] = await leases.claim(10)
    assert letter.attempts == 1


@pytest.mark.parametrize(
    "outcome",
    [
        Bounced(state=FailureState.USER_UNKNOWN, reply="550 no", is_hard=True),
        Blocked(state=FailureState.PREBLOCKED, reply="no"),
        Held(reason="it cannot be composed"),
    ],
)
async def test_a_final_outcome_ends_the_queueing(acceptor, leases, clock, finish, outcome):
    await acceptor.accept([a_submission()])
    [letter] = await leases.claim(10)
    await finish(letter, outcome)
    clock.advance(10 * 86_400 * SECOND)
    assert await leases.claim(10) == []


async def test_a_hard_bounce_suppresses_the_address_for_its_account_only(acceptor, leases, finish):
    await acceptor.accept([a_submission("Gone@example.net")])
    [letter] = await leases.claim(10)
    await finish(letter, Bounced(state=FailureState.USER_UNKNOWN, reply="550 no", is_hard=True))
    await acceptor.accept([a_submission("gone@example.net"), a_submission("gone@example.net", account_id=2)])
    suppressed = {letter.account_id: letter.suppressed for letter in await leases.claim(10)}
    assert suppressed == {1: "bounce", 2: ""}


async def test_transactional_mail_goes_before_bulk(acceptor, leases):
    await acceptor.accept([a_submission(f"b{n}@example.net", rank=Rank.BULK) for n in range(20)])
    await acceptor.accept([a_submission("now@example.net", rank=Rank.HIGH)])
    letters = await leases.claim(5)
    assert letters[0].recipient == "now@example.net"
    assert len(letters) == 5


async def test_accounts_share_a_claim_fairly(acceptor, leases, clock):
    await acceptor.accept([a_submission(f"a{n}@example.net", account_id=1) for n in range(50)])
    clock.advance(1000)
    await acceptor.accept([a_submission(f"b{n}@example.net", account_id=2) for n in range(3)])
    letters = await leases.claim(10)
    assert sum(letter.account_id == 2 for letter in letters) == 3
    assert len(letters) == 10


async def test_the_oldest_is_claimed_first(acceptor, leases, clock):
    for number in range(3):
        await acceptor.accept([a_submission(f"n{number}@example.net")])
        clock.advance(10)
    assert [letter.recipient for letter in await leases.claim(2)] == ["n0@example.net", "n1@example.net"]


async def test_a_large_body_travels_by_its_digest(acceptor, leases, blobs):
    body = b"From: ann@example.org\r\n\r\n" + b"x" * INLINE_LIMIT_BYTES
    await acceptor.accept([a_submission(body=body)])
    [letter] = await leases.claim(1)
    assert letter.body == b""
    assert blobs.read(letter.blob) == body


async def test_the_depth_counts_what_is_queued(acceptor, leases, database, finish):
    await acceptor.accept([a_submission("a@example.net", "b@example.net")])
    assert await database.read(queue_depth.depth) == 2
    [letter] = await leases.claim(1)
    await finish(letter, Delivered(reply="250 ok"))
    assert await database.read(queue_depth.depth) == 1


async def test_after_a_crash_of_the_only_process_all_leases_are_free(acceptor, leases, database, clock, ids):
    await acceptor.accept([a_submission()])
    await leases.claim(1)
    await database.write(lambda: records.free_all(clock.now_ms()))
    [letter] = await Leases(database, ids, clock).claim(1)
    assert letter.reclaims == 1


class Unsteady:
    """A database whose writes fail while ``is_away``."""

    def __init__(self, database):
        self._database = database
        self.engine = database.engine
        self.is_away = False

    async def write(self, unit):
        if self.is_away:
            raise UnavailableError("The store is away.")
        return await self._database.write(unit)


@pytest.mark.parametrize("then", ["claim", "renew"])
async def test_what_could_not_be_returned_is_returned_once_the_store_is_back(
    acceptor, database, clock, ids, then
):
    await acceptor.accept([a_submission("a@example.net", "b@example.net")])
    unsteady = Unsteady(database)
    leases = Leases(unsteady, ids, clock)
    letters = await leases.claim(10)
    unsteady.is_away = True
    with pytest.raises(UnavailableError):
        await leases.give_back(letters)
    assert leases.held == 0
    unsteady.is_away = False
    # Even after the leases have ended: no worker has died.
    clock.advance(LEASE_MS + SECOND)
    if then == "renew":
        await leases.renew()
    again = await (leases if then == "claim" else Leases(database, ids, clock)).claim(10)
    assert {letter.recipient for letter in again} == {"a@example.net", "b@example.net"}
    assert {letter.reclaims for letter in again} == {0}
