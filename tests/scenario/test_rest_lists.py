"""``/v3/REST/contactslist`` and ``listrecipient`` over a real socket and a real store."""

import re

import pytest

from scenario.test_rest_contacts import INVALID, created, refused
from support.http_door import STRANGERS_KEY, STRANGERS_SECRET, a_client

CONTACTS = "/v3/REST/contact"
PATH = "/v3/REST/contactslist"
LINKS = "/v3/REST/listrecipient"


@pytest.fixture
async def news(client):
    return await created(client, PATH, Name="News")


@pytest.fixture
async def ana(client):
    return await created(client, CONTACTS, Email="ana@example.com")


async def manage(client, news, **body):
    return await client.post(f"{PATH}/{news['ID']}/managecontact", json=body)


async def count_of(client, news):
    return (await client.get(f"{PATH}/{news['ID']}")).json()["Data"][0]["SubscriberCount"]


async def test_a_list_is_made_with_an_address_of_its_own(client):
    answer = await client.post(f"{PATH}/", json={"Name": "News"})
    assert answer.status_code == 201
    [row] = answer.json()["Data"]
    assert re.fullmatch("[a-z0-9]{9}", row.pop("Address"))
    assert row.pop("CreatedAt").endswith("Z")
    assert row.pop("ID") > 0
    assert list(row.items()) == [("IsDeleted", False), ("Name", "News"), ("SubscriberCount", 0)]


async def test_a_list_that_cannot_be_is_refused(client, news):
    for body, status, message, info in [
        ({"Name": ""}, 400, INVALID, "MJ08 Property Name is invalid: MJ04 Value must have at least length 1"),
        ({}, 400, INVALID, "MJ08 Property Name is invalid: MJ03 A non-empty value is required"),
        (
            {"Name": "News"},
            400,
            'MJ18 A ContactsList resource with value "News" for Name already exists.',
            "",
        ),
        (
            {"Name": "Shop", "Address": "abcdefghi"},
            401,
            "Internal error: List address is automatically generated and can't be changed",
            "",
        ),
    ]:
        refused(await client.post(PATH, json=body), status, message, info)


async def test_a_list_is_read_by_id_and_by_address(client, news, url):
    for key in (news["ID"], news["Address"], news["Address"].upper()):
        assert (await client.get(f"{PATH}/{key}")).json() == {"Count": 1, "Data": [news], "Total": 1}
    async with a_client(url, (STRANGERS_KEY, STRANGERS_SECRET)) as stranger:
        for key in (news["ID"], news["Address"]):
            refused(await stranger.get(f"{PATH}/{key}"), 404, "Object not found")


async def test_a_list_is_renamed(client, news):
    answer = await client.put(f"{PATH}/{news['ID']}", json={"Name": "Novelties"})
    assert (answer.status_code, answer.json()["Data"]) == (200, [news | {"Name": "Novelties"}])
    for body in ({}, {"Name": "Novelties"}, news | {"Name": "Novelties"}):
        assert (await client.put(f"{PATH}/{news['ID']}", json=body)).status_code == 304
    await created(client, PATH, Name="News")
    refused(
        await client.put(f"{PATH}/{news['ID']}", json={"Name": "News"}),
        400,
        'MJ18 A ContactsList resource with value "News" for Name already exists.',
    )
    answer = await client.put(f"{PATH}/{news['ID']}", json={"Address": "abcdefghi"})
    assert answer.status_code == 401


async def test_a_deleted_list_stays_readable_and_comes_back(client, news):
    answer = await client.delete(f"{PATH}/{news['ID']}")
    assert (answer.status_code, answer.content) == (204, b"")
    answer = await client.get(f"{PATH}/{news['ID']}")
    assert (answer.status_code, answer.json()["Data"]) == (200, [news | {"IsDeleted": True}])
    refused(await client.delete(f"{PATH}/{news['ID']}"), 404, "Object not found")
    answer = await client.put(f"{PATH}/{news['ID']}", json={"IsDeleted": "false"})
    assert answer.json()["Data"] == [news]


async def test_the_name_of_a_deleted_list_is_free_until_it_comes_back(client, news):
    await client.delete(f"{PATH}/{news['ID']}")
    await created(client, PATH, Name="News")
    answer = await client.put(f"{PATH}/{news['ID']}", json={"IsDeleted": False})
    refused(answer, 400, 'MJ18 A ContactsList resource with value "News" for Name already exists.')


async def test_lists_are_filtered_and_sorted(client, news):
    shop = await created(client, PATH, Name="Shop")
    await client.delete(f"{PATH}/{shop['ID']}")
    for query, names in (
        ("", ["News", "Shop"]),
        ("IsDeleted=false", ["News"]),
        ("IsDeleted=1", ["Shop"]),
        ("Name=Shop", ["Shop"]),
        (f"Address={news['Address']}", ["News"]),
        (f"ExcludeID={news['ID']}", ["Shop"]),
        (f"ID={shop['ID']}", ["Shop"]),
        ("Limit=0&Sort=Name DESC", ["Shop", "News"]),
        ("Sort=IsDeleted DESC", ["Shop", "News"]),
    ):
        found = (await client.get(f"{PATH}?{query}")).json()["Data"]
        assert [row["Name"] for row in found] == names, query


async def test_a_contact_is_managed_on_a_list(client, news):
    await created(client, "/v3/REST/contactmetadata", Name="Age", Datatype="int")
    body = {"Email": "Ana@example.com", "Action": "addnoforce", "Name": "Ana", "Properties": {"age": "30"}}
    answer = await client.post(f"{PATH}/{news['ID']}/ManageContact", json=body)
    assert answer.status_code == 201
    [row] = answer.json()["Data"]
    contact_id = row.pop("ContactID")
    assert row == body | {"Email": "ana@example.com"}
    [found] = (await client.get(f"{CONTACTS}/{contact_id}")).json()["Data"]
    assert (found["Email"], found["Name"]) == ("ana@example.com", "Ana")
    [data] = (await client.get(f"/v3/REST/contactdata/{contact_id}")).json()["Data"]
    assert data["Data"] == [{"Name": "age", "Value": "30"}]
    assert await count_of(client, news) == 1


async def test_managing_walks_the_truth_table(client, news):
    for action, is_unsub in (
        ("addforce", False), ("unsub", True), ("addnoforce", True), ("addforce", False),
        ("remove", None), ("remove", None), ("unsub", True), ("remove", None),
    ):  # fmt: skip
        answer = await manage(client, news, Email="ana@example.com", Action=action)
        assert answer.status_code == 201
        found = (await client.get(f"{LINKS}?ContactEmail=ana@example.com&ContactsList={news['ID']}")).json()
        states = [row["IsUnsubscribed"] for row in found["Data"]]
        assert states == ([] if is_unsub is None else [is_unsub]), action
        assert await count_of(client, news) == (is_unsub is False)


async def test_properties_may_come_as_text_or_not_at_all(client, news):
    await created(client, "/v3/REST/contactmetadata", Name="country")
    for properties in ('{"country": "FR"}', "", None, {}):
        answer = await manage(client, news, Email="ana@example.com", Action="addforce", Properties=properties)
        assert answer.status_code == 201, properties
    [data] = (await client.get("/v3/REST/contactdata/ana@example.com")).json()["Data"]
    assert data["Data"] == [{"Name": "country", "Value": "FR"}]


async def test_errors_of_managing_are_told_by_property(client, news):
    refused(
        await manage(client, news),
        400,
        INVALID,
        {
            "Email": "MJ08 Property email is invalid: MJ03 A non-empty value is required",
            "Action": "Invalid action: ",
        },
    )
    await created(client, "/v3/REST/contactmetadata", Name="age", Datatype="int")
    wrong = {"shoe": 43, "age": "old"}
    refused(
        await manage(client, news, Email="ana@example.com", Action="addforce", Properties=wrong),
        400,
        INVALID,
        {
            "Properties": [
                {"shoe": "Property not defined"},
                {"age": "Property type does not match definition"},
            ]
        },
    )
    assert (await client.get(CONTACTS)).json()["Count"] == 0


async def test_managing_needs_a_live_list(client, news):
    body = {"Email": "ana@example.com", "Action": "addforce"}
    refused(await client.post(f"{PATH}/7/managecontact", json=body), 404, "Object not found")
    await client.delete(f"{PATH}/{news['ID']}")
    refused(await manage(client, news, **body), 400, f"List ID {news['ID']} is invalid or deleted")


async def test_a_membership_is_made_by_ids_or_unique_keys(client, news, ana):
    answer = await client.post(LINKS, json={"ContactID": ana["ID"], "ListID": news["ID"]})
    assert answer.status_code == 201
    [row] = answer.json()["Data"]
    assert row.pop("ID") > 0
    assert row.pop("SubscribedAt").endswith("Z")
    assert list(row.items()) == [
        ("ContactID", ana["ID"]),
        ("IsActive", True),
        ("IsUnsubscribed", False),
        ("ListID", news["ID"]),
        ("ListName", "News"),
        ("UnsubscribedAt", ""),
    ]
    await created(client, CONTACTS, Email="bob@example.com")
    await created(client, LINKS, ContactALT="bob@example.com", ListALT=news["Address"])
    await created(client, CONTACTS, Email="cid@example.com")
    await created(client, LINKS, ContactAlt="CID@example.com", ListAlt="News", IsUnsubscribed="true")
    assert await count_of(client, news) == 2


async def test_a_membership_that_cannot_be_is_refused(client, news, ana):
    await created(client, LINKS, ContactID=ana["ID"], ListID=news["ID"])
    again = await client.post(LINKS, json={"ContactID": ana["ID"], "ListID": news["ID"]})
    refused(again, 400, "A duplicate ListRecipient already exists.")
    nobody = await client.post(LINKS, json={"ListID": news["ID"]})
    refused(nobody, 400, INVALID, "MJ08 Property Contact is invalid: MJ03 A non-empty value is required")
    unknown = await client.post(LINKS, json={"ContactALT": "x@example.com", "ListID": news["ID"]})
    refused(
        unknown, 400, 'Property "Contact", alternate key value "x@example.com" could not be resolved to an ID'
    )
    await client.delete(f"{PATH}/{news['ID']}")
    deleted = await client.post(LINKS, json={"ContactID": ana["ID"], "ListID": news["ID"]})
    info = f"MJ08 Property List is invalid: List ID {news['ID']} is invalid or deleted"
    refused(deleted, 400, INVALID, info)


async def test_a_membership_is_left_and_taken_up_again(client, news, ana, clock):
    link = await created(client, LINKS, ContactID=ana["ID"], ListID=news["ID"])
    path = f"{LINKS}/{link['ID']}"
    clock.advance(60_000)
    [left] = (await client.put(path, json={"IsUnsubscribed": True})).json()["Data"]
    assert left["IsUnsubscribed"]
    assert left["UnsubscribedAt"] > link["SubscribedAt"]
    assert await count_of(client, news) == 0
    [contact] = (await client.get(f"{CONTACTS}/{ana['ID']}")).json()["Data"]
    assert contact["UnsubscribedAt"] == contact["LastActivityAt"] == left["UnsubscribedAt"]
    [back] = (await client.put(path, json={"IsUnsubscribed": "0"})).json()["Data"]
    assert (back["UnsubscribedAt"], back["SubscribedAt"]) == ("", left["UnsubscribedAt"])
    assert await count_of(client, news) == 1
    [inactive] = (await client.put(path, json={"IsActive": False})).json()["Data"]
    assert not inactive["IsActive"]
    assert await count_of(client, news) == 0
    assert (await client.put(path, json={})).status_code == 304
    refused(
        await client.put(path, json={"UnsubscribedAt": "2020-01-01T00:00:00Z"}),
        401,
        'Internal error: MJ19 Setting a value for property "UnsubscribedAt" is not allowed',
    )
    assert (await client.put(path, json={"ListID": 7})).status_code == 400


async def test_a_membership_is_ended(client, news, ana):
    link = await created(client, LINKS, ContactID=ana["ID"], ListID=news["ID"])
    answer = await client.delete(f"{LINKS}/{link['ID']}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert await count_of(client, news) == 0
    refused(await client.delete(f"{LINKS}/{link['ID']}"), 404, "Object not found")
    answer = await client.post(f"{LINKS}/{link['ID']}", json={})
    refused(answer, 405, "Method not allowed")


async def test_memberships_are_filtered(client, news, ana):
    shop = await created(client, PATH, Name="Shop")
    bob = await created(client, CONTACTS, Email="bob@example.com", IsExcludedFromCampaigns=True)
    for contact, own, is_unsubscribed in ((ana, news, False), (ana, shop, True), (bob, news, False)):
        await created(
            client, LINKS, ContactID=contact["ID"], ListID=own["ID"], IsUnsubscribed=is_unsubscribed
        )
    await client.delete(f"{PATH}/{shop['ID']}")
    for query, found in (
        ("", ["ana News", "ana Shop", "bob News"]),
        (f"Contact={ana['ID']}", ["ana News", "ana Shop"]),
        ("ContactEmail=ANA@example.com", ["ana News", "ana Shop"]),
        (f"ContactsList={news['ID']}", ["ana News", "bob News"]),
        ("ListName=Shop", ["ana Shop"]),
        ("IgnoreDeleted=true", ["ana News", "bob News"]),
        ("IgnoreDeleted=false", ["ana News", "ana Shop", "bob News"]),
        ("IsExcludedFromCampaigns=1", ["bob News"]),
        ("Unsub=true", ["ana Shop"]),
        ("Unsub=false", ["ana News", "bob News"]),
        ("Active=false", []),
        ("Opened=true", []),
        ("Opened=false", ["ana News", "ana Shop", "bob News"]),
        ("LastActivityAt=1", []),
        ("Status=x&Blocked=true", ["ana News", "ana Shop", "bob News"]),
        (f"ContactsList={news['ID']}&ContactEmail=bob@example.com", ["bob News"]),
        ("Limit=1&Offset=2", ["bob News"]),
    ):
        answer = await client.get(f"{LINKS}?{query}")
        assert answer.status_code == 200, answer.text
        names = {ana["ID"]: "ana", bob["ID"]: "bob"}
        rows = [f"{names[row['ContactID']]} {row['ListName']}" for row in answer.json()["Data"]]
        assert rows == found, query


async def test_the_full_style_tells_the_address_of_the_contact(client, news, ana):
    await created(client, LINKS, ContactID=ana["ID"], ListID=news["ID"])
    query = f"ContactEmail=ana@example.com&ContactsList={news['ID']}&Style=Full&CountRecords=1"
    answer = (await client.get(f"{LINKS}?{query}")).json()
    assert (answer["Count"], answer["Total"]) == (1, 1)
    [row] = answer["Data"]
    assert row["Contact"]["Email"]["Email"] == "ana@example.com"
    assert (row["ContactID"], row["IsUnsubscribed"]) == (ana["ID"], False)
