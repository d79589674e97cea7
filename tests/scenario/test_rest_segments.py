"""``/v3/REST/contactfilter`` over a real socket and a real store."""

import functools

import pytest
from sqlalchemy import bindparam, insert

from aerogram.store.sql import Sql
from aerogram.store.tables.contacts import contact, property_
from support.http_door import ACCOUNT, STRANGER, STRANGERS_KEY, STRANGERS_SECRET, a_client

PATH = "/v3/REST/contactfilter"


def adding(table, *names):
    return Sql(
        insert(table).values({name: bindparam(f"p_{name}") for name in names}),
        *(f"p_{name}" for name in names),
    )


ADD_CONTACT = adding(
    contact, "id", "account_id", "email", "name", "created_ms", "properties", "is_anonymized"
)
ADD_PROPERTY = adding(property_, "id", "account_id", "name", "namespace", "datatype", "created_ms")


async def created(client, name="Adults", expression="(age>=18)", **properties):
    answer = await client.post(PATH, json={"Name": name, "Expression": expression} | properties)
    assert answer.status_code == 201, answer.text
    return answer.json()["Data"][0]


async def names(client, **query):
    answer = await client.get(PATH, params=query)
    assert answer.status_code == 200, answer.text
    return [row["Name"] for row in answer.json()["Data"]]


def refused(answer, status, message, info=""):
    assert answer.status_code == status
    assert answer.json() == {"StatusCode": status, "ErrorMessage": message, "ErrorInfo": info}


async def test_a_segment_is_kept_byte_for_byte(client):
    expression = '( age>=18 )  AND\t(city="Zo\u00eb \\"x\\"") '
    answer = await client.post(
        PATH, json={"Name": "Adults", "Description": "of age", "Expression": expression}
    )
    assert answer.status_code == 201
    [row] = answer.json()["Data"]
    assert row["ID"] > 0
    assert list(row.items()) == [
        ("Description", "of age"),
        ("Expression", expression),
        ("ID", row["ID"]),
        ("Name", "Adults"),
        ("Status", "unused"),
    ]
    for key in (row["ID"], "Adults"):
        found = await client.get(f"{PATH}/{key}")
        assert found.json() == {"Count": 1, "Data": [row], "Total": 1}


async def test_a_wrong_expression_is_refused_with_its_reason(client):
    made = await created(client)
    reason = "MJ08 Property Expression is invalid: This bracket is never closed (character 1)"
    for answer in (
        await client.post(PATH, json={"Name": "x", "Expression": "((age>40)"}),
        await client.put(f"{PATH}/{made['ID']}", json={"Expression": "((age>40)"}),
    ):
        refused(answer, 400, "Object properties invalid", reason)
    assert (await client.get(f"{PATH}/{made['ID']}")).json()["Data"] == [made]


async def test_a_name_is_taken_once_among_live_segments(client):
    await created(client)
    other = await created(client, "Children")
    taken = 'MJ18 A ContactFilter resource with value "Adults" for Name already exists.'
    refused(await client.post(PATH, json={"Name": "Adults", "Expression": "age=1"}), 400, taken)
    refused(await client.put(f"{PATH}/{other['ID']}", json={"Name": "Adults"}), 400, taken)
    assert (await client.delete(f"{PATH}/Adults")).status_code == 204
    await created(client)


async def test_a_deleted_segment_is_hidden_and_can_come_back(client):
    made = await created(client)
    await created(client, "Children", "age<18")
    assert (await client.delete(f"{PATH}/{made['ID']}")).status_code == 204
    refused(await client.delete(f"{PATH}/{made['ID']}"), 404, "Object not found")
    refused(await client.get(f"{PATH}/Adults"), 404, "Object not found")
    assert await names(client) == ["Children"]
    assert await names(client, ShowDeleted="true") == ["Adults", "Children"]
    assert await names(client, Status="deleted") == ["Adults"]
    assert await names(client, Status="unused") == ["Children"]
    restored = await client.put(f"{PATH}/{made['ID']}", json={"Status": "unused"})
    assert restored.json()["Data"] == [made]
    assert await names(client) == ["Adults", "Children"]


async def test_a_deleted_segment_does_not_come_back_to_a_name_that_is_taken(client):
    made = await created(client)
    await client.delete(f"{PATH}/{made['ID']}")
    await created(client)
    taken = 'MJ18 A ContactFilter resource with value "Adults" for Name already exists.'
    refused(await client.put(f"{PATH}/{made['ID']}", json={"Status": "unused"}), 400, taken)


async def test_segments_are_listed_by_name(client):
    for name in ("Adults", "adults of Paris", "Children"):
        await created(client, name)
    assert await names(client, Name="Adults") == ["Adults"]
    assert await names(client, NameCI="adults") == ["Adults"]
    assert await names(client, NameLikeCI="ADULTS") == ["Adults", "adults of Paris"]
    assert await names(client, NameLLike="ad") == ["adults of Paris"]
    assert await names(client, NameRLike="en") == ["Children"]
    assert await names(client, Sort="ID DESC", Limit=1) == ["Children"]


async def test_required_properties_must_be_given(client):
    answer = await client.post(PATH, json={})
    assert list(answer.json()["ErrorInfo"]) == ["Expression", "Name"]


async def test_another_account_has_other_segments(client, url):
    made = await created(client)
    async with a_client(url, (STRANGERS_KEY, STRANGERS_SECRET)) as bob:
        refused(await bob.get(f"{PATH}/{made['ID']}"), 404, "Object not found")
        refused(await bob.get(f"{PATH}/Adults/preview"), 404, "Object not found")
        await created(bob)


@pytest.fixture
async def people(database):
    """Five contacts of Ann's from 16 to 20, one whose age is not known, one who was erased, one of Bob's."""

    def unit():
        yield ADD_PROPERTY(7, ACCOUNT, "age", "static", "int", 0)
        for number in range(16, 21):
            values = f'{{"7":{number}}}'
            yield ADD_CONTACT(number, ACCOUNT, f"a{number}@example.org", f"A{number}", 0, values, 0)
        yield ADD_CONTACT(30, ACCOUNT, "unknown@example.org", "", 0, "", 0)
        yield ADD_CONTACT(31, ACCOUNT, "erased@example.org", "", 0, '{"7":20}', 1)
        yield ADD_CONTACT(32, STRANGER, "bob@example.org", "", 0, '{"7":20}', 0)

    await database.write(unit)


async def test_a_preview_counts_and_shows_the_first_contacts(client, people):
    await created(client)
    answer = await client.get(f"{PATH}/Adults/preview", params={"Limit": 2})
    assert answer.json() == {
        "Count": 1,
        "Data": [
            {
                "ContactCount": 3,
                "Contacts": [
                    {"Email": "a18@example.org", "ID": 18, "Name": "A18"},
                    {"Email": "a19@example.org", "ID": 19, "Name": "A19"},
                ],
            }
        ],
        "Total": 1,
    }
    await created(client, "Others", "not (Age>=18)")
    [shown] = (await client.get(f"{PATH}/Others/preview")).json()["Data"]
    assert [each["ID"] for each in shown["Contacts"]] == [16, 17, 30]
    assert shown["ContactCount"] == 3


async def test_a_preview_of_an_unknown_property_is_empty(client, people):
    await created(client, "Tall", "(height>180)")
    answer = await client.get(f"{PATH}/Tall/preview")
    assert answer.json()["Data"] == [{"ContactCount": 0, "Contacts": []}]


async def test_a_search_that_takes_too_long_says_so(client, people, door, monkeypatch):
    await created(client)
    monkeypatch.setattr(door.database, "scan", functools.partial(door.database.scan, seconds=-1))
    answer = await client.get(f"{PATH}/Adults/preview")
    assert (answer.status_code, int(answer.headers["Retry-After"]) > 0) == (503, True)
    assert "took too long" in answer.json()["ErrorMessage"]


async def test_the_preview_is_described(client):
    paths = (await client.get("/openapi.json")).json()["paths"]
    described = paths[f"{PATH}/{{key}}/preview"]["get"]
    assert described["tags"] == ["segments"]
    assert [each["name"] for each in described["parameters"]] == ["Limit"]
