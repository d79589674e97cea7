"""Every error code that Mailjet documents for its Send API v3.1: produced over HTTP, compared as JSON.

The cases stand in `support.v31_errors`; a test at the end holds that no documented code is missing. An
``ErrorIdentifier`` is a new UUID each time, so it is checked and taken out before answers are compared.
"""

import json
import uuid

import pytest

from aerogram.base.sealing import Sealer, new_master_key
from aerogram.identity.accounts import Accounts
from aerogram.identity.authenticate import Authenticator
from aerogram.model.sender import ACTIVE, INACTIVE
from aerogram.store.blobs import DiskBlobs
from aerogram.store.sql import Sql
from aerogram.store.tables import sender
from support.actors import acting
from support.calls import a_call, a_message
from support.http_door import Door, Template, a_client, serving
from support.v31_errors import LARGE, ODD_TEMPLATE, OF_A_CALL, OF_A_MESSAGE, TEMPLATE, UNAUTHORIZED, error

DOCUMENTED = {
    *(f"mj-{number:04}" for number in (1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13, 15)),
    *(f"send-{number:04}" for number in (1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 19)),
}
HISTORY = {
    "send-0002": "of a property that is set twice the last one counts",
    "send-0014": "a category that was deleted is unknown: send-0013",
}
"""Codes that Mailjet no longer gives; the tests show what happens instead."""

_COLUMNS = ("id", "account_id", "email", "name", "status", "email_type", "is_default", "created_ms")
_ADD_SENDER = Sql(sender.insert(), *_COLUMNS)


class Shop:
    """An account of the store, and its key pair."""

    def __init__(self, door, accounts, opened):
        self.door = door
        self.accounts = accounts
        self.account_id = opened.account.id
        self.keys = tuple(opened.keys)


@pytest.fixture
async def shop(tmp_path, database, ids, clock):
    """The HTTP door, its keys and senders in a real store."""
    sealer = Sealer(new_master_key())
    door = Door(
        database, DiskBlobs(tmp_path / "blobs"), ids, clock, sealer, Authenticator(database, sealer, clock)
    )
    accounts = Accounts(database, sealer, ids, clock)
    shop = Shop(door, accounts, await accounts.create(acting(), "Shop"))

    def add_senders():
        for email, status in (("*@example.com", ACTIVE), ("new@example.org", INACTIVE)):
            yield _ADD_SENDER(ids.next_id(), shop.account_id, email, "", status, "unknown", 0, 0)

    await database.write(add_senders)
    door.templates.known = {
        (shop.account_id, TEMPLATE): Template(html="<p>Hello</p>", text="Hello"),
        (shop.account_id, ODD_TEMPLATE): Template(
            html="<p>", from_email="shop@elsewhere.example", header_errors=("SenderName",)
        ),
    }
    return shop


@pytest.fixture
async def client(shop):
    async with serving(shop.door.app) as url, a_client(url, auth=shop.keys) as connected:
        yield connected


def shown(answer):
    """The body of an answer; its identifiers are checked and gone."""
    assert answer.headers["content-type"] == "application/json; charset=UTF-8"
    assert uuid.UUID(answer.headers["x-mj-request-guid"])
    body = answer.json()
    told = [each for entry in body.get("Messages", [body]) for each in entry.get("Errors", [entry])]
    identifiers = [each.pop("ErrorIdentifier") for each in told if "ErrorIdentifier" in each]
    assert len({uuid.UUID(each) for each in identifiers}) == len(identifiers)
    return body


async def send(client, *messages, **properties):
    return await client.post("/v3.1/send", content=a_call(*messages, **properties))


async def test_a_call_that_is_wrong_as_a_whole_is_answered_flat(client):
    for body, expected in OF_A_CALL:
        answer = await client.post("/v3.1/send", content=body)
        assert (answer.status_code, shown(answer)) == (400, expected)


async def test_a_message_is_told_all_that_is_wrong_with_it(client):
    for properties, of_the_call, errors in OF_A_MESSAGE:
        expected = {"Messages": [{"Status": "error", "Errors": errors}]}
        for is_sandbox in (False, True):
            answer = await send(client, a_message(**properties), **of_the_call, SandboxMode=is_sandbox)
            assert shown(answer) == expected
            is_forbidden = {each["StatusCode"] for each in errors} == {403}
            assert answer.status_code == (403 if is_forbidden else 400)


async def test_a_batch_tells_each_message_its_own(client, shop):
    cases = [case for case in OF_A_MESSAGE if not case[1] and LARGE not in case[0].values()][:48]
    messages = [a_message(**properties) for properties, *_ in cases]
    answer = await send(client, a_message(CustomID="first"), *messages, a_message(CustomID="last"))
    assert answer.status_code == 400
    first, *refused, last = shown(answer)["Messages"]
    assert refused == [{"Status": "error", "Errors": errors} for *_, errors in cases]
    assert [(entry["Status"], entry["CustomID"]) for entry in (first, last)] == [
        ("success", "first"),
        ("success", "last"),
    ]


async def test_without_advance_error_handling_the_template_wins(client):
    for template in (TEMPLATE, ODD_TEMPLATE):
        answer = await send(client, a_message(TemplateID=template, HTMLPart="<p>own</p>"))
        assert answer.status_code == 200


async def test_wrong_credentials_are_mj_0015(shop):
    key, _ = shop.keys
    async with serving(shop.door.app) as url:
        for auth in (None, (key, "wrong"), ("unknown", "wrong")):
            async with a_client(url, auth=auth) as stranger:
                answer = await send(stranger, a_message())
                assert (answer.status_code, shown(answer)) == (
                    401,
                    error("mj-0015", UNAUTHORIZED, status=401),
                )


async def test_the_key_of_a_suspended_account_is_mj_0001(client, shop):
    await shop.accounts.change(acting(), shop.account_id, is_active=False)
    answer = await send(client, a_message())
    assert (answer.status_code, shown(answer)) == (401, error("mj-0001", "API key is suspended.", status=401))
    client.auth = (shop.keys[0], "wrong")
    assert shown(await send(client, a_message())) == error("mj-0015", UNAUTHORIZED, status=401)
    await shop.accounts.change(acting(), shop.account_id, is_active=True)
    client.auth = shop.keys
    assert (await send(client, a_message())).status_code == 200


async def test_what_the_codes_of_history_were_for(client, shop):
    twice = b'{"CustomID":"first","CustomID":"last",' + json.dumps(a_message()).encode()[1:]  # send-0002
    answer = await client.post("/v3.1/send", content=b'{"Messages":[%s]}' % twice)
    assert answer.json()["Messages"][0]["CustomID"] == "last"
    for name in ("alerts", "receipts"):
        await shop.door.categories.add(acting(shop.account_id), name)
    await shop.door.categories.remove(acting(shop.account_id), "receipts")
    assert (await send(client, a_message(MonitoringCategory="alerts"))).status_code == 200
    answer = await send(client, a_message(MonitoringCategory="receipts"))  # send-0014
    assert shown(answer)["Messages"][0]["Errors"][0]["ErrorCode"] == "send-0013"


async def test_an_answer_of_every_kind_bears_its_identifier(client, shop):
    def fails(*_):
        raise RuntimeError("a fault")

    paths = [("POST", "/v3.1/send"), ("GET", "/v3.1/send"), ("POST", "/v3.1/else")]
    statuses = []
    for method, path in paths:
        answer = await client.request(method, path)
        assert uuid.UUID(answer.headers["x-mj-request-guid"])
        statuses.append(answer.status_code)
    shop.door.templates.find = fails
    answer = await send(client, a_message(TemplateID=TEMPLATE))
    assert answer.headers["x-mj-request-guid"] == answer.json()["ErrorIdentifier"]
    assert [*statuses, answer.status_code] == [400, 404, 404, 500]


def test_no_code_of_the_documentation_is_missing():
    tested = {expected["ErrorCode"] for _, expected in OF_A_CALL} | {"mj-0001", "mj-0015"}
    tested |= {each["ErrorCode"] for *_, errors in OF_A_MESSAGE for each in errors}
    assert tested | set(HISTORY) == DOCUMENTED
