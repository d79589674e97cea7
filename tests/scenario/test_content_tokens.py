"""Bearer tokens: what they open below ``/v1/``, and that they open nothing else."""

import pytest

from aerogram.base.clock import DAY
from aerogram.doors.rest.registry import declared_routes
from aerogram.identity.content_permissions import of_some_template
from support.content_examples import FORM, PNG, form, made, uploaded
from support.http_door import STRANGERS_KEY, STRANGERS_SECRET, a_client
from support.rest_schema import assert_described

TOKENS = "/v1/REST/tokens"
TEMPLATES = "/v1/REST/templates"
ROUTES = [route for route in declared_routes() if route.is_content]


async def a_token(client, *permissions, name="Editors", **more):
    body = {"Name": name, "Permissions": list(permissions)} | more
    return await made(client, "tokens", body)


def bearing(url, token):
    return a_client(url, auth=None, headers={"Authorization": f"Bearer {token}"})


def lacks(answer, permission, name="Editors"):
    assert answer.status_code == 403, answer.text
    assert answer.json()["ErrorCode"] == "MJ-0004"
    assert answer.json()["ErrorMessage"] == f'The token "{name}" lacks the permission {permission}.'


def has_none(answer, *permissions, name="Editors"):
    assert answer.status_code == 403, answer.text
    told = answer.json()["ErrorMessage"]
    assert told == f'The token "{name}" has none of the permissions {", ".join(permissions)}.'


async def test_a_token_shows_its_secret_once(client):
    answer = await client.post(
        TOKENS, json={"Name": "Editors", "Permissions": ["read_template", "READ_IMAGE"]}
    )
    assert answer.status_code == 201
    assert_described("POST", TOKENS, answer)
    [row] = answer.json()["Data"]
    assert len(row["AccessToken"]) == 32
    assert row["Permissions"] == ["read_template", "read_image"]
    listed = await client.get(f"{TOKENS}?Name=Editors")
    assert_described("GET", TOKENS, listed)
    assert listed.json()["Data"] == [row | {"AccessToken": None}]


async def test_a_token_that_may_read_templates_may_not_make_one(client, url):
    await made(client, "templates", {"Name": "Welcome"})
    token = await a_token(client, "read_template")
    async with bearing(url, token["AccessToken"]) as reader:
        assert (await reader.get(TEMPLATES)).json()["Total"] == 1
        has_none(await reader.post(TEMPLATES, json={"Name": "x"}), *of_some_template("create"))
        lacks(await reader.get("/v1/REST/images"), "read_image")
        lacks(await reader.get(TOKENS), "read_token_auth")


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
async def test_every_route_asks_for_a_permission(route, client, url):
    assert route.permissions
    own = "read_image" if not {"read_image"} & set(route.permissions) else "read_token_auth"
    token = await a_token(client, own)
    path = "/".join("1" if part.startswith("{") else part for part in route.path.split("/"))
    async with bearing(url, token["AccessToken"]) as other:
        answer = await other.request(route.method, path)
        told = lacks if len(route.permissions) == 1 else has_none
        told(answer, *route.permissions)


@pytest.mark.parametrize(
    "header",
    ["Bearer", "Bearer nonsense", "bearer " + "0" * 32, "Bearer é", "Digest x", "Basic x"],
)
async def test_what_is_no_token_is_answered_401(url, header):
    async with a_client(url, auth=None, headers={"Authorization": header.encode("latin-1")}) as nobody:
        answer = await nobody.get(TEMPLATES)
    assert (answer.status_code, answer.json()["ErrorCode"]) == (401, "MJ-0004")
    assert answer.headers.get_list("www-authenticate") == [
        'Basic realm="Provide an apiKey and secretKey"',
        "Bearer",
    ]


async def test_a_token_opens_nothing_but_the_content_api(client, url):
    token = await a_token(client, "read_template", "create_token_auth")
    async with bearing(url, token["AccessToken"]) as holder:
        for method, path in (
            ("GET", "/v3/REST/template"),
            ("POST", "/v3.1/send"),
            ("POST", "/v3/send"),
            ("DELETE", "/v4/contacts/1"),
        ):
            answer = await holder.request(method, path, json={})
            assert answer.status_code == 401, path
    # As a password it opens nothing either.
    async with a_client(url, auth=("Editors", token["AccessToken"])) as holder:
        assert (await holder.get(TEMPLATES)).status_code == 401


async def test_templates_are_open_by_their_purposes(client, url):
    plain = await made(client, "templates", {"Name": "Plain"})
    news = await made(client, "templates", {"Name": "News", "Purposes": ["marketing"]})
    both = await made(client, "templates", {"Name": "Both", "Purposes": ["marketing", "opt-in"]})
    verbs = ("read", "create", "update")
    token = await a_token(client, *(f"{verb}_template_marketing" for verb in verbs))
    async with bearing(url, token["AccessToken"]) as editor:
        assert [row["ID"] for row in (await editor.get(TEMPLATES)).json()["Data"]] == [news["ID"]]
        assert (await editor.get(f"{TEMPLATES}/{news['ID']}")).status_code == 200
        lacks(await editor.get(f"{TEMPLATES}/{plain['ID']}"), "read_template")
        lacks(await editor.get(f"{TEMPLATES}/{both['ID']}"), "read_template_opt_in")
        lacks(await editor.post(TEMPLATES, json={"Name": "x"}), "create_template")
        await made(editor, "templates", {"Name": "x", "Purposes": ["marketing"]})
        one = f"{TEMPLATES}/{news['ID']}"
        assert (await editor.put(one, json={"Description": "d"})).status_code == 200
        lacks(await editor.put(one, json={"Purposes": ["automation"]}), "update_template_automation")
        lacks(await editor.put(one, json={"Purposes": []}), "update_template")
        has_none(await editor.post(f"{one}/contents/publish"), *of_some_template("publish"))
        has_none(await editor.post(f"{one}/contents/lock"), *of_some_template("lock"))
        has_none(await editor.delete(one), *of_some_template("delete"))
    token = await a_token(client, "read_template", "read_template_opt_in", name="Guests")
    async with bearing(url, token["AccessToken"]) as guest:
        assert [row["ID"] for row in (await guest.get(TEMPLATES)).json()["Data"]] == [plain["ID"]]


async def test_a_draft_is_added_by_whoever_may_make_templates_or_change_them(client, url):
    template = await made(client, "templates", {"Name": "Plain"})
    path = f"{TEMPLATES}/{template['ID']}/contents"
    body = {"Locale": "en_US", "TextPart": "Hi"}
    for verb in ("create", "update"):
        token = await a_token(client, "read_template", f"{verb}_template", name=verb)
        async with bearing(url, token["AccessToken"]) as editor:
            assert (await editor.post(path, json=body)).status_code == 201
            if verb == "create":
                answer = await editor.put(f"{path}/types/D", json=body)
                has_none(answer, *of_some_template("update"), name=verb)
    token = await a_token(client, "read_template")
    async with bearing(url, token["AccessToken"]) as reader:
        permissions = (*of_some_template("create"), *of_some_template("update"))
        has_none(await reader.post(path, json=body), *permissions)
        assert (await reader.get(path)).json()["Total"] == 2


async def test_labels_are_open_by_what_they_are_used_for(client, url):
    cats = await made(client, "labels", {"Name": "Cats", "UsedFor": "image"})
    token = await a_token(client, "read_image_label", "create_image_label")
    async with bearing(url, token["AccessToken"]) as editor:
        assert (await editor.get("/v1/REST/labels?UsedFor=image")).json()["Total"] == 1
        lacks(await editor.get("/v1/REST/labels"), "read_resource_label")
        lacks(await editor.post("/v1/REST/labels", json={"Name": "x"}), "create_resource_label")
        await made(editor, "labels", {"Name": "Dogs", "UsedFor": "image"})
        assert (await editor.get(f"/v1/REST/labels/{cats['ID']}")).status_code == 200
        answer = await editor.delete(f"/v1/REST/labels/{cats['ID']}")
        has_none(answer, "delete_resource_label", "delete_image_label")


async def test_a_token_uploads_images(client, url):
    token = await a_token(client, "create_image")
    async with bearing(url, token["AccessToken"]) as painter:
        image = await uploaded(painter)
        lacks(await painter.delete(f"/v1/data/images/{image['ID']}"), "delete_image")


async def test_a_token_gives_no_more_than_it_has(client, url):
    token = await a_token(client, "create_token_auth", "update_token_auth", "read_image")
    strong = await a_token(client, "delete_template", name="Strong")
    async with bearing(url, token["AccessToken"]) as maker:
        body = {"Name": "Guests", "Permissions": ["read_image", "delete_image"]}
        lacks(await maker.post(TOKENS, json=body), "delete_image")
        weaker = await made(maker, "tokens", body | {"Permissions": ["read_image"]})
        one = f"{TOKENS}/{weaker['ID']}"
        lacks(await maker.put(one, json={"Permissions": ["delete_token_auth"]}), "delete_token_auth")
        lacks(await maker.put(f"{TOKENS}/{strong['ID']}", json={"Name": "Mine"}), "delete_template")
        assert (await maker.put(one, json={"Name": "Others"})).status_code == 200


async def test_a_token_ends_when_it_says_or_when_it_is_taken_away(client, url, clock):
    day = await a_token(client, "read_template", name="Day", ExpiresInDays=1)
    soon = await a_token(
        client, "read_template", name="Soon", ExpiresAt=clock.now_ms() // 1000 + 2 * DAY // 1000
    )
    async with bearing(url, day["AccessToken"]) as holder:
        assert (await holder.get(TEMPLATES)).status_code == 200
        clock.advance(DAY)
        assert (await holder.get(TEMPLATES)).status_code == 401
        assert (
            await client.put(f"{TOKENS}/{day['ID']}", json={"ExpiresAt": "2999-01-01"})
        ).status_code == 200
        assert (await holder.get(TEMPLATES)).status_code == 200
    async with bearing(url, soon["AccessToken"]) as holder:
        assert (await holder.get(TEMPLATES)).status_code == 200
        assert (await client.delete(f"{TOKENS}/{soon['ID']}")).status_code == 204
        assert (await holder.get(TEMPLATES)).status_code == 401
        assert (await client.delete(f"{TOKENS}/{soon['ID']}")).status_code == 404


@pytest.mark.parametrize(
    ("body", "field", "constraint"),
    [
        ({"Permissions": ["read_image"]}, "Name", "MJC-0002"),
        ({"Name": "x"}, "Permissions", "MJC-0002"),
        ({"Name": "x", "Permissions": []}, "Permissions", "MJC-0013"),
        ({"Name": "x", "Permissions": ["everything"]}, "Permissions", "MJC-0013"),
        ({"Name": "x", "Permissions": ["read_image"], "ExpiresInDays": 0}, "ExpiresInDays", "MJC-0000"),
        ({"Name": "x", "Permissions": ["read_image"], "ExpiresAt": "2001-01-01"}, "ExpiresAt", "MJC-0000"),
    ],
)
async def test_what_is_wrong_with_a_token_is_told(client, body, field, constraint):
    answer = await client.post(TOKENS, json=body)
    assert answer.status_code == 400
    [detail] = answer.json()["Details"]
    assert (detail["Field"], detail["Constraint"]) == (field, constraint)


async def test_a_name_is_given_once(client):
    first = await a_token(client, "read_image")
    answer = await client.post(TOKENS, json={"Name": "Editors", "Permissions": ["read_image"]})
    assert (answer.status_code, answer.json()["ErrorCode"]) == (409, "PS-0001")
    other = await a_token(client, "read_image", name="Other")
    assert (await client.put(f"{TOKENS}/{other['ID']}", json={"Name": "Editors"})).status_code == 409
    [same] = (await client.put(f"{TOKENS}/{first['ID']}", json=first)).json()["Data"]
    assert same["AccessToken"] is None


async def test_a_token_opens_its_own_account_alone(client, url):
    async with a_client(url, auth=(STRANGERS_KEY, STRANGERS_SECRET)) as bob:
        token = await a_token(bob, "read_template", "read_image")
        assert (await bob.get(TOKENS)).json()["Total"] == 1
    template = await made(client, "templates", {"Name": "Welcome"})
    image = await uploaded(client)
    async with bearing(url, token["AccessToken"]) as stranger:
        assert (await stranger.get(f"{TEMPLATES}/{template['ID']}")).status_code == 404
        assert (await stranger.get(f"/v1/REST/images/{image['ID']}")).status_code == 404
        assert (await stranger.get(TEMPLATES)).json()["Total"] == 0
    answer = await client.post("/v1/data/images", content=form(file=PNG), headers=FORM)
    assert answer.status_code == 201
