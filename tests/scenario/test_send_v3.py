"""``POST /v3/send`` over a real socket and a real store."""

import asyncio
import base64
import json
import uuid

import httpx2
import pytest
from sqlalchemy import select

from aerogram.model.account import SendDefaults
from aerogram.model.message import RecipientRole
from aerogram.model.send_options import unpacked, unpacked_personal
from aerogram.store.sql import Sql
from aerogram.store.tables import content, message
from support.actors import acting
from support.http_door import ACCOUNT, STRANGERS_KEY, STRANGERS_SECRET, Template, a_client
from support.v3_calls import FROM, TO, a_v3_file, a_v3_message

PATHS = ["/v3/send", "/v3/send/message"]
STORED = Sql(
    select(
        message.c.id,
        message.c.uuid,
        message.c.recipient,
        message.c.role,
        message.c.personal,
        content.c.id,
        content.c.subject,
        content.c.campaign,
        content.c.send_options,
        content.c.transcript,
    )
    .join_from(message, content, content.c.id == message.c.content_id)
    .order_by(message.c.id)
)


async def stored(door):
    def unit():
        return (yield STORED())

    return await door.database.read(unit)


async def send(client, body, path="/v3/send", **options):
    return await client.post(
        path, content=body if isinstance(body, bytes) else json.dumps(body).encode(), **options
    )


@pytest.mark.parametrize("path", [*PATHS, "/v3/send/"])
async def test_an_accepted_message_is_in_the_store_when_the_answer_comes(client, door, path):
    answer = await send(client, a_v3_message(Cc="Cy <cy@example.net>", Bcc="di@example.net"), path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    rows = await stored(door)
    told = answer.json()
    assert list(told) == ["Sent"]
    assert [(one["MessageID"], one["MessageUUID"], one["Email"]) for one in told["Sent"]] == [
        tuple(row[:3]) for row in rows
    ]
    assert [RecipientRole(row[3]) for row in rows] == [RecipientRole.TO, RecipientRole.CC, RecipientRole.BCC]
    assert {row[8] for row in rows} == {""}
    assert rows[0][9] == f"POST {path} from 127.0.0.1"


async def test_the_answer_is_written_as_recorded(client, door):
    answer = await send(client, a_v3_message())
    ((number, identifier, *_),) = await stored(door)
    assert uuid.UUID(identifier)
    assert answer.text == (
        f'{{ "Sent" : [{{ "Email" : "{TO}", "MessageID" : {number}, "MessageUUID" : "{identifier}" }}] }}\n'
    )


async def test_the_recipients_of_one_message_share_its_content(client, door):
    recipients = [
        {"Email": TO, "Name": "Ann", "Vars": {"day": "Monday"}},
        {"Email": "bob@example.net"},
    ]
    body = a_v3_message(
        To=..., Recipients=recipients, Vars={"day": "some day", "place": "here"}, Text_part="On [[var:day]]"
    )
    answer = await send(client, body)
    assert [one["Email"] for one in answer.json()["Sent"]] == [TO, "bob@example.net"]
    rows = await stored(door)
    assert len({row[5] for row in rows}) == 1
    send_options = unpacked(rows[0][8])
    assert send_options.is_individual
    assert send_options.variables == {"day": "some day", "place": "here"}
    ann = unpacked_personal(rows[0][4])
    assert (ann.name, ann.variables) == ("Ann", {"day": "Monday"})
    assert rows[1][4] == ""


async def test_a_hundred_messages_are_one_call(client, door):
    messages = [a_v3_message(To=f"n{number}@example.net", Subject=str(number)) for number in range(100)]
    answer = await send(client, {"Messages": messages})
    assert [one["Email"] for one in answer.json()["Sent"]] == [each["To"] for each in messages]
    assert [row[6] for row in await stored(door)] == [each["Subject"] for each in messages]


@pytest.mark.parametrize(
    "wrong",
    [
        a_v3_message(To="ann@example..net"),
        a_v3_message(FromEmail="x@elsewhere.example"),
        a_v3_message(Mj_MonitoringCategory="unknown"),
        a_v3_message(Mj_TemplateID=404),
    ],
)
async def test_a_call_is_sent_whole_or_not_at_all(client, door, wrong):
    answer = await send(client, {"Messages": [a_v3_message(), wrong, a_v3_message()]})
    assert answer.status_code in (400, 403)
    assert answer.json()["ErrorInfo"] == "Messages[1]"
    assert await stored(door) == []


async def test_senders_belong_to_their_account(url):
    async with a_client(url, auth=(STRANGERS_KEY, STRANGERS_SECRET)) as bob:
        assert (await send(bob, a_v3_message())).status_code == 403
        assert (await send(bob, a_v3_message(FromEmail="bob@example.org"))).status_code == 200
        # A header cannot lend another account's address.
        forged = a_v3_message(FromEmail="bob@example.org", Headers={"From": FROM})
        assert (await send(bob, forged)).status_code == 403


async def test_a_template_is_found_by_its_id_or_its_name(client, door):
    door.templates.known[(ACCOUNT, 17)] = Template(id=17, name="Receipt", subject="By template", html="<p>")
    door.templates.known[(ACCOUNT, 18)] = Template(id=18, name="2026", subject="By number", html="<p>")
    for key in (17, "17", "Receipt", "2026"):
        answer = await send(client, {"FromEmail": FROM, "To": TO, "Mj-TemplateID": key})
        assert answer.status_code == 200, key
    rows = await stored(door)
    assert [row[6] for row in rows] == ["By template"] * 3 + ["By number"]
    assert [unpacked(row[8]).template_id for row in rows] == [17, 17, 17, 18]


async def test_a_category_that_exists_may_be_named(client, door):
    await door.categories.add(acting(ACCOUNT), "receipts")
    assert (await send(client, a_v3_message(Mj_MonitoringCategory="receipts"))).status_code == 200
    ((*_, send_options, _),) = await stored(door)
    assert unpacked(send_options).monitoring_category == "receipts"


async def test_the_accounts_defaults_count_where_the_call_leaves_them(client, door):
    door.keys.defaults = SendDefaults(tracks_opens=True, is_sandboxed=True)
    await send(client, a_v3_message(Html_part="<p>", Mj_trackclick=2, Mj_campaign="May"))
    ((*_, campaign, send_options, _),) = await stored(door)
    read = unpacked(send_options)
    assert (read.tracks_opens, read.tracks_clicks, read.is_sandboxed, campaign) == (True, True, True, "May")


async def test_attachments_up_to_the_limit_are_accepted(client, door):
    fifteen_mib = base64.b64encode(bytes(15 * 1024 * 1024)).decode()
    file = a_v3_file(content=fifteen_mib)
    assert (await send(client, a_v3_message(Attachments=[file]))).status_code == 200
    one_more = a_v3_message(Attachments=[file], Inline_attachments=[a_v3_file(content="YQ==")])
    assert (await send(client, one_more)).status_code == 413
    assert len(await stored(door)) == 1


async def test_concurrent_calls_are_all_accepted(client, door):
    answers = await asyncio.gather(
        *(send(client, {"Messages": [a_v3_message(), a_v3_message()]}) for _ in range(20))
    )
    assert {answer.status_code for answer in answers} == {200}
    ids = {one["MessageID"] for answer in answers for one in answer.json()["Sent"]}
    assert len(ids) == len(await stored(door)) == 40


async def test_a_large_answer_is_compressed_for_who_asks(client):
    recipients = ", ".join(f"n{number}@example.net" for number in range(50))
    packed = await send(client, a_v3_message(To=recipients))
    assert packed.headers["content-encoding"] == "gzip"
    assert len(packed.json()["Sent"]) == 50
    plain = await send(client, a_v3_message(To=recipients), headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers


async def test_a_client_that_goes_away_sends_nothing(url, door):
    reader, writer = await asyncio.open_connection("127.0.0.1", httpx2.URL(url).port)
    writer.write(
        b"POST /v3/send HTTP/1.1\r\nHost: x\r\nAuthorization: Basic a2V5LW9mLWFubjpzZWNyZXQtb2YtYW5u\r\n"
        b"Content-Length: 1000\r\n\r\n{"
    )
    writer.write_eof()
    await reader.read()
    writer.close()
    await writer.wait_closed()
    assert await stored(door) == []
