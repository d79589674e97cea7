"""``/v3/REST/template`` and its ``detailcontent`` over a real socket and a real store."""

import asyncio
import json
import uuid

import pytest

from aerogram.content.templates.stored_parts import MAX_PART_BYTES
from aerogram.doors.rest.detail_content import MAX_CONTENT_BYTES
from support.http_door import ACCOUNT, STRANGERS_KEY, STRANGERS_SECRET, a_client

PATH = "/v3/REST/template"
UNKNOWN = "The resource with the specified ID you are trying to reach does not exist."


async def created(client, name="Welcome", **properties):
    answer = await client.post(PATH, json={"Name": name} | properties)
    assert answer.status_code == 201, answer.text
    return answer.json()["Data"][0]


def content_of(made):
    return f"{PATH}/{made['ID']}/detailcontent"


def refused(answer, status, message, info=None):
    """The shape of Mailjet's newer services."""
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json; charset=UTF-8"
    body = answer.json()
    assert uuid.UUID(body.pop("ErrorIdentifier"))
    expected = {"StatusCode": status, "ErrorMessage": message}
    assert body == (expected if info is None else expected | {"ErrorInfo": info})


async def test_a_template_is_made_with_its_defaults(client):
    answer = await client.post(PATH, json={"Name": "Welcome"})
    assert answer.status_code == 201
    assert answer.headers["content-type"] == "application/json; charset=UTF-8"
    [row] = answer.json()["Data"]
    assert row.pop("ID") > 0
    assert row.pop("CreatedAt") == row.pop("LastUpdatedAt")
    assert list(row.items()) == [
        ("Name", "Welcome"),
        ("Author", ""),
        ("OwnerId", ACCOUNT),
        ("OwnerType", "apikey"),
        ("Presets", ""),
        ("Categories", []),
        ("Copyright", ""),
        ("Description", ""),
        ("EditMode", 2),
        ("IsStarred", False),
        ("IsTextPartGenerationEnabled", False),
        ("Locale", "en_US"),
        ("LocaleList", ["en_US"]),
        ("Previews", []),
        ("Purposes", []),
    ]


async def test_a_template_is_made_with_all_that_the_guide_gives(client):
    properties = {
        "Author": "John Doe",
        "Categories": ["full", "Basic"],
        "Copyright": "Example",
        "Description": "Used to send out promo codes.",
        "EditMode": "1",
        "IsStarred": "true",
        "IsTextPartGenerationEnabled": True,
        "Locale": "fr_FR",
        "OwnerType": "user",
        "Presets": '{"h1": {"color": "red"}}',
        "Purposes": ["transactional", "transactional"],
    }
    row = await created(client, "Promo codes", **properties)
    assert {name: row[name] for name in properties} == properties | {
        "Categories": ["full", "basic"],
        "EditMode": 1,
        "IsStarred": True,
        "Purposes": ["transactional"],
    }


async def test_a_template_is_found_by_id_and_by_owner_type_and_name(client):
    made = await created(client, "Hi | there, Zoë")
    for key in (made["ID"], "apikey|Hi | there, Zoë", "Apikey%7CHi%20%7C%20there,%20Zo%C3%AB"):
        answer = await client.get(f"{PATH}/{key}")
        assert answer.json() == {"Count": 1, "Data": [made], "Total": 1}, key
    for key in ("user|Hi | there, Zoë", "apikey|hi | there, Zoë", "apikey|", "Welcome", "7", "apikey|%00"):
        refused(await client.get(f"{PATH}/{key}"), 404, UNKNOWN)


async def test_a_name_is_taken_once_for_each_owner_type(client):
    await created(client)
    user_owned = await created(client, OwnerType="user")
    taken = 'MJ18 A Template resource with value "apikey|Welcome" for OwnerType|Name already exists.'
    refused(await client.post(PATH, json={"Name": "Welcome"}), 400, taken)
    refused(await client.put(f"{PATH}/{user_owned['ID']}", json={"OwnerType": "apikey"}), 400, taken)


async def test_a_wrong_value_is_refused_with_its_reason(client):
    for properties, reason in [
        ({"Name": ""}, "MJ04 Value must have at least length 1"),
        ({"Name": "x" * 256}, "The value may have at most 255 characters"),
        ({"Name": 7}, "The value must be a string"),
        ({"OwnerType": "global"}, "The value must be one of apikey, user"),
        ({"EditMode": 5}, "The value must be one of 1, 2, 3, 4"),
        ({"Purposes": "marketing"}, "The value must be an array of strings"),
        ({"Purposes": [1]}, "The value must be an array of strings"),
        ({"Purposes": ["sales"]}, "The values must be among marketing, transactional, automation, opt-in"),
        ({"IsStarred": "perhaps"}, "The value must be true or false"),
    ]:
        answer = await client.post(PATH, json={"Name": "Welcome"} | properties)
        [name] = properties
        refused(answer, 400, "Object properties invalid", f"MJ08 Property {name} is invalid: {reason}")


async def test_a_name_must_be_given(client):
    answer = await client.post(PATH, json={})
    reason = "MJ08 Property Name is invalid: MJ03 A non-empty value is required"
    refused(answer, 400, "Object properties invalid", reason)


async def test_a_put_changes_what_it_names_and_takes_back_what_was_shown(client, clock):
    made = await created(client, Categories=["full"])
    clock.advance(1_000)
    shown = made | {"Author": "Ann", "CreatedAt": made["CreatedAt"].replace("T", " ").replace("Z", " UTC")}
    answer = await client.put(f"{PATH}/{made['ID']}", json=shown)
    assert answer.status_code == 200
    [changed] = answer.json()["Data"]
    assert changed.pop("LastUpdatedAt") > made.pop("LastUpdatedAt")
    assert changed == made | {"Author": "Ann"}


async def test_a_put_without_effect_is_answered_304(client):
    made = await created(client, Categories=["full", "basic"])
    for body in ({}, made, {"Categories": ["basic", "full"]}, {"Author": None}):
        answer = await client.put(f"{PATH}/{made['ID']}", json=body)
        assert (answer.status_code, answer.content) == (304, b""), body


async def test_a_read_only_property_cannot_be_set(client):
    made = await created(client)
    for name, value in [
        ("OwnerId", 1),
        ("LocaleList", []),
        ("Previews", [1]),
        ("LastUpdatedAt", "2020-01-01"),
    ]:
        answer = await client.put(f"{PATH}/{made['ID']}", json={name: value})
        refused(answer, 401, f'Internal error: MJ19 Setting a value for property "{name}" is not allowed')


async def test_a_removed_template_is_gone_with_its_content(client):
    made = await created(client)
    answer = await client.delete(f"{PATH}/apikey|Welcome")
    assert (answer.status_code, answer.content) == (204, b"")
    for path in (f"{PATH}/{made['ID']}", content_of(made)):
        refused(await client.get(path), 404, UNKNOWN)
    refused(await client.delete(f"{PATH}/{made['ID']}"), 404, UNKNOWN)


async def test_lists_are_filtered_sorted_and_paged(client):
    rows = [
        await created(client, "a", Categories=["full", "basic"], Purposes=["marketing"]),
        await created(client, "b", OwnerType="user", Categories=["full"], EditMode=4),
        await created(client, "c"),
    ]
    for query, expected in [
        ("", rows),
        ("Sort=ID+DESC", rows[::-1]),
        ("Sort=id%20asc", rows),
        ("Limit=1&Offset=1", rows[1:2]),
        ("Name=b", rows[1:2]),
        ("Name=B", []),
        ("OwnerType=User", rows[1:2]),
        ("OwnerType=global", []),
        ("EditMode=4", rows[1:2]),
        ("EditMode=mjml", rows[1:2]),
        (f"APIKey={ACCOUNT}", rows),
        ("APIKey=1", []),
        (f"User={ACCOUNT}", rows[1:2]),
        ("Categories=basic,travel", rows[:1]),
        ("Categories=full,basic&CategoriesSelectionMethod=containsall", rows[:1]),
        ("Categories=full&categoriesSelectionMethod=IsSubset", rows[1:]),
        ("Categories=travel&CategoriesSelectionMethod=containsany", []),
        ("Purposes=marketing", rows[:1]),
        ("Unknown=1", rows),
        ("countOnly=1", []),
    ]:
        answer = await client.get(f"{PATH}?{query}")
        assert answer.json()["Data"] == expected, query
    assert (await client.get(f"{PATH}?Limit=1&countRecords=1")).json()["Total"] == 3
    assert (await client.get(f"{PATH}?countOnly=1")).json() == {"Count": 3, "Data": [], "Total": 3}


async def test_a_filter_that_cannot_be_read_is_refused(client):
    for query in (
        "EditMode=x",
        "Categories=x",
        "Categories=full&CategoriesSelectionMethod=some",
        "APIKey=x",
        "Sort=Name",
        "Name=%00",
    ):
        answer = await client.get(f"{PATH}?{query}")
        assert answer.status_code == 400, query
        assert answer.json()["ErrorMessage"].startswith("Unexpected error during GET: "), query


async def test_new_content_is_answered_201_and_read_back(client):
    made = await created(client)
    content = {
        "MJMLContent": {"tagName": "mjml", "children": [1, None, "é"]},
        "Html-part": "<p>Hi {{var:name}}</p>",
        "Text-part": "Hi",
        "Headers": {"From": '"Shop" <shop@example.com>', "Subject": "Hi", "Reply-to": "help@example.com"},
    }
    answer = await client.post(content_of(made), json=content)
    assert answer.status_code == 201
    assert answer.json() == {"Count": 1, "Data": [content], "Total": 1}
    assert (await client.get(f"{PATH}/apikey|Welcome/DetailContent")).json()["Data"] == [content]


async def test_parts_that_were_never_given_are_null(client):
    made = await created(client)
    answer = await client.get(content_of(made))
    assert answer.status_code == 200
    assert list(answer.json()["Data"][0].items()) == [
        ("MJMLContent", None),
        ("Html-part", None),
        ("Text-part", None),
        ("Headers", {}),
    ]


async def test_post_clears_the_parts_it_does_not_give_and_put_keeps_them(client):
    made = await created(client)
    await client.post(
        content_of(made), json={"Html-part": "h", "text-part": "t", "headers": {"Subject": "s"}}
    )
    answer = await client.put(content_of(made), json={"Text-part": "new", "Html-part": None})
    assert answer.status_code == 200
    assert answer.json()["Data"] == [
        {"MJMLContent": None, "Html-part": "h", "Text-part": "new", "Headers": {"Subject": "s"}}
    ]
    answer = await client.post(content_of(made), json={"MJMLContent": "<mjml></mjml>"})
    assert answer.json()["Data"] == [
        {"MJMLContent": "<mjml></mjml>", "Html-part": None, "Text-part": None, "Headers": {}}
    ]


async def test_new_content_is_an_update_of_the_template(client, clock):
    made = await created(client)
    clock.advance(1_000)
    await client.put(content_of(made), json={"Text-part": "new"})
    assert (await client.get(f"{PATH}/{made['ID']}")).json()["Data"][0]["LastUpdatedAt"] > made[
        "LastUpdatedAt"
    ]


async def test_headers_are_kept_as_given_whatever_their_type(client):
    made = await created(client)
    headers = {"From": {"Email": "a@example.com"}, "X": [1, 2**70], "Nul": "\0"}
    assert (await client.post(content_of(made), json={"Headers": headers})).status_code == 201
    assert (await client.get(content_of(made))).json()["Data"][0]["Headers"] == headers


async def test_wrong_content_is_refused_with_its_reason(client):
    made = await created(client)
    for properties, reason in [
        ({"Html-part": 1}, "The value must be a string"),
        ({"Html-part": "a\0b"}, "The value must not contain a NUL character"),
        ({"Html-part": "x" * (MAX_PART_BYTES + 1)}, "The value may have at most 2097152 characters"),
        ({"Text-part": "é" * (MAX_PART_BYTES // 2 + 1)}, "The value may have at most 2097152 bytes"),
        ({"MJMLContent": [1]}, "The value must be a string or an object"),
        ({"MJMLContent": {"content": "x" * MAX_PART_BYTES}}, "The value may have at most 2097152 bytes"),
        ({"Headers": "Subject: x"}, "The value must be an object"),
    ]:
        for method in ("POST", "PUT"):
            answer = await client.request(method, content_of(made), json=properties)
            [name] = properties
            refused(answer, 400, "Object properties invalid", f"MJ08 Property {name} is invalid: {reason}")
    answer = await client.post(content_of(made), content=b"{")
    assert answer.json()["ErrorMessage"].startswith("Invalid json input: ")


async def test_large_parts_are_stored_and_larger_bodies_are_refused(client):
    made = await created(client)
    largest = {"Html-part": "é" * (MAX_PART_BYTES // 2), "Text-part": "x" * MAX_PART_BYTES}
    body = json.dumps(largest).encode()
    assert (await client.post(content_of(made), content=body)).status_code == 201
    [shown] = (await client.get(content_of(made))).json()["Data"]
    assert (shown["Html-part"], shown["Text-part"]) == (largest["Html-part"], largest["Text-part"])
    answer = await client.post(content_of(made), content=b" " * (MAX_CONTENT_BYTES + 1))
    refused(answer, 413, f"The request body exceeds the limit of {MAX_CONTENT_BYTES} bytes.")


async def test_another_accounts_template_does_not_exist(client, url):
    made = await created(client)
    async with a_client(url, auth=(STRANGERS_KEY, STRANGERS_SECRET)) as bob:
        for path in (f"{PATH}/{made['ID']}", f"{PATH}/apikey|Welcome", content_of(made)):
            for method in ("GET", "PUT", "DELETE"):
                if method == "DELETE" and path == content_of(made):
                    continue
                refused(await bob.request(method, path, content=b'{"Text-part": "x"}'), 404, UNKNOWN)
        refused(await bob.post(content_of(made), json={"Html-part": "mine"}), 404, UNKNOWN)
        assert (await bob.get(PATH)).json()["Total"] == 0
        await created(bob)


async def test_of_concurrent_callers_one_makes_the_template(client):
    answers = await asyncio.gather(*(client.post(PATH, json={"Name": "Welcome"}) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 400, 400, 400, 400]


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PATCH", "", "GET, POST"),
        ("POST", "/{ID}", "DELETE, GET, PUT"),
        ("DELETE", "/{ID}/detailcontent", "GET, POST, PUT"),
    ],
)
async def test_verbs_that_do_not_exist_are_refused(client, method, path, allow):
    made = await created(client)
    answer = await client.request(method, PATH + path.format(**made))
    assert answer.headers["allow"] == allow
    refused(answer, 405, "Method not allowed")


async def test_paths_that_do_not_exist_are_not_found(client):
    made = await created(client)
    for path in ("dance", "detailcontent/1"):
        refused(await client.get(f"{PATH}/{made['ID']}/{path}"), 404, UNKNOWN)
