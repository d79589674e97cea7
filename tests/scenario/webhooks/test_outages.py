"""Receivers that die, senders that are killed, stores that are away."""

import asyncio
import random

import pytest
from structlog.testing import capture_logs

from aerogram.base.errors import UnavailableError
from aerogram.model.event import EventKind
from aerogram.reporting.webhooks.schedule import Timings
from aerogram.reporting.webhooks.webhooks import Webhooks
from support.actors import acting
from support.webhooks import ACCOUNT, QUICK, eventually, message_ids

IMPATIENT = Timings(look_ms=20, pause_ms=5, retry_ms=50, give_up_ms=300, group_ms=50, lease_ms=1_000)


def told_ok(receiver):
    return sorted(set(message_ids(receiver)))


@pytest.fixture
def is_dead(mailroom):
    def made(callback):
        async def ask():
            return (await mailroom.state(callback))[0] == "dead"

        return ask

    return made


@pytest.fixture
def is_empty(mailroom):
    async def ask():
        return await mailroom.backlog() == 0

    return ask


async def test_a_url_that_fails_for_a_day_is_dead_and_its_backup_takes_over(
    mailroom, receiver, new_receiver, start_sender, is_dead, is_empty
):
    backup_receiver = await new_receiver()
    receiver.answer = lambda _: 500
    primary = await mailroom.callback(receiver.url())
    backup = await mailroom.callback(backup_receiver.url(), is_backup=True)
    messages = await mailroom.messages(30)
    await mailroom.happen(messages[:20])
    with capture_logs() as lines:
        await start_sender(IMPATIENT)
        await eventually(is_dead(primary))
    assert "webhook_dead" in {line["event"] for line in lines}
    await mailroom.happen(messages[20:])
    await eventually(is_empty)
    assert told_ok(backup_receiver) == messages
    assert (await mailroom.state(backup))[0] == "alive"
    assert (await mailroom.state(primary))[2] == "The receiver answered 500 instead of 200."


async def test_the_backup_is_not_used_while_the_primary_may_recover(
    mailroom, receiver, new_receiver, start_sender, is_empty
):
    backup_receiver = await new_receiver()
    answers = iter([500] * 5 + [200] * 100)
    receiver.answer = lambda _: next(answers)
    await mailroom.callback(receiver.url())
    await mailroom.callback(backup_receiver.url(), is_backup=True)
    await mailroom.happen(await mailroom.messages(10))
    await start_sender(QUICK)
    await eventually(is_empty)
    assert backup_receiver.requests == []


async def test_a_changed_url_is_alive_again_and_gets_all_that_waited(
    mailroom, receiver, new_receiver, start_sender, is_dead, is_empty
):
    repaired = await new_receiver()
    receiver.answer = lambda _: 500
    callback = await mailroom.callback(receiver.url())
    messages = await mailroom.messages(20)
    await mailroom.happen(messages)
    await start_sender(IMPATIENT)
    await eventually(is_dead(callback))
    asked = len(receiver.requests)
    webhooks = Webhooks(mailroom.database, mailroom.sealer, mailroom.ids, mailroom.clock)
    await webhooks.change(acting(ACCOUNT), callback, {"url": repaired.url(), "status": "alive"})
    await eventually(is_empty)
    assert told_ok(repaired) == messages
    assert len(receiver.requests) == asked


async def test_the_same_url_given_again_is_enough_to_revive_it(
    mailroom, receiver, start_sender, is_dead, is_empty
):
    receiver.answer = lambda _: 500
    callback = await mailroom.callback(receiver.url())
    await mailroom.happen(await mailroom.messages(3))
    await start_sender(IMPATIENT)
    await eventually(is_dead(callback))
    receiver.answer = lambda _: 200
    webhooks = Webhooks(mailroom.database, mailroom.sealer, mailroom.ids, mailroom.clock)
    await webhooks.change(acting(ACCOUNT), callback, {"status": "alive"})
    await eventually(is_empty)
    assert await mailroom.state(callback) == ("alive", 0, "")


async def test_a_new_event_gives_a_dead_url_without_backup_another_chance(
    mailroom, receiver, start_sender, is_dead, is_empty
):
    receiver.answer = lambda _: 500
    callback = await mailroom.callback(receiver.url())
    messages = await mailroom.messages(5)
    await mailroom.happen(messages[:4])
    await start_sender(IMPATIENT)
    await eventually(is_dead(callback))
    receiver.answer = lambda _: 200
    receiver.requests.clear()
    await mailroom.happen(messages[4:])
    await eventually(is_empty)
    assert told_ok(receiver) == messages
    assert await mailroom.state(callback) == ("alive", 0, "")


async def test_order_holds_across_the_change_to_the_backup(
    mailroom, receiver, new_receiver, start_sender, is_dead, is_empty
):
    backup_receiver = await new_receiver()
    receiver.answer = lambda _: 500
    primary = await mailroom.callback(receiver.url(), "bounce")
    await mailroom.callback(backup_receiver.url(), "bounce", is_backup=True)
    messages = await mailroom.messages(10)
    await mailroom.happen(messages, EventKind.DEFERRED)
    await start_sender(IMPATIENT)
    await eventually(is_dead(primary))
    await mailroom.happen(messages, EventKind.BOUNCE, reply="550 5.1.1 no such user")
    await eventually(is_empty)
    for message in messages:
        errors = [event["error"] for event in backup_receiver.events if event["MessageID"] == message]
        assert errors[0] == "greylisted"
        assert errors[-1] != "greylisted"


async def test_what_was_told_but_not_noted_before_a_crash_is_told_again(
    mailroom, receiver, start_sender, is_empty
):
    release = asyncio.Event()

    async def answer(_):
        await release.wait()
        return 200

    receiver.answer = answer
    await mailroom.callback(receiver.url())
    messages = await mailroom.messages(20)
    await mailroom.happen(messages)
    killed = await start_sender()
    await receiver.until(lambda it: it.under_way == 8)
    await killed.kill()
    assert await mailroom.backlog() == 20
    receiver.answer = lambda _: 200
    release.set()
    before = len(receiver.requests)
    await start_sender()
    await eventually(is_empty)
    assert told_ok(receiver) == messages
    # Told twice is at most what was under way.
    assert len(receiver.requests) == before + 20
    assert before == 8


async def test_a_stopped_sender_leaves_the_rest_in_the_outbox(mailroom, receiver, start_sender, is_empty):
    await mailroom.callback(receiver.url())
    messages = await mailroom.messages(300)
    await mailroom.happen(messages)
    first = await start_sender()
    await receiver.until(lambda it: len(it.requests) >= 50)
    await first.stop()
    await start_sender()
    await eventually(is_empty)
    assert told_ok(receiver) == messages
    assert len(receiver.requests) <= 300 + 8


async def test_a_store_that_is_away_for_a_while_costs_nothing(mailroom, receiver, start_sender, is_empty):
    class Flaky:
        def __init__(self, database):
            self._database, self.engine, self._random = database, database.engine, random.Random(7)

        async def read(self, unit):
            return await self._try(self._database.read, unit)

        async def write(self, unit):
            return await self._try(self._database.write, unit)

        async def _try(self, do, unit):
            if self._random.random() < 1 / 3:
                raise UnavailableError("The store is away.")
            return await do(unit)

    await mailroom.callback(receiver.url())
    messages = await mailroom.messages(60)
    await mailroom.happen(messages)
    await start_sender(database=Flaky(mailroom.database))
    await eventually(is_empty)
    assert sorted(message_ids(receiver)) == messages


async def test_no_log_line_tells_the_secrets_of_a_url(mailroom, receiver, start_sender, is_dead):
    receiver.answer = lambda _: 500
    callback = await mailroom.callback(receiver.url("/t0ken?key=t0ken", userinfo="user:t0ken@"))
    await mailroom.happen(await mailroom.messages(2))
    with capture_logs() as lines:
        await start_sender(IMPATIENT)
        await eventually(is_dead(callback))
    assert lines
    assert "t0ken" not in str(lines)
    assert "t0ken" not in (await mailroom.state(callback))[2]
