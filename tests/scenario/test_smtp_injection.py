"""Payloads in MAIL FROM, RCPT TO and in the headers of a mail, over a real socket: none adds a recipient or a field."""

import re

import pytest
from sqlalchemy import select

from aerogram.base.sealing import Sealer, new_master_key
from aerogram.content.compose import Composer
from aerogram.store.sql import Sql
from aerogram.store.tables import content, message
from support.injections import PAYLOADS, as_address, smuggled
from support.letters import a_letter
from support.smtp_door import SmtpHouse

STORED = Sql(
    select(content.c.reverse_path, content.c.body, message.c.recipient)
    .join_from(message, content, content.c.id == message.c.content_id)
    .order_by(message.c.id)
)
ON_ONE_LINE = tuple(payload for payload in PAYLOADS if not re.search("[\r\n]", payload))
"""What ends a line begins another command, which is the client's own; here one command must stay one."""
MAIL = b"From: ann@example.org\r\nTo: bob@example.net\r\n%bSubject: Hello\r\n\r\nHello\r\n"
ONE_REPLY = re.compile(r"(?:([245]\d\d)-[ -~]*\n)*[245]\d\d [ -~]*")
COMPOSER = Composer("mail.example.com")


@pytest.fixture
def database_url():
    """What is asked here is the door; one engine is enough for thousands of questions."""


@pytest.fixture
async def installation(database, ids, clock, tmp_path):
    made = SmtpHouse(database, Sealer(new_master_key()), ids, clock, tmp_path)
    async with made.opened():
        yield made


@pytest.fixture
async def client(installation):
    """A client that may fail as often as there are payloads: it begins anew when it is shown the door."""
    return Persistent(installation)


class Persistent:
    def __init__(self, installation):
        self._house = installation
        self._client = None

    async def say(self, line):
        if self._client is None:
            self._client = await self._house.client()
            await self._client.say("EHLO client.example")
            await self._client.say("AUTH PLAIN " + self._house.plain())
        reply = await self._client.say(line)
        if reply.startswith("421"):
            self._client = None
        return reply

    async def send_mail(self, data):
        for line in ("RSET", "MAIL FROM:<ann@example.org>", "RCPT TO:<bob@example.net>", "DATA"):
            await self.say(line)
        await self._client.send_raw(data + b".\r\n")
        return await self._client.reply()


async def stored(installation):
    def unit():
        return (yield STORED())

    return await installation.database.read(unit)


@pytest.mark.parametrize("command", ["MAIL FROM:<{}>", "MAIL FROM:{}", "RCPT TO:<{}>", "RCPT TO:{}"])
async def test_a_command_with_a_payload_is_one_command(installation, client, command):
    for payload in ON_ONE_LINE:
        await client.say("RSET")
        if command.startswith("RCPT"):
            await client.say("MAIL FROM:<ann@example.org>")
        reply = await client.say(command.format(payload))
        assert ONE_REPLY.fullmatch(reply), payload
        # A second reply to the command would be taken for the one to this; too many errors end the talk.
        assert (await client.say("NOOP")) in {"250 2.0.0 Ok", "421 4.7.0 too many errors"}, payload
    assert await stored(installation) == []


async def test_a_recipient_with_a_payload_is_that_recipient_alone(installation, client):
    asked = []
    for payload in ON_ONE_LINE:
        await client.say("RSET")
        await client.say("MAIL FROM:<ann@example.org>")
        if not (await client.say(f"RCPT TO:<{as_address(payload)}>")).startswith("250"):
            continue
        # What follows the bracket are parameters of the command, which name nobody who gets the mail.
        named = as_address(payload).partition(">")[0]
        # A doubled bracket and a source route before the mailbox do not count (RFC 5321 §4.1.2).
        asked.append(named[1:].rpartition(":")[2] if named.startswith("<") else named)
        await client.say("DATA")
        await client.say((MAIL % b"").decode() + ".")
    assert [recipient for _, _, recipient in await stored(installation)] == asked
    for _, body, _ in await stored(installation):
        assert smuggled(_delivered(body)) == []


async def test_headers_with_payloads_reach_nobody(installation, client):
    accepted = 0
    names = ("X-MJ-CustomID", "X-MJ-EventPayload", "X-MJ-Vars", "X-MailPace-Tags", "X-List-Unsubscribe")
    for payload in ON_ONE_LINE[::8]:
        for name in names:
            line = f"{name}: {payload}\r\n".encode()
            reply = await client.send_mail(MAIL % line)
            assert re.fullmatch(r"250 OK queued as [0-9a-f-]{36}|550([ -]5\.6\.0 [ -~]*\n?)*", reply)
            accepted += reply.startswith("250")
    rows = await stored(installation)
    assert len(rows) == accepted > 0
    clean = _delivered(MAIL % b"")
    for reverse_path, body, recipient in rows:
        assert (reverse_path, recipient) == ("ann@example.org", "bob@example.net")
        mail = _delivered(body)
        assert mail == clean or b"X-List-Unsubscribe" in body
        assert smuggled(mail) == []


def _delivered(body):
    with_id = bytes(body).replace(b"Subject", b"Message-ID: <1@b>\r\nSubject", 1)
    return COMPOSER.compose(a_letter(body=with_id), None)
