"""``contactmetadata``, ``contactdata`` and ``contacthistorydata`` over a real socket and a real store."""

import pytest

from scenario.test_rest_contacts import INVALID, created, refused
from support.http_door import STRANGERS_KEY, STRANGERS_SECRET, a_client

CONTACTS = "/v3/REST/contact"
DEFINITIONS = "/v3/REST/contactmetadata"
VALUES = "/v3/REST/contactdata"
HISTORY = "/v3/REST/contacthistorydata"


@pytest.fixture
async def ana(client):
    return await created(client, CONTACTS, Email="ana@example.com")


@pytest.fixture
async def defined(client):
    """One property of each datatype."""
    for name, datatype in (
        ("country", "str"), ("age", "int"), ("score", "float"), ("member", "bool"), ("birthday", "datetime"),
    ):  # fmt: skip
        await created(client, DEFINITIONS, Name=name, Datatype=datatype)


def pairs(**values):
    return {"Data": [{"Name": name, "Value": value} for name, value in values.items()]}


async def values_of(client, key="ana@example.com"):
    [row] = (await client.get(f"{VALUES}/{key}")).json()["Data"]
    return {pair["Name"]: pair["Value"] for pair in row["Data"]}


async def test_a_property_is_defined_with_its_defaults(client):
    answer = await client.post(DEFINITIONS, json={"Name": "FirstName"})
    assert answer.status_code == 201
    [row] = answer.json()["Data"]
    assert row.pop("ID") > 0
    assert list(row.items()) == [("Datatype", "str"), ("Name", "firstname"), ("NameSpace", "static")]


async def test_a_property_is_defined_once_in_each_namespace(client):
    await created(client, DEFINITIONS, Name="age", Datatype="int")
    await created(client, DEFINITIONS, Name="age", Datatype="int", NameSpace="historic")
    answer = await client.post(DEFINITIONS, json={"Name": "AGE"})
    refused(
        answer,
        400,
        'MJ18 A ContactMetadata resource with value "static|age" for Namespace|Name already exists.',
    )


async def test_a_definition_is_read_by_id_and_by_namespace_and_name(client, url):
    row = await created(client, DEFINITIONS, Name="country")
    for key in (row["ID"], "static|country", "Static%7CCountry"):
        assert (await client.get(f"{DEFINITIONS}/{key}")).json()["Data"] == [row]
    for key in ("historic|country", "country", 7):
        refused(await client.get(f"{DEFINITIONS}/{key}"), 404, "Object not found")
    async with a_client(url, (STRANGERS_KEY, STRANGERS_SECRET)) as stranger:
        refused(await stranger.get(f"{DEFINITIONS}/{row['ID']}"), 404, "Object not found")


async def test_definitions_are_filtered_and_sorted(client, defined):
    for query, names in (
        ("", ["country", "age", "score", "member", "birthday"]),
        ("Sort=Name", ["age", "birthday", "country", "member", "score"]),
        ("DataType=int", ["age"]),
        ("Namespace=historic", []),
        ("Limit=1", ["country"]),
    ):
        found = (await client.get(f"{DEFINITIONS}?{query}")).json()["Data"]
        assert [row["Name"] for row in found] == names


async def test_a_definition_changes_and_goes_with_its_values(client, ana, defined):
    await client.put(f"{VALUES}/{ana['ID']}", json=pairs(age=30, country="FR"))
    answer = await client.put(f"{DEFINITIONS}/static|age", json={"Name": "Years", "Datatype": "str"})
    assert answer.json()["Data"][0]["Name"] == "years"
    assert await values_of(client) == {"country": "FR", "years": "30"}
    refused(
        await client.put(f"{DEFINITIONS}/static|years", json={"NameSpace": "historic"}),
        401,
        'Internal error: MJ19 Setting a value for property "NameSpace" is not allowed',
    )
    assert (await client.put(f"{DEFINITIONS}/static|years", json={"Name": "YEARS "})).status_code == 200
    assert (await client.put(f"{DEFINITIONS}/static|years", json={"Name": "country"})).status_code == 400
    assert (await client.delete(f"{DEFINITIONS}/static|years")).status_code == 204
    assert await values_of(client) == {"country": "FR"}
    await created(client, DEFINITIONS, Name="years")
    assert await values_of(client) == {"country": "FR"}


async def test_values_are_always_shown_as_text(client, ana, defined):
    answer = await client.put(
        f"{VALUES}/{ana['ID']}",
        json=pairs(country="FR", age="30", score=1.5, Member="TRUE", birthday=1514764800),
    )
    assert answer.status_code == 200
    assert answer.json() == {
        "Count": 1,
        "Data": [
            {
                "ContactID": ana["ID"],
                "Data": [
                    {"Name": "age", "Value": "30"},
                    {"Name": "birthday", "Value": "2018-01-01T00:00:00Z"},
                    {"Name": "country", "Value": "FR"},
                    {"Name": "member", "Value": "true"},
                    {"Name": "score", "Value": "1.5"},
                ],
                "ID": ana["ID"],
                "MethodCollection": "",
            }
        ],
        "Total": 1,
    }


async def test_values_merge_and_null_takes_one_away(client, ana, defined):
    path = f"{VALUES}/ana@example.com"
    await client.put(path, json=pairs(country="FR", age=30))
    assert (await client.put(path, json={"Data": [{"name": "age", "value": 31}]})).status_code == 200
    assert await values_of(client) == {"age": "31", "country": "FR"}
    assert (await client.put(path, json=pairs(age="31"))).status_code == 304
    await client.put(path, json=pairs(age=None))
    assert await values_of(client) == {"country": "FR"}


async def test_values_can_be_posted(client, ana, defined):
    for path, body in (
        (f"{VALUES}/ana@example.com", pairs(country="FR")),
        (f"{VALUES}/{ana['ID']}", pairs(country="FR")),
        (VALUES, pairs(age=30) | {"ContactID": ana["ID"]}),
        (VALUES, pairs(score=1) | {"ContactALT": "ana@example.com"}),
    ):
        answer = await client.post(path, json=body)
        assert answer.status_code == 201, answer.text
        assert answer.json()["Data"][0]["ContactID"] == ana["ID"]
    assert await values_of(client) == {"age": "30", "country": "FR", "score": "1"}
    refused(
        await client.post(VALUES, json=pairs(age=30)),
        400,
        INVALID,
        "MJ08 Property Contact is invalid: MJ03 A non-empty value is required",
    )


async def test_values_that_cannot_be_are_refused(client, ana, defined):
    path = f"{VALUES}/{ana['ID']}"
    refused(await client.put(path, json=pairs(createdate="x")), 400, 'Invalid key name: "createdate"')
    refused(await client.put(path, json={"Data": [{"age": 30}]}), 400, 'Invalid key name: "age"')
    wrong = {"Properties": [{"age": "Property type does not match definition"}]}
    refused(await client.put(path, json=pairs(age="old")), 400, INVALID, wrong)
    refused(await client.put(f"{VALUES}/7", json=pairs(age=30)), 404, "Object not found")
    assert (await client.put(path, json={"age": 30})).status_code == 400
    assert await values_of(client) == {}


async def test_all_values_of_a_contact_can_be_dropped(client, ana, defined):
    await client.put(f"{VALUES}/{ana['ID']}", json=pairs(country="FR"))
    assert (await client.delete(f"{VALUES}/ana@example.com")).status_code == 204
    assert await values_of(client) == {}
    assert (await client.get(f"{CONTACTS}/{ana['ID']}")).status_code == 200


async def test_values_of_many_contacts_are_listed_as_contacts_are(client, ana, defined):
    await created(client, CONTACTS, Email="bob@example.com", IsExcludedFromCampaigns=True)
    for email, age in (("ana", 30), ("bob", 40)):
        await client.put(f"{VALUES}/{email}@example.com", json=pairs(age=age, country="FR"))
    for query, ages in (
        ("", ["30", "40"]),
        ("Sort=Email DESC", ["40", "30"]),
        ("ContactEmail=BOB@example.com", ["40"]),
        ("EmailLLike=ana", ["30"]),
        ("IsExcludedFromCampaigns=true", ["40"]),
        ("Fields=Age,x", ["30", "40"]),
        ("DateFormat=x&TimeZone=y&Limit=1", ["30"]),
    ):
        found = (await client.get(f"{VALUES}?{query}")).json()["Data"]
        assert [row["Data"][0]["Value"] for row in found] == ages, query
        assert all(len(row["Data"]) == (1 if "Fields" in query else 2) for row in found)


async def test_historic_values_are_kept_with_their_moments(client, ana, clock):
    await created(client, DEFINITIONS, Name="Weight", Datatype="float", NameSpace="historic")
    first = await created(
        client, HISTORY, ContactID=ana["ID"], Name="weight", Data="61.5", CreatedAt="2020-01-01T00:00:00Z"
    )
    second = await created(client, HISTORY, ContactALT="ana@example.com", Name="Weight", Data="62")
    assert list(first) == ["ContactID", "CreatedAt", "Data", "ID", "Name"]
    assert (first["Data"], first["Name"], first["CreatedAt"]) == ("61.5", "weight", "2020-01-01T00:00:00Z")
    for query, found in (
        ("", [first, second]),
        (f"Contact={ana['ID']}&Name=WEIGHT&Last=true", [second]),
        ("Last=false", [first, second]),
        ("MaxCreatedAt=2020-01-01T00:00:01Z", [first]),
        ("MinCreatedAt=2020-01-01T00:00:01Z", [second]),
        ("Sort=CreatedAt DESC", [second, first]),
        ("Name=x", []),
    ):
        assert (await client.get(f"{HISTORY}?{query}")).json()["Data"] == found, query
    assert (await client.delete(f"{HISTORY}/{second['ID']}")).status_code == 204
    assert (await client.get(f"{HISTORY}?Last=1")).json()["Data"] == [first]
    assert (await client.put(f"{HISTORY}/{first['ID']}", json={})).status_code == 405
    await client.delete(f"{DEFINITIONS}/historic|weight")
    assert (await client.get(HISTORY)).json()["Count"] == 0


async def test_historic_values_that_cannot_be_are_refused(client, ana):
    await created(client, DEFINITIONS, Name="weight", Datatype="float", NameSpace="historic")
    await created(client, DEFINITIONS, Name="age")
    for name in ("x", "age"):
        answer = await client.post(HISTORY, json={"ContactID": ana["ID"], "Name": name, "Data": "1"})
        refused(answer, 400, f'Invalid key name: "{name}"')
    for data in ("heavy", ""):
        answer = await client.post(HISTORY, json={"ContactID": ana["ID"], "Name": "weight", "Data": data})
        info = "MJ08 Property Data is invalid: The value must be of the type float"
        refused(answer, 400, INVALID, info)
