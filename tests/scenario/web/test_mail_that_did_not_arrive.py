"""The inbox of a whole server lists mail that was blocked, bounced or reported, with its reason."""

from __future__ import annotations

import smtplib
import uuid

import httpx2 as httpx
import pytest

from support.server import running
from support.waiting import wait_for

SENDER = "orders@example.com"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    data = tmp_path_factory.mktemp("not-arrived") / "data"
    with running(data, trusted_senders="@example.com") as process:
        yield process


@pytest.fixture
def client(server):
    with httpx.Client(base_url=server.url, trust_env=False, timeout=30) as opened:
        opened.delete("/inbox/api/messages")
        yield opened


def send(client, server, recipient, **changes):
    message = {
        "From": {"Email": SENDER},
        "To": [{"Email": recipient}],
        "Subject": "Receipt 17",
        "HTMLPart": "<p>Thanks, the raw words.</p>",
    }
    key = (server.settings["api_key"], server.settings["secret_key"])
    answer = client.post("/v3.1/send", json={"Messages": [message | changes]}, auth=key)
    assert answer.status_code == 200, answer.text
    return answer.json()["Messages"][0]["To"][0]["MessageID"]


def listed(client, **filters):
    return client.get("/inbox/api/messages", params=filters).json()


def row_of(client, message_id):
    return wait_for(
        lambda: next((row for row in listed(client) if row["id"] == message_id), None), "a row of the inbox"
    )


def a_recipient():
    return f"ann.{uuid.uuid4().hex}@example.net"


WITH_ERROR = {"TemplateLanguage": True, "HTMLPart": "<p>Hello {{var:name}}, the raw words.</p>"}


def test_mail_with_an_undefined_variable_is_listed_as_blocked_with_the_sentence_of_the_error(client, server):
    message_id = send(client, server, a_recipient(), **WITH_ERROR)
    row = row_of(client, message_id)
    assert (row["state"], row["error"]) == ("blocked", "error in template language")
    assert "name" in row["reason"]
    opened = client.get(f"/inbox/api/messages/{message_id}").json()
    assert "{{var:name}}, the raw words" in opened["html"]
    assert any("not composed" in note for note in opened["notes"])
    assert opened["timeline"][-1]["kind"] == "blocked"
    assert b"{{var:name}}" in client.get(opened["raw"]).content
    line = next(line for line in server.log.read_text().splitlines() if str(message_id) in line)
    assert "mail was blocked" in line
    assert "error in template language" in line


def test_mail_over_smtp_with_an_error_is_listed_as_the_sender_wrote_it(client, server):
    recipient = a_recipient()
    mail = (
        f"From: {SENDER}\r\nTo: {recipient}\r\nSubject: Over SMTP\r\nX-MJ-TemplateLanguage: true\r\n"
        "Content-Type: text/plain\r\n\r\nHello {{var:nobody}}.\r\n"
    )
    with smtplib.SMTP("127.0.0.1", server.smtp_port, timeout=30) as smtp:
        smtp.login(server.settings["api_key"], server.settings["secret_key"])
        smtp.sendmail(SENDER, [recipient], mail)
    row = wait_for(lambda: next(iter(listed(client, to=recipient)), None), "a row of the inbox")
    assert (row["state"], row["subject"]) == ("blocked", "Over SMTP")
    assert "{{var:nobody}}" in client.get(f"/inbox/api/messages/{row['id']}").json()["text"]


@pytest.mark.parametrize(
    ("name", "state", "error", "reason"),
    [
        ("bounce", "bounced", "user unknown", "550 5.1.1"),
        ("softbounce", "bounced", "quota exceeded", "552 5.2.2"),
        ("blocked", "blocked", "policy issue", "Blocked by a policy"),
        ("complaint", "spam", "", "reported it as spam"),
        ("success", "captured", "", ""),
        ("open", "captured", "", ""),
    ],
)
def test_each_simulated_recipient_is_listed_with_its_state(client, server, name, state, error, reason):
    message_id = send(client, server, f"{name}+{uuid.uuid4().hex}@simulator.test")
    row = wait_for(
        lambda: next((row for row in listed(client, state=state) if row["id"] == message_id), None), "the row"
    )
    assert (row["state"], row["error"]) == (state, error)
    assert reason in row["reason"]
    assert row["size"] > 0
    assert "the raw words" in client.get(f"/inbox/api/messages/{message_id}").json()["html"]


def test_mail_to_a_suppressed_recipient_is_listed_with_the_suppression(client, server):
    recipient = a_recipient()
    assert server.command("suppression", "add", recipient).returncode == 0
    row = row_of(client, send(client, server, recipient))
    assert row["state"] == "blocked"
    assert "suppressed" in row["reason"]


def test_the_list_is_filtered_by_state_and_an_unknown_state_is_refused(client, server):
    good = send(client, server, a_recipient())
    bad = send(client, server, a_recipient(), **WITH_ERROR)
    row_of(client, good), row_of(client, bad)
    assert [row["id"] for row in listed(client, state="blocked")] == [bad]
    assert [row["id"] for row in listed(client, state="captured,spam")] == [good]
    assert {row["id"] for row in listed(client, state="captured, Blocked")} == {good, bad}
    assert [row["id"] for row in listed(client, limit=1)] == [bad]
    assert client.get("/inbox/api/messages", params={"state": "lost"}).status_code == 400


def test_waiting_is_for_mail_that_arrives_unless_asked_and_its_end_names_what_was_blocked(client, server):
    recipient = a_recipient()
    message_id = send(client, server, recipient, **WITH_ERROR)
    row_of(client, message_id)
    answer = client.get("/inbox/api/wait", params={"to": recipient, "timeout": 1})
    assert answer.status_code == 404
    assert str(message_id) in answer.json()["error"]
    assert "blocked" in answer.json()["error"]
    answer = client.get("/inbox/api/wait", params={"to": recipient, "state": "blocked"})
    assert answer.json()["id"] == message_id


def test_the_pages_show_state_and_reason_and_filter_by_state(client, server):
    message_id = send(client, server, a_recipient(), **WITH_ERROR)
    reason = row_of(client, message_id)["reason"]
    other = send(client, server, a_recipient())
    row_of(client, other)
    page = client.get("/", params={"state": "blocked", "id": message_id, "tab": "html"}).text
    assert f'data-id="{other}"' not in page
    assert page.count("is-blocked") == 2
    assert "Blocked: error in template language" in page
    assert reason.split("<")[0][:40] in page
    assert client.get("/inbox/list", params={"state": "held"}).text.count('class="row"') == 0


def test_deleting_and_clearing_reach_what_did_not_arrive(client, server):
    first = send(client, server, a_recipient(), **WITH_ERROR)
    second = send(client, server, a_recipient(), **WITH_ERROR)
    row_of(client, first), row_of(client, second)
    assert client.delete(f"/inbox/api/messages/{first}").status_code == 204
    assert client.get(f"/inbox/api/messages/{first}").status_code == 404
    assert [row["id"] for row in listed(client)] == [second]
    assert client.delete("/inbox/api/messages").status_code == 204
    assert listed(client) == []
    key = (server.settings["api_key"], server.settings["secret_key"])
    history = client.get(f"/v3/REST/messagehistory/{second}", auth=key).json()["Data"]
    assert [event["EventType"] for event in history] == ["blocked"]
