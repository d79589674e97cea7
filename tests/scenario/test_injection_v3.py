"""A way to smuggle a header, a recipient or a part through the Send API v3, field by field: none works.

The unit tests send every field through the code; here a message with each payload travels the whole road,
and what became of it is read from the inbox.
"""

import httpx2
import pytest

from support.injections import EVIL_ADDRESS, PAYLOADS, header_names, smuggled
from support.server import running
from support.v3_injections import ADDRESSES, FULL, LISTS, TEXTS
from support.waiting import wait_for

FIELDS = {**TEXTS, **ADDRESSES}
EACH = 20
"""Payloads for a field; another part of them for each."""
ATTEMPTS = [
    (field, payload)
    for offset, field in enumerate(FIELDS)
    for payload in PAYLOADS[offset :: len(PAYLOADS) // EACH]
]


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    settings = {
        "trusted_senders": "@example.com",
        "rate_limit": "none",
        "log_level": "warning",
        "dkim": "false",
    }
    with running(tmp_path_factory.mktemp("injection") / "data", **settings) as server:
        auth = (server.settings["api_key"], server.settings["secret_key"])
        with httpx2.Client(base_url=server.url, auth=auth, trust_env=False, timeout=60) as connected:
            yield connected


def sent(client, message):
    """Send a message; give who gets it and its id, or None when it is refused in a sentence."""
    answer = client.post("/v3/send", json=message)
    if answer.status_code != 200:
        assert answer.status_code in (400, 403)
        assert list(answer.json()) == ["ErrorInfo", "ErrorMessage", "StatusCode"]
        return None
    entries = answer.json()["Sent"]
    return [each["Email"] for each in entries], entries[0]["MessageID"]


def received(client, message_id):
    """Wait for a mail in the inbox; give its bytes."""

    def raw():
        answer = client.get(f"/inbox/api/messages/{message_id}/raw")
        return answer.content if answer.status_code == 200 else None

    return wait_for(raw, "the mail in the inbox")


@pytest.fixture(scope="module")
def accepted(client):
    """Every attempt that is accepted."""
    outcomes = [(field, payload, sent(client, FIELDS[field](payload))) for field, payload in ATTEMPTS]
    return [(field, payload, *outcome) for field, payload, outcome in outcomes if outcome is not None]


def test_more_than_five_hundred_messages_try_it(accepted):
    assert len(ATTEMPTS) > 500
    assert len(accepted) > 100


def test_no_payload_adds_a_header_a_recipient_or_a_part(client, accepted):
    _, plain_id = sent(client, FULL)
    names = {*header_names(received(client, plain_id)), "content-transfer-encoding"}
    for field, payload, recipients, message_id in accepted:
        assert field in LISTS or EVIL_ADDRESS not in recipients, (field, payload)
        mail = received(client, message_id)
        found = smuggled(mail)
        if field in ADDRESSES:
            found = [each for each in found if not each.startswith("an address in")]
        assert found == [], (field, payload)
        assert set(header_names(mail)) <= names, (field, payload)
