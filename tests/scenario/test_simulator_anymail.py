"""Each address of the simulator gives its event to a Django site, as Anymail's own webhook view reads it."""

import itertools
from contextlib import closing

import pytest
from mailjet_rest import Client

from support.django_site import TrackingSite
from support.server import running

SENDER = "orders@example.com"
KINDS = ("sent", "bounce", "blocked", "spam", "unsub", "open", "click")
LINK = "https://shop.example/?order=17&lang=fr"
numbers = itertools.count()


@pytest.fixture(scope="module")
def site():
    with TrackingSite() as running_site:
        yield running_site


@pytest.fixture(scope="module")
def server(tmp_path_factory, site):
    """A server as it is out of the box: nothing leaves it."""
    settings = {"trusted_senders": "@example.com", "allow_private_callbacks": "true", "rate_limit": "none"}
    with running(tmp_path_factory.mktemp("simulator") / "data", **settings) as process:
        with closing(sdk(process, "v3")) as client:
            for kind in KINDS:
                answer = client.eventcallbackurl.create(data={"EventType": kind, "Url": site.url})
                assert answer.status_code == 201
        yield process


def sdk(server, version):
    key = (server.settings["api_key"], server.settings["secret_key"])
    return Client(auth=key, version=version, api_url=f"{server.url}/")


@pytest.fixture
def send(server):
    """Send a mail to a name of the simulator; give the address and the MessageID."""

    def post(name):
        recipient = f"{name}+{next(numbers)}@simulator.test"
        message = {
            "From": {"Email": SENDER},
            "To": [{"Email": recipient}],
            "Subject": "Receipt 17",
            "HTMLPart": f'<p>See <a href="{LINK.replace("&", "&amp;")}">your order</a>.</p>',
            "CustomCampaign": "receipts",
        }
        with closing(sdk(server, "v3.1")) as client:
            answer = client.send.create(data={"Messages": [message]})
        return recipient, str(answer.json()["Messages"][0]["To"][0]["MessageID"])

    return post


@pytest.mark.parametrize(
    ("name", "types"),
    [
        ("success", ["delivered"]),
        ("anything", ["delivered"]),
        ("bounce", ["bounced"]),
        ("softbounce", ["bounced"]),
        ("blocked", ["rejected"]),
        ("defer", ["deferred", "delivered"]),
        ("timeout", ["deferred"]),
        ("complaint", ["delivered", "complained"]),
        ("open", ["delivered", "opened"]),
        ("click", ["delivered", "opened", "clicked"]),
        ("unsubscribe", ["delivered", "unsubscribed"]),
    ],
)
def test_each_address_gives_its_events_in_order(site, send, name, types):
    recipient, message_id = send(name)
    event = site.event(recipient, types[-1])
    assert (event.message_id, event.tags) == (message_id, ["receipts"])
    assert site.events_of(recipient) == types


def test_a_hard_bounce_says_why(site, send):
    event = site.event(send("bounce")[0], "bounced")
    assert (event.esp_event["hard_bounce"], event.esp_event["error"]) == (True, "user unknown")
    assert event.reject_reason == "bounced"


def test_a_soft_bounce_says_why(site, send):
    event = site.event(send("softbounce")[0], "bounced")
    assert (event.esp_event["hard_bounce"], event.esp_event["error"]) == (False, "quota exceeded")


def test_a_click_says_where_and_with_what(site, send):
    event = site.event(send("click")[0], "clicked")
    assert event.click_url == LINK
    assert "Firefox" in event.user_agent
    assert event.esp_event["ip"] == "192.0.2.1"


def test_a_complaint_says_through_whom(site, send):
    assert site.event(send("complaint")[0], "complained").esp_event["source"] == "Simulator"
