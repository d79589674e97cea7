"""``X-Idempotency-Key`` of a mail, over real sockets and a real store."""

import asyncio
import base64

import pytest
from sqlalchemy import func, select

from aerogram.base.sealing import Sealer, new_master_key
from aerogram.store.sql import Sql
from aerogram.store.tables import message
from aerogram.wire.mime.writing.rewrite import rewrite
from support.smtp_door import SmtpHouse

COUNT = Sql(select(func.count()).select_from(message))


def a_mail(key="order-17", text="Hello Bob"):
    head = "From: Ann <ann@example.org>\r\nTo: bob@example.net\r\nSubject: Hello\r\n"
    return f"{head}X-Idempotency-Key: {key}\r\n\r\n{text}\r\n".encode()


@pytest.fixture
async def installation(database, ids, clock, tmp_path):
    built = SmtpHouse(database, Sealer(new_master_key()), ids, clock, tmp_path)
    async with built.opened(trusted=()):
        yield built


@pytest.fixture
def new_client(installation):
    """Connect and log in."""

    async def connect():
        client = await installation.client()
        await client.say("EHLO client.example")
        credentials = base64.b64encode("\0{}\0{}".format(*installation.keys).encode()).decode()
        assert (await client.say(f"AUTH PLAIN {credentials}")).startswith("235 ")
        return client

    return connect


@pytest.fixture
async def client(new_client):
    return await new_client()


@pytest.fixture
def count(installation):
    async def read():
        def unit():
            return (yield COUNT())[0][0]

        return await installation.database.read(unit)

    return read


async def test_a_repeated_mail_gets_the_same_reply_and_is_not_sent(client, count):
    first = await client.send_mail(a_mail())
    assert first.startswith("250 OK queued as ")
    # A client that tries again writes the mail anew, with another Message-ID at least.
    assert await client.send_mail(a_mail(text="Hello Bob, this is the second try")) == first
    assert await count() == 1


async def test_the_order_of_recipients_makes_no_other_mail(client, count):
    first = await client.send_mail(a_mail(), recipients=("a@example.net", "b@example.net"))
    assert await client.send_mail(a_mail(), recipients=("b@example.net", "a@example.net")) == first
    assert await count() == 2


@pytest.mark.parametrize(
    "envelope",
    [
        {"recipients": ("cy@example.net",)},
        {"recipients": ("bob@example.net", "cy@example.net")},
        {"sender": "eve@example.org"},
        {"sender": ""},
    ],
)
async def test_the_same_key_for_another_envelope_is_refused(client, count, envelope):
    await client.send_mail(a_mail())
    reply = await client.send_mail(a_mail(), **envelope)
    assert reply.startswith("550 5.5.4 The idempotency key was used for another request")
    assert await count() == 1


@pytest.mark.parametrize("key", ["", "two words", "x" * 256, "=?utf-8?q?caf=C3=A9?="])
async def test_a_malformed_key_is_refused_with_the_reason(client, count, key):
    reply = await client.send_mail(a_mail(key))
    assert reply.startswith("550 5.6.0 The X-Idempotency-Key header is malformed")
    assert "1 to 255 visible ASCII characters" in reply
    assert await count() == 0


async def test_mails_without_a_key_are_all_sent(client, count):
    mail = a_mail().replace(b"X-Idempotency-Key", b"X-Other")
    assert await client.send_mail(mail) != await client.send_mail(mail)
    assert await count() == 2


async def test_of_fifty_clients_at_once_all_get_one_message(new_client, count):
    clients = [await new_client() for _ in range(50)]
    replies = await asyncio.gather(*(client.send_mail(a_mail()) for client in clients))
    assert len(set(replies)) == 1
    assert replies[0].startswith("250 ")
    assert await count() == 1


def test_the_key_is_not_delivered():
    mail = rewrite(a_mail("secret-17"), received=b"", date_ms=0, message_id="a@b.example")
    assert b"secret-17" not in mail
    assert b"dempotency" not in mail
