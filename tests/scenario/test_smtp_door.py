"""The SMTP door as clients meet it: real sockets, a real store, both engines."""

import asyncio
import base64
import gc
import ipaddress

import pytest
from sqlalchemy import select

from aerogram.base.errors import StoreFullError, UnavailableError
from aerogram.base.ids import id_of_uuid
from aerogram.base.sealing import Sealer, new_master_key
from aerogram.doors.smtp.conversation import Conversation
from aerogram.store.sql import Sql
from aerogram.store.tables import content, message
from support.actors import acting
from support.smtp_door import SmtpHouse

MAIL = b"From: Ann <ann@example.org>\r\nTo: bob@example.net\r\nSubject: Hello\r\n\r\nHello Bob\r\n"
MESSAGES = Sql(
    select(message.c.id, message.c.recipient, content.c.body, content.c.transcript)
    .join_from(message, content, content.c.id == message.c.content_id)
    .order_by(message.c.id)
)
LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)


@pytest.fixture
def installation(database, ids, clock, tmp_path):
    return SmtpHouse(database, Sealer(new_master_key()), ids, clock, tmp_path)


@pytest.fixture
async def door(installation):
    async with installation.opened() as opened:
        yield opened


@pytest.fixture
async def client(installation, door):
    made = await installation.client()
    await made.say("EHLO client.example")
    return made


async def stored(installation):
    def unit():
        return (yield MESSAGES())

    return await installation.database.read(unit)


def plain(username, password):
    return "AUTH PLAIN " + base64.b64encode(f"\0{username}\0{password}".encode()).decode()


async def test_a_mail_is_in_the_store_when_the_reply_comes(installation, client):
    assert await client.say(plain(*installation.keys)) == "235 2.7.0 OK"
    reply = await client.send_mail(MAIL)
    assert reply.startswith("250 OK queued as ")
    [(message_id, recipient, body, transcript)] = await stored(installation)
    assert id_of_uuid(reply.rpartition(" ")[2]) == message_id
    assert (recipient, bytes(body)) == ("bob@example.net", MAIL)
    assert "C: RCPT TO:<bob@example.net>" in transcript
    assert installation.keys.secret_key not in transcript
    assert base64.b64encode(installation.keys.secret_key.encode()).decode()[:20] not in transcript


async def test_each_recipient_is_a_message_and_the_same_one_twice_is_one(installation, client):
    await client.say(plain(*installation.keys))
    await client.send_mail(MAIL, recipients=("a@example.net", "b@example.net", "a@example.net"))
    assert [recipient for _, recipient, *_ in await stored(installation)] == [
        "a@example.net",
        "b@example.net",
    ]


async def test_a_wrong_password_is_535_and_the_session_goes_on(installation, client):
    reply = await client.say(plain(installation.keys.api_key, "wrong"))
    assert reply == "535 5.7.8 Error: authentication failed: Authentication failed"
    assert (await client.say(plain(*installation.keys))).startswith("235")


async def test_auth_login_is_prompted(installation, client):
    assert await client.say("AUTH LOGIN") == "334 VXNlcm5hbWU6"
    assert (
        await client.say(base64.b64encode(installation.keys.api_key.encode()).decode()) == "334 UGFzc3dvcmQ6"
    )
    assert (
        await client.say(base64.b64encode(installation.keys.secret_key.encode()).decode()) == "235 2.7.0 OK"
    )


async def test_without_auth_nothing_is_relayed(client):
    assert await client.say("MAIL FROM:<ann@example.org>") == "530 5.7.0 Authentication required"


async def test_a_reverse_path_of_a_foreign_domain_is_refused_at_mail(installation, client):
    await client.say(plain(*installation.keys))
    reply = await client.say("MAIL FROM:<eve@evil.example>")
    assert reply == "550 5.7.1 <eve@evil.example>: Sender address rejected: Sender not allowed"


async def test_the_from_header_decides_finally(installation, client):
    await client.say(plain(*installation.keys))
    forged = MAIL.replace(b"ann@example.org", b"eve@evil.example")
    reply = await client.send_mail(forged)
    assert reply == "550 5.7.1 <eve@evil.example>: Sender address rejected: Sender not allowed"
    assert await stored(installation) == []
    assert (await client.send_mail(MAIL)).startswith("250")


async def test_a_sender_added_meanwhile_may_send_at_once(installation, client):
    await client.say(plain(*installation.keys))
    await installation.senders.add(acting(installation.account_id), "new@example.com")
    mail = MAIL.replace(b"ann@example.org", b"new@example.com")
    assert (await client.send_mail(mail, sender="new@example.com")).startswith("250")


@pytest.mark.parametrize(
    ("mail", "code"),
    [
        (b"From: ann@example.org\r\nFrom: eve@example.org\r\n\r\ntwo\r\n", "550 5.6.0"),
        (b"From: a@@b\r\n\r\nno author\r\n", "550 5.6.0"),
        (b"From: ann@\r\n\r\nbroken\r\n", "550 5.6.0"),
        (b"From: ann@example.org\r\n\r\nbare\nline\r\n", "550 5.6.0"),
        (b"Received: a\r\n" * 26 + MAIL, "554 5.4.6"),
    ],
)
async def test_a_mail_that_cannot_be_delivered_is_refused_with_its_reason(installation, client, mail, code):
    await client.say(plain(*installation.keys))
    assert (await client.send_mail(mail)).startswith(code)
    assert await stored(installation) == []
    assert (await client.send_mail(MAIL)).startswith("250")


@pytest.mark.parametrize(
    "recipient", ["bob@[192.0.2.1]", '"a b"@example.net..', "bob@-example.net", "bob@example..net"]
)
async def test_what_is_no_mail_address_is_refused_at_rcpt(installation, client, recipient):
    await client.say(plain(*installation.keys))
    await client.say("MAIL FROM:<ann@example.org>")
    assert (await client.say(f"RCPT TO:<{recipient}>"))[0] == "5"


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (StoreFullError("full"), "452 4.3.1"),
        (UnavailableError("away"), "451 4.3.0"),
    ],
)
async def test_a_store_without_room_or_away_is_a_temporary_refusal(installation, client, fault, code):
    await client.say(plain(*installation.keys))
    installation.fault = fault
    assert (await client.send_mail(MAIL)).startswith(code)
    installation.fault = None
    assert (await client.send_mail(MAIL)).startswith("250")


async def test_a_large_mail_is_accepted_whole(installation, client):
    await client.say(plain(*installation.keys))
    mail = MAIL + (b"y" * 76 + b"\r\n") * 20_000
    assert (await client.send_mail(mail)).startswith("250")
    [(_, _, body, _)] = await stored(installation)
    assert body is None


async def test_tls_forgets_what_was_said_in_clear(installation, client):
    await client.say(plain(*installation.keys))
    assert await client.start_tls() == "220 2.0.0 Ready to start TLS"
    assert (await client.say("MAIL FROM:<ann@example.org>")).startswith("503")
    assert "STARTTLS" not in await client.say("EHLO client.example")
    assert (await client.say("MAIL FROM:<ann@example.org>")).startswith("530")
    assert (await client.say(plain(*installation.keys))).startswith("235")
    assert (await client.send_mail(MAIL)).startswith("250")


async def test_commands_behind_starttls_in_clear_are_thrown_away(installation, client):
    await client.send_raw(b"STARTTLS\r\nRSET\r\nMAIL FROM:<ann@example.org>\r\n")
    assert await client.reply() == "220 2.0.0 Ready to start TLS"
    assert await stored(installation) == []


async def test_clear_bytes_in_the_place_of_a_handshake_end_the_connection(client):
    await client.say("STARTTLS")
    await client.send_raw(b"EHLO client.example\r\n" * 20)
    assert await client.is_cut()


async def test_auth_is_not_offered_and_refused_in_clear_where_the_operator_wants_tls(installation):
    async with installation.opened(auth_allowed_in_clear=False):
        client = await installation.client()
        assert "AUTH" not in await client.say("EHLO client.example")
        assert (await client.say(plain(*installation.keys))).startswith("538 5.7.11")
        await client.start_tls()
        assert "AUTH PLAIN LOGIN" in await client.say("EHLO client.example")


async def test_a_trusted_network_sends_without_auth_as_the_first_account(installation):
    async with installation.opened(trusted=LOOPBACK):
        client = await installation.client()
        await client.say("EHLO client.example")
        assert (await client.send_mail(MAIL)).startswith("250")
        assert (await client.send_mail(MAIL, sender="eve@evil.example")).startswith("550")


async def test_pipelined_messages_are_answered_in_order(installation, client):
    await client.say(plain(*installation.keys))
    one = b"MAIL FROM:<ann@example.org>\r\nRCPT TO:<bob@example.net>\r\nDATA\r\n" + MAIL + b".\r\n"
    await client.send_raw(one * 3)
    codes = [(await client.reply())[:3] for _ in range(12)]
    assert codes == ["250", "250", "354", "250"] * 3
    assert len(await stored(installation)) == 3


async def test_chunks_make_a_mail(installation, client):
    await client.say(plain(*installation.keys))
    await client.say("MAIL FROM:<ann@example.org>")
    await client.say("RCPT TO:<bob@example.net>")
    await client.send_raw(b"BDAT 10\r\n" + MAIL[:10])
    assert (await client.reply()).startswith("250")
    await client.send_raw(b"BDAT %d LAST\r\n" % (len(MAIL) - 10) + MAIL[10:])
    assert (await client.reply()).startswith("250 OK queued as")
    assert bytes((await stored(installation))[0][2]) == MAIL


async def test_too_many_messages_a_minute_are_421(installation):
    async with installation.opened(rate=2):
        client = await installation.client()
        await client.say("EHLO client.example")
        await client.say(plain(*installation.keys))
        assert (await client.send_mail(MAIL)).startswith("250")
        assert (await client.send_mail(MAIL)).startswith("250")
        assert (await client.send_mail(MAIL)).startswith("421 4.7.0")
        assert await client.is_cut()


async def test_a_message_whose_client_left_is_accepted_once_or_not_at_all(installation, client):
    await client.say(plain(*installation.keys))
    for line in ("MAIL FROM:<ann@example.org>", "RCPT TO:<bob@example.net>", "DATA"):
        await client.say(line)
    await client.send_raw(MAIL)
    await client.close()
    other = await installation.client()
    await other.say("EHLO client.example")
    assert await stored(installation) == []


async def test_closing_the_door_says_421(installation):
    async with installation.opened() as door:
        client = await installation.client()
        await client.say("EHLO client.example")
        await door.close(1.0)
        assert (await client.reply()).startswith("421 4.3.2")
        assert await client.is_cut()


async def test_a_connection_that_ended_is_freed_without_the_garbage_collector(installation, door, client):
    await client.say(plain(*installation.keys))
    assert (await client.send_mail(MAIL)).startswith("250")
    gc.collect()
    gc.disable()
    try:
        await client.say("QUIT")
        assert await client.is_cut()
        for _ in range(1_000):
            if not door.connections:
                break
            await asyncio.sleep(0.01)
        await asyncio.sleep(0)
        assert [each for each in gc.get_objects() if isinstance(each, Conversation)] == []
    finally:
        gc.enable()
