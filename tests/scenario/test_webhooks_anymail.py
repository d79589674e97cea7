"""Events reach a Django site: registered with Mailjet's SDK, understood by Anymail's own webhook view."""

from __future__ import annotations

import json
import smtplib
import uuid
from contextlib import closing

import pytest
from mailjet_rest import Client

from support.django_site import TrackingSite
from support.server import running
from support.sinks import HANG, Sink

SENDER = "orders@example.com"
KINDS = ("sent", "bounce", "blocked", "spam", "unsub", "open", "click")


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
    """A server that relays to the sink and reports to the site."""
    settings = {
        "deliver": "direct",
        "routes": f"*=127.0.0.1:{sink.port}",
        "trusted_senders": "@example.com",
        "allow_private_callbacks": "true",
        "retry_schedule": "1s,1s",
        "next_hop_timeout": "1s",
        "rate_limit": "none",
    }
    with running(tmp_path_factory.mktemp("webhooks") / "data", **settings) as process:
        with closing(sdk(process, "v3")) as client:
            for kind in KINDS:
                answer = client.eventcallbackurl.create(data={"EventType": kind, "Url": site.url})
                assert answer.status_code == 201
        yield process


def sdk(server, version):
    key = (server.settings["api_key"], server.settings["secret_key"])
    return Client(auth=key, version=version, api_url=f"{server.url}/")


def a_recipient():
    return f"ann.{uuid.uuid4().hex}@example.net"


def send(server, recipient, **changes):
    """Send a mail; give its MessageID."""
    message = {
        "From": {"Email": SENDER},
        "To": [{"Email": recipient}],
        "Subject": "Receipt 17",
        "TextPart": "Thanks.",
        "EventPayload": json.dumps({"order": 17}),
        "CustomCampaign": "receipts",
    }
    with closing(sdk(server, "v3.1")) as client:
        answer = client.send.create(data={"Messages": [message | changes]})
    return str(answer.json()["Messages"][0]["To"][0]["MessageID"])


def test_a_delivery_is_told_with_what_the_sender_attached(server, site):
    recipient = a_recipient()
    message_id = send(server, recipient)
    event = site.event(recipient, "delivered")
    assert event.message_id == message_id
    assert event.metadata == {"order": 17}
    assert event.tags == ["receipts"]
    assert "250 2.0.0 Ok: queued as SINK" in event.mta_response


def test_a_delivery_of_a_mail_by_smtp_is_told_with_what_its_headers_said(server, site):
    recipient = a_recipient()
    mail = (
        f"From: {SENDER}\r\nTo: {recipient}\r\nX-MJ-CustomID: r-17\r\nX-Mailjet-Campaign: receipts\r\n"
        'X-MJ-EventPayload: {"order":\r\n 17}\r\n\r\nThanks.\r\n'
    )
    with smtplib.SMTP("127.0.0.1", server.smtp_port, timeout=30) as client:
        client.login(server.settings["api_key"], server.settings["secret_key"])
        client.sendmail(SENDER, [recipient], mail)
    event = site.event(recipient, "delivered")
    assert (event.metadata, event.tags) == ({"order": 17}, ["receipts"])
    assert (event.esp_event["CustomID"], event.esp_event["Payload"]) == ("r-17", '{"order": 17}')


def test_a_permanent_refusal_is_a_hard_bounce(server, sink, site):
    recipient = a_recipient()
    sink.script(recipient, "550 5.1.1 User unknown")
    message_id = send(server, recipient)
    event = site.event(recipient, "bounced")
    assert event.message_id == message_id
    assert event.esp_event["hard_bounce"] is True
    assert event.esp_event["error"] == "user unknown"
    assert event.reject_reason == "bounced"


def test_who_bounced_hard_is_blocked_the_next_time(server, sink, site):
    recipient = a_recipient()
    sink.script(recipient, "550 5.1.1 User unknown")
    send(server, recipient)
    site.event(recipient, "bounced")
    send(server, recipient)
    event = site.event(recipient, "rejected")
    assert event.esp_event["event"] == "blocked"
    assert site.events_of(recipient) == ["bounced", "rejected"]


@pytest.mark.parametrize(
    "reply",
    ["451 4.7.1 Greylisted, try again later", "421 4.3.2 Service shutting down", "452 4.2.2 Mailbox full"],
)
def test_a_passing_refusal_is_a_deferral_and_the_mail_arrives_after_retries(server, sink, site, reply):
    recipient = a_recipient()
    sink.script(recipient, reply, reply)
    message_id = send(server, recipient)
    deferral = site.event(recipient, "deferred")
    assert deferral.message_id == message_id
    assert deferral.esp_event["hard_bounce"] is False
    assert site.event(recipient, "delivered", seconds=40).message_id == message_id
    assert sink.mail_to(recipient)
    assert site.events_of(recipient)[-1] == "delivered"
    assert set(site.events_of(recipient)) == {"deferred", "delivered"}


def test_a_connection_that_dies_after_the_final_dot_leaves_the_mail_in_doubt_and_it_is_sent_again(
    server, sink, site
):
    recipient = a_recipient()
    sink.cut_after_data(recipient)
    send(server, recipient)
    site.event(recipient, "deferred")
    site.event(recipient, "delivered", seconds=40)
    first, second = (mail.content for mail in sink.mails if recipient in mail.recipients)
    assert first == second


def test_a_next_hop_that_hangs_is_a_deferral_and_is_tried_again(server, sink, site):
    recipient = a_recipient()
    # A letter whose conversation breaks off before its final dot gets another connection at once, so one
    # hanging conversation alone may pass unseen.
    sink.script(recipient, HANG, HANG)
    send(server, recipient)
    assert site.event(recipient, "deferred")
    assert site.event(recipient, "delivered", seconds=40)


def rest(server, resource, message_id):
    with closing(sdk(server, "v3")) as client:
        return getattr(client, resource).get(id=message_id).json()["Data"]


@pytest.mark.parametrize(
    "reply", ["554 5.7.1 Recipient address rejected: user unknown", "553 5.7.0 no such mailbox here"]
)
def test_words_that_deny_the_mailbox_are_a_hard_bounce_in_all_reports(server, sink, site, reply):
    recipient = a_recipient()
    sink.script(recipient, reply)
    message_id = send(server, recipient)
    told = site.event(recipient, "bounced").esp_event
    assert (told["hard_bounce"], told["blocked"]) == (True, True)
    assert (told["error_related_to"], told["error"]) == ("recipient", "user unknown")
    assert reply in told["comment"]
    (row,) = rest(server, "message", message_id)
    assert (row["Status"], row["StateID"]) == ("hardbounced", 1)
    event = rest(server, "messagehistory", message_id)[-1]
    assert (event["EventType"], event["State"]) == ("bounced", "user unknown")
    assert reply in event["Comment"]
    send(server, recipient)
    site.event(recipient, "rejected")


def test_a_block_of_the_sender_is_soft_and_the_next_mail_is_tried(server, sink, site):
    recipient = a_recipient()
    sink.script(recipient, "550 5.7.1 Service unavailable; client [192.0.2.1] blocked using zen.spamhaus.org")
    send(server, recipient)
    told = site.event(recipient, "bounced").esp_event
    assert (told["hard_bounce"], told["blocked"], told["error"]) == (False, False, "sender blocked")
    send(server, recipient)
    assert site.event(recipient, "delivered")


@pytest.mark.parametrize(
    ("reply", "state"),
    [
        ("452 4.2.2 over quota, please try again later", 3),
        ("451 4.7.1 Greylisting in action, please come back later", 13),
        ("421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred; try again later", 9),
    ],
)
def test_a_deferral_is_announced_as_one_and_its_message_has_the_true_reason(server, sink, site, reply, state):
    recipient = a_recipient()
    sink.script(recipient, *[reply] * 3)
    message_id = send(server, recipient)
    deferral = site.event(recipient, "deferred").esp_event
    assert (deferral["hard_bounce"], deferral["error"]) == (False, "greylisted")
    assert reply in deferral["comment"]
    (row,) = rest(server, "message", message_id)
    assert (row["Status"], row["StateID"]) == ("deferred", state)
