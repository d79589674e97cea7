"""Mail by a sandbox key never leaves, whatever it is and whatever is told of it; its simulator works."""

import contextlib
import json
import smtplib
import sqlite3

import httpx2
import pytest

from aerogram.store.open import FILE_NAME
from support.calls import a_call, a_message
from support.server import running
from support.sinks import Sink
from support.waiting import wait_for

SENDER = "orders@example.com"


@pytest.fixture(scope="module")
def sink():
    with Sink() as running_sink:
        yield running_sink


@pytest.fixture(scope="module")
def server(tmp_path_factory, sink):
    """A server that delivers, to the sink."""
    settings = {
        "deliver": "direct",
        "routes": f"*=127.0.0.1:{sink.port}",
        "trusted_senders": "@example.com",
        "rate_limit": "none",
    }
    with running(tmp_path_factory.mktemp("sandbox") / "data", **settings) as process:
        yield process


@pytest.fixture(scope="module")
def key(server):
    """A sandbox key pair."""
    made = server.answer_of("account", "key", "add", server.settings["api_key"], "--sandbox")
    return made["api_key"], made["secret_key"]


@pytest.fixture
def post(server):
    """Send by HTTP; give the MessageID."""

    def send(auth, recipient, **properties):
        body = a_call(a_message(To=[{"Email": recipient}], **properties))
        answer = httpx2.post(f"{server.url}/v3.1/send", content=body, auth=auth, timeout=30, trust_env=False)
        assert answer.status_code == 200, answer.text
        return answer.json()["Messages"][0]["To"][0]["MessageID"]

    return send


def events(server, message_id):
    return [each["event"] for each in server.answer_of("message", "show", str(message_id))["events"]]


def deliver_ordinary_mail(server, sink, post):
    """Send by an ordinary key; when that has arrived, whatever was sent before would have, too."""
    auth = (server.settings["api_key"], server.settings["secret_key"])
    post(auth, "ordinary@example.net")
    sink.mail_to("ordinary@example.net")


def left(sink):
    """Give all recipients of mail that left, but those that should have it."""
    gone = {address for mail in sink.mails for address in mail.recipients}
    return gone - {"ordinary@example.net", "like-any-other@simulator.test", "xia@example.net"}


def queue_is_empty(server):
    answer = httpx2.get(f"{server.url}/metrics", timeout=30, trust_env=False)
    return "aerogram_queue_messages 0.0" in answer.text


def test_nothing_leaves_by_http(server, sink, key, post):
    post(key, "ann@example.net")
    post(key, "bounce@simulator.test")
    deliver_ordinary_mail(server, sink, post)
    assert not left(sink)


def test_nothing_leaves_by_smtp_nor_does_what_is_told_of_it(server, sink, key, post):
    with smtplib.SMTP("127.0.0.1", server.smtp_port, timeout=30) as client:
        client.starttls()
        client.login(*key)
        mail = f"From: {SENDER}\r\nSubject: x\r\n\r\nx\r\n"
        for recipient in ("bounce@simulator.test", "ann@example.net"):
            client.sendmail(SENDER, [recipient], mail, rcpt_options=["NOTIFY=SUCCESS,FAILURE"])
    wait_for(lambda: queue_is_empty(server), "an empty queue")
    deliver_ordinary_mail(server, sink, post)
    assert not left(sink)


def test_a_report_of_a_template_error_does_not_leave(server, sink, key, post):
    post(
        key,
        "ann@example.net",
        TextPart="{{ 1 / 0 }}{% if %}",
        TemplateLanguage=True,
        TemplateErrorReporting={"Email": "developer@example.net"},
    )
    wait_for(lambda: queue_is_empty(server), "an empty queue")
    deliver_ordinary_mail(server, sink, post)
    assert not left(sink)


def made(server, auth, resource, **properties):
    """Make an object by REST; give its row."""
    answer = httpx2.post(
        f"{server.url}/v3/REST/{resource}", json=properties, auth=auth, timeout=30, trust_env=False
    )
    assert answer.status_code == 201, answer.text
    return answer.json()["Data"][0]


def signed_up(server, auth, email):
    """Have a form made and filled in; give its path."""
    ordinary = (server.settings["api_key"], server.settings["secret_key"])
    news = made(server, auth, "contactslist", Name=f"News for {email}")
    senders = httpx2.get(f"{server.url}/v3/REST/sender", auth=ordinary, timeout=30, trust_env=False).json()
    widget = made(
        server, auth, "widget", FromID=senders["Data"][0]["ID"], ListID=news["ID"], Locale="en_US", Name=email
    )
    path = "/signup/" + widget["SignupUrl"].partition("/signup/")[2]
    answer = httpx2.post(f"{server.url}{path}", data={"email": email}, timeout=30, trust_env=False)
    assert answer.status_code == 200, answer.text
    return widget


def test_the_mail_of_a_form_that_it_made_does_not_leave(server, sink, key, post):
    widget = signed_up(server, key, "zoe@example.net")
    # Who changes the form does not take it out of the sandbox.
    ordinary = (server.settings["api_key"], server.settings["secret_key"])
    changed = httpx2.put(
        f"{server.url}/v3/REST/widget/{widget['ID']}",
        json={"Name": "Footer"},
        auth=ordinary,
        timeout=30,
        trust_env=False,
    )
    assert changed.status_code == 200, changed.text
    path = "/signup/" + widget["SignupUrl"].partition("/signup/")[2]
    httpx2.post(f"{server.url}{path}", data={"email": "yan@example.net"}, timeout=30, trust_env=False)
    wait_for(lambda: queue_is_empty(server), "an empty queue")
    deliver_ordinary_mail(server, sink, post)
    assert not left(sink)


def test_the_mail_of_any_other_form_leaves(server, sink):
    signed_up(server, (server.settings["api_key"], server.settings["secret_key"]), "xia@example.net")
    assert sink.mail_to("xia@example.net")


def test_a_campaign_that_it_made_keeps_that_it_is_sandboxed(server, key):
    ordinary = (server.settings["api_key"], server.settings["secret_key"])
    values = {"Locale": "en_US", "Subject": "Hi"}
    kept, other = (
        made(server, key, "campaigndraft", **values),
        made(server, ordinary, "campaigndraft", **values),
    )
    answer = httpx2.put(
        f"{server.url}/v3/REST/campaigndraft/{kept['ID']}",
        json={"Title": "Spring"},
        auth=ordinary,
        timeout=30,
        trust_env=False,
    )
    assert answer.status_code == 200, answer.text
    with contextlib.closing(sqlite3.connect(server.data / FILE_NAME)) as store:
        extras = dict(store.execute("SELECT id, extras FROM draft").fetchall())
    assert json.loads(extras[kept["ID"]])["is_sandboxed"] == 1
    assert "is_sandboxed" not in extras[other["ID"]]


def test_the_simulator_works_for_it(server, key, post):
    message_id = post(key, "click@simulator.test", HTMLPart="<a href='https://shop.example/'>Shop</a>")
    wait_for(lambda: "click" in events(server, message_id), "a click")
    assert events(server, message_id)[-3:] == ["sent", "open", "click"]


def test_for_other_keys_the_simulator_is_a_domain_like_any_other(server, sink, post):
    post((server.settings["api_key"], server.settings["secret_key"]), "like-any-other@simulator.test")
    assert sink.mail_to("like-any-other@simulator.test")
