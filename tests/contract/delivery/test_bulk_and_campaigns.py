"""Who left bulk mail gets none, and nobody gets a campaign twice: from accept to outcome, on both engines."""

import pytest
from sqlalchemy import bindparam, insert

from aerogram.base.clock import DAY
from aerogram.delivery.transport import CaptureTransport
from aerogram.model.message import MessageState
from aerogram.model.outcome import Deferred, FailureState
from aerogram.model.send_options import SendOptions
from aerogram.store.sql import Sql
from aerogram.store.tables import unsubscription
from support.submissions import a_submission

BULK = SendOptions(is_bulk=True)
ONCE = SendOptions(deduplicates=True, is_bulk=True)
COLUMNS = ("account_id", "address", "message_id", "created_ms")
UNSUBSCRIBE = Sql(insert(unsubscription).values({name: bindparam(name) for name in COLUMNS}), *COLUMNS)
LEFT = "The recipient unsubscribed from bulk mail."
TWICE = "The campaign 'spring' was already sent to this recipient."


class Reluctant(CaptureTransport):
    """Puts each letter off at its first attempt."""

    def send(self, dispatch):
        if dispatch.letter.attempts == 0:
            dispatch.done(dispatch.letter, Deferred(state=FailureState.GREYLISTED, reply="451 later"))
        else:
            super().send(dispatch)


@pytest.fixture
async def worker(plant):
    async with plant.working() as running:
        yield running


@pytest.fixture
def until(plant, worker):
    """Wait until messages are in a state; give the reasons."""

    async def wait(state, *messages):
        worker.wake()
        return [await plant.until(message_id, state) for message_id in messages]

    return wait


@pytest.fixture
def unsubscribe(database):
    async def leave(address, account_id=1):
        def unit():
            yield UNSUBSCRIBE(account_id, address, 5, 0)

        await database.write(unit)

    return leave


async def test_bulk_mail_to_who_unsubscribed_is_blocked(plant, unsubscribe, until):
    await unsubscribe("bob@example.net")
    bob, cy = await plant.accept("Bob@example.net", "cy@example.net", send_options=BULK)
    assert await until(MessageState.BLOCKED, bob) == [LEFT]
    await until(MessageState.SENT, cy)


async def test_mail_that_is_not_bulk_still_reaches_who_unsubscribed(plant, unsubscribe, until):
    await unsubscribe("bob@example.net")
    plain = await plant.accept("bob@example.net")
    tracked = await plant.accept("bob@example.net", send_options=SendOptions(url_tags="a=b"))
    await until(MessageState.SENT, *plain, *tracked)


async def test_both_in_one_claim_have_their_own_fate(plant, unsubscribe):
    await unsubscribe("bob@example.net")
    [bulk] = await plant.accept("bob@example.net", send_options=BULK)
    [plain] = await plant.accept("bob@example.net")
    async with plant.working():
        assert await plant.until(bulk, MessageState.BLOCKED) == LEFT
        await plant.until(plain, MessageState.SENT)


async def test_an_unsubscription_is_its_accounts_own(plant, unsubscribe, until):
    await unsubscribe("bob@example.net", account_id=2)
    await until(MessageState.SENT, *await plant.accept("bob@example.net", send_options=BULK))


async def test_the_second_mail_of_a_campaign_is_blocked(plant, until):
    first = await plant.accept("bob@example.net", campaign="spring", send_options=ONCE)
    second = await plant.accept("BOB@example.net", campaign="spring", send_options=ONCE)
    await until(MessageState.SENT, *first)
    assert await until(MessageState.BLOCKED, *second) == [TWICE]


async def test_a_mail_without_the_flag_counts_as_the_first(plant, until):
    first = await plant.accept("bob@example.net", campaign="spring")
    second = await plant.accept("bob@example.net", "cy@example.net", campaign="spring", send_options=ONCE)
    await until(MessageState.SENT, *first, second[1])
    assert await until(MessageState.BLOCKED, second[0]) == [TWICE]


async def test_without_the_flag_the_second_is_sent_too(plant, until):
    first = await plant.accept("bob@example.net", campaign="spring", send_options=ONCE)
    await until(MessageState.SENT, *first, *await plant.accept("bob@example.net", campaign="spring"))


async def test_the_first_of_one_call_is_sent_and_the_second_blocked(plant, until):
    asked = [
        a_submission("bob@example.net", "Bob@example.net", campaign="spring", send_options=ONCE),
        a_submission("bob@example.net", campaign="spring", send_options=ONCE),
    ]
    (first, second), (third,) = await plant.acceptor.accept(asked)
    await until(MessageState.SENT, first.message_id)
    assert await until(MessageState.BLOCKED, second.message_id, third.message_id) == [TWICE, TWICE]


@pytest.mark.parametrize("other", [{"campaign": "autumn"}, {"account_id": 2}])
async def test_other_campaigns_and_accounts_are_others(plant, until, other):
    first = await plant.accept("bob@example.net", campaign="spring", send_options=ONCE)
    facts = {"campaign": "spring", "send_options": ONCE, **other}
    await until(MessageState.SENT, *first, *await plant.accept("bob@example.net", **facts))


async def test_a_retry_of_the_first_is_no_duplicate(plant, clock):
    plant.transport = Reluctant()
    first = await plant.accept("bob@example.net", campaign="spring", send_options=ONCE)
    second = await plant.accept("bob@example.net", campaign="spring", send_options=ONCE)
    async with plant.working():
        await plant.until(second[0], MessageState.BLOCKED)
        async with plant.ticking(clock, DAY // 24):
            await plant.until(first[0], MessageState.SENT)
