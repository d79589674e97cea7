"""``Idempotency-Key`` of ``POST /v3/send``, over a real socket and a real store."""

import asyncio
import json

import pytest
from sqlalchemy import func, select

from aerogram.store.sql import Sql
from aerogram.store.tables import message
from support.v3_calls import a_v3_message

COUNT = Sql(select(func.count()).select_from(message))


@pytest.fixture
def count(door):
    """Count the messages in the store."""

    async def read():
        def unit():
            return (yield COUNT())[0][0]

        return await door.database.read(unit)

    return read


async def send(client, body, key="order-17", path="/v3/send"):
    return await client.post(path, content=json.dumps(body).encode(), headers={"Idempotency-Key": key})


async def test_a_repeated_request_is_answered_alike_and_sends_nothing(client, count):
    body = {"Messages": [a_v3_message(Cc="cy@example.net"), a_v3_message()]}
    first = await send(client, body)
    assert "idempotent-replayed" not in first.headers
    for path in ("/v3/send", "/v3/send/message"):
        again = await send(client, body, path=path)
        assert (again.status_code, again.content) == (200, first.content)
        assert again.headers["idempotent-replayed"] == "true"
    assert await count() == 3


async def test_requests_at_the_same_moment_are_one(client, count):
    answers = await asyncio.gather(*(send(client, a_v3_message()) for _ in range(10)))
    assert len({answer.content for answer in answers}) == 1
    assert await count() == 1


async def test_another_request_with_the_same_key_is_refused(client, count):
    await send(client, a_v3_message())
    answer = await send(client, a_v3_message(Subject="Another"))
    assert answer.status_code == 422
    assert answer.json() == {
        "ErrorInfo": "ag-0002",
        "ErrorMessage": "The idempotency key was used for another request; a new request needs a new key.",
        "StatusCode": 422,
    }
    assert await count() == 1


async def test_a_malformed_key_is_refused(client, count):
    answer = await send(client, a_v3_message(), "two words")
    assert (answer.status_code, answer.json()["ErrorInfo"]) == (400, "ag-0001")
    assert await count() == 0


async def test_a_refused_call_leaves_its_key_unused(client, count):
    assert (await send(client, a_v3_message(To=""))).status_code == 400
    assert (await send(client, a_v3_message())).status_code == 200
    assert await count() == 1
