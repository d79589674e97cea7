"""A person gets one copy, however often and in whatever case a message names them; every entry is answered."""

from __future__ import annotations

import msgspec
import pytest
from sqlalchemy import select

from aerogram.model.send_options import unpacked_personal
from aerogram.store.sql import Sql
from aerogram.store.tables import content, message
from aerogram.wire.mime.parts import Mailbox, Parts
from support.calls import a_message
from support.v3_calls import a_v3_message

STORED = Sql(
    select(message.c.id, message.c.recipient, message.c.personal, content.c.body)
    .join_from(message, content, content.c.id == message.c.content_id)
    .order_by(message.c.id)
)


async def stored(door):
    def unit():
        return (yield STORED())

    return await door.database.read(unit)


def parts_of(row):
    return msgspec.json.decode(row[3], type=Parts)


async def v31(client, **properties):
    answer = await client.post("/v3.1/send", json={"Messages": [a_message(**properties)]})
    assert answer.status_code == 200
    return answer.json()["Messages"][0]


def boxes(*emails):
    return [{"Email": email} for email in emails]


SAME = [
    ("ann@example.net", "ANN@Example.net"),
    ("ann@example.net", "ann@example.net"),
    ("Ann@example.net", "ann@example.NET"),
    ("ann@bücher.example", "Ann@xn--bcher-kva.example"),
    ("jörg@example.net", "JÖRG@example.net"),
    ("a..b@example.net", '"A..b"@example.net'),
    ("q3@example.net", '"q3"@example.net'),
    (r'"a\b"@example.net', "ab@example.net"),
]


@pytest.mark.parametrize(("first", "second"), SAME)
async def test_one_mailbox_has_one_copy_and_one_id(door, client, first, second):
    told = await v31(
        client,
        To=boxes(first, second),
        Cc=boxes(second, "cy@example.net"),
        Bcc=boxes(first, "di@example.net"),
    )
    assert [[each["Email"] for each in told[name]] for name in ("To", "Cc", "Bcc")] == [
        [first, second],
        [second, "cy@example.net"],
        [first, "di@example.net"],
    ]
    ann = [*told["To"], told["Cc"][0], told["Bcc"][0]]
    assert len({(each["MessageID"], each["MessageUUID"], each["MessageHref"]) for each in ann}) == 1
    rows = await stored(door)
    assert [(row[0], row[1]) for row in rows] == [
        (ann[0]["MessageID"], first),
        (told["Cc"][1]["MessageID"], "cy@example.net"),
        (told["Bcc"][1]["MessageID"], "di@example.net"),
    ]
    # The headers are as the client wrote them.
    assert [each.email for each in parts_of(rows[0]).to] == [first, second]


@pytest.mark.parametrize(
    "other", ["ann@example.com", "an.n@example.net", "ann+1@example.net", "anne@example.net"]
)
async def test_other_mailboxes_are_other_people(door, client, other):
    told = await v31(client, To=boxes("ann@example.net", other))
    assert len({each["MessageID"] for each in told["To"]}) == len(await stored(door)) == 2


async def test_the_name_of_the_first_entry_counts(door, client):
    await v31(
        client,
        To=[{"Email": "ann@example.net", "Name": "Ann"}, {"Email": "ANN@example.net", "Name": "Bob"}],
        TextPart="{{mj:contact.name}}",
        TemplateLanguage=True,
    )
    [row] = await stored(door)
    assert unpacked_personal(row[2]).name == "Ann"


async def test_entries_count_as_before(client):
    answer = await client.post(
        "/v3.1/send", json={"Messages": [a_message(To=boxes(*["ann@example.net"] * 51))]}
    )
    assert answer.json()["Messages"][0]["Errors"][0]["ErrorCode"] == "send-0015"


async def test_the_sandbox_answers_every_entry(client):
    call = {"Messages": [a_message(To=boxes("ann@example.net", "ANN@example.net"))], "SandboxMode": True}
    told = (await client.post("/v3.1/send", json=call)).json()["Messages"][0]
    assert [(each["Email"], each["MessageID"]) for each in told["To"]] == [
        ("ann@example.net", 0),
        ("ANN@example.net", 0),
    ]


async def test_a_repeated_request_has_the_same_entries(door, client):
    call = {
        "Messages": [a_message(To=boxes("ann@example.net", "ANN@example.net"), Cc=boxes("ann@example.net"))]
    }
    first, again = [
        (await client.post("/v3.1/send", json=call, headers={"Idempotency-Key": "k"})).json()
        for _ in range(2)
    ]
    assert first == again
    assert len(await stored(door)) == 1


async def test_v3_answers_every_entry_of_one_copy(door, client):
    call = a_v3_message(
        To="Ann <ann@example.net>, ANN@example.net", Cc="ann@EXAMPLE.net", Bcc="di@example.net"
    )
    told = (await client.post("/v3/send", json=call)).json()["Sent"]
    assert [each["Email"] for each in told] == [
        "ann@example.net",
        "ANN@example.net",
        "ann@EXAMPLE.net",
        "di@example.net",
    ]
    ann, di = told[0], told[3]
    assert {each["MessageID"] for each in told[:3]} == {ann["MessageID"]}
    assert [row[0] for row in await stored(door)] == [ann["MessageID"], di["MessageID"]]


async def test_v3_recipients_with_the_same_variables_are_one_mail_and_with_others_two(door, client):
    people = [
        {"Email": "ann@example.net", "Name": "Ann", "Vars": {"ticket": 1}},
        {"Email": "ANN@example.net", "Name": "A", "Vars": {"ticket": 1}},
        {"Email": "ann@example.net", "Vars": {"ticket": 2}},
        {"Email": "Ann@example.net", "Vars": {"ticket": 2}},
        {"Email": "bob@example.net"},
    ]
    call = a_v3_message(To=..., Recipients=people, Text_part="[[var:ticket]]")
    told = (await client.post("/v3/send", json=call)).json()["Sent"]
    first, same, second, same_again, bob = [each["MessageID"] for each in told]
    assert (first, second) == (same, same_again)
    assert [row[0] for row in await stored(door)] == [first, second, bob]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, True),
        (0, False),
        (1, 1.0),
        (0, 0.0),
        (1, "1"),
        ([], {}),
        ([1], [True]),
        ({"a": 0}, {"a": False}),
        ({"a": [1, {"b": 1}]}, {"a": [1, {"b": 1.0}]}),
        ([1, 2], [2, 1]),
    ],
)
async def test_v3_variables_that_json_distinguishes_are_other_mails(door, client, one, other):
    people = [{"Email": "ann@example.net", "Vars": {"paid": value}} for value in (one, other, one)]
    call = a_v3_message(To=..., Recipients=people, Text_part="[[var:paid]]")
    told = (await client.post("/v3/send", json=call)).json()["Sent"]
    first, second, again = [each["MessageID"] for each in told]
    assert first == again != second
    assert [row[0] for row in await stored(door)] == [first, second]


async def test_v3_variables_in_another_order_are_the_same(door, client):
    people = [
        {"Email": "ann@example.net", "Vars": {"a": {"x": 1, "y": 2}, "b": 2}},
        {"Email": "ann@example.net", "Vars": {"b": 2, "a": {"y": 2, "x": 1}}},
    ]
    call = a_v3_message(To=..., Recipients=people, Text_part="[[var:b]]")
    told = (await client.post("/v3/send", json=call)).json()["Sent"]
    assert told[0]["MessageID"] == told[1]["MessageID"]
    assert len(await stored(door)) == 1


async def test_v3_recipients_that_are_one_person_get_an_ordinary_mail(door, client):
    call = a_v3_message(To=..., Recipients=[{"Email": "ann@example.net"}, {"Email": "ANN@example.net"}])
    told = (await client.post("/v3/send", json=call)).json()["Sent"]
    assert told[0]["MessageID"] == told[1]["MessageID"]
    [row] = await stored(door)
    assert parts_of(row).to == (Mailbox("ann@example.net"),)
