"""``/v3/REST/contact`` and its actions over a real socket and a real store."""

import pytest

from support.http_door import STRANGERS_KEY, STRANGERS_SECRET, a_client

PATH = "/v3/REST/contact"
LISTS = "/v3/REST/contactslist"
INVALID = "Object properties invalid"


def refused(answer, status, message, info=""):
    assert answer.json() == {"ErrorInfo": info, "ErrorMessage": message, "StatusCode": status}
    assert answer.status_code == status


async def created(client, path=PATH, **properties):
    answer = await client.post(path, json=properties)
    assert answer.status_code == 201, answer.text
    [row] = answer.json()["Data"]
    return row


async def test_a_contact_is_made_with_its_thirteen_properties(client):
    answer = await client.post(
        PATH, json={"Email": "Ana@Example.com", "Name": "Ana", "IsExcludedFromCampaigns": "true"}
    )
    assert answer.status_code == 201
    assert answer.headers["content-type"] == "application/json"
    [row] = answer.json()["Data"]
    assert row.pop("ID") > 0
    created_at = row.pop("CreatedAt")
    assert list(row.items()) == [
        ("DeliveredCount", 0),
        ("Email", "ana@example.com"),
        ("ExclusionFromCampaignsUpdatedAt", created_at),
        ("IsExcludedFromCampaigns", True),
        ("IsOptInPending", False),
        ("IsSpamComplaining", False),
        ("LastActivityAt", ""),
        ("LastUpdateAt", ""),
        ("Name", "Ana"),
        ("UnsubscribedAt", ""),
        ("UnsubscribedBy", ""),
    ]


async def test_a_contact_is_made_once(client):
    await created(client, Email="ana@example.com")
    answer = await client.post(PATH, json={"Email": "ANA@example.com"})
    refused(answer, 400, 'MJ18 A Contact resource with value "ana@example.com" for Email already exists.')


async def test_a_contact_without_an_address_is_refused(client):
    for body, info in [
        ({}, "MJ08 Property Email is invalid: MJ03 A non-empty value is required"),
        ({"Email": ""}, "MJ08 Property Email is invalid: MJ04 Value must have at least length 1"),
        (
            {"Email": "ana"},
            'MJ08 Property Email is invalid: Invalid email address "ana", reason: "No @ character in mail"',
        ),
        ({"Email": 7}, "MJ08 Property Email is invalid: The value must be a string"),
    ]:
        refused(await client.post(PATH, json=body), 400, INVALID, info)


async def test_an_unknown_property_is_refused(client):
    answer = await client.post(PATH, json={"Email": "ana@example.com", "firstname": "Ana"})
    refused(answer, 400, 'Invalid json input: object ""->"TContact" has no property "firstname"')


async def test_a_contact_is_read_by_id_and_by_address(client):
    row = await created(client, Email="nonçascii@example.com")
    for key in (row["ID"], "nonçascii@example.com", "non%C3%A7ascii%40Example.com"):
        answer = await client.get(f"{PATH}/{key}")
        assert (answer.status_code, answer.json()) == (200, {"Count": 1, "Data": [row], "Total": 1})


async def test_what_is_no_contact_is_not_found(client, url):
    row = await created(client, Email="ana@example.com")
    for key in (7, "bob@example.com", "a b@example.com", 2**63):
        refused(await client.get(f"{PATH}/{key}"), 404, "Object not found")
    async with a_client(url, (STRANGERS_KEY, STRANGERS_SECRET)) as stranger:
        for key in (row["ID"], "ana@example.com"):
            refused(await stranger.get(f"{PATH}/{key}"), 404, "Object not found")
        assert (await stranger.get(PATH)).json() == {"Count": 0, "Data": [], "Total": 0}


async def test_a_key_that_is_neither_id_nor_address_is_refused_with_the_reason(client):
    answer = await client.put(f"{PATH}/not-an-id", json={"Name": "Ana"})
    refused(answer, 400, 'Invalid email address "not-an-id", reason: "No @ character in mail"')


async def test_a_put_changes_what_it_names(client, clock):
    row = await created(client, Email="ana@example.com")
    clock.advance(60_000)
    answer = await client.put(f"{PATH}/ana@example.com", json={"Name": "Ana", "IsExcludedFromCampaigns": 1})
    assert answer.status_code == 200
    [changed] = answer.json()["Data"]
    assert changed["LastUpdateAt"] == changed["ExclusionFromCampaignsUpdatedAt"] > row["CreatedAt"]
    assert (changed["Name"], changed["IsExcludedFromCampaigns"]) == ("Ana", True)
    clock.advance(60_000)
    [included] = (await client.put(f"{PATH}/{row['ID']}", json={"IsExcludedFromCampaigns": False})).json()[
        "Data"
    ]
    assert included["ExclusionFromCampaignsUpdatedAt"] == changed["ExclusionFromCampaignsUpdatedAt"]


async def test_a_put_that_changes_nothing_is_answered_304(client):
    row = await created(client, Email="ana@example.com", Name="Ana")
    for body in ({}, {"Name": "Ana"}, {"Email": "ANA@example.com"}, row):
        answer = await client.put(f"{PATH}/{row['ID']}", json=body)
        assert (answer.status_code, answer.content) == (304, b""), body


async def test_what_clients_cannot_set_is_refused(client):
    row = await created(client, Email="ana@example.com")
    answer = await client.put(f"{PATH}/{row['ID']}", json={"UnsubscribedAt": "2024-01-01T00:00:00Z"})
    refused(answer, 401, 'Internal error: MJ19 Setting a value for property "UnsubscribedAt" is not allowed')


async def test_an_address_can_change_to_one_that_is_free(client):
    row = await created(client, Email="ana@example.com")
    await created(client, Email="bob@example.com")
    answer = await client.put(f"{PATH}/{row['ID']}", json={"Email": "Anna@example.com"})
    assert answer.json()["Data"][0]["Email"] == "anna@example.com"
    answer = await client.put(f"{PATH}/{row['ID']}", json={"Email": "bob@example.com"})
    refused(answer, 400, 'MJ18 A Contact resource with value "bob@example.com" for Email already exists.')


async def test_a_contact_is_not_deleted_here(client):
    row = await created(client, Email="ana@example.com")
    refused(await client.delete(f"{PATH}/{row['ID']}"), 401, "Operation not allowed")


@pytest.fixture
async def three(client):
    """Ana, Bob and Cid, of whom Bob is excluded, Ana on the list and Cid has left it."""
    news = await created(client, LISTS, Name="News")
    await created(client, Email="ana@example.com")
    await created(client, Email="bob@example.org", IsExcludedFromCampaigns=True)
    await created(client, Email="cid_100%@example.com")
    for email, action in (("ana@example.com", "addforce"), ("cid_100%@example.com", "unsub")):
        answer = await client.post(
            f"{LISTS}/{news['ID']}/managecontact", json={"Email": email, "Action": action}
        )
        assert answer.status_code == 201
    return news


async def test_contacts_are_filtered_sorted_and_paged(client, three):
    for query, names in [
        ("", "ana bob cid"),
        ("Email=ANA@example.com", "ana"),
        ("emailci=ANA@example.com", "ana"),
        ("EmailLike=example.c", "ana cid"),
        ("EmailLike=%25", "cid"),
        ("EmailLike=Example", ""),
        ("EmailLikeCI=Example.C", "ana cid"),
        ("EmailLLike=b", "bob"),
        ("EmailLLikeCI=B", "bob"),
        ("EmailRLike=.org", "bob"),
        ("EmailRLikeCI=.ORG", "bob"),
        ("IsExcludedFromCampaigns=true", "bob"),
        ("IsExcludedFromCampaigns=0", "ana cid"),
        ("IsUnsubscribed=true", "cid"),
        ("IsUnsubscribed=false", "ana bob"),
        ("ContactsList={list}", "ana cid"),
        ("ContactsListID={list}&IsUnsubscribed=0", "ana"),
        ("ContactsList=7", ""),
        ("Campaign=7", ""),
        ("Status=whatever", "ana bob cid"),
        ("Unknown=1", "ana bob cid"),
        ("Sort=Email+DESC", "cid bob ana"),
        ("Sort=CreatedAt DESC,Email", "ana bob cid"),
        ("Limit=1&Offset=1", "bob"),
    ]:
        answer = await client.get(f"{PATH}?{query.format(list=three['ID'])}")
        assert answer.status_code == 200, answer.text
        assert " ".join(row["Email"][:3] for row in answer.json()["Data"]) == names, query


async def test_contacts_are_filtered_by_their_last_activity(client, three, clock):
    active = (await client.get(f"{PATH}/ana@example.com")).json()["Data"][0]["LastActivityAt"]
    found = (await client.get(PATH, params={"LastActivityAt": active})).json()["Data"]
    assert [row["Email"] for row in found] == ["ana@example.com", "cid_100%@example.com"]
    assert (await client.get(f"{PATH}?LastActivityAt=1")).json()["Data"] == []


async def test_all_are_counted_without_a_row(client, three):
    assert (await client.get(f"{PATH}?countOnly=1")).json() == {"Count": 3, "Data": [], "Total": 3}
    answer = (await client.get(f"{PATH}?Limit=2")).json()
    assert (answer["Count"], answer["Total"]) == (2, 3)


async def test_a_contact_is_managed_on_several_lists(client, three):
    shop = await created(client, LISTS, Name="Shop")
    asked = [{"ListID": three["ID"], "Action": "remove"}, {"action": "AddNoForce", "listid": str(shop["ID"])}]
    answer = await client.post(f"{PATH}/ana@example.com/managecontactslists", json={"ContactsLists": asked})
    echo = [{"Action": "remove", "ListID": three["ID"]}, {"Action": "AddNoForce", "ListID": shop["ID"]}]
    assert (answer.status_code, answer.json()) == (
        201,
        {"Count": 1, "Data": [{"ContactsLists": echo}], "Total": 1},
    )
    found = (await client.get(f"{PATH}/ana@example.com/getcontactslists")).json()
    subscribed_at = found["Data"][0].pop("SubscribedAt")
    assert subscribed_at.endswith("Z")
    assert found == {
        "Count": 1,
        "Data": [{"IsActive": True, "IsUnsub": False, "ListID": shop["ID"]}],
        "Total": 1,
    }


async def test_actions_on_unknown_or_deleted_lists_change_nothing(client, three):
    shop = await created(client, LISTS, Name="Shop")
    await client.delete(f"{LISTS}/{shop['ID']}")
    asked = [{"ListID": each, "Action": "remove"} for each in (three["ID"], shop["ID"], 9)]
    answer = await client.post(f"{PATH}/ana@example.com/managecontactslists", json={"ContactsLists": asked})
    wrong = [each | {"Error": f"List ID {each['ListID']} is invalid or deleted"} for each in asked[1:]]
    refused(answer, 400, INVALID, {"ContactsLists": wrong})
    assert (await client.get(f"{PATH}/ana@example.com/getcontactslists")).json()["Count"] == 1


async def test_faulty_actions_on_lists_are_told_one_by_one(client, three):
    asked = [
        {"ListID": "x", "Action": "remove"},
        {"ListID": 1, "Action": "add"},
        {"ListID": 1, "Action": "unsub"},
    ]
    answer = await client.post(f"{PATH}/ana@example.com/managecontactslists", json={"ContactsLists": asked})
    wrong = [
        {"Action": "remove", "ListID": "x", "Error": "listID missing or not valid"},
        {"Action": "add", "ListID": 1, "Error": "action missing or not valid"},
    ]
    refused(answer, 400, INVALID, {"ContactsLists": wrong})


async def test_actions_need_a_contact(client):
    for method, action in (("POST", "managecontactslists"), ("GET", "getcontactslists")):
        for key in (7, "bob@example.com"):
            answer = await client.request(method, f"{PATH}/{key}/{action}", json={"ContactsLists": []})
            refused(answer, 404, "Object not found")


async def test_deleted_lists_of_a_contact_are_still_told(client, three):
    await client.delete(f"{LISTS}/{three['ID']}")
    assert (await client.get(f"{PATH}/cid_100%25@example.com/getcontactslists")).json()["Data"] == [
        {"IsActive": True, "IsUnsub": True, "ListID": three["ID"], "SubscribedAt": ""}
    ]
