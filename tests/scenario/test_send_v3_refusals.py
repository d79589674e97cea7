"""What ``POST /v3/send`` refuses, and the words it has for it; nothing of a refused call is sent."""

import gzip
import json
import zlib

import pytest

from aerogram.base.errors import StoreFullError, UnavailableError
from aerogram.doors.http.send.shared.limits import MAX_BODY_BYTES
from support.http_door import KEY, a_client
from support.v3_calls import TO, a_v3_message

PATHS = ["/v3/send", "/v3/send/message"]


@pytest.fixture
def database_url():
    """SQLite alone: these tests are about the door."""


async def send(client, body, path="/v3/send", **options):
    return await client.post(
        path, content=body if isinstance(body, bytes) else json.dumps(body).encode(), **options
    )


def refusal(text, status=400, where=""):
    return {"ErrorInfo": where, "ErrorMessage": text, "StatusCode": status}


@pytest.mark.parametrize(
    ("body", "status", "text"),
    [
        (
            b'{"FromEmail": "caf\xe9"}',
            400,
            "Invalid characters detected: FromEmail must not hold bytes that are not UTF-8.",
        ),
        (a_v3_message(Subjet="x"), 400, 'Unexpected property "Subjet". Did you mean "Subject"?'),
        (a_v3_message(Headers="x"), 400, '"Headers" is not JSON object type'),
        (a_v3_message(Headers={"X-A": 1}), 400, "Header X-A is not string type"),
        (a_v3_message(To=...), 400, 'Missing "To" or "Recipients" property'),
        (a_v3_message(To=", ".join([TO] * 51)), 400, "Too many recipients in To"),
        (a_v3_message(Cc=", ".join([TO] * 51)), 400, "Too many recipients in Cc"),
        (a_v3_message(Bcc=", ".join([TO] * 51)), 400, "Too many recipients in Bcc"),
        (a_v3_message(To=""), 400, 'At least 1 "to" value required'),
        (a_v3_message(FromEmail=...), 400, 'Missing "FromEmail" property'),
        (a_v3_message(Vars={"name": None}), 500, "Cannot convert data from Null value"),
        (
            a_v3_message(FromEmail="other@example.org"),
            403,
            '"other@example.org" is not an authorized sender email address for your account.',
        ),
        (
            a_v3_message(Sender="x@elsewhere.example"),
            403,
            '"Sender" needs a right that your account does not have, unless "x@elsewhere.example" is one of its senders.',
        ),
        (
            a_v3_message(Sender="other@example.org"),
            403,
            '"other@example.org" is not a validated sender email address of your account.',
        ),
        (
            a_v3_message(Mj_MonitoringCategory="unknown"),
            400,
            "The monitoring category doesn't exist for your account.",
        ),
        (a_v3_message(Mj_TemplateID=404), 400, 'Template id "404" doesn\'t exist for your account.'),
        (b"{", 400, "Malformed JSON, please review the syntax and properties types."),
    ],
)
async def test_a_refusal_is_one_sentence(client, body, status, text):
    answer = await send(client, body)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/json")
    assert answer.json() == refusal(text, status)


async def test_more_than_a_hundred_messages_are_too_many(client):
    answer = await send(client, {"Messages": [a_v3_message()] * 101})
    assert answer.json() == refusal("Too many messages: a call may have 100.")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("auth", [None, (KEY, "wrong")])
async def test_wrong_credentials_get_an_empty_401(url, auth, path):
    async with a_client(url, auth=auth) as stranger:
        answer = await send(stranger, a_v3_message(), path)
    assert (answer.status_code, answer.reason_phrase, answer.content) == (401, "Unauthorized", b"")
    assert answer.headers["content-type"] == "text/html"
    assert answer.headers["www-authenticate"] == 'Basic realm="Provide an apiKey and secretKey"'


async def test_only_post_is_allowed(client):
    answer = await client.get("/v3/send")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert answer.json() == refusal("Method not allowed", 405)


async def test_compressed_requests_are_understood(client):
    body = json.dumps(a_v3_message()).encode()
    for encoding, packed in (("gzip", gzip.compress(body)), ("deflate", zlib.compress(body))):
        answer = await send(client, packed, headers={"Content-Encoding": encoding})
        assert answer.status_code == 200
    broken = await send(client, b"not gzip", headers={"Content-Encoding": "gzip"})
    assert broken.json() == refusal("The body is not valid gzip.")


async def test_a_bomb_is_refused_before_it_is_unpacked(client):
    bomb = gzip.compress(bytes(MAX_BODY_BYTES + 1))
    answer = await send(client, bomb, headers={"Content-Encoding": "gzip"})
    text = f"The request body exceeds the limit of {MAX_BODY_BYTES} bytes."
    assert answer.json() == refusal(text, 413)


@pytest.mark.parametrize(
    ("fault", "seconds"), [(StoreFullError("No room."), "60"), (UnavailableError("Not now."), "5")]
)
async def test_what_cannot_be_kept_is_not_accepted(client, door, fault, seconds):
    door.accept_fault = fault
    answer = await send(client, a_v3_message())
    assert (answer.status_code, answer.headers["retry-after"]) == (503, seconds)
    assert answer.json() == refusal(str(fault), 503)
