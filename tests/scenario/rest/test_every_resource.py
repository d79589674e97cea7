"""What holds for every resource over the real HTTP door, from its declaration and its example.

A resource declared tomorrow is tested tomorrow: it needs an entry in ``support/rest_examples.py``.
"""

import itertools

import pytest

from aerogram.doors.rest.registry import declared_resources, declared_routes
from aerogram.doors.rest.resource import MAX_BODY_BYTES
from aerogram.doors.rest.route import Router
from aerogram.model.account import CredentialKind
from support.content_examples import CONTENT_ROUTES
from support.http_door import STRANGERS_KEY, STRANGERS_SECRET, a_client
from support.rest_examples import EXAMPLES
from support.rest_examples import ROUTES as OTHER_ROUTES
from support.rest_schema import assert_described

ROUTES = OTHER_ROUTES | CONTENT_ROUTES
RESOURCES = {resource.name: resource for resource in declared_resources()}
ROUTER = Router(declared_routes())
METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH")
VALUES = ("1", "true", "a", "a,b", "1,2", "2024-03-01T10:00:00Z", "1709287200", "x@example.com", "Day")
ODD_VALUES = (
    "-1",
    "9" * 30,
    "%00",
    "é",
    "%FF",
    "'",
    "%",
    "\\",
    "a" * 2_000,
    "0x1",
    "1e9",
    ",,",
    "[]",
    "null",
)

UNKNOWN_PROPERTY = {"contactdata": 'Invalid key name: "NoSuchThing"'}
"""How a property that does not exist is refused, where Mailjet has words of its own for it."""

every_resource = pytest.mark.parametrize("name", sorted(RESOURCES))
every_route = pytest.mark.parametrize("name", sorted(ROUTES))


class Objects:
    """The objects of one resource that a test makes, and the paths to them."""

    def __init__(self, name, door, client):
        self.resource, self.example = RESOURCES[name], EXAMPLES[name]
        self.path = f"/v3/REST/{name}"
        self._door, self._client = door, client
        self._numbers = itertools.count()

    async def make(self):
        number = next(self._numbers)
        if self.example.made is not None:
            return await self.example.made(self._door, self._client, number)
        answer = await self._client.post(self.path, json=await self.example.body(self._client, number))
        assert answer.status_code == 201, answer.text
        assert_described("POST", self.path, answer)
        return answer.json()["Data"][0]

    def key(self, made):
        return made[self.example.identity]

    def one(self, made):
        return f"{self.path}/{self.key(made)}"

    def paths(self, made):
        """Every path of the declaration, with the verbs that it has."""
        resource = self.resource
        posts = {"POST"} if resource.posts_to_one else set()
        own = {"GET", "POST", "PUT"} if resource.is_singular else {"GET", "POST"}
        found = {self.path: resource.methods & own, self.one(made): resource.methods - ({"POST"} - posts)}
        for action in resource.actions:
            path = f"/v3/REST/{action.path(resource.name)}".replace("{key}", str(self.key(made)))
            path = path.replace(f"{{{action.sub_id}}}", "1")
            found.setdefault(path, set())
            found[path] = found[path] | {action.method}
        return {path: methods for path, methods in found.items() if methods}


@pytest.fixture
def objects(name, door, client):
    return Objects(name, door, client)


def words_of(schema):
    """The words that a property is made of, as filters take them."""
    return {str(word).lower() for word in (*schema.get("enum", ()), *schema.get("items", {}).get("enum", ()))}


def body_of(objects, path):
    """A body that an action takes, and one that changes nothing for all else."""
    return objects.example.actions.get(path.rpartition("/")[2], {})


async def test_every_resource_and_route_has_an_example():
    assert sorted(EXAMPLES) == sorted(RESOURCES)
    assert sorted(ROUTES) == sorted(f"{route.method} {route.path}" for route in declared_routes())


@every_resource
async def test_objects_are_listed_in_the_envelope_by_rising_id(objects, client):
    made = [await objects.make() for _ in range(1 if objects.example.is_single else 3)]
    if "GET" not in objects.resource.methods:
        return
    answer = await client.get(objects.path)
    assert_described("GET", objects.path, answer)
    page = answer.json()
    assert list(page) == ["Count", "Data", "Total"]
    if objects.resource.key_selects_many:
        return
    found = [objects.key(row) for row in page["Data"]]
    keys = [objects.key(one) for one in made]
    assert [key for key in found if key in keys] == keys
    for row in page["Data"]:
        assert list(row) == [field.name for field in objects.resource.shown if field.name in row]


@every_resource
async def test_lists_are_paged_counted_and_sorted(objects, client):
    if "GET" not in objects.resource.methods:
        return
    for _ in range(1 if objects.example.is_single else 3):
        await objects.make()
    whole = (await client.get(f"{objects.path}?Limit=0")).json()
    second = (await client.get(f"{objects.path}/?limit=1&OFFSET=1&countRecords=1")).json()
    expected = whole["Data"][1:] if objects.example.is_unpaged else whole["Data"][1:2]
    assert second["Data"] == expected
    assert (second["Count"], second["Total"]) == (len(expected), whole["Total"])
    counted = (await client.get(f"{objects.path}?CountOnly=1")).json()
    assert counted == {"Count": whole["Total"], "Data": [], "Total": whole["Total"]}
    for field in objects.resource.sortable_fields.values():
        sorted_up = (await client.get(f"{objects.path}?Sort={field.name.lower()}&Limit=1000")).json()["Data"]
        sorted_down = (await client.get(f"{objects.path}?Sort={field.name}+DESC&Limit=1000")).json()["Data"]
        assert [row.get(field.name) for row in sorted_up] == [row.get(field.name) for row in sorted_down][
            ::-1
        ]
        assert (
            await client.get(f"{objects.path}?Sort={field.name}%20asc,%20{field.name}")
        ).status_code == 200
    for sort in ("Nothing", "ID%2Bdesc", "ID+sideways"):
        answer = await client.get(f"{objects.path}?Sort={sort}")
        assert answer.status_code == 400
        assert "Invalid sort specification: Cannot sort on field " in answer.json()["ErrorMessage"]


@every_resource
async def test_every_filter_takes_a_value_and_none_fails(objects, client):
    if "GET" not in objects.resource.methods:
        return
    await objects.make()
    names = [filter_.name for filter_ in objects.resource.filters]
    names += [one.name for filter_ in objects.resource.filters for one in filter_.companions]
    names += [*sorted({field.shown_with for field in objects.resource.fields if field.shown_with}), "Style"]
    words = {word for field in objects.resource.fields for word in words_of(field.schema())}
    for name in names:
        statuses = []
        for value in (*VALUES, *sorted(words), *ODD_VALUES):
            answer = await client.get(f"{objects.path}?{name}={value}")
            assert answer.status_code in (200, 400), (name, value, answer.text)
            statuses.append(answer.status_code)
        assert 200 in statuses, f"no value is right for {name}"
    everything = "&".join(f"{name}=1" for name in names)
    assert (await client.get(f"{objects.path}?{everything}&nosuch=1")).status_code in (200, 400)


@every_resource
async def test_an_object_is_found_by_each_of_its_keys(objects, client):
    made = await objects.make()
    if "GET" not in objects.resource.methods:
        return
    assert bool(objects.example.keys(made)) == (len(objects.resource.keys) > 1), "an example of each key"
    first = await client.get(objects.one(made))
    assert first.status_code == 200
    assert_described("GET", f"{objects.path}/{{key}}", first)
    upper = f"/v3/rest/{objects.resource.name.upper()}/{objects.key(made)}/"
    for path in (upper, *(f"{objects.path}/{key}" for key in objects.example.keys(made))):
        answer = await client.get(path)
        assert (answer.status_code, answer.json()) == (200, first.json()), path
    head = await client.head(objects.one(made))
    assert (head.status_code, head.content) == (200, b"")


@every_resource
async def test_a_key_that_names_nothing_is_answered_as_such(objects, client):
    if "GET" not in objects.resource.methods:
        return
    for key in (
        "1000",
        "0",
        "-1",
        "9" * 30,
        "x|y",
        "x%7Cy",
        "%00",
        "%FF",
        "a%2Fb",
        "no@one.example",
        "é",
        "x" * 3_000,
    ):
        answer = await client.get(f"{objects.path}/{key}")
        if objects.resource.key_selects_many:
            assert answer.json()["Count"] == 0
        else:
            assert answer.status_code in (400, 404), key
            assert answer.json()["StatusCode"] == answer.status_code


@every_resource
async def test_a_verb_that_a_path_has_not_is_answered_405(objects, client):
    for path, methods in objects.paths(await objects.make()).items():
        refused = (
            set()
            if objects.resource.action_call(tuple(path.split("/")[4:]))
            else objects.resource.refused_methods
        )
        for method in set(METHODS) - methods:
            answer = await client.request(method, path, content=b"{}")
            if path == objects.path and method in objects.resource.methods:
                # It is a verb of objects, and without a key none is named.
                assert (answer.status_code, answer.json()["StatusCode"]) == (404, 404), (method, path)
                continue
            if method in refused:
                assert (answer.status_code, answer.json()["ErrorMessage"]) == (401, "Operation not allowed")
                continue
            assert answer.status_code == 405, (method, path)
            assert answer.headers["allow"] == ", ".join(sorted(methods))
            assert answer.json()["ErrorMessage"] == "Method not allowed"


@every_resource
async def test_without_credentials_nothing_is_told(objects, url):
    async with a_client(url) as ann:
        made = await Objects(objects.resource.name, objects._door, ann).make()
    async with a_client(url, auth=None) as nobody:
        for path, methods in objects.paths(made).items():
            for method in methods:
                answer = await nobody.request(method, path, content=b"{}")
                assert (answer.status_code, answer.content) == (401, b"")
                assert answer.headers["www-authenticate"].startswith("Basic ")


@every_resource
async def test_who_may_do_nothing_here_is_told_so(objects, door, client):
    made = await objects.make()
    door.keys.kind = CredentialKind.DOMAIN_TOKEN
    for path, methods in objects.paths(made).items():
        for method in methods:
            answer = await client.request(method, path, json=body_of(objects, path))
            assert (answer.status_code, answer.json()["StatusCode"]) == (403, 403)
            assert f"permission for {objects.resource.area.value}" in answer.json()["ErrorMessage"]


@every_resource
async def test_another_accounts_object_is_not_there(objects, client, url):
    if objects.example.is_everyones:
        return
    made = await objects.make()
    before = (await client.get(objects.one(made))).content
    async with a_client(url, auth=(STRANGERS_KEY, STRANGERS_SECRET)) as bob:
        if "GET" in objects.resource.methods and not objects.example.is_single:
            listed = (await bob.get(f"{objects.path}?Limit=0")).json()["Data"]
            assert objects.key(made) not in [objects.key(row) for row in listed]
        for key in (objects.key(made), *objects.example.keys(made)):
            for path, methods in objects.paths(made | {objects.example.identity: key}).items():
                if f"/{key}" not in path:
                    continue
                for method in methods:
                    body = (
                        dict(objects.example.change) if path.endswith(f"/{key}") else body_of(objects, path)
                    )
                    answer = await bob.request(method, path, json=body)
                    if objects.resource.key_selects_many:
                        assert answer.json()["Count"] == 0
                    else:
                        assert answer.status_code == 404, (method, path)
    assert (await client.get(objects.one(made))).content == before


@every_resource
async def test_a_change_is_shown_and_what_changes_nothing_is_304(objects, client):
    if "PUT" not in objects.resource.methods:
        return
    made = await objects.make()
    answer = await client.put(objects.one(made), json=objects.example.change)
    assert answer.status_code == 200, answer.text
    assert_described("PUT", f"{objects.path}/{{key}}", answer)
    [changed] = answer.json()["Data"]
    assert changed != made
    assert (await client.get(objects.one(made))).json()["Data"] == [changed]
    loud = {name.upper(): value for name, value in objects.example.change.items()}
    for body in (objects.example.change, loud, {}, changed):
        again = await client.put(objects.one(made), json=body)
        assert (again.status_code, again.content) == (304, b""), body


@every_resource
async def test_what_is_removed_is_gone(objects, client):
    if "DELETE" not in objects.resource.methods:
        return
    made = await objects.make()
    answer = await client.delete(objects.one(made))
    assert (answer.status_code, answer.content) == (204, b"")
    if not objects.example.is_kept:
        assert (await client.get(objects.one(made))).status_code == 404
        assert (await client.delete(objects.one(made))).status_code == 404


@every_resource
async def test_unknown_and_read_only_properties_are_refused(objects, client):
    made = await objects.make()
    writes = [("POST", objects.path), ("PUT", objects.one(made))]
    for method, path in writes:
        if method not in objects.resource.methods:
            continue
        answer = await client.request(method, path, json={"NoSuchThing": 1})
        assert answer.status_code == 400
        told = answer.json()["ErrorMessage"]
        kind = f"T{objects.resource.class_name}"
        usual = f'Invalid json input: object ""->"{kind}" has no property "NoSuchThing"'
        assert told == UNKNOWN_PROPERTY.get(objects.resource.name, usual)
    for field in objects.resource.fields:
        if field.is_read_only and "PUT" in objects.resource.methods:
            answer = await client.put(objects.one(made), json={field.name: "another value"})
            assert answer.status_code == 401, field.name
            told = answer.json()["ErrorMessage"]
            assert told == f'Internal error: MJ19 Setting a value for property "{field.name}" is not allowed'


@every_resource
async def test_a_body_that_is_no_json_object_is_refused(objects, client):
    made = await objects.make()
    for path, methods in objects.paths(made).items():
        for method in methods & {"POST", "PUT"}:
            call = objects.resource.action_call(tuple(path.split("/")[4:]))
            if call is not None and not call.by_method[method].body_fields:
                continue
            for body in (b"{", b"[]", b'"x"', b"\xff", b"null", b"1", b'{"a":', b"[" * 100_000):
                answer = await client.request(method, path, content=body)
                assert answer.status_code == 400, (method, path, body[:9])
                assert answer.json()["ErrorMessage"].startswith("Invalid json input: ")
            answer = await client.request(method, path, content=b"<a/>", headers={"content-type": "text/xml"})
            assert (answer.status_code, answer.json()["StatusCode"]) == (415, 415)
            most = call.by_method[method].max_body_bytes if call else MAX_BODY_BYTES
            if most <= MAX_BODY_BYTES:
                answer = await client.request(method, path, content=b"x" * (most + 1))
                assert (answer.status_code, answer.json()["StatusCode"]) == (413, 413)


@every_resource
async def test_any_value_of_a_property_is_taken_or_refused(objects, client):
    made = await objects.make()
    if "PUT" not in objects.resource.methods:
        return
    odd = (
        0,
        -1,
        2**63,
        2**70,
        1.5,
        True,
        "",
        "x",
        "\0",
        "é" * 50,
        [],
        ["x"],
        [1],
        {},
        {"a": 1},
        "9" * 400,
        "\U0001f600",
    )
    for field in objects.resource.fields:
        for value in odd:
            answer = await client.put(objects.one(made), json={field.name: value})
            assert answer.status_code in (200, 304, 400, 401), (field.name, value, answer.text)


@every_route
async def test_a_route_lets_in_who_may_and_tells_strangers_nothing(name, door, client, url):
    method, _, pattern = name.partition(" ")
    example, route = (
        ROUTES[name],
        next(each for each in ROUTER.routes if f"{each.method} {each.path}" == name),
    )
    path = pattern.format(**await example.parts(door, client))
    async with a_client(url, auth=None) as nobody:
        assert (
            await nobody.request(method, path, content=example.body, headers=example.headers)
        ).status_code == 401
    async with a_client(url, auth=(STRANGERS_KEY, STRANGERS_SECRET)) as bob:
        answer = await bob.request(method, path, content=example.body, headers=example.headers)
        assert answer.status_code == example.strangers, answer.text
    door.keys.kind = CredentialKind.DOMAIN_TOKEN
    assert (
        await client.request(method, path, content=example.body, headers=example.headers)
    ).status_code == 403
    door.keys.kind = CredentialKind.API_KEY
    answer = await client.request(method, path, content=example.body, headers=example.headers)
    assert answer.status_code == route.status, answer.text
    fitting = {each.method for each in ROUTER.fitting(tuple(path.split("/")[1:]))}
    for other in set(METHODS) - fitting:
        refused = await client.request(other, path)
        assert (refused.status_code, refused.headers["allow"]) == (405, ", ".join(sorted(fitting)))
