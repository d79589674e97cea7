"""Resources that are only kept and given back, over a real socket and a real store."""

import asyncio

import pytest

from support.http_door import ACCOUNT, STRANGERS_KEY, STRANGERS_SECRET, a_client

REST = "/v3/REST"
SENDER = 21


async def created(client, resource, **properties):
    answer = await client.post(f"{REST}/{resource}", json=properties)
    assert answer.status_code == 201, answer.text
    [row] = answer.json()["Data"]
    return row


def refused(answer, status, message, info=""):
    assert (answer.status_code, answer.json()) == (
        status,
        {"ErrorInfo": info, "ErrorMessage": message, "StatusCode": status},
    )


DEFAULTS = {
    "preset": (
        {},
        {
            "Author": "",
            "Copyright": "",
            "Description": "",
            "Name": "",
            "OwnerID": ACCOUNT,
            "OwnerType": "apikey",
            "Preset": "",
        },
    ),
    "axtesting": (
        {},
        {
            "Deleted": False,
            "Mode": "automatic",
            "Name": "",
            "Percentage": 0,
            "RemainderAt": "",
            "Starred": False,
            "StartAt": "",
            "Status": "",
            "StatusCode": 0,
            "StatusString": "",
            "WinnerClickRate": 0,
            "WinnerID": 0,
            "WinnerMethod": "OpenRate",
            "WinnerOpenRate": 0,
            "WinnerSpamRate": 0,
            "WinnerUnsubRate": 0,
        },
    ),
    "campaignaggregate": (
        {},
        {"CampaignIDS": "", "Final": False, "FromDate": "", "Keyword": "", "Name": "", "ToDate": ""},
    ),
    "newslettertemplate": (
        {"Locale": "fr_FR"},
        {
            "Footer": "default",
            "FooterAddress": "",
            "FooterWYSIWYGType": 0,
            "HeaderFilename": "",
            "HeaderLink": "",
            "HeaderText": "",
            "HeaderUrl": "",
            "Locale": "fr_FR",
            "Name": "",
            "Permalink": "default",
            "PermalinkWYSIWYGType": 0,
            "SourceNewsLetterID": 0,
            "Status": 0,
        },
    ),
    "workflow": ({"Name": "Welcome"}, {"IsDeleted": False, "Name": "Welcome", "Status": "draft"}),
}
"""By resource: what must be given, and what an object is when no more is given. References are left out."""


@pytest.mark.parametrize("resource", sorted(DEFAULTS))
async def test_an_object_is_made_with_its_defaults_and_found_again(client, resource):
    needed, expected = DEFAULTS[resource]
    made = await created(client, resource, **needed)
    assert {name: value for name, value in made.items() if name in expected} == expected
    assert set(made) - set(expected) <= {"ID", "CreatedAt", "ModifiedAt"}
    assert list(made) == sorted(made, key=str.lower)
    one = (await client.get(f"{REST}/{resource}/{made['ID']}")).json()
    assert one == {"Count": 1, "Data": [made], "Total": 1}
    assert (await client.get(f"{REST}/{resource}")).json() == one


CHANGES = {
    "preset": {"Preset": '{"h1": {}}', "OwnerType": "user", "Name": "Big"},
    "axtesting": {
        "Mode": "manual",
        "Percentage": 12.5,
        "Starred": True,
        "WinnerMethod": "ClickRate",
        "StartAt": "2026-12-01T08:00:00Z",
    },
    "campaignaggregate": {"Keyword": "summer", "SenderID": SENDER, "FromDate": "2026-01-01T00:00:00Z"},
    "newslettertemplate": {"Locale": "de_DE", "Footer": "none", "PermalinkWYSIWYGType": 2},
    "workflow": {"Name": "Birthday"},
}


@pytest.mark.parametrize("resource", sorted(CHANGES))
async def test_a_put_changes_what_it_names_and_nothing_else(client, resource):
    made = await created(client, resource, **DEFAULTS[resource][0])
    path = f"{REST}/{resource}/{made['ID']}"
    answer = await client.put(path, json=CHANGES[resource])
    assert answer.status_code == 200, answer.text
    assert answer.json()["Data"] == [made | CHANGES[resource]]
    assert (await client.get(path)).json()["Data"] == [made | CHANGES[resource]]
    again = await client.put(path, json=CHANGES[resource])
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("resource", sorted(DEFAULTS))
async def test_another_accounts_object_does_not_exist(client, url, resource):
    made = await created(client, resource, **DEFAULTS[resource][0])
    async with a_client(url, auth=(STRANGERS_KEY, STRANGERS_SECRET)) as bob:
        assert (await bob.get(f"{REST}/{resource}")).json()["Total"] == 0
        path = f"{REST}/{resource}/{made['ID']}"
        refused(await bob.get(path), 404, "Object not found")
        refused(await bob.put(path, json={"Name": "mine"}), 404, "Object not found")
        if resource != "newslettertemplate":
            refused(await bob.delete(path), 404, "Object not found")
    assert (await client.get(f"{REST}/{resource}/{made['ID']}")).json()["Data"] == [made]


@pytest.mark.parametrize("resource", sorted(set(DEFAULTS) - {"newslettertemplate"}))
async def test_a_removed_object_is_gone(client, resource):
    made = await created(client, resource, **DEFAULTS[resource][0])
    path = f"{REST}/{resource}/{made['ID']}"
    answer = await client.delete(path)
    assert (answer.status_code, answer.content) == (204, b"")
    refused(await client.get(path), 404, "Object not found")
    refused(await client.delete(path), 404, "Object not found")


async def test_presets_are_found_by_owner_and_name_which_are_taken_once(client):
    made = await created(client, "preset", Name="Letters", OwnerType="User")
    await created(client, "preset", Name="Letters")
    assert (await client.get(f"{REST}/preset/User|Letters")).json()["Data"] == [made]
    taken = 'MJ18 A Preset resource with value "user|Letters" for OwnerType|Name already exists.'
    refused(await client.post(f"{REST}/preset", json={"Name": "Letters", "OwnerType": "user"}), 400, taken)
    answer = await client.put(f"{REST}/preset/apikey|Letters", json={"OwnerType": "user"})
    refused(answer, 400, taken)
    # Those without a name have no key to share.
    await created(client, "preset")
    await created(client, "preset")


async def test_presets_are_filtered(client):
    rows = [
        await created(client, "preset", Name="a"),
        await created(client, "preset", Name="b", OwnerType="user"),
    ]
    for query, expected in [
        ("Name=a", rows[:1]),
        ("Name=A", []),
        ("OwnerType=USER", rows[1:]),
        ("OwnerType=global", []),
        (f"User={ACCOUNT}", rows[1:]),
        (f"APIKey={ACCOUNT}", rows),
        ("APIKey=1", []),
        ("Sort=ID+DESC&Limit=1&Offset=1", rows[:1]),
        ("Name=a%27%20OR%201=1", []),
    ]:
        assert (await client.get(f"{REST}/preset?{query}")).json()["Data"] == expected, query


async def test_flags_and_references_are_filtered(client):
    named = await created(client, "campaignaggregate", SenderID=SENDER)
    await created(client, "campaignaggregate")
    assert (await client.get(f"{REST}/campaignaggregate?Sender={SENDER}")).json()["Data"] == [named]
    starred = await created(client, "axtesting", Starred=True)
    plain = await created(client, "axtesting")
    assert (await client.get(f"{REST}/axtesting?IsStarred=true")).json()["Data"] == [starred]
    assert (await client.get(f"{REST}/axtesting?IsStarred=0")).json()["Data"] == [plain]
    assert (await client.get(f"{REST}/axtesting?IsDeleted=true")).json()["Data"] == []


async def test_a_reference_must_name_an_object_of_the_account_and_is_taken_back_with_0(client, url):
    async with a_client(url, auth=(STRANGERS_KEY, STRANGERS_SECRET)) as bob:
        strangers = (await created(bob, "axtesting"))["ID"]
    draft = {"Locale": "en_US", "Subject": "Hi"}
    answer = await client.post(f"{REST}/campaigndraft", json=draft | {"AXTesting": strangers})
    reason = f"MJ08 Property AXTesting is invalid: There is no axtesting with the ID {strangers}"
    refused(answer, 400, "Object properties invalid", reason)
    test = (await created(client, "axtesting"))["ID"]
    made = await created(client, "campaigndraft", **draft, AXTesting=test)
    assert made["AXTesting"] == test
    assert (await client.get(f"{REST}/campaigndraft?AXTesting={test}")).json()["Data"] == [made]
    answer = await client.put(f"{REST}/campaigndraft/{made['ID']}", json={"AXTesting": 0})
    assert "AXTesting" not in answer.json()["Data"][0]


async def test_values_out_of_bounds_are_refused_with_their_reason(client):
    for value in (101, -1, "1e3"):
        answer = await client.post(f"{REST}/axtesting", json={"Percentage": value})
        reason = "MJ08 Property Percentage is invalid: The value must lie between 0 and 100"
        refused(answer, 400, "Object properties invalid", reason)
    answer = await client.post(f"{REST}/newslettertemplate", json={})
    reason = "MJ08 Property Locale is invalid: MJ03 A non-empty value is required"
    refused(answer, 400, "Object properties invalid", reason)


async def test_workflows_are_found_by_name_and_none_is_active(client):
    made = await created(client, "workflow", Name="Welcome")
    assert (await client.get(f"{REST}/workflow/Welcome")).json()["Data"] == [made]
    assert (await client.get(f"{REST}/workflow?IsActive=false&Status=draft")).json()["Data"] == [made]
    assert (await client.get(f"{REST}/workflow?IsActive=true")).json()["Data"] == []
    for query in ("NameCI=WELCOME", "NameLike=com", "NameLikeCI=COM"):
        assert (await client.get(f"{REST}/workflow?{query}")).json()["Data"] == [made], query
    assert (await client.get(f"{REST}/workflow?NameLike=COM")).json()["Data"] == []
    answer = await client.post(f"{REST}/workflow/{made['ID']}/start")
    refused(answer, 404, "Object not found")


async def test_there_are_no_public_templates_and_no_categories(client):
    await created(client, "newslettertemplate", Locale="en_US")
    assert (await client.get(f"{REST}/newslettertemplate?IsPublic=true")).json()["Total"] == 0
    empty = {"Count": 0, "Data": [], "Total": 0}
    assert (await client.get(f"{REST}/newslettertemplatecategory?Locale=en_US")).json() == empty
    answer = await client.post(f"{REST}/newslettertemplatecategory", json={})
    refused(answer, 405, "Method not allowed")


async def test_of_concurrent_callers_one_takes_the_name(client):
    answers = await asyncio.gather(
        *(client.post(f"{REST}/workflow", json={"Name": "Welcome"}) for _ in range(5))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 400, 400, 400, 400]
