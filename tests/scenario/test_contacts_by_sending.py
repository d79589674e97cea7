"""A whole server: who is written to becomes a contact by himself, and the application is told which."""

import smtplib
import urllib.parse
import urllib.request
from contextlib import closing

import pytest
from mailjet_rest import Client
from mailjet_rest.errors import DoesNotExistError

from aerogram.base.sealing import Sealer
from aerogram.content.tokens import KEY_PURPOSE, LinkSigner
from support.django_site import TrackingSite
from support.server import running
from support.waiting import wait_for

MAIL = "From: Shop <news@example.com>\r\nTo: {to}\r\nSubject: News\r\n\r\nNews\r\n"
TYPES = ("sent", "bounce", "unsub", "spam")


@pytest.fixture(scope="module")
def site():
    with TrackingSite() as running_site:
        yield running_site


@pytest.fixture(scope="module")
def server(tmp_path_factory, site):
    settings = {"trusted_senders": "@example.com", "allow_private_callbacks": "true"}
    with running(tmp_path_factory.mktemp("contacts") / "data", **settings) as process:
        with closing(sdk(process, "v3")) as client:
            for kind in TYPES:
                assert client.eventcallbackurl.create(data={"EventType": kind, "Url": site.url}).ok
        yield process


@pytest.fixture(scope="module")
def signer(server):
    return LinkSigner(Sealer((server.data / "secret.key").read_text()).derived_key(KEY_PURPOSE))


def sdk(server, version, key=None):
    own = (server.settings["api_key"], server.settings["secret_key"])
    return Client(auth=key or own, version=version, api_url=f"{server.url}/")


def send_by_api(server, *to, key=None, **properties):
    mail = {"From": {"Email": "news@example.com"}, "To": list(to), "Subject": "News", "TextPart": "News"}
    with closing(sdk(server, "v3.1", key)) as client:
        answer = client.send.create(data={"Messages": [mail | properties]})
    return [each["MessageID"] for each in answer.json()["Messages"][0]["To"]]


def send_by_smtp(server, *recipients):
    access = server.settings["api_key"], server.settings["secret_key"]
    with smtplib.SMTP("127.0.0.1", server.smtp_port, timeout=30) as client:
        client.starttls()
        client.login(*access)
        client.sendmail("news@example.com", recipients, MAIL.format(to=", ".join(recipients)))


def rows(server, resource, **filters):
    with closing(sdk(server, "v3")) as client:
        answer = getattr(client, resource).get(filters=filters)
    return answer.json()["Data"]


def contact(server, email):
    with closing(sdk(server, "v3")) as client:
        try:
            answer = client.contact.get(id=email)
        except DoesNotExistError:
            return None
    return answer.json()["Data"][0]


def when(server, email, condition, what):
    """Wait for a contact that fulfils a condition."""

    def found():
        one = contact(server, email)
        return one if one and condition(one) else None

    return wait_for(found, what)


def test_mail_by_smtp_makes_contacts_whose_ids_are_told(server, site):
    send_by_smtp(server, "Ann.Smith@example.net", "bob@example.net")
    for email in ("ann.smith@example.net", "bob@example.net"):
        written = "Ann.Smith@example.net" if email.startswith("ann") else email
        event = site.event(written, "delivered").esp_event
        one = contact(server, email)
        assert (one["ID"], one["DeliveredCount"]) == (event["mj_contact_id"], 1)
        assert one["LastActivityAt"].endswith("Z")
        assert (one["Name"], one["UnsubscribedAt"], one["IsSpamComplaining"]) == ("", "", False)


def test_mail_by_the_api_makes_a_contact_with_his_name_and_messages_name_him(server, site):
    properties = {"TemplateLanguage": True, "TextPart": 'Hello {{var:x:""}}'}
    [first] = send_by_api(server, {"Email": "cleo@example.net", "Name": "Cleo"}, **properties)
    cleo = when(server, "cleo@example.net", lambda one: one["DeliveredCount"] == 1, "one delivery")
    assert cleo["Name"] == "Cleo"
    assert site.event("cleo@example.net", "delivered").esp_event["mj_contact_id"] == cleo["ID"]
    [second] = send_by_api(server, {"Email": "cleo@example.net"})
    when(server, "cleo@example.net", lambda one: one["DeliveredCount"] == 2, "two deliveries")
    for name in ("ContactID", "Contact"):
        found = rows(server, "message", **{name: cleo["ID"], "ShowContactAlt": True})
        assert [(one["ID"], one["ContactID"], one["ContactAlt"]) for one in found] == [
            (first, cleo["ID"], "cleo@example.net"),
            (second, cleo["ID"], "cleo@example.net"),
        ]
    found = rows(server, "message", ContactAlt="CLEO@example.net")
    assert [one["ContactAlt"] for one in found] == ["", ""]
    information = {one["ID"]: one for one in rows(server, "messageinformation", Limit=0)}
    assert information[first]["ContactID"] == cleo["ID"]
    assert rows(server, "message", ContactID=cleo["ID"] + 1) == []


def test_a_bounce_makes_a_contact_and_a_complaint_marks_one(server, site):
    send_by_api(server, {"Email": "bounce+eve@simulator.test"}, {"Email": "complaint+dan@simulator.test"})
    event = site.event("bounce+eve@simulator.test", "bounced").esp_event
    eve = contact(server, "bounce+eve@simulator.test")
    assert (eve["ID"], eve["DeliveredCount"], eve["LastActivityAt"]) == (event["mj_contact_id"], 0, "")
    event = site.event("complaint+dan@simulator.test", "complained").esp_event
    dan = when(server, "complaint+dan@simulator.test", lambda one: one["IsSpamComplaining"], "the complaint")
    assert (dan["ID"], dan["DeliveredCount"]) == (event["mj_contact_id"], 1)


def test_who_leaves_by_the_link_of_a_mail_is_unsubscribed_by_it(server, site, signer):
    [message_id] = send_by_api(server, {"Email": "fay@example.net"}, DeduplicateCampaign=False)
    site.event("fay@example.net", "delivered")
    form = urllib.parse.urlencode({"do": "unsubscribe"}).encode()
    with urllib.request.urlopen(signer.unsubscribe_url(server.url, message_id), form) as answer:
        assert answer.status == 200
    event = site.event("fay@example.net", "unsubscribed").esp_event
    fay = when(server, "fay@example.net", lambda one: one["UnsubscribedAt"], "the unsubscription")
    assert (fay["UnsubscribedBy"], fay["LastActivityAt"]) == ("Unsubscribe link", fay["UnsubscribedAt"])
    assert event["mj_contact_id"] == fay["ID"]
    assert list(event)[:8] == [
        "event", "time", "MessageID", "Message_GUID", "email", "mj_campaign_id", "mj_contact_id", "customcampaign",
    ]  # fmt: skip


def test_mail_by_a_sandbox_key_makes_no_contact(server, site):
    made = server.answer_of("account", "key", "add", server.settings["api_key"], "--sandbox")
    key = (made["api_key"], made["secret_key"])
    send_by_api(server, {"Email": "gil@example.net"}, key=key)
    assert site.event("gil@example.net", "delivered").esp_event["mj_contact_id"] == 0
    send_by_api(server, {"Email": "hal@example.net"})
    when(server, "hal@example.net", lambda one: one["DeliveredCount"] == 1, "one delivery")
    assert contact(server, "gil@example.net") is None
