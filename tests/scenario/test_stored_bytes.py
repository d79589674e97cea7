"""A small call must not make the server store a hundred times as much."""

import pytest

from aerogram.doors.http.send.shared import parsed_message
from support.calls import a_message

V3 = {"FromEmail": "orders@example.com", "Subject": "x", "Recipients": [{"Email": "ann@example.net"}]}


@pytest.fixture
def database_url():
    return None


@pytest.fixture(autouse=True)
def small_limit(monkeypatch):
    monkeypatch.setattr(parsed_message, "MAX_STORED_BYTES", 10_000)


async def sent(client, text):
    """Send ten messages that share a text, over v3.1."""
    body = {"Globals": {"TextPart": text}, "Messages": [a_message(TextPart=...)] * 10}
    return await client.post("/v3.1/send", json=body)


async def test_globals_are_not_stored_without_end(client):
    assert (await sent(client, "x" * 500)).status_code == 200
    refused = await sent(client, "x" * 1_000)
    assert (refused.status_code, refused.json()["ErrorCode"]) == (400, "mj-0011")


async def test_messages_of_a_v3_call_are_not_stored_without_end(client):
    messages = [V3 | {"Text-part": "x" * 500}] * 10
    assert (await client.post("/v3/send", json={"Messages": messages})).status_code == 200
    messages = [V3 | {"Text-part": "x" * 1_000}] * 10
    assert (await client.post("/v3/send", json={"Messages": messages})).status_code == 413
