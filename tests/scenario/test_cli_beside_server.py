"""The command line works on the store of a running server."""

from __future__ import annotations

import smtplib

import pytest

from support.ports import free_port
from support.server import running
from support.waiting import wait_for


@pytest.fixture
def server(tmp_path):
    """A server whose next hop does not answer, so that mail waits."""
    settings = {
        "deliver": "direct",
        "routes": f"*=127.0.0.1:{free_port()}",
        "trusted_networks": "127.0.0.0/8",
    }
    with running(tmp_path / "data", **settings) as served:
        yield served


def send(server, sender, *recipients):
    with smtplib.SMTP("127.0.0.1", server.smtp_port, timeout=30) as client:
        client.sendmail(sender, recipients, f"From: {sender}\r\nSubject: Hello\r\n\r\nHello\r\n")


def waiting(server, state):
    """The messages of the queue in this state, once there are any."""
    return wait_for(
        lambda: [each for each in server.answer_of("queue", "ls")["messages"] if each["state"] == state],
        f"a {state} message",
    )


def test_an_added_domain_may_send_while_the_server_runs(server):
    with pytest.raises(smtplib.SMTPSenderRefused) as refused:
        send(server, "news@example.org", "ann@example.net")
    assert refused.value.smtp_code == 550
    server.answer_of("sender", "add", "@example.org")
    send(server, "news@example.org", "ann@example.net")


def test_a_waiting_message_is_held_released_tried_again_and_cancelled(server):
    server.answer_of("sender", "add", "@example.org")
    send(server, "news@example.org", "ann@example.net")
    (message,) = waiting(server, "deferred")
    assert message["to"] == "ann@example.net"
    assert message["last_reply"]
    assert server.answer_of("queue", "hold", "--domain", "example.net")["done"] == 1
    assert waiting(server, "held")[0]["id"] == message["id"]
    server.answer_of("queue", "release", str(message["id"]))
    wait_for(lambda: waiting(server, "deferred")[0]["attempts"] >= 2, "a second attempt")
    server.answer_of("queue", "retry", "--all")
    wait_for(lambda: waiting(server, "deferred")[0]["attempts"] >= 3, "a third attempt")
    server.answer_of("queue", "cancel", message["uuid"])
    told = server.answer_of("message", "show", message["uuid"])
    assert told["state"] == "cancelled"
    assert {"deferred", "held", "released", "cancelled"} <= {event["event"] for event in told["events"]}
