"""A whole server: a recipient behind a proxy opens, clicks and unsubscribes, and the application is told."""

import json
import urllib.parse
import urllib.request
import uuid
from contextlib import closing

import pytest
from mailjet_rest import Client

from aerogram.base.sealing import Sealer
from aerogram.content.tokens import KEY_PURPOSE, LinkSigner
from support.django_site import TrackingSite
from support.mmdb import write_countries
from support.server import running
from support.waiting import wait_for

AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:126.0) Gecko/20100101 Firefox/126.0"
TARGET = "https://shop.example/?a=1&b=2"


@pytest.fixture(scope="module")
def site():
    with TrackingSite() as running_site:
        yield running_site


@pytest.fixture(scope="module")
def server(tmp_path_factory, site):
    folder = tmp_path_factory.mktemp("tracking")
    settings = {
        "trusted_senders": "@example.com",
        "allow_private_callbacks": "true",
        "trusted_proxies": "127.0.0.0/8,10.0.0.0/8",
        "geoip_database": str(write_countries(folder / "c.mmdb", {"192.0.2.0/24": "FR"})),
    }
    with running(folder / "data", **settings) as process:
        with closing(sdk(process, "v3")) as client:
            for kind in ("open", "click", "unsub"):
                assert client.eventcallbackurl.create(data={"EventType": kind, "Url": site.url}).ok
        yield process


@pytest.fixture(scope="module")
def signer(server):
    """The server's own signer: its key is the folder's."""
    return LinkSigner(Sealer((server.data / "secret.key").read_text()).derived_key(KEY_PURPOSE))


def sdk(server, version):
    key = (server.settings["api_key"], server.settings["secret_key"])
    return Client(auth=key, version=version, api_url=f"{server.url}/")


def send(server):
    """Send a mail; give its id and recipient."""
    recipient = f"ann.{uuid.uuid4().hex}@example.net"
    mail = {
        "From": {"Email": "news@example.com"},
        "To": [{"Email": recipient}],
        "Subject": "News",
        "HTMLPart": "<p>News</p>",
        "CustomCampaign": "spring",
        "CustomID": "r-17",
        "EventPayload": json.dumps({"order": 17}),
    }
    with closing(sdk(server, "v3.1")) as client:
        answer = client.send.create(data={"Messages": [mail]})
    message_id = answer.json()["Messages"][0]["To"][0]["MessageID"]
    wait_for(lambda: timeline(server, message_id), "the mail in the inbox")
    return message_id, recipient


def timeline(server, message_id):
    try:
        with urllib.request.urlopen(f"{server.url}/inbox/api/messages/{message_id}") as answer:
            return [each["text"] for each in json.load(answer)["timeline"]]
    except urllib.error.HTTPError as error:
        error.close()
        return []


class Unfollowed(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def follow(url, form=None, forwarded="192.0.2.7"):
    """Ask as a recipient does whose request comes through two proxies; give status and Location."""
    headers = {"User-Agent": AGENT, "X-Forwarded-For": f"203.0.113.1, {forwarded}, 10.1.2.3"}
    data = urllib.parse.urlencode(form).encode() if form else None
    request = urllib.request.Request(url, data, headers)
    try:
        with urllib.request.build_opener(Unfollowed).open(request) as answer:
            return answer.status, None
    except urllib.error.HTTPError as error:
        error.close()
        return error.code, error.headers["Location"]


def told(site, recipient, kind):
    event = site.event(recipient, kind).esp_event
    assert isinstance(event.pop("time"), int)
    assert event.pop("mj_campaign_id") > 0
    assert event.pop("Message_GUID")
    return event


def contact_id(server, recipient):
    with closing(sdk(server, "v3")) as client:
        return client.contact.get(id=recipient).json()["Data"][0]["ID"]


def common(server, message_id, recipient):
    return {
        "email": recipient,
        "MessageID": message_id,
        "mj_contact_id": contact_id(server, recipient),
        "customcampaign": "spring",
        "CustomID": "r-17",
        "Payload": '{"order": 17}',
        "ip": "192.0.2.7",
        "geo": "FR",
        "agent": AGENT,
    }


def test_an_open_and_a_click_are_told_with_every_field(server, signer, site):
    message_id, recipient = send(server)
    assert follow(signer.open_url(server.url, message_id)) == (200, None)
    assert follow(signer.click_url(server.url, message_id, TARGET)) == (302, TARGET)
    opened, clicked = told(site, recipient, "opened"), told(site, recipient, "clicked")
    expected = common(server, message_id, recipient)
    assert opened == expected | {"event": "open"}
    assert clicked == expected | {"event": "click", "url": TARGET}


def test_an_unsubscription_is_told_by_the_button_and_by_the_mail_program(server, signer, site):
    message_id, recipient = send(server)
    assert follow(signer.unsubscribe_url(server.url, message_id)) == (200, None)
    assert follow(signer.unsubscribe_url(server.url, message_id), {"do": "unsubscribe"}) == (200, None)
    left = told(site, recipient, "unsubscribed")
    assert left == common(server, message_id, recipient) | {"event": "unsub", "mj_list_id": 0}
    message_id, recipient = send(server)
    one_click = {"List-Unsubscribe": "One-Click"}
    assert follow(signer.unsubscribe_url(server.url, message_id), one_click) == (200, None)
    assert told(site, recipient, "unsubscribed")["agent"] == "List-Unsubscribe"
    assert (
        timeline(server, message_id)[-1]
        == "The recipient unsubscribed with the unsubscribe button of the mail program."
    )


def test_the_timeline_says_who_opened_and_clicked(server, signer):
    message_id, _ = send(server)
    # The mail has just been delivered: nobody is that quick.
    follow(signer.click_url(server.url, message_id, TARGET))
    assert timeline(server, message_id)[-1] == (f"Clicked by a link scanner, not by a person: {TARGET}")


def test_a_proxy_of_which_nothing_is_known_is_not_believed(server, signer, site):
    message_id, recipient = send(server)
    # 198.51.100.1 stands nearest to our proxies and is none of them: it is the client, whatever it says.
    follow(signer.open_url(server.url, message_id), forwarded="192.0.2.7, 198.51.100.1")
    event = told(site, recipient, "opened")
    assert (event["ip"], event["geo"]) == ("198.51.100.1", "")
