"""``/v3/REST/campaigndraft`` and ``newsletter`` with what they say, over a real socket and a real store."""

import pytest
from sqlalchemy import bindparam, insert, update

from aerogram.store.sql import Sql
from aerogram.store.tables.contacts import contact_list
from aerogram.store.tables.plain_records import draft
from support.http_door import ACCOUNT, STRANGERS_KEY, STRANGERS_SECRET, a_client

REST = "/v3/REST"
KINDS = ("campaigndraft", "newsletter")
LIST = 31
_COLUMNS = ("id", "account_id", "name", "address", "created_ms")
_ADD_LIST = Sql(insert(contact_list).values({name: bindparam(name) for name in _COLUMNS}), *_COLUMNS)
_SET_STATUS = Sql(
    update(draft).where(draft.c.id == bindparam("which")).values(status=bindparam("to")), "to", "which"
)


@pytest.fixture
async def lists(database):
    def unit():
        yield _ADD_LIST(LIST, ACCOUNT, "News", "aaaaaaaaa", 0)

    await database.write(unit)


async def created(client, kind="campaigndraft", **properties):
    answer = await client.post(
        f"{REST}/{kind}", json={"Locale": "en_US", "Subject": "Hi [[data:name]]"} | properties
    )
    assert answer.status_code == 201, answer.text
    [row] = answer.json()["Data"]
    return row


def refused(answer, status, message, info=""):
    assert (answer.status_code, answer.json()) == (
        status,
        {"ErrorInfo": info, "ErrorMessage": message, "StatusCode": status},
    )


COMMON = {
    "AXFraction": 0,
    "AXFractionName": "",
    "DeliveredAt": "",
    "IsStarred": False,
    "IsTextPartIncluded": False,
    "Locale": "en_US",
    "ModifiedAt": "",
    "Sender": "",
    "SenderEmail": "",
    "SenderName": "",
    "Status": 0,
    "Subject": "Hi [[data:name]]",
    "Title": "",
    "Url": "",
}
OWN = {
    "campaigndraft": {
        "Current": 0,
        "EditMode": "tool2",
        "IsCampaignTemplate": False,
        "Preset": "",
        "Used": False,
        "VarCount": 0,
    },
    "newsletter": {
        "Callback": "",
        "EditMode": "tool",
        "EditType": "full",
        "Footer": "default",
        "FooterAddress": "",
        "FooterWYSIWYGType": 0,
        "HeaderFilename": "",
        "HeaderLink": "",
        "HeaderText": "",
        "HeaderUrl": "",
        "Ip": "",
        "IsHandled": False,
        "Permalink": "default",
        "PermalinkHost": "",
        "PermalinkWYSIWYGType": 0,
        "PolitenessMode": 0,
        "TestAddress": "",
    },
}


@pytest.mark.parametrize("kind", KINDS)
async def test_a_draft_is_made_with_its_defaults_and_found_again(client, kind):
    made = await created(client, kind)
    assert (await client.get(f"{REST}/{kind}/{made['ID']}")).json() == {
        "Count": 1,
        "Data": [made],
        "Total": 1,
    }
    assert list(made) == sorted(made, key=str.lower)
    assert made.pop("ID") > 0
    assert made.pop("CreatedAt").endswith("Z")
    assert made == COMMON | OWN[kind]


async def test_the_two_kinds_do_not_see_each_other(client):
    draft, newsletter = [await created(client, kind) for kind in KINDS]
    assert (await client.get(f"{REST}/campaigndraft")).json()["Data"] == [draft]
    assert (await client.get(f"{REST}/newsletter")).json()["Data"] == [newsletter]
    for path in (f"campaigndraft/{newsletter['ID']}", f"newsletter/{draft['ID']}/detailcontent"):
        refused(await client.get(f"{REST}/{path}"), 404, "Object not found")


async def test_a_draft_is_made_with_all_that_is_known_of_it(client, lists):
    properties = {
        "AXFraction": 12.5,
        "AXFractionName": "A",
        "ContactsListID": LIST,
        "EditMode": "html2",
        "IsCampaignTemplate": True,
        "Preset": "{}",
        "ReplyEmail": "reply@example.com",
        "Sender": "26778",
        "SenderEmail": "news@example.com",
        "SenderName": "News",
        "Title": "June",
        "Used": True,
    }
    made = await created(client, **properties)
    assert properties.items() <= made.items()
    assert (await client.get(f"{REST}/campaigndraft/{made['ID']}")).json()["Data"] == [made]


async def test_locale_and_subject_must_be_given_and_addresses_are_addresses(client):
    answer = await client.post(f"{REST}/campaigndraft", json={"SenderEmail": "nobody"})
    assert answer.status_code == 400
    assert answer.json()["ErrorInfo"] == {
        "Locale": "MJ08 Property Locale is invalid: MJ03 A non-empty value is required",
        "SenderEmail": 'MJ08 Property SenderEmail is invalid: "nobody" is not an email address',
        "Subject": "MJ08 Property Subject is invalid: MJ03 A non-empty value is required",
    }


async def test_a_list_is_named_by_its_id_or_address_and_must_be_the_accounts(client, url, lists):
    async with a_client(url, auth=(STRANGERS_KEY, STRANGERS_SECRET)) as bob:
        body = {"Locale": "en_US", "Subject": "Hi", "ContactsListID": LIST}
        answer = await bob.post(f"{REST}/campaigndraft", json=body)
        reason = "MJ08 Property ContactsList is invalid: There is no contactslist with the ID 31"
        refused(answer, 400, "Object properties invalid", reason)
    made = await created(client, ContactsListALT="aaaaaaaaa")
    assert made["ContactsListID"] == LIST


async def test_a_put_changes_what_it_names_and_takes_back_what_was_shown(client, clock, lists):
    made = await created(client, Preset="{}", ContactsListID=LIST)
    clock.advance(5_000)
    path = f"{REST}/campaigndraft/{made['ID']}"
    answer = await client.put(path, json=made | {"Title": "June", "Used": "1", "ContactsListID": 0})
    assert answer.status_code == 200, answer.text
    [changed] = answer.json()["Data"]
    assert changed.pop("ModifiedAt") > changed["CreatedAt"]
    assert "ContactsListID" not in changed
    del made["ContactsListID"], made["ModifiedAt"]
    assert changed == made | {"Title": "June", "Used": True}
    for body in ({}, {"Title": "June"}, {"Preset": "{}"}):
        answer = await client.put(path, json=body)
        assert (answer.status_code, answer.content) == (304, b""), body


async def test_a_draft_is_archived_deleted_and_brought_back_by_its_status(client):
    made = await created(client)
    path = f"{REST}/campaigndraft/{made['ID']}"
    for code, name in ((-1, "Archived"), (-2, "Deleted"), (0, "Draft")):
        assert (await client.put(path, json={"Status": code})).json()["Data"][0]["Status"] == code
        answer = await client.get(f"{path}/status")
        assert answer.json() == {"Count": 1, "Data": [{"Status": name}], "Total": 1}
    refused(await client.delete(path), 405, "Method not allowed")


async def test_no_client_says_that_a_draft_was_sent_or_was_not(client, database):
    made = await created(client)
    path = f"{REST}/campaigndraft/{made['ID']}"
    told = (
        "MJ08 Property Status is invalid: The status cannot change from {} to {}: sending and testing set it"
    )
    answer = await client.put(path, json={"Status": 2})
    refused(answer, 400, "Object properties invalid", told.format(0, 2))

    def sent():
        yield _SET_STATUS(2, made["ID"])

    await database.write(sent)
    answer = await client.put(path, json={"Status": 0})
    refused(answer, 400, "Object properties invalid", told.format(2, 0))
    assert (await client.get(f"{path}/status")).json()["Data"] == [{"Status": "Sent"}]
    # What is shown may be given back.
    assert (await client.put(path, json={"Status": 2})).status_code == 304


async def test_sending_is_not_served_yet(client):
    made = await created(client)
    for action in ("send", "test", "schedule"):
        refused(await client.post(f"{REST}/campaigndraft/{made['ID']}/{action}"), 404, "Object not found")


async def test_lists_are_filtered_sorted_and_paged(client, clock, lists):
    rows = [
        await created(client, ContactsListID=LIST, IsStarred=True),
        await created(client, EditMode="mjml", Subject="Bye", IsCampaignTemplate=True),
        await created(client, Title="c"),
    ]
    await client.put(f"{REST}/campaigndraft/{rows[2]['ID']}", json={"Status": -1})
    rows[2] = (await client.get(f"{REST}/campaigndraft/{rows[2]['ID']}")).json()["Data"][0]
    for query, expected in [
        ("", rows),
        ("Sort=ID+DESC&Limit=2", rows[:0:-1]),
        (f"ContactsList={LIST}", rows[:1]),
        ("IsStarred=true", rows[:1]),
        ("IsStarred=false", rows[1:]),
        ("EditMode=MJML", rows[1:2]),
        ("Subject=Bye", rows[1:2]),
        ("IsCampaignTemplate=true", rows[1:2]),
        ("IsArchived=true", rows[2:]),
        ("IsArchived=false", rows[:2]),
        ("IsDeleted=true", []),
        ("IsCampaign=true", []),
        ("IsCampaign=0", rows),
        ("IsHandled=true", []),
        ("Modified=true", rows[2:]),
        ("Status=-1,-2", rows[2:]),
        ("Status=0", rows[:2]),
        ("DeliveredAt=2020-01-01T00:00:00Z", []),
        ("Segmentation=5", []),
        ("Template=5", []),
        ("Campaign=5", []),
        ("AXTesting=5", []),
        ("NewsLetterTemplate=5", []),
    ]:
        assert (await client.get(f"{REST}/campaigndraft?{query}")).json()["Data"] == expected, query
    assert (await client.get(f"{REST}/campaigndraft?Status=9")).status_code == 400


@pytest.mark.parametrize("kind", KINDS)
async def test_content_is_replaced_changed_and_emptied(client, kind):
    made = await created(client, kind)
    path = f"{REST}/{kind}/{made['ID']}/detailcontent"
    more = {"Headers": {}, "MJMLContent": ""} if kind == "campaigndraft" else {}
    empty = {"Html-part": "", "Text-part": ""} | more
    assert (await client.get(path)).json() == {"Count": 1, "Data": [empty], "Total": 1}
    answer = await client.post(path, json={"html-part": "<p>Hi</p>", "Text-part": "Hi"})
    full = empty | {"Html-part": "<p>Hi</p>", "Text-part": "Hi"}
    assert (answer.status_code, answer.json()["Data"]) == (201, [full])
    answer = await client.put(path, json={"Text-part": "Ho"})
    assert (answer.status_code, answer.json()["Data"]) == (200, [full | {"Text-part": "Ho"}])
    answer = await client.post(path, json={"Html-part": "<p>Hi</p>"})
    assert answer.json()["Data"] == [full | {"Text-part": ""}]
    answer = await client.delete(path)
    assert (answer.status_code, answer.content) == (204, b"")
    assert (await client.get(path)).json()["Data"] == [empty]


async def test_a_draft_tells_of_its_content(client, clock):
    made = await created(client)
    path = f"{REST}/campaigndraft/{made['ID']}"
    clock.advance(1_000)
    content = {
        "MJMLContent": {"tagName": "mjml"},
        "Headers": {"X-MJ-TemplateLanguage": "1"},
        "Text-part": "é",
    }
    assert (await client.post(f"{path}/detailcontent", json=content)).status_code == 201
    assert (await client.get(f"{path}/detailcontent")).json()["Data"] == [{"Html-part": ""} | content]
    [row] = (await client.get(path)).json()["Data"]
    assert (row["IsTextPartIncluded"], row["Current"]) == (True, 1)
    assert row["ModifiedAt"] > made["CreatedAt"]
    await client.post(f"{path}/detailcontent", json={"Html-part": "x"})
    [row] = (await client.get(path)).json()["Data"]
    assert (row["IsTextPartIncluded"], row["Current"]) == (False, 2)


async def test_another_accounts_draft_does_not_exist(client, url):
    made = await created(client)
    path = f"{REST}/campaigndraft/{made['ID']}"
    async with a_client(url, auth=(STRANGERS_KEY, STRANGERS_SECRET)) as bob:
        assert (await bob.get(f"{REST}/campaigndraft")).json()["Total"] == 0
        for method, ending in [
            ("GET", ""),
            ("PUT", ""),
            ("GET", "/status"),
            *((method, "/detailcontent") for method in ("GET", "POST", "PUT", "DELETE")),
        ]:
            answer = await bob.request(method, path + ending, json={} if method != "GET" else None)
            refused(answer, 404, "Object not found")
