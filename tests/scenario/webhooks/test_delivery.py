"""Events reach a real receiver: once, in order, and again when it refuses."""

import asyncio
import base64
import json

import pytest

from aerogram.base.errors import NotFoundError
from aerogram.model.event import EventKind
from aerogram.net.http import Answered
from aerogram.reporting.webhooks.schedule import Timings
from support.actors import acting
from support.webhooks import ACCOUNT, eventually, message_ids


async def test_an_event_is_told_as_one_object_in_mailjets_words(mailroom, receiver, start_sender):
    await mailroom.callback(receiver.url("/hook?a=b", userinfo="user:pass@"))
    (message,) = await mailroom.messages(1)
    (event,) = await mailroom.happen([message], reply="250 2.0.0 Ok: queued as 4ABC")
    await start_sender()
    await receiver.until(lambda it: it.requests)
    (request,) = receiver.requests
    words = json.loads(request.body)
    assert request.line == "POST /hook?a=b HTTP/1.1"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["authorization"] == "Basic " + base64.b64encode(b"user:pass").decode()
    assert request.headers["x-aerogram-event-id"] == str(event)
    assert (words["event"], words["MessageID"]) == ("sent", message)
    assert words["smtp_reply"] == "sent (250 2.0.0 Ok: queued as 4ABC)"
    assert (words["CustomID"], words["Payload"], words["customcampaign"]) == (
        "r-17",
        '{"order":17}',
        "spring",
    )
    assert words["mj_campaign_id"] == mailroom.campaigns[ACCOUNT]

    async def is_empty():
        return await mailroom.backlog() == 0

    await eventually(is_empty)


async def test_a_woken_sender_tells_at_once(mailroom, receiver, start_sender):
    await mailroom.callback(receiver.url())
    running = await start_sender(Timings(pause_ms=5, look_ms=600_000))
    await mailroom.happen(await mailroom.messages(1))
    running.sender.wake()
    await receiver.until(lambda it: len(it.requests) == 1)
    await mailroom.happen(await mailroom.messages(1))
    running.sender.wake()
    await receiver.until(lambda it: len(it.requests) == 2)


async def test_version_two_gets_the_events_of_the_last_second_in_one_array(mailroom, receiver, start_sender):
    await mailroom.callback(receiver.url(), "sent", version=2)
    await mailroom.callback(receiver.url(), "bounce", version=2)
    messages = await mailroom.messages(3)
    deferrals = await mailroom.happen(messages, EventKind.DEFERRED)
    sent = await mailroom.happen(messages, EventKind.SENT)
    await start_sender()
    await receiver.until(lambda it: len(it.events) == 6)
    (request,) = receiver.requests
    assert isinstance(json.loads(request.body), list)
    assert [event["event"] for event in request.events] == ["bounce"] * 3 + ["sent"] * 3
    assert request.headers["x-aerogram-event-id"] == ", ".join(map(str, deferrals + sent))


async def test_a_large_backlog_arrives_whole_and_in_few_arrays(mailroom, receiver, start_sender):
    await mailroom.callback(receiver.url(), version=2)
    messages = await mailroom.messages(950)
    await mailroom.happen(messages)
    await start_sender()
    await receiver.until(lambda it: len(it.events) >= 950)
    assert sorted(message_ids(receiver)) == messages
    assert all(len(request.events) <= 100 for request in receiver.requests)
    assert len(receiver.requests) < 30


async def test_calls_to_one_url_run_side_by_side_but_not_without_bound(mailroom, receiver, start_sender):
    release = asyncio.Event()

    async def answer(_):
        await release.wait()
        return 200

    receiver.answer = answer
    await mailroom.callback(receiver.url())
    await mailroom.happen(await mailroom.messages(60))
    await start_sender()
    await receiver.until(lambda it: it.under_way == 8)
    release.set()
    await receiver.until(lambda it: len(it.events) == 60)
    assert receiver.most_under_way == 8
    assert len(set(message_ids(receiver))) == 60


@pytest.mark.parametrize("version", [1, 2])
async def test_events_of_a_message_keep_their_order_whatever_the_receiver_answers(
    mailroom, receiver, start_sender, version
):
    answers = iter([500, 200, 503, 200, 200, 404, 201] + [200] * 100)
    receiver.answer = lambda _: next(answers)
    await mailroom.callback(receiver.url(), "sent", version=version)
    await mailroom.callback(receiver.url(), "bounce", version=version)
    messages = await mailroom.messages(5)
    await mailroom.happen(messages, EventKind.DEFERRED)
    await mailroom.happen(messages, EventKind.SENT)
    await start_sender()
    # A message is finished when its last event was answered with 200; failed calls come again.
    await receiver.until(
        lambda it: {event["MessageID"] for event in it.events if event["event"] == "sent"} == set(messages)
    )
    for message in messages:
        told = [event["event"] for event in receiver.events if event["MessageID"] == message]
        assert told == sorted(told)


@pytest.mark.parametrize("failure", [500, 503, 404, 410, 201, 202, 204, 301, 307])
async def test_every_answer_but_200_is_told_again(mailroom, receiver, start_sender, failure):
    answers = iter([failure, failure, 200])
    receiver.answer = lambda _: next(answers)
    await mailroom.callback(receiver.url())
    await mailroom.happen(await mailroom.messages(1))
    await start_sender()
    await receiver.until(lambda it: len(it.requests) == 3)

    async def is_empty():
        return await mailroom.backlog() == 0

    await eventually(is_empty)
    assert len({request.body for request in receiver.requests}) == 1


async def test_a_failing_url_says_why_until_it_answers(mailroom, receiver, start_sender):
    receiver.answer = lambda _: 500
    callback = await mailroom.callback(receiver.url())
    await mailroom.happen(await mailroom.messages(1))
    await start_sender()

    async def is_failing():
        status, since, reason = await mailroom.state(callback)
        return status == "alive" and since > 0 and reason == "The receiver answered 500 instead of 200."

    await eventually(is_failing)
    receiver.answer = lambda _: 200

    async def is_well():
        return await mailroom.state(callback) == ("alive", 0, "")

    await eventually(is_well)


async def test_a_hanging_receiver_delays_nobody_else(mailroom, receiver, new_receiver, start_sender):
    hanging = await new_receiver()
    hanging.answer = lambda _: None
    await mailroom.callback(hanging.url(), "sent")
    await mailroom.callback(receiver.url(), "bounce")
    messages = await mailroom.messages(100)
    await mailroom.happen(messages, EventKind.SENT)
    await mailroom.happen(messages, EventKind.BOUNCE)
    await start_sender(seconds=60.0)
    await receiver.until(lambda it: len(it.events) == 100, seconds=50)
    assert hanging.most_under_way == 8
    assert len(hanging.requests) == 8


async def test_a_hanging_receiver_is_left_alone_after_few_calls(mailroom, receiver, start_sender):
    receiver.answer = lambda _: None
    await mailroom.callback(receiver.url())
    await mailroom.happen(await mailroom.messages(100))
    timings = Timings(look_ms=20, pause_ms=5, retry_ms=600_000)
    running = await start_sender(timings, seconds=0.2)

    async def is_paused():
        (runner,) = running.sender._runners.values()
        return runner.is_idle

    await receiver.until(lambda it: len(it.requests) >= 8)
    await eventually(is_paused)
    assert len(receiver.requests) <= 20


async def test_an_event_that_breaks_its_receiver_does_not_hold_back_the_others(
    mailroom, receiver, start_sender
):
    messages = await mailroom.messages(150)
    poison = messages[42]
    receiver.answer = lambda request: 500 if str(poison).encode() in request.body else 200
    await mailroom.callback(receiver.url(), version=2)
    await mailroom.happen(messages)
    await start_sender()

    def delivered(it):
        return {
            event["MessageID"]
            for request in it.requests
            if str(poison).encode() not in request.body
            for event in request.events
        }

    await receiver.until(lambda it: delivered(it) == set(messages) - {poison})


async def test_an_address_that_is_not_permitted_is_refused_and_says_so(mailroom, receiver, start_sender):
    callback = await mailroom.callback(receiver.url())
    await mailroom.happen(await mailroom.messages(1))
    await start_sender(allow_private=False)

    async def is_refused():
        return (await mailroom.state(callback))[2] != ""

    await eventually(is_refused)
    assert await mailroom.state(callback) == (
        "alive",
        (await mailroom.state(callback))[1],
        "The host has a blocked address (loopback).",
    )
    assert await mailroom.backlog() == 1
    assert receiver.connections == 0


async def test_accounts_do_not_share_a_queue(mailroom, receiver, start_sender):
    other = ACCOUNT + 1
    await mailroom.callback(receiver.url("/a"))
    await mailroom.callback(receiver.url("/b"), account_id=other)
    await mailroom.happen(await mailroom.messages(3))
    await mailroom.happen(await mailroom.messages(2, other), account_id=other)
    await start_sender()
    await receiver.until(lambda it: len(it.events) == 5)
    assert sorted(request.path for request in receiver.requests) == ["/a"] * 3 + ["/b"] * 2


async def test_a_test_call_tells_a_sample_and_what_came_of_it(mailroom, receiver, start_sender):
    callback = await mailroom.callback(receiver.url(), "bounce", version=2)
    running = await start_sender()
    assert await running.sender.send_test(acting(ACCOUNT), callback) == Answered(200)
    (request,) = receiver.requests
    (sample,) = json.loads(request.body)
    assert (sample["event"], sample["error"]) == ("bounce", "user unknown")
    receiver.answer = lambda _: 403
    assert await running.sender.send_test(acting(ACCOUNT), callback) == Answered(403)


async def test_a_test_call_is_for_ones_own_callbacks(mailroom, receiver, start_sender):
    callback = await mailroom.callback(receiver.url())
    running = await start_sender()
    with pytest.raises(NotFoundError):
        await running.sender.send_test(acting(ACCOUNT + 1), callback)
    assert receiver.requests == []
