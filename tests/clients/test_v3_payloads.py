"""Calls of v3 as clients that cannot run here write them: PHP, Go, Java, Ruby, and Anymail of old."""

import base64
import email
import email.policy
import json
import urllib.request

import pytest

from clients.sample import SENDER, Sample

PNG = base64.b64encode(b"\x89PNG").decode()


def post_v3(server, body, path="/v3/send"):
    """Send a body as it stands; give the answer as text."""
    key = base64.b64encode(f"{server.settings['api_key']}:{server.settings['secret_key']}".encode()).decode()
    request = urllib.request.Request(
        server.url + path,
        data=body.encode(),
        headers={"Authorization": f"Basic {key}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.read().decode()


def from_php(recipient):
    message = {
        "FromEmail": SENDER,
        "FromName": "Café",
        "Subject": "Réponse / 17",
        "Text-part": "Merci",
        "Html-part": "<h3>Merci</h3>",
        "Recipients": [{"Email": recipient}],
        "Headers": [],
        "Vars": [],
        "Attachments": [],
        "Mj-prio": "2",
        "Mj-trackopen": "1",
        "Mj-CustomID": "r-17",
    }
    # json_encode() escapes slashes and all beyond ASCII, and writes an empty array for an empty object.
    return json.dumps(message).replace("/", "\\/")


def from_go(recipient):
    return json.dumps(
        {
            "FromEmail": SENDER,
            "FromName": "Café",
            "Recipients": [{"Email": recipient, "Name": "", "Vars": {"day": "Monday"}}],
            "Subject": "Réponse / 17",
            "Text-part": "Merci",
            "Html-part": "<h3>Merci</h3>",
            "Mj-TemplateLanguage": "",
            "Mj-deduplicatecampaign": False,
            "Headers": {"Reply-To": "help@example.com"},
        }
    )


def from_java(recipient):
    return json.dumps(
        {
            "FromName": "Café",
            "FromEmail": SENDER,
            "Subject": "Réponse / 17",
            "Text-Part": "Merci",
            "Html-Part": "<h3>Merci</h3>",
            "to": recipient,
            "cc": "",
            "Mj-campaign": "May",
        }
    )


def from_ruby(recipient):
    return json.dumps(
        {
            "fromEmail": SENDER,
            "fromName": "Café",
            "to": f"Ann <{recipient}>",
            "cc": None,
            "subject": "Réponse / 17",
            "text-part": "Merci",
            "html-part": "<h3>Merci</h3>",
            "ReplyTo": "help@example.com",
            "Mj-customid": "r-17",
            "Inline_attachments": [{"Content-type": "image/png", "Filename": "a.png", "content": PNG}],
        }
    )


def from_anymail(recipient):
    # It wrote every name as an encoded word, because Mailjet splits at the commas of quoted ones.
    return json.dumps(
        {
            "FromEmail": SENDER,
            "FromName": "Café",
            "To": f"=?utf-8?q?Doe=2C_Ann?= <{recipient}>",
            "Subject": "Réponse / 17",
            "Text-part": "Merci",
            "Html-part": "<h3>Merci</h3>",
            "Headers": {"X-Anymail": "1", "Reply-To": "a@example.com, B <b@example.com>"},
            "Mj-EventPayLoad": '{"order": 17}',
            "Mj-campaign": "receipts",
            "Tag": "receipts",
            "Mj-trackclick": 1,
        }
    )


@pytest.mark.parametrize("written", [from_php, from_go, from_java, from_ruby, from_anymail])
@pytest.mark.parametrize("path", ["/v3/send", "/v3/send/message"])
def test_what_a_client_writes_arrives(capturing, written, path):
    recipient = Sample().recipient
    answer = post_v3(capturing.server, written(recipient), path)
    assert answer.startswith(f'{{ "Sent" : [{{ "Email" : "{recipient}", "MessageID" : ')
    assert answer.endswith('" }] }\n')
    mail = email.message_from_bytes(capturing.mail_to(recipient), policy=email.policy.default)
    assert mail["Subject"] == "Réponse / 17"
    assert mail["From"] == f"Café <{SENDER}>"
    assert [each.addr_spec for each in mail["To"].addresses] == [recipient]
    assert mail.get_body(("plain",)).get_content().strip() == "Merci"
    assert mail.get_body(("html",)).get_content().strip() == "<h3>Merci</h3>"


def test_the_names_and_headers_of_anymail_are_understood(capturing):
    recipient = Sample().recipient
    post_v3(capturing.server, from_anymail(recipient))
    mail = email.message_from_bytes(capturing.mail_to(recipient), policy=email.policy.default)
    assert mail["To"].addresses[0].display_name == "Doe, Ann"
    assert [each.addr_spec for each in mail["Reply-To"].addresses] == ["a@example.com", "b@example.com"]
    assert mail["X-Anymail"] == "1"
