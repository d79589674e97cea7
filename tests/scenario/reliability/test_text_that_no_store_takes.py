"""NUL, half surrogates and broken UTF-8 wherever a client or a next hop may put text: no passing state, no repeat."""

import ipaddress

import pytest

from aerogram.base.sealing import Sealer, new_master_key
from aerogram.model.event import EventKind
from aerogram.model.message import MessageState
from aerogram.model.outcome import Deferred, Delivered, FailureState
from support.smtp_door import SmtpHouse

HEADERS = [
    b"Subject: =?utf-8?q?a=00b?=",
    b"Subject: =?utf-8?b?AAAA?=",
    b"Subject: \xff\xfe raw",
    b"Subject: =?utf-8?q?=ED=A0=80?=",
    b"X-MJ-CustomID: =?utf-8?q?a=00b?=",
    b"X-MJ-CustomID: \xff",
    b"X-MJ-EventPayload: \xed\xa0\x80",
    b"X-MJ-EventPayload: =?utf-8?q?=00?=",
    b"X-Mailjet-Campaign: =?utf-8?q?=00?=",
    b"X-Mailjet-Campaign: \xff",
    b"From: =?utf-8?q?a=00b?= <ann@example.org>",
]
PATHS = [
    ("MAIL FROM:<ann@example.org> RET=HDRS ENVID=a+00b", "RCPT TO:<bob@example.net>"),
    ("MAIL FROM:<ann@example.org>", "RCPT TO:<bob@example.net> ORCPT=rfc822;a+00b@example.net"),
    ("MAIL FROM:<ann@example.org> SMTPUTF8", "RCPT TO:<b\u00f6b@example.net>"),
]


@pytest.fixture
def installation(database, ids, clock, tmp_path):
    return SmtpHouse(database, Sealer(new_master_key()), ids, clock, tmp_path)


def final(reply):
    """Accepted, or refused for good: coming back would change nothing."""
    return reply[0] in "25"


async def test_what_a_client_writes_is_taken_or_refused_for_good(installation):
    async with installation.opened(trusted=(ipaddress.ip_network("127.0.0.0/8"),)):
        client = await installation.client()
        await client.say("EHLO client.example")
        answers = {}
        for header in HEADERS:
            sender = b"" if header.startswith(b"From") else b"From: ann@example.org\r\n"
            answers[header] = await client.send_mail(sender + header + b"\r\n\r\nHello\r\n")
        for paths in PATHS:
            replies = [await client.say(line) for line in paths]
            if all(final(reply) and reply[0] == "2" for reply in replies):
                await client.say("DATA")
                await client.send_raw(b"From: ann@example.org\r\n\r\nHello\r\n.\r\n")
                replies.append(await client.reply())
            await client.say("RSET")
            answers[paths] = replies[-1]
        assert {what: reply for what, reply in answers.items() if not final(reply)} == {}


@pytest.mark.parametrize("text", ["250 2.0.0 a\0b", "250 \ud800", "250 \udcff ok"])
async def test_what_a_next_hop_writes_is_recorded_once(plant, text):
    sent = []

    def send(dispatch):
        sent.append(dispatch.letter.message_id)
        dispatch.done(dispatch.letter, Delivered(reply=text, host=text, tls=text, transcript=text))

    plant.transport.send = send
    [message] = await plant.accept("bob@example.net")
    async with plant.working():
        assert (await plant.until(message, MessageState.SENT)).startswith("250 ")
    assert sent == [message]
    assert await plant.events(message) == [EventKind.SENT]


async def test_a_deferral_whose_text_no_store_takes_waits_like_any_other(plant):
    outcome = Deferred(state=FailureState.SYSTEM_ISSUE, reply="451 \0")
    plant.transport.send = lambda dispatch: dispatch.done(dispatch.letter, outcome)
    [message] = await plant.accept("bob@example.net")
    worker_events = []
    async with plant.working():
        while not worker_events:
            worker_events = await plant.events(message)
    assert worker_events == [EventKind.DEFERRED]
    assert (await plant.fate(message))[0] is MessageState.QUEUED
