"""``POST /v3.1/send`` over a real socket and a real store."""

import asyncio
import gzip
import json
import uuid
import zlib

import pytest
from sqlalchemy import select

from aerogram.base.errors import StoreFullError, UnavailableError
from aerogram.doors.http.send.shared.limits import MAX_BODY_BYTES
from aerogram.store.sql import Sql
from aerogram.store.tables import content, message
from support.calls import a_call, a_message
from support.http_door import KEY, PUBLIC_URL, STRANGERS_KEY, STRANGERS_SECRET, a_client

STORED = Sql(
    select(
        message.c.id,
        message.c.uuid,
        message.c.recipient,
        content.c.from_email,
        content.c.subject,
        content.c.transcript,
    )
    .join_from(message, content, content.c.id == message.c.content_id)
    .order_by(message.c.id)
)
JSON_UTF8 = "application/json; charset=UTF-8"


async def stored(door):
    def unit():
        return (yield STORED())

    return await door.database.read(unit)


async def send(client, *messages, **properties):
    return await client.post("/v3.1/send", content=a_call(*messages, **properties))


async def test_an_accepted_message_is_in_the_store_when_the_answer_comes(client, door):
    answer = await send(client, a_message(CustomID="r-17", Cc=[{"Email": "cy@example.net"}]))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == JSON_UTF8
    assert uuid.UUID(answer.headers["x-mj-request-guid"])
    (entry,) = answer.json()["Messages"]
    assert (entry["Status"], entry["CustomID"], entry["Bcc"]) == ("success", "r-17", [])
    rows = await stored(door)
    told = [(one["MessageID"], one["MessageUUID"], one["Email"]) for one in (*entry["To"], *entry["Cc"])]
    assert told == [(row[0], row[1], row[2]) for row in rows]
    assert entry["To"][0]["MessageHref"] == f"{PUBLIC_URL}/v3/REST/message/{rows[0][0]}"
    assert rows[0][3:5] == ("orders@example.com", "Receipt 17")
    assert answer.headers["x-mj-request-guid"] in rows[0][5]


async def test_the_others_of_a_batch_are_sent_when_one_is_refused(client, door):
    answer = await send(
        client,
        a_message(Subject="first"),
        a_message(To=[{"Email": "ann@example..net"}]),
        a_message(From={"Email": "x@elsewhere.example"}),
        a_message(Subject="last"),
    )
    assert answer.status_code == 400
    entries = answer.json()["Messages"]
    assert [entry["Status"] for entry in entries] == ["success", "error", "error", "success"]
    assert entries[1]["Errors"][0]["ErrorMessage"] == '"ann@example..net" is an invalid email address.'
    assert entries[2]["Errors"][0]["ErrorCode"] == "send-0008"
    assert [row[4] for row in await stored(door)] == ["first", "last"]


async def test_a_from_that_is_not_a_sender_is_refused_with_403(client, door):
    answer = await send(client, a_message(From={"Email": "other@example.org"}))
    assert answer.status_code == 403
    (error,) = answer.json()["Messages"][0]["Errors"]
    assert error["ErrorMessage"] == (
        '"other@example.org" is not an authorized sender email address for your account.'
    )
    assert (error["ErrorCode"], error["ErrorRelatedTo"]) == ("send-0008", ["From"])
    assert await stored(door) == []


async def test_senders_belong_to_their_account(url):
    async with a_client(url, auth=(STRANGERS_KEY, STRANGERS_SECRET)) as bob:
        assert (await send(bob, a_message())).status_code == 403
        assert (await send(bob, a_message(From={"Email": "bob@example.org"}))).status_code == 200


async def test_sender_must_be_one_of_the_accounts_senders(client):
    allowed = await send(client, a_message(Sender={"Email": "bounces@example.com"}))
    assert allowed.status_code == 200
    refused = await send(client, a_message(Sender={"Email": "x@elsewhere.example"}))
    assert refused.status_code == 403
    (error,) = refused.json()["Messages"][0]["Errors"]
    assert (error["ErrorCode"], error["ErrorRelatedTo"]) == ("send-0006", ["SenderID"])


async def test_errors_of_the_message_and_of_its_sender_are_told_together(client):
    answer = await send(client, a_message(From={"Email": "x@elsewhere.example"}, To=[]))
    codes = [error["ErrorCode"] for error in answer.json()["Messages"][0]["Errors"]]
    assert codes == ["mj-0007", "send-0008"]
    assert answer.status_code == 400


async def test_the_sandbox_checks_all_and_sends_nothing(client, door):
    answer = await send(client, a_message(), SandboxMode=True)
    assert answer.status_code == 200
    (recipient,) = answer.json()["Messages"][0]["To"]
    assert recipient == {
        "Email": "ann@example.net",
        "MessageUUID": "",
        "MessageID": 0,
        "MessageHref": f"{PUBLIC_URL}/v3/message/0",
    }
    assert (await send(client, a_message(To=[]), SandboxMode=True)).status_code == 400
    assert await stored(door) == []


@pytest.mark.parametrize("auth", [None, (KEY, "wrong")])
async def test_wrong_credentials_are_answered_in_mailjets_words(url, auth):
    async with a_client(url, auth=auth) as stranger:
        answer = await send(stranger, a_message())
    assert answer.status_code == 401
    assert answer.headers["content-type"] == JSON_UTF8
    assert answer.headers["x-mj-request-guid"]
    shown = answer.json()
    assert uuid.UUID(shown.pop("ErrorIdentifier"))
    assert shown == {
        "ErrorCode": "mj-0015",
        "StatusCode": 401,
        "ErrorMessage": "API key authentication/authorization failure. You may be unauthorized to access the API "
        "or your API key may be expired. Visit API keys management section to check your keys.",
    }


async def test_an_unreadable_authorization_is_no_credential(url):
    async with a_client(url, auth=None) as stranger:
        for header in ("", "Basic", "Basic !!!", "Bearer abc", "Basic //8=", "Basic a2V5", "Basic AGE6Yg=="):
            stranger.headers["Authorization"] = header
            assert (await send(stranger, a_message())).status_code == 401


async def test_malformed_json_is_answered_flat(client):
    answer = await client.post("/v3.1/send", content=b"{")
    assert answer.status_code == 400
    assert answer.json()["ErrorCode"] == "mj-0002"
    assert answer.headers["x-mj-request-guid"]


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/v3.1/send"), ("POST", "/v3.1/else"), ("PUT", "/v3.1/")]
)
async def test_nothing_else_lives_below_v31(client, method, path):
    answer = await client.request(method, path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "text/html"


async def test_compressed_requests_are_understood(client):
    body = a_call(a_message())
    bare = zlib.compressobj(wbits=-15)
    for encoding, packed in (
        ("gzip", gzip.compress(body)),
        ("deflate", zlib.compress(body)),
        ("deflate", bare.compress(body) + bare.flush()),
        ("identity", body),
    ):
        answer = await client.post("/v3.1/send", content=packed, headers={"Content-Encoding": encoding})
        assert answer.status_code == 200


async def test_a_body_that_is_not_in_its_encoding_is_refused(client):
    for encoding, packed in [
        ("gzip", b"not gzip"),
        ("br", b"x"),
        ("gzip", gzip.compress(b"{}", mtime=0)[:-4]),
        ("deflate", b"\x78\x9c"),
    ]:
        answer = await client.post("/v3.1/send", content=packed, headers={"Content-Encoding": encoding})
        assert answer.status_code == 400
        assert answer.json()["StatusCode"] == 400


async def test_a_bomb_is_refused_before_it_is_unpacked(client):
    bomb = gzip.compress(bytes(MAX_BODY_BYTES + 1))
    answer = await client.post("/v3.1/send", content=bomb, headers={"Content-Encoding": "gzip"})
    assert (answer.status_code, answer.json()["ErrorCode"]) == (400, "mj-0011")


async def test_a_body_over_the_limit_is_refused_by_its_announced_length(url):
    reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
    writer.write(
        b"POST /v3.1/send HTTP/1.1\r\nHost: x\r\nAuthorization: Basic a2V5LW9mLWFubjpzZWNyZXQtb2YtYW5u\r\n"
        b"Content-Length: %d\r\n\r\n" % (MAX_BODY_BYTES + 1)
    )
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"mj-0011" in await reader.readuntil(b"}")
    writer.close()
    await writer.wait_closed()


async def test_a_large_answer_is_compressed_for_who_asks(client):
    messages = [a_message(To=[{"Email": f"n{number}@example.net"}]) for number in range(50)]
    packed = await send(client, *messages)
    assert packed.headers["content-encoding"] == "gzip"
    assert len(packed.json()["Messages"]) == 50
    plain = await client.post(
        "/v3.1/send", content=a_call(*messages), headers={"Accept-Encoding": "deflate, gzip;q=0"}
    )
    assert "content-encoding" not in plain.headers


@pytest.mark.parametrize(
    ("fault", "seconds"), [(StoreFullError("No room."), "60"), (UnavailableError("Not now."), "5")]
)
async def test_what_cannot_be_kept_is_not_accepted(client, door, fault, seconds):
    door.accept_fault = fault
    answer = await send(client, a_message())
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == seconds
    assert answer.json()["ErrorMessage"] == str(fault)
    assert list(answer.json()) == ["ErrorIdentifier", "StatusCode", "ErrorMessage"]


async def test_a_store_that_cannot_check_credentials_is_no_wrong_password(client, door):
    door.keys.is_down = UnavailableError("Not now.")
    assert (await send(client, a_message())).status_code == 503


async def test_globals_carry_what_anymail_puts_there(client, door):
    body = {
        "Globals": a_message(
            To=..., CustomCampaign="tag", EventPayload='{"a": 1}', Headers={"X-Anymail": 123}
        ),
        "Messages": [{"To": [{"Email": "a@example.net", "Name": 'Ann, "the" one'}]}],
    }
    answer = await client.post("/v3.1/send", content=json.dumps(body).encode())
    assert answer.status_code == 200
    assert len(await stored(door)) == 1


async def test_concurrent_calls_are_all_accepted(client, door):
    answers = await asyncio.gather(*(send(client, a_message(), a_message()) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    ids = {one["To"][0]["MessageID"] for answer in answers for one in answer.json()["Messages"]}
    assert len(ids) == len(await stored(door)) == 40
