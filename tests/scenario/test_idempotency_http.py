"""``Idempotency-Key`` of ``POST /v3.1/send``, over a real socket and a real store."""

import asyncio
import gzip

import pytest
from sqlalchemy import func, select

from aerogram.store.sql import Sql
from aerogram.store.tables import message
from support.calls import a_call, a_message
from support.http_door import STRANGERS_KEY, STRANGERS_SECRET, a_client

COUNT = Sql(select(func.count()).select_from(message))
NOT_A_SENDER = {"Email": "x@elsewhere.example"}


@pytest.fixture
def count(door):
    """Count the messages in the store."""

    async def read():
        def unit():
            return (yield COUNT())[0][0]

        return await door.database.read(unit)

    return read


async def send(client, body, key="order-17", **headers):
    return await client.post("/v3.1/send", content=body, headers={"Idempotency-Key": key, **headers})


def refusal(answer):
    shown = answer.json()
    return answer.status_code, shown["StatusCode"], shown["ErrorCode"], shown["ErrorRelatedTo"]


async def test_a_repeated_request_is_answered_alike_and_sends_nothing(client, count):
    body = a_call(a_message(Cc=[{"Email": "cy@example.net"}]), a_message(Subject="second"))
    first, again = await send(client, body), await send(client, body)
    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json() == first.json()
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert first.headers["x-mj-request-guid"] != again.headers["x-mj-request-guid"]
    assert await count() == 3


async def test_the_body_counts_as_it_was_before_its_content_encoding(client, count):
    body = a_call(a_message())
    await send(client, body)
    again = await send(client, gzip.compress(body), **{"Content-Encoding": "gzip"})
    assert again.headers["idempotent-replayed"] == "true"
    assert await count() == 1


async def test_another_request_with_the_same_key_is_refused(client, count):
    await send(client, a_call(a_message()))
    answer = await send(client, a_call(a_message(Subject="Another")))
    assert refusal(answer) == (422, 422, "ag-0002", ["Idempotency-Key"])
    assert answer.json()["ErrorMessage"] == (
        "The idempotency key was used for another request; a new request needs a new key."
    )
    assert await count() == 1


@pytest.mark.parametrize("key", ["", "two words", "x" * 256, "caf\xe9", "tab\tbed"])
async def test_a_malformed_key_is_refused(client, count, key):
    answer = await send(client, a_call(a_message()), key.encode("latin-1"))
    assert refusal(answer) == (400, 400, "ag-0001", ["Idempotency-Key"])
    assert "1 to 255 visible ASCII characters" in answer.json()["ErrorMessage"]
    assert await count() == 0


async def test_two_keys_are_refused(client, count):
    keys = [("Idempotency-Key", "a"), ("Idempotency-Key", "b")]
    answer = await client.post("/v3.1/send", content=a_call(a_message()), headers=keys)
    assert refusal(answer)[2] == "ag-0001"
    assert await count() == 0


@pytest.mark.parametrize("key", ["x", "x" * 255, '"8e03978e-40d5-43e8-bc93-6894a57f9324"', "!~"])
async def test_any_visible_ascii_is_a_key(client, count, key):
    for _ in range(2):
        assert (await send(client, a_call(a_message()), key)).status_code == 200
    assert await count() == 1


async def test_a_request_that_was_partly_refused_is_repeated_whole(client, count):
    body = a_call(a_message(), a_message(From=NOT_A_SENDER), a_message(Subject="third"))
    first, again = await send(client, body), await send(client, body)
    assert (first.status_code, again.status_code) == (400, 400)
    assert again.headers["idempotent-replayed"] == "true"
    taken = [entry.get("To") for entry in first.json()["Messages"]]
    assert [entry.get("To") for entry in again.json()["Messages"]] == taken
    assert await count() == 2


async def test_a_request_that_was_refused_leaves_its_key_unused(client, count):
    assert (await send(client, a_call(a_message(From=NOT_A_SENDER)))).status_code == 403
    answer = await send(client, a_call(a_message()))
    assert answer.status_code == 200
    assert "idempotent-replayed" not in answer.headers
    assert await count() == 1


async def test_a_sandboxed_request_takes_no_key(client, count):
    assert (await send(client, a_call(a_message(), SandboxMode=True))).status_code == 200
    answer = await send(client, a_call(a_message(Subject="Another")))
    assert answer.status_code == 200
    assert await count() == 1


async def test_keys_of_two_accounts_have_nothing_to_do_with_each_other(url, client, count):
    await send(client, a_call(a_message()))
    async with a_client(url, auth=(STRANGERS_KEY, STRANGERS_SECRET)) as stranger:
        answer = await send(stranger, a_call(a_message(From={"Email": "bob@example.org"})))
    assert answer.status_code == 200
    assert await count() == 2


async def test_of_fifty_clients_at_once_all_get_one_message(url, count):
    async def one():
        async with a_client(url) as client:
            return await send(client, a_call(a_message()))

    answers = await asyncio.gather(*(one() for _ in range(50)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert sum("idempotent-replayed" in answer.headers for answer in answers) == 49
    assert await count() == 1


async def test_the_header_is_described(client):
    operation = (await client.get("/openapi.json")).json()["paths"]["/v3.1/send"]["post"]
    [parameter] = operation["parameters"]
    assert (parameter["name"], parameter["in"], parameter["required"]) == ("Idempotency-Key", "header", False)
    assert "Idempotent-Replayed" in operation["responses"]["200"]["headers"]
    assert "422" in operation["responses"]
