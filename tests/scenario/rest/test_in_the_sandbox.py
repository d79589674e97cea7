"""A sandbox key reads all, and changes only what was made in the sandbox, whatever the resource, verb or route.

A resource, action or route declared tomorrow is walked tomorrow, and refused unless it says that it keeps the rule.
"""

import pytest

from aerogram.model.account import NO_DEFAULTS, SendDefaults
from scenario.rest.test_every_resource import RESOURCES, ROUTER, ROUTES, Objects, body_of
from support.http_door import a_client
from support.tables import rows_of

SANDBOX = "This key is in the sandbox: it reads and sends, and changes only what was made in the sandbox."
REFUSED, MADE = 403, 201
every_resource = pytest.mark.parametrize("name", sorted(RESOURCES))
every_route = pytest.mark.parametrize("name", sorted(ROUTES))
OWN = sorted(name for name, one in RESOURCES.items() if "POST" in one.in_sandbox & one.methods)


@pytest.fixture
def objects(name, door, client):
    return Objects(name, door, client)


@pytest.fixture
def sandbox(door):
    """Take the caller into the sandbox, or out of it."""

    def switch(*, is_on=True):
        door.keys.defaults = SendDefaults(is_sandboxed=True) if is_on else NO_DEFAULTS

    return switch


def changing_body(objects, made, path):
    return dict(objects.example.change) if path == objects.one(made) else body_of(objects, path)


def message_of(answer):
    return answer.json().get("ErrorMessage", "")


@every_resource
async def test_nothing_live_is_changed(objects, door, client, sandbox):
    made = await objects.make()
    before = await rows_of(door.database)
    sandbox()
    for path, methods in objects.paths(made).items():
        for method in sorted(methods):
            answer = await client.request(method, path, json=changing_body(objects, made, path))
            gone = before - await rows_of(door.database)
            assert not gone, (method, path)
            if method == "GET":
                assert answer.status_code < 400 or answer.status_code == 404, (method, path, answer.text)
            elif f"/{objects.key(made)}" in path.removeprefix("/v3/REST/"):
                assert answer.status_code == REFUSED, (method, path, answer.text)
                assert message_of(answer) == SANDBOX
            else:
                # It has no key: it makes something of its own, or the body lacks what it needs.
                assert answer.status_code in {MADE, 400, REFUSED}, (method, path, answer.text)


@every_resource
async def test_what_it_may_make_is_its_own_and_all_else_is_refused(objects, door, client, sandbox):
    if "POST" not in objects.resource.methods or objects.example.made is not None:
        return
    body = await objects.example.body(client, 7)
    before = await rows_of(door.database)
    sandbox()
    answer = await client.post(objects.path, json=body)
    assert not before - await rows_of(door.database)
    if objects.resource.name not in OWN:
        assert (answer.status_code, message_of(answer)) == (REFUSED, SANDBOX)
        assert await rows_of(door.database) == before


@pytest.mark.parametrize("name", OWN)
async def test_its_own_objects_are_changed_and_removed_by_it(objects, client, sandbox):
    sandbox()
    made = await objects.make()
    methods = objects.resource.in_sandbox & objects.resource.methods
    if "PUT" in methods:
        answer = await client.put(objects.one(made), json=objects.example.change)
        assert answer.status_code == 200, answer.text
    if "DELETE" in methods:
        assert (await client.delete(objects.one(made))).status_code == 204


LIVE_FROM_THEN_ON = sorted(
    {
        "campaigndraft",
        "contact",
        "contactdata",
        "contactfilter",
        "contactmetadata",
        "contactslist",
        "newsletter",
        "template",
    }
    | {"axtesting", "preset", "widget", "workflow"}
)


@pytest.mark.parametrize("name", LIVE_FROM_THEN_ON)
async def test_what_another_caller_changed_is_live_from_then_on(objects, door, client, sandbox):
    sandbox()
    made = await objects.make()
    sandbox(is_on=False)
    answer = await client.put(objects.one(made), json=objects.example.change)
    assert answer.status_code == 200, answer.text
    before = await rows_of(door.database)
    sandbox()
    for method in sorted(objects.resource.in_sandbox - {"POST"}):
        answer = await client.request(method, objects.one(made), json=await _other_change(objects, made))
        assert (answer.status_code, message_of(answer)) == (REFUSED, SANDBOX), (method, answer.text)
    assert await rows_of(door.database) == before


async def _other_change(objects, made):
    """Give a body that changes the object back."""
    return {name: made[name] for name in objects.example.change if name in made}


@every_route
async def test_no_route_changes_what_is_live(name, door, client, sandbox):
    method, _, pattern = name.partition(" ")
    example = ROUTES[name]
    route = next(each for each in ROUTER.routes if f"{each.method} {each.path}" == name)
    path = pattern.format(**await example.parts(door, client))
    before = await rows_of(door.database)
    sandbox()
    answer = await client.request(method, path, content=example.body, headers=example.headers)
    after = await rows_of(door.database)
    assert not before - after
    if method == "GET":
        assert (answer.status_code, after) == (route.status, before)
    elif "{" in pattern or not route.in_sandbox:
        assert (answer.status_code, message_of(answer)) == (REFUSED, SANDBOX), answer.text
        assert after == before
    else:
        assert answer.status_code == route.status


@every_route
async def test_a_route_works_on_what_was_made_in_the_sandbox(name, door, client, sandbox):
    method, _, pattern = name.partition(" ")
    example = ROUTES[name]
    route = next(each for each in ROUTER.routes if f"{each.method} {each.path}" == name)
    if method == "GET" or not route.in_sandbox:
        return
    sandbox()
    path = pattern.format(**await example.parts(door, client))
    answer = await client.request(method, path, content=example.body, headers=example.headers)
    assert answer.status_code == route.status, answer.text


async def test_everybody_else_is_told_of_no_sandbox(url, door, client, sandbox):
    """The rule is the caller's: the same calls work again as soon as the caller is out of the sandbox."""
    made = await Objects("contact", door, client).make()
    sandbox()
    path = f"/v4/contacts/{made['ID']}"
    assert (await client.delete(path)).status_code == REFUSED
    sandbox(is_on=False)
    async with a_client(url) as other:
        assert (await other.delete(path)).status_code == 200
