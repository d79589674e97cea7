"""Mail that is deferred until its lifetime ends bounces with the reason of the deferrals, in every report."""

from __future__ import annotations

import uuid
from contextlib import closing

import pytest
from mailjet_rest import Client

from support.django_site import TrackingSite
from support.server import running
from support.sinks import Sink
from support.waiting import wait_for

QUOTA = "452 4.2.2 The recipient's mailbox is over quota"


@pytest.fixture(scope="module")
def sink():
    with Sink() as running_sink:
        yield running_sink


@pytest.fixture(scope="module")
def site():
    with TrackingSite() as running_site:
        yield running_site


@pytest.fixture(scope="module")
def server(tmp_path_factory, sink, site):
    settings = {
        "deliver": "direct",
        "routes": f"*=127.0.0.1:{sink.port}",
        "trusted_senders": "@example.com",
        "allow_private_callbacks": "true",
        "retry_schedule": "1s,1s",
        "expire_after": "3s",
        "rate_limit": "none",
    }
    with running(tmp_path_factory.mktemp("expiry") / "data", **settings) as process:
        with closing(sdk(process, "v3")) as client:
            for kind in ("sent", "bounce", "blocked"):
                data = {"EventType": kind, "Url": site.url}
                assert client.eventcallbackurl.create(data=data).status_code == 201
        yield process


def sdk(server, version):
    key = (server.settings["api_key"], server.settings["secret_key"])
    return Client(auth=key, version=version, api_url=f"{server.url}/")


def send(server, recipient):
    message = {
        "From": {"Email": "orders@example.com"},
        "To": [{"Email": recipient}],
        "Subject": "Receipt 17",
        "TextPart": "Thanks.",
    }
    with closing(sdk(server, "v3.1")) as client:
        answer = client.send.create(data={"Messages": [message]})
    return str(answer.json()["Messages"][0]["To"][0]["MessageID"])


def rest(server, resource, message_id):
    with closing(sdk(server, "v3")) as client:
        return getattr(client, resource).get(id=message_id).json()["Data"]


def a_recipient():
    return f"ann.{uuid.uuid4().hex}@example.net"


@pytest.mark.parametrize(
    ("reply", "related", "error", "state"),
    [
        (QUOTA, "recipient", "quota exceeded", 3),
        ("452 4.2.2 Mailbox full", "recipient", "quota exceeded", 3),
        ("421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred", "spam", "policy issue", 9),
    ],
)
def test_the_final_bounce_is_soft_and_has_the_reason_of_the_deferrals(
    server, sink, site, reply, related, error, state
):
    recipient = a_recipient()
    sink.script(recipient, *[reply] * 50)
    message_id = send(server, recipient)
    assert site.event(recipient, "deferred").message_id == message_id
    told = site.event(recipient, "bounced", seconds=40).esp_event
    assert (told["hard_bounce"], told["blocked"]) == (False, False)
    assert (told["error_related_to"], told["error"]) == (related, error)
    assert reply in told["comment"]
    (row,) = rest(server, "message", message_id)
    assert (row["Status"], row["StateID"], row["StatePermanent"]) == ("softbounced", state, False)
    history = rest(server, "messagehistory", message_id)
    assert [event["EventType"] for event in history] == ["bounced"]
    assert (history[0]["State"], reply in history[0]["Comment"]) == (error, True)
    # Exactly one bounce, and nothing after it.
    kinds = site.events_of(recipient)
    assert (kinds.count("bounced"), kinds[-1]) == (1, "bounced")
    assert not any(recipient in mail.recipients for mail in sink.mails)


def test_the_next_mail_to_a_mailbox_that_was_full_is_tried(server, sink, site):
    recipient = a_recipient()
    sink.script(recipient, *[QUOTA] * 50)
    send(server, recipient)
    site.event(recipient, "bounced", seconds=40)
    sink._scripts[recipient].clear()
    message_id = send(server, recipient)
    assert site.event(recipient, "delivered", seconds=40).message_id == message_id
    wait_for(lambda: sink.mail_to(recipient), "the mail")
