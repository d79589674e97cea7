"""What devices, scripts and other people's servers send is accepted over SMTP, and stored in one clear form."""

from __future__ import annotations

import base64

import pytest
from sqlalchemy import select

from aerogram.base.sealing import Sealer, new_master_key
from aerogram.store.sql import Sql
from aerogram.store.tables import content, message
from support.smtp_door import SmtpHouse

MAIL = b"From: Ann <ann@example.org>\r\nTo: bob@example.net\r\nSubject: Hello\r\n\r\nHello Bob\r\n"
MESSAGES = Sql(
    select(message.c.recipient, message.c.notify, content.c.reverse_path, content.c.body)
    .join_from(message, content, content.c.id == message.c.content_id)
    .order_by(message.c.id)
)


@pytest.fixture
def installation(database, ids, clock, tmp_path):
    return SmtpHouse(database, Sealer(new_master_key()), ids, clock, tmp_path)


@pytest.fixture
async def client(installation):
    async with installation.opened():
        made = await installation.client()
        await made.say("EHLO client.example")
        login = "\0".join(("", *installation.keys)).encode()
        assert await made.say(f"AUTH PLAIN {base64.b64encode(login).decode()}") == "235 2.7.0 OK"
        yield made


async def stored(installation):
    def unit():
        return (yield MESSAGES())

    return await installation.database.read(unit)


async def sent(client, mail, *commands):
    for command in commands or ("MAIL FROM:<ann@example.org>", "RCPT TO:<bob@example.net>"):
        reply = await client.say(command)
        assert reply.startswith("250 2.1."), (command, reply)
    assert (await client.say("DATA")).startswith("354 ")
    return await client.say(mail.decode("latin-1") + ".")


@pytest.mark.parametrize(
    ("mail_from", "rcpt_to", "recipient"),
    [
        ("ann@example.org", "bob@example.net", "bob@example.net"),
        ("ann@example.org SIZE=100", "bob@example.net NOTIFY=NEVER", "bob@example.net"),
        (" <ann@example.org>", " <bob@example.net>", "bob@example.net"),
        ("< ann@example.org >", "< bob@example.net >", "bob@example.net"),
        ("<ann@example.org>", "b..ob@example.net", "b..ob@example.net"),
        ("<ann@example.org>", "<.bob.@example.net>", ".bob.@example.net"),
        ("<ann@example.org>", "<bob@example.net.>", "bob@example.net"),
        ("ann@example.org.", '"b ob"@example.net', '"b ob"@example.net'),
        ("<a..nn@example.org>", "<bob@example.net>", "bob@example.net"),
        ("<>", "bob@example.net", "bob@example.net"),
    ],
)
async def test_a_path_is_taken_as_other_servers_take_it(installation, client, mail_from, rcpt_to, recipient):
    reply = await sent(client, MAIL, f"MAIL FROM:{mail_from}", f"RCPT TO:{rcpt_to}")
    assert reply.startswith("250 OK queued as ")
    [row] = await stored(installation)
    assert row[0] == recipient


@pytest.mark.parametrize(
    "command",
    [
        "MAIL FROM:",
        "MAIL FROM:<ann@example.org",
        "MAIL FROM:Ann<ann@example.org>",
        "MAIL FROM:ann@example..org",
    ],
)
async def test_what_is_no_path_stays_refused(client, command):
    assert (await client.say(command)).startswith("501 ")


async def test_a_mailbox_that_rcpt_names_twice_gets_one_copy(installation, client):
    reply = await sent(
        client,
        MAIL,
        "MAIL FROM:<ann@example.org>",
        "RCPT TO:<Bob@example.net> NOTIFY=NEVER",
        "RCPT TO:<bob@EXAMPLE.net> NOTIFY=SUCCESS",
        "RCPT TO:<cy@example.net>",
        "RCPT TO:<BOB@example.net>",
    )
    assert reply.startswith("250 OK queued as ")
    assert [(row[0], row[1]) for row in await stored(installation)] == [
        ("Bob@example.net", "NEVER"),
        ("cy@example.net", ""),
    ]


HEAD = b"From: News <news@example.org>\r\nTo: ann@example.net\r\nMIME-Version: 1.0\r\n"


@pytest.mark.parametrize(
    ("head", "kept"),
    [
        (
            HEAD + b"Reply-To: a@example.com\r\nReply-To: b@example.com\r\nSubject: twice\r\n",
            HEAD + b"Reply-To: a@example.com,\r\n b@example.com\r\nSubject: twice\r\n",
        ),
        (HEAD + b"MIME-Version: 1.0\r\nSubject: twice\r\n", HEAD + b"Subject: twice\r\n"),
        (HEAD + b"Subject : spaced\r\n", HEAD + b"Subject: spaced\r\n"),
        (
            HEAD.replace(b"News <news", b"News, Inc. <news"),
            HEAD.replace(b"News <news", b'"News, Inc." <news'),
        ),
        (HEAD[HEAD.index(b"To") :], b"From: ann@example.org\r\n" + HEAD[HEAD.index(b"To") :]),
    ],
)
async def test_a_flawed_header_section_is_stored_mended(installation, client, head, kept):
    assert (await sent(client, head + b"\r\nx\r\n")).startswith("250 ")
    [row] = await stored(installation)
    assert row[3] == kept + b"\r\nx\r\n"


async def test_two_authors_are_refused(client):
    reply = await sent(client, HEAD + b"From: ceo@bank.example\r\n\r\nx\r\n")
    assert reply == "550 5.6.0 The mail has more than one From header (RFC 5322 3.6)."


async def test_a_message_id_that_cannot_be_kept_is_refused_with_the_reason(installation, client):
    reply = await sent(client, HEAD + b"Message-ID: <>\r\n\r\nx\r\n")
    assert reply.startswith("550 5.6.0 The Message-ID of the mail holds no identifier")
    assert await stored(installation) == []


async def test_a_message_id_with_a_comment_is_stored_as_written(installation, client):
    head = HEAD + b"Message-ID: <ticket.4711@app.example> (added by the ticket system)\r\nSubject: id\r\n"
    assert (await sent(client, head + b"\r\nx\r\n")).startswith("250 ")
    [row] = await stored(installation)
    assert row[3] == head + b"\r\nx\r\n"


async def test_the_postmaster_needs_no_domain(installation, client):
    assert (await sent(client, MAIL, "MAIL FROM:<ann@example.org>", "RCPT TO:postmaster")).startswith("250 ")
    [row] = await stored(installation)
    assert row[0].startswith("postmaster@")
