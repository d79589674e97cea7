"""Two thousand ways to smuggle a header, a recipient or a part through the Send API v3.1: none works.

Each payload goes into every field of a message at once. The answer names the fields that do not take
it; those get a harmless value, and then the message must be accepted. What the others did with the
payload is read from the mail that comes out, by Python's own reader of mail.
"""

import email

import httpx2
import pytest

from support.injections import PAYLOADS, addresses, as_address, header_names, is_honest_address, smuggled
from support.server import running
from support.waiting import wait_for

MESSAGES_IN_CALL = 50
HARMLESS = "harmless"
FIXED_HEADERS = ("X-Value", "Reply-To", "List-Unsubscribe")
CONTENT = "SGVsbG8="

FIELDS = (
    *("From.Email", "From.Name", "Sender.Email", "Sender.Name", "ReplyTo.Email", "ReplyTo.Name"),
    *("To[0].Email", "To[0].Name", "Cc[0].Email", "Cc[0].Name", "Bcc[0].Email", "Bcc[0].Name"),
    *("Subject", "TextPart", "HTMLPart", "CustomID", "EventPayload", "CustomCampaign", "URLTags"),
    *("MonitoringCategory", "Priority", "TrackOpens", "Variables.key", "Variables.value"),
    *("TemplateErrorReporting.Email", "TemplateErrorReporting.Name", "Headers.name"),
    *(f'Headers["{name}"]' for name in FIXED_HEADERS),
    *(f"Attachments[0].{name}" for name in ("ContentType", "Filename", "Base64Content")),
    *(f"InlinedAttachments[0].{name}" for name in ("ContentType", "Filename", "ContentID", "Base64Content")),
)
"""Every place of a message where a text can stand."""

HARMLESS_VALUES = {
    "CustomCampaign": "",
    "MonitoringCategory": "",
    "TrackOpens": "account_default",
    "Priority": 2,
    "Headers.name": "X-Name",
    'Headers["Reply-To"]': "help@example.com",
    "Attachments[0].ContentType": "text/plain",
    "Attachments[0].Base64Content": CONTENT,
    "InlinedAttachments[0].ContentType": "image/png",
    "InlinedAttachments[0].Base64Content": CONTENT,
}


ADDRESSES = {"from": "From", "sender": "Sender", "reply-to": "ReplyTo", "to": "To[0]", "cc": "Cc[0]"}
"""Headers with addresses, and where they come from."""


class Attempt:
    """A message with a payload in all fields but the ``refused`` ones."""

    def __init__(self, payload):
        self.payload = payload
        self.refused = set()

    def value(self, field):
        """What stands in a field."""
        if field.endswith(".Email"):
            name = field.partition(".")[0].rstrip("[0]").lower()
            domain = "example.com" if name in ("from", "sender") else "example.net"
            return f"{name}@{domain}" if field in self.refused else as_address(self.payload, domain)
        return HARMLESS_VALUES.get(field, HARMLESS) if field in self.refused else self.payload

    def message(self):
        """The message as JSON."""
        value = self.value

        def mailbox(name):
            return {"Email": value(f"{name}.Email"), "Name": value(f"{name}.Name")}

        def file(name, *more):
            return {
                each: value(f"{name}[0].{each}")
                for each in ("ContentType", "Filename", "Base64Content", *more)
            }

        return {
            **{name: mailbox(name) for name in ("From", "Sender", "ReplyTo", "TemplateErrorReporting")},
            **{name: [mailbox(f"{name}[0]")] for name in ("To", "Cc", "Bcc")},
            **{name: value(name) for name in FIELDS if name.isalpha()},
            "TemplateLanguage": True,
            "Variables": {value("Variables.key"): value("Variables.value")},
            "Headers": {name: value(f'Headers["{name}"]') for name in FIXED_HEADERS}
            | {value("Headers.name"): "1"},
            "Attachments": [file("Attachments")],
            "InlinedAttachments": [file("InlinedAttachments", "ContentID")],
        }

    def learn(self, errors):
        """Take note of the fields that an answer refused."""
        for error in errors:
            for path in error["ErrorRelatedTo"]:
                if path.startswith("Variables."):  # a NUL, which both of them hold
                    self.refused |= {"Variables.key", "Variables.value"}
                else:
                    self.refused.add(_field_of(path))

    def recipients(self):
        return [self.value(f"{name}[0].Email") for name in ("To", "Cc", "Bcc")]


def _field_of(path):
    if path in ("From", "SenderID"):
        return f"{path.removesuffix('ID')}.Email"
    if path.startswith("Headers[") and path not in FIELDS:
        return "Headers.name"
    assert path in FIELDS, path
    return path


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    settings = {
        "trusted_senders": "@example.com",
        "rate_limit": "none",
        "log_level": "warning",
        "dkim": "false",
    }
    with running(tmp_path_factory.mktemp("injection") / "data", **settings) as process:
        yield process


@pytest.fixture(scope="module")
def client(server):
    auth = (server.settings["api_key"], server.settings["secret_key"])
    with httpx2.Client(base_url=server.url, auth=auth, trust_env=False, timeout=60) as connected:
        yield connected


def entries(client, attempts):
    """Send the messages of all attempts, 50 a call; give the answer's entries."""
    for start in range(0, len(attempts), MESSAGES_IN_CALL):
        some = attempts[start : start + MESSAGES_IN_CALL]
        answer = client.post("/v3.1/send", json={"Messages": [each.message() for each in some]})
        assert answer.status_code in (200, 400)
        yield from zip(some, answer.json()["Messages"], strict=True)


@pytest.fixture(scope="module")
def sent(client):
    """Every attempt that was accepted in the end, with its receipts."""
    attempts = [Attempt(payload) for payload in PAYLOADS]
    for attempt, entry in entries(client, attempts):
        assert entry["Status"] == "error", attempt.payload
        attempt.learn(entry["Errors"])
    accepted = list(entries(client, attempts))
    assert {entry["Status"] for _, entry in accepted} == {"success"}
    return accepted


def test_there_are_two_thousand_payloads_and_each_field_meets_them_all(sent):
    assert len(sent) == len(PAYLOADS) > 2_000
    always_refused = set(FIELDS).intersection(*(attempt.refused for attempt, _ in sent))
    assert always_refused == {
        "Priority",
        "TrackOpens",
        "MonitoringCategory",
        "Attachments[0].Base64Content",
    } | {"InlinedAttachments[0].Base64Content"}


def test_the_envelope_goes_to_whom_it_was_asked_for_and_to_nobody_else(client, sent):
    asked = []
    for attempt, entry in sent:
        told = [entry[name][0]["Email"] for name in ("To", "Cc", "Bcc")]
        assert told == attempt.recipients()
        assert [address for address in told if not is_honest_address(address)] == []
        asked += dict.fromkeys(told)  # a mailbox in several of them gets one copy
    stored = []
    while rows := client.get(
        "/v3/REST/message", params={"Limit": 1000, "Offset": len(stored), "ShowContactAlt": "true"}
    ).json()["Data"]:
        stored += [row["ContactAlt"] for row in rows]
    assert sorted(stored) == sorted(asked)


def raw_mail(client, entry):
    """The mail of the first recipient, as soon as it is in the inbox."""

    def raw():
        answer = client.get(f"/inbox/api/messages/{entry['To'][0]['MessageID']}/raw")
        return answer.content if answer.status_code == 200 else None

    return wait_for(raw, "the mail in the inbox")


def test_no_payload_adds_a_header_a_recipient_or_a_part(client, sent):
    plain = None
    for attempt, entry in sent:
        mail = raw_mail(client, entry)
        assert smuggled(mail) == [], attempt.payload
        names = header_names(mail)
        assert names.pop(names.index(attempt.value("Headers.name").lower()))
        plain = plain or names
        assert names == plain, attempt.payload
        parts = [part for part in email.message_from_bytes(mail).walk() if not part.is_multipart()]
        assert len(parts) == 4, attempt.payload
        assert addresses(mail) == {
            name: [attempt.value(f"{field}.Email")] for name, field in ADDRESSES.items()
        }, attempt.payload


def test_no_value_of_a_variable_adds_one(client):
    """The subject is written in the template language, so that a value stands in a header."""

    def message(payload):
        return {
            "From": {"Email": "from@example.com"},
            "To": [{"Email": "to@example.net", "Name": "Ann"}],
            "Subject": "Dear {{var:name}}",
            "TextPart": "{{var:name}} [[var:name]]",
            "TemplateLanguage": True,
            "Variables": {"name": payload},
        }

    plain = None
    payloads = [payload for payload in PAYLOADS if "\0" not in payload]  # a NUL is refused
    for start in range(0, len(payloads), MESSAGES_IN_CALL):
        some = payloads[start : start + MESSAGES_IN_CALL]
        answer = client.post("/v3.1/send", json={"Messages": [message(payload) for payload in some]})
        assert answer.status_code == 200
        for payload, entry in zip(some, answer.json()["Messages"], strict=True):
            mail = raw_mail(client, entry)
            assert smuggled(mail) == [], payload
            plain = plain or header_names(mail)
            assert header_names(mail) == plain, payload
            assert addresses(mail)["to"] == ["to@example.net"]
            assert b"{{" not in mail
