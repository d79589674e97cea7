"""``/v1/REST/templates`` and its contents over a real socket and a real store."""

import json
import uuid

import pytest

from aerogram.content.templates.stored_parts import MAX_PART_BYTES
from support.content_examples import made
from support.http_door import ACCOUNT, STRANGERS_KEY, STRANGERS_SECRET, a_client
from support.rest_schema import assert_described

PATH = "/v1/REST/templates"
HTML = "<h1>Hi {{var:name}}</h1>"
CONTENT = {
    "Locale": "en_US",
    "HTMLPart": HTML,
    "Headers": {"Subject": "Hello", "From": "Shop <a@example.com>"},
}


def contents_of(template, end=""):
    return f"{PATH}/{template['ID']}/contents{end}"


async def published(client, name="Welcome", **content):
    template = await made(client, "templates", {"Name": name})
    await made(client, f"templates/{template['ID']}/contents", CONTENT | content)
    answer = await client.post(contents_of(template, "/publish"))
    assert answer.status_code == 200, answer.text
    return template


def refused(answer, status, code, *fields):
    """The shape of the Content API's errors; gives its sentence."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json; charset=UTF-8"
    body = answer.json()
    assert uuid.UUID(body["ErrorIdentifier"])
    assert body["RequestGUID"] == body["ErrorIdentifier"] == answer.headers["x-mj-request-guid"]
    assert (body["StatusCode"], body["ErrorCode"]) == (status, code)
    assert [(detail["Field"], detail["Constraint"]) for detail in body["Details"]] == list(fields)
    return body["ErrorMessage"]


async def test_a_template_is_made_with_its_defaults(client):
    answer = await client.post(PATH, json={"Name": "Welcome", "Purposes": ["transactional", "marketing"]})
    assert answer.status_code == 201
    assert_described("POST", PATH, answer)
    assert uuid.UUID(answer.headers["x-mj-request-guid"])
    [row] = answer.json()["Data"]
    assert row.pop("CreatedAt") == row.pop("UpdatedAt")
    template_id = row.pop("ID")
    assert row == {
        "OrganisationID": ACCOUNT,
        "Name": "Welcome",
        "EditMode": 2,
        "LabelIDs": [],
        "LastContentType": None,
        "PartialIDs": [],
        "Purposes": ["marketing", "transactional"],
        "Categories": [],
        "Presets": None,
        "ExternalID": str(template_id),
        "Description": None,
        "IsPublished": False,
        "IsStarred": False,
        "SoftDeleted": False,
        "IsTextPartGenerationEnabled": False,
    }


async def test_a_change_keeps_what_it_does_not_name(client):
    label = await made(client, "labels", {"Name": "Sport"})
    template = await made(client, "templates", {"Name": "Welcome", "Description": "says hello"})
    path = f"{PATH}/{template['ID']}"
    [row] = (await client.put(path, json={"LabelIDs": [label["ID"]], "isstarred": True})).json()["Data"]
    assert (row["LabelIDs"], row["IsStarred"], row["Description"]) == ([label["ID"]], True, "says hello")
    [row] = (await client.put(path, json={"Description": None, "LabelIDs": []})).json()["Data"]
    assert (row["LabelIDs"], row["Description"]) == ([], None)
    echoed = await client.put(path, json=row)
    assert echoed.status_code == 200
    [again] = echoed.json()["Data"]
    assert again | {"UpdatedAt": ""} == row | {"UpdatedAt": ""}
    assert (await client.put(path, json={})).status_code == 200


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, [("Name", "MJC-0002")]),
        ({"Name": ""}, [("Name", "MJC-0000")]),
        ({"Name": "x", "EditMode": 5}, [("EditMode", "MJC-0000")]),
        ({"Name": "x", "Purposes": ["sales"], "IsStarred": "perhaps"}, [("Purposes", "MJC-0000"), ("IsStarred", "MJC-0000")]),
        ({"Name": "x", "LabelIDs": ["x"]}, [("LabelIDs", "MJC-0000")]),
        ({"Name": "x", "LabelIDs": list(range(51))}, [("LabelIDs", "MJC-0000")]),
        ({"Name": "x", "LabelIDs": [5]}, [("LabelIDs", "MJC-0007")]),
        ({"Name": "x", "Nonsense": 1}, [("nonsense", "MJC-0008")]),
    ],
)  # fmt: skip
async def test_all_errors_of_a_body_are_told(client, body, fields):
    refused(await client.post(PATH, json=body), 400, "MJ-0002", *fields)
    assert (await client.get(PATH)).json()["Total"] == 0


async def test_a_body_that_is_no_json_object_is_refused(client):
    for body in (b"{", b"[]", b"\xff", b"[" * 100_000):
        told = refused(await client.post(PATH, content=body), 400, "MJ-0001")
        assert told.startswith("Invalid json input")
    refused(await client.post(PATH, content=b"x" * (2 << 20)), 413, "PS-0007")


async def test_two_templates_of_an_account_have_different_names(client):
    first = await made(client, "templates", {"Name": "Welcome"})
    other = await made(client, "templates", {"Name": "Other"})
    refused(await client.post(PATH, json={"Name": first["Name"]}), 409, "PS-0001")
    refused(await client.put(f"{PATH}/{other['ID']}", json={"Name": "Welcome"}), 409, "PS-0001")


async def test_templates_are_listed_by_filters_in_an_order_and_in_pages(client):
    label = await made(client, "labels", {"Name": "Sport"})
    rows = [
        await made(client, "templates", {"Name": "Beta", "IsStarred": True, "Purposes": ["marketing"]}),
        await made(client, "templates", {"Name": "Alpha", "LabelIDs": [label["ID"]], "EditMode": 4}),
    ]
    rows.append(await published(client, "Gamma", Locale="fr_FR"))
    ids = [row["ID"] for row in rows]

    async def found(query):
        answer = await client.get(f"{PATH}?{query}")
        assert_described("GET", PATH, answer)
        body = answer.json()
        assert body["Count"] == len(body["Data"])
        return [ids.index(row["ID"]) for row in body["Data"]], body["Total"]

    assert await found("") == ([0, 1, 2], 3)
    assert await found("Sort=Name") == ([1, 0, 2], 3)
    assert await found("sort=Name+DESC&limit=1&Offset=1") == ([0], 3)
    for query, expected in {
        f"ID={ids[0]}": [0],
        f"IDs={ids[2]},{ids[1]},7": [1, 2],
        f"ExternalID={ids[1]}": [1],
        "Name=Beta": [0],
        "PartialName=AM": [2],
        "Locale=fr_FR": [2],
        "Locale=fr_FR&CheckLocaleOnLastContent=true": [2],
        "EditMode=4": [1],
        f"LabelIDs={label['ID']}": [1],
        "Purposes=marketing": [0],
        "Purposes=marketing,transactional": [],
        "Purposes=sales": [],
        "IsPublished=true": [2],
        "IsPublished=false": [0, 1],
        "IsStarred=1": [0],
        "nonsense=1": [0, 1, 2],
    }.items():
        assert await found(query) == (expected, len(expected)), query
    for query in ("Sort=Presets", "IsStarred=perhaps", "Limit=x", "IDs=a"):
        refused(await client.get(f"{PATH}?{query}"), 400, "MJ-0001")


async def test_content_is_drafted_published_and_then_shown_by_the_older_resource(client):
    template = await made(client, "templates", {"Name": "Welcome"})
    answer = await client.post(contents_of(template), json=CONTENT | {"Author": "Ann", "HtmlPart": None})
    refused(answer, 400, "MJ-0002", ("HTMLPart", "MJC-0009"))
    loud = {name.upper(): value for name, value in CONTENT.items()}
    answer = await client.post(contents_of(template), json=loud | {"Author": "Ann"})
    assert answer.status_code == 201
    assert_described("POST", f"{PATH}/{{template_id}}/contents", answer)
    [draft] = answer.json()["Data"]
    assert draft.pop("CreatedAt") == draft.pop("UpdatedAt")
    draft_id = draft.pop("ID")
    assert (
        draft
        == {
            "OrganisationID": ACCOUNT,
            "UserID": ACCOUNT,
            "TemplateID": template["ID"],
            "ContentType": "D",
            "Author": "Ann",
            "Name": "",
            "IsLocked": False,
            "TextPart": None,
            "MJMLPart": None,
        }
        | CONTENT
    )
    detail = f"/v3/REST/template/{template['ID']}/detailcontent"
    assert (await client.get(detail)).json()["Data"][0]["Html-part"] is None
    assert (await client.get(contents_of(template, "/types/P"))).status_code == 404

    answer = await client.post(contents_of(template, "/publish"))
    assert answer.status_code == 200
    [row] = answer.json()["Data"]
    assert (row["ContentType"], row["HTMLPart"]) == ("P", HTML)
    assert row["ID"] != draft_id
    [shown] = (await client.get(detail)).json()["Data"]
    assert (shown["Html-part"], shown["Headers"]) == (HTML, CONTENT["Headers"])
    [row] = (await client.get(f"{PATH}/{template['ID']}")).json()["Data"]
    assert (row["IsPublished"], row["LastContentType"]) == (True, "P")
    [older] = (await client.get(f"/v3/REST/template/{template['ID']}")).json()["Data"]
    assert older["Name"] == "Welcome"


async def test_a_template_of_the_older_resource_is_one_of_the_newer(client):
    [older] = (await client.post("/v3/REST/template", json={"Name": "Old"})).json()["Data"]
    tree = {"tagName": "mjml", "children": []}
    body = {"Html-part": "<p>old</p>", "MJMLContent": tree}
    assert (await client.post(f"/v3/REST/template/{older['ID']}/detailcontent", json=body)).status_code == 201
    [row] = (await client.get(f"{PATH}/{older['ID']}")).json()["Data"]
    assert (row["Name"], row["IsPublished"]) == ("Old", True)
    [content] = (await client.get(contents_of(older, "/types/p"))).json()["Data"]
    assert (content["HTMLPart"], json.loads(content["MJMLPart"])) == ("<p>old</p>", tree)


async def test_a_draft_is_changed_by_a_new_one(client):
    template = await published(client)
    path = contents_of(template, "/types/D")
    answer = await client.put(path, json={"TextPart": "Hi", "Headers": None})
    assert answer.status_code == 200
    assert_described("PUT", f"{PATH}/{{template_id}}/contents/types/{{type}}", answer)
    [row] = answer.json()["Data"]
    assert (row["ContentType"], row["TextPart"], row["HTMLPart"], row["Headers"]) == ("D", "Hi", HTML, {})
    assert (await client.get(path)).json()["Data"] == [row]
    listed = (await client.get(contents_of(template))).json()
    assert [each["ContentType"] for each in listed["Data"]] == ["D", "P", "D"]
    assert listed["Total"] == 3
    found = (await client.get(contents_of(template, "?ContentType=P&Limit=1"))).json()
    assert (found["Total"], found["Data"][0]["ContentType"]) == (1, "P")
    rising = (await client.get(contents_of(template, "?Sort=UpdatedAt&IsLocked=false"))).json()["Data"]
    assert rising == listed["Data"][::-1]
    assert (await client.get(contents_of(template, "?IsLocked=true"))).json()["Total"] == 0
    refused(await client.put(contents_of(template, "/types/P"), json={"TextPart": "x"}), 400, "PS-0006")
    refused(await client.get(contents_of(template, "/types/A")), 404, "MJ-0003")
    refused(await client.get(contents_of(template, "/types/X")), 400, "MJ-0002", ("type", "MJC-0007"))


async def test_what_a_locked_template_says_stays_whichever_way_is_tried(client):
    template = await published(client)
    for _ in range(2):
        answer = await client.post(contents_of(template, "/lock"), json={})
        assert (answer.status_code, answer.content) == (204, b"")
    refused(await client.put(contents_of(template, "/types/D"), json={"TextPart": "x"}), 409, "PS-0009")
    refused(await client.post(contents_of(template), json=CONTENT), 409, "PS-0009")
    refused(await client.post(contents_of(template, "/publish")), 409, "PS-0008")
    older = await client.put(f"/v3/REST/template/{template['ID']}/detailcontent", json={"Text-part": "x"})
    assert (older.status_code, older.json()["ErrorMessage"]) == (
        403,
        "The content of the template is locked.",
    )
    [row] = (await client.get(contents_of(template, "/types/P"))).json()["Data"]
    assert (row["IsLocked"], row["TextPart"]) == (True, None)
    assert (await client.post(contents_of(template, "/unlock"))).status_code == 204
    assert (await client.put(contents_of(template, "/types/D"), json={"TextPart": "x"})).status_code == 200


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"TextPart": "x"}, [("Locale", "MJC-0002")]),
        ({"TextPart": "x", "Locale": "english please"}, [("Locale", "MJC-0015")]),
        ({"TextPart": 1, "Locale": "en_US"}, [("TextPart", "MJC-0000")]),
        ({"Headers": "x", "TextPart": "x", "Locale": "en_US"}, [("Headers", "MJC-0000")]),
        ({"Headers": {}, "Locale": "en_US"}, [("HTMLPart", "MJC-0009")]),
        ({"TextPart": "é" * (MAX_PART_BYTES // 2 + 1), "Locale": "en_US"}, [("TextPart", "MJC-0004")]),
    ],
)
async def test_what_is_wrong_with_a_content_is_told(client, body, fields):
    template = await made(client, "templates", {"Name": "Welcome"})
    refused(await client.post(contents_of(template), json=body), 400, "MJ-0002", *fields)


async def test_nothing_that_could_not_be_sent_is_published(client):
    template = await made(client, "templates", {"Name": "Welcome", "EditMode": 4})
    refused(await client.post(contents_of(template, "/publish")), 400, "MJ-0002")
    body = {"Locale": "en_US", "MJMLPart": "<mjml></mjml>"}
    await made(client, f"templates/{template['ID']}/contents", body)
    assert "MJML" in refused(await client.post(contents_of(template, "/publish")), 400, "MJ-0002")
    refused(await client.put(contents_of(await made(client, "templates", {"Name": "x"}), "/types/D"), json={}), 404, "MJ-0003")  # fmt: skip


async def test_a_template_is_deleted_with_its_content(client):
    template = await published(client)
    answer = await client.delete(f"{PATH}/{template['ID']}")
    assert (answer.status_code, answer.content) == (204, b"")
    for method, path in (
        ("GET", f"{PATH}/{template['ID']}"),
        ("DELETE", f"{PATH}/{template['ID']}"),
        ("GET", contents_of(template)),
        ("GET", f"/v3/REST/template/{template['ID']}"),
    ):
        assert (await client.request(method, path)).status_code == 404


async def test_what_is_published_is_sent_and_a_draft_is_not(client, door):
    template = await published(client)
    await client.put(contents_of(template, "/types/D"), json={"HTMLPart": "a draft"})
    message = {
        "To": [{"Email": "bob@example.net"}],
        "TemplateID": int(template["ExternalID"]),
        "TemplateLanguage": True,
        "Variables": {"name": "Bob"},
    }
    answer = await client.post("/v3.1/send", json={"Messages": [message]})
    assert answer.json()["Messages"][0]["Status"] == "success", answer.text


async def test_nobody_but_its_account_lists_a_template(client, url):
    await published(client)
    async with a_client(url, auth=(STRANGERS_KEY, STRANGERS_SECRET)) as bob:
        assert (await bob.get(PATH)).json() == {"Count": 0, "Data": [], "Total": 0}
        label = await made(bob, "labels", {"Name": "Bob's"})
    answer = await client.post(PATH, json={"Name": "x", "LabelIDs": [label["ID"]]})
    refused(answer, 400, "MJ-0002", ("LabelIDs", "MJC-0007"))


async def test_paths_without_route_and_verbs_without_meaning(client):
    refused(await client.get("/v1/REST/nonsense"), 404, "MJ-0003")
    answer = await client.patch(PATH)
    refused(answer, 405, "MJ-0000")
    assert answer.headers["allow"] == "GET, POST"
    for template_id in ("0", "-1", "x", "9" * 30, "%00", "é"):
        assert (await client.get(f"{PATH}/{template_id}")).status_code == 404
    assert (await client.get("/v1/rest/Templates/")).status_code == 200
