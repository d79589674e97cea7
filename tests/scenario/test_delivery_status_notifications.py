"""A client asks by NOTIFY, a next hop decides, and the sender is told: the whole process over real sockets."""

from __future__ import annotations

import contextlib
import email
import email.policy
import smtplib
import sqlite3

import pytest

from aerogram.store.open import FILE_NAME
from support.server import running
from support.sinks import Sink
from support.waiting import wait_for

MAIL = "From: {}\r\nTo: {}\r\nSubject: Your order\r\n\r\nThank you\r\n"


@pytest.fixture(scope="module")
def sink():
    """The next hop for every domain, the senders' too. It does not offer DSN."""
    with Sink() as opened:
        yield opened


@pytest.fixture(scope="module")
def server(sink, tmp_path_factory):
    settings = {
        "deliver": "direct",
        "routes": f"*=127.0.0.1:{sink.port}",
        "trusted_networks": "127.0.0.0/8",
        "hostname": "mail.example.org",
    }
    with running(tmp_path_factory.mktemp("dsn") / "data", **settings) as served:
        served.answer_of("sender", "add", "@example.org")
        yield served


def send(server, sender, recipient, notify, ret="HDRS"):
    with smtplib.SMTP("127.0.0.1", server.smtp_port, timeout=30) as client:
        client.sendmail(
            sender,
            [recipient],
            MAIL.format(sender, recipient),
            mail_options=[f"RET={ret}", "ENVID=QQ+2B314159"],
            rcpt_options=[f"NOTIFY={notify}", f"ORCPT=rfc822;{recipient}"],
        )


def ask(server, question, *values):
    """Read the server's store."""
    with contextlib.closing(sqlite3.connect(server.data / FILE_NAME, timeout=10)) as store:
        return store.execute(question, values).fetchall()


def state_of(server, recipient):
    [(state,)] = ask(server, "SELECT state FROM message WHERE recipient = ?", recipient)
    return state


def notification_for(sink, sender):
    """Wait for the notification; give its envelope sender, its parts and the recipient's fields."""
    mail = sink.mail_to(sender)
    parsed = email.message_from_bytes(mail.content, policy=email.policy.default)
    assert parsed.get_content_type() == "multipart/report"
    parts = list(parsed.iter_parts())
    return mail.sender, parsed, parts, parts[1].get_payload()


def test_a_refused_mail_comes_back_to_who_asked_for_failures(server, sink):
    sink.script("gone@example.net", "550 5.1.1 No such user here")
    send(server, "ann@example.org", "gone@example.net", "FAILURE")
    reverse_path, mail, (words, _, returned), (of_mail, of_recipient) = notification_for(
        sink, "ann@example.org"
    )
    assert reverse_path in (None, "", "<>")
    assert mail["From"] == "Mail Delivery System <mailer-daemon@mail.example.org>"
    assert mail["Auto-Submitted"] == "auto-replied"
    assert "550 5.1.1 No such user here" in words.get_content()
    assert of_mail["Reporting-MTA"] == "dns; mail.example.org"
    assert of_mail["Original-Envelope-Id"] == "QQ+314159"
    assert of_recipient["Original-Recipient"] == "rfc822; gone@example.net"
    assert of_recipient["Final-Recipient"] == "rfc822; gone@example.net"
    assert (of_recipient["Action"], of_recipient["Status"]) == ("failed", "5.1.1")
    assert of_recipient["Remote-MTA"] == "dns; [127.0.0.1]"
    assert of_recipient["Diagnostic-Code"] == "smtp; 550 5.1.1 No such user here"
    assert returned.get_content_type() == "text/rfc822-headers"
    assert "Subject: Your order" in returned.get_content()
    assert "Thank you" not in returned.get_content()


def test_a_suppressed_recipient_is_told_too(server, sink):
    sink.script("left@example.net", "550 5.1.1 No such user here")
    send(server, "eve@example.org", "left@example.net", "NEVER")
    wait_for(lambda: state_of(server, "left@example.net") == 2, "the bounce")
    send(server, "cleo@example.org", "left@example.net", "FAILURE", ret="FULL")
    *_, (_, _, returned), (_, of_recipient) = notification_for(sink, "cleo@example.org")
    assert of_recipient["Status"] == "5.7.1"
    assert returned.get_content_type() == "message/rfc822"
    assert returned.get_payload(0).get_content().strip() == "Thank you"


def test_a_mail_passed_on_to_a_server_without_dsn_is_relayed(server, sink):
    send(server, "dan@example.org", "bob@example.net", "SUCCESS,FAILURE")
    *_, (_, of_recipient) = notification_for(sink, "dan@example.org")
    assert (of_recipient["Action"], of_recipient["Status"]) == ("relayed", "2.0.0")
    sink.mail_to("bob@example.net")


@pytest.mark.parametrize("notify", ["NEVER", "SUCCESS", "DELAY"])
def test_a_failure_is_told_to_nobody_who_did_not_ask_for_it(server, sink, notify):
    sender, recipient = f"{notify.lower()}@example.org", f"{notify.lower()}@example.net"
    sink.script(recipient, "550 5.1.1 No such user here")
    send(server, sender, recipient, notify)
    wait_for(lambda: state_of(server, recipient) == 2, "the bounce")
    # A notification would have come in the same commit.
    assert ask(server, "SELECT id FROM message WHERE recipient = ?", sender) == []


def test_a_notification_that_is_refused_is_the_end_of_it(server, sink):
    sink.script("away@example.net", "550 5.1.1 No such user here")
    sink.script("fay@example.org", "550 5.1.1 No such user here either")
    send(server, "fay@example.org", "away@example.net", "FAILURE")
    wait_for(
        lambda: ask(server, "SELECT id FROM message WHERE recipient = 'fay@example.org' AND state = 2"),
        "the notification's bounce",
    )
    assert len(ask(server, "SELECT id FROM message WHERE recipient = 'fay@example.org'")) == 1
    assert ask(server, "SELECT id FROM message WHERE recipient LIKE 'mailer-daemon%'") == []


def test_a_captured_mail_is_delivered(tmp_path):
    with running(tmp_path / "data", deliver="capture", trusted_networks="127.0.0.0/8") as server:
        server.answer_of("sender", "add", "@example.org")
        send(server, "ann@example.org", "bob@example.net", "SUCCESS")
        found = wait_for(
            lambda: ask(
                server,
                "SELECT captured.body FROM captured JOIN message ON message.id = captured.message_id"
                " WHERE message.recipient = 'ann@example.org'",
            ),
            "the notification in the inbox",
        )
    parsed = email.message_from_bytes(found[0][0], policy=email.policy.default)
    _, status, _ = parsed.iter_parts()
    assert status.get_payload()[1]["Action"] == "delivered"
