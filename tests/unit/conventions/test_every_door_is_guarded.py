"""Whatever a door offers names its area and level, or says why it is public, and refuses who lacks the level."""

import asyncio
import base64
import importlib
import pkgutil
from contextvars import ContextVar

import pytest
import typer
from starlette.applications import Starlette

from aerogram.doors.asgi.authentication import HttpAuthenticator
from aerogram.doors.cli import commands
from aerogram.doors.cli.main import BELOW, COMMANDS, noun_of
from aerogram.doors.front import Doors, _App, build_app
from aerogram.doors.http import build as apis
from aerogram.doors.http import metrics, rest_v3
from aerogram.doors.http.rest_v3 import Rest
from aerogram.doors.http.send import endpoint as send_endpoint
from aerogram.doors.http.send.endpoint import SendEndpoint
from aerogram.doors.images.app import ImageDoor
from aerogram.doors.rest.registry import UNBOUND, declared_resources, declared_routes
from aerogram.doors.rest.resource import LEVELS
from aerogram.doors.signup import build as signup
from aerogram.doors.smtp import policy
from aerogram.doors.smtp.guards import GUARDS
from aerogram.doors.tracking.app import Tracking
from aerogram.doors.web.app import build_inbox
from aerogram.identity.gate import ForbiddenError, Needs, Public, may
from aerogram.model import actor as actors
from aerogram.model.account import Area, CredentialKind, Level, Principal
from aerogram.model.actor import Actor, ActorKind
from aerogram.model.member import Role
from aerogram.wire.smtp.server.states import Verb


def is_guard(guard):
    if isinstance(guard, Public):
        return len(guard.reason.split()) > 2
    return isinstance(guard, Needs) and isinstance(guard.area, Area) and Level.OFF < guard.level <= Level.FULL


CALLER = ContextVar("CALLER")
"""The actor that every door takes its caller for, in the walk that is refused."""


async def visitor(*_):
    return (CALLER.get(),)


def pages(mode):
    return build_inbox(
        UNBOUND,
        mode=mode,
        addresses={},
        authenticate=visitor,
        allowed_hosts=(),
        stopping=asyncio.Event(),
    )


class Unserved:
    """Services that are only looked at."""

    version, public_url = "0", "http://localhost"

    def __getattr__(self, _):
        return UNBOUND


DOORS = Doors(
    apis=apis.build(Unserved()),
    tracking=Tracking(UNBOUND, UNBOUND),
    images=ImageDoor(UNBOUND),
    signup=signup.build(*[UNBOUND] * 4),
    web=Starlette(routes=pages("capture")),
)
APP = build_app(DOORS)


def endpoints():
    """Give every endpoint that the application chooses from, by where it is kept."""
    for name, kept in vars(_App(DOORS)).items():
        if isinstance(kept, dict):
            yield from kept.items()
        else:
            yield name, kept


ENDPOINTS = dict(endpoints())


@pytest.mark.parametrize("name", ENDPOINTS)
def test_each_endpoint_of_http_has_a_guard_or_parts_that_have(name):
    endpoint = ENDPOINTS[name]
    if isinstance(endpoint, Rest):
        assert len(endpoint._engine.resources) == len(declared_resources())
        assert len(endpoint._router.routes) == len(declared_routes())
    elif isinstance(endpoint, Starlette):
        assert [route.path for route in endpoint.routes if not route.guards] == []
    else:
        assert is_guard(endpoint.guard), name


def test_the_application_serves_all_that_is_known():
    """A new endpoint that the walk does not find is a failure, too."""
    kinds = {type(endpoint).__name__ for endpoint in ENDPOINTS.values()}
    assert kinds == {
        "Guarded",
        "ImageDoor",
        "Metrics",
        "OpenApi",
        "Rest",
        "SendEndpoint",
        "SignupDoor",
        "Starlette",
        "Tracking",
    }


@pytest.mark.parametrize("resource", declared_resources(), ids=lambda resource: resource.name)
def test_each_action_of_a_resource_has_a_guard(resource):
    for action in resource.actions:
        assert is_guard(Needs(resource.area, action.level)), action.name


@pytest.mark.parametrize("route", declared_routes(), ids=lambda route: f"{route.method} {route.path}")
def test_each_route_has_a_guard(route):
    assert is_guard(Needs(route.area, route.level))
    if route.method == "DELETE":
        assert route.level is Level.FULL


@pytest.mark.parametrize("mode", ["capture", "direct", "relay"])
def test_each_method_of_each_page_has_a_guard(mode):
    for route in pages(mode):
        assert route.methods - {"HEAD"} == set(route.guards)
        for method, guard in route.guards.items():
            assert is_guard(guard), f"{method} {route.path}"
            if method == "DELETE" and isinstance(guard, Needs):
                assert guard.level is Level.FULL


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_a_guard(name):
    noun = noun_of(name)
    assert noun.guards.keys() == noun.functions.keys()
    for command, needs in noun.guards.items():
        assert is_guard(needs), f"{name} {command}"
        if command.rpartition(" ")[2] in {"remove", "rm", "revoke", "cancel"}:
            assert needs.level is Level.FULL, f"{name} {command}"


def test_each_file_of_commands_is_walked():
    files = {each.name for each in pkgutil.iter_modules(commands.__path__)}
    assert files == {*COMMANDS, *(f"{name}_{below}" for name in BELOW for below in BELOW[name])}
    for file in files:
        importlib.import_module(f"{commands.__name__}.{file}")


def test_each_command_of_smtp_has_a_guard_and_mail_needs_the_right_to_send():
    assert set(GUARDS) == set(Verb)
    assert all(map(is_guard, GUARDS.values()))
    assert {verb for verb, guard in GUARDS.items() if guard == policy.SEND} == {
        Verb.MAIL,
        Verb.RCPT,
        Verb.DATA,
        Verb.BDAT,
    }


# Who lacks the level is refused


NOT_PERMITTED = 403
VALUE = "1"
"""Stands in a path wherever it has a key, an id or a name."""


def a_person(role):
    return Actor(account_id=1, kind=ActorKind.PERSON, door="web", label=f"{role}", user_id=9, role=role)


def a_token(kind, **facts):
    principal = Principal(account_id=1, kind=kind, label=kind.name, **facts)
    return Actor(
        account_id=1, kind=ActorKind.CREDENTIAL, door="rest", label=principal.label, principal=principal
    )


IN_SANDBOX = Actor(
    account_id=1,
    kind=ActorKind.CREDENTIAL,
    door="rest",
    label="a sandbox key",
    principal=Principal(account_id=1, kind=CredentialKind.API_KEY, label="a sandbox key"),
    is_sandboxed=True,
)
ACTORS = [
    IN_SANDBOX,
    a_person(None),
    *map(a_person, Role),
    a_token(CredentialKind.DOMAIN_TOKEN, domain="example.org"),
    a_token(CredentialKind.CONTENT_TOKEN),
]


def lacking(needs):
    """Give the actors that lack a level: no role, every role below it, and tokens of other areas."""
    return [actor for actor in ACTORS if not may(actor, needs.area, needs.level, in_sandbox=needs.in_sandbox)]


def calls_of_resource(resource):
    """Give method, path and guard of every verb and action of a resource."""
    one = f"/v3/REST/{resource.name}/{VALUE}"
    for method in sorted(resource.methods):
        needs = Needs(resource.area, LEVELS[method], method in resource.in_sandbox)
        if method in {"GET", "POST"} or (method == "PUT" and resource.is_singular):
            yield method, f"/v3/REST/{resource.name}", needs
        if method != "POST" or resource.posts_to_one:
            yield method, one, needs
    for action in resource.actions:
        path = action.path(resource.name).replace("{key}", VALUE).replace(f"{{{action.sub_id}}}", VALUE)
        yield action.method, f"/v3/REST/{path}", Needs(resource.area, action.level, action.in_sandbox)


def filled(path):
    return "/".join(VALUE if part.startswith("{") else part for part in path.split("/"))


def calls():
    """Give every call of HTTP that is not public: of the management API, the pages, and the rest."""
    for resource in declared_resources():
        yield from calls_of_resource(resource)
    for route in declared_routes():
        yield route.method, filled(route.path), Needs(route.area, route.level, route.in_sandbox)
    for page in DOORS.web.routes:
        for method, guard in page.guards.items():
            if isinstance(guard, Needs):
                yield method, filled(page.path), guard
    yield "POST", "/v3/send", SendEndpoint.guard
    yield "POST", "/v3.1/send", SendEndpoint.guard
    yield "GET", "/metrics", metrics.NEEDS


async def status_of(method, path):
    """Call the application as a client elsewhere does; give the status of its answer."""
    began = []

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        if message["type"] == "http.response.start":
            began.append(message["status"])

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"authorization", b"Basic " + base64.b64encode(b"ann:secret")), (b"host", b"localhost")],
        "client": ("192.0.2.1", 50000),
        "server": ("localhost", 80),
        "scheme": "http",
        "root_path": "",
    }
    await APP(scope, receive, send)
    [status] = began
    return status


@pytest.mark.parametrize(
    ("method", "path", "needs"), [pytest.param(*call, id=" ".join(call[:2])) for call in calls()]
)
async def test_a_call_without_the_level_is_refused_before_a_service_is_called(
    monkeypatch, method, path, needs
):
    """Every service is `UNBOUND`: one that is called before the refusal is a failure, with status 500."""

    async def admit(*_):
        return None

    monkeypatch.setattr(HttpAuthenticator, "admit", admit)
    monkeypatch.setattr(HttpAuthenticator, "admit_with_token", admit)
    for door in (rest_v3, metrics, send_endpoint):
        monkeypatch.setattr(door, "actor_of", lambda *_: CALLER.get())
    refused = lacking(needs)
    assert refused
    for actor in refused:
        CALLER.set(actor)
        assert await status_of(method, path) == NOT_PERMITTED, actor.label


MAY_CHANGE_IN_SANDBOX = {
    *("contact", "contactdata", "contactfilter", "contactmetadata", "contactslist", "listrecipient"),
    *("axtesting", "campaignaggregate", "campaigndraft", "newsletter", "newslettertemplate", "preset"),
    *("template", "widget", "widgetcustomvalue", "workflow"),
    *("batchjob", "contacthistorydata", "message"),
}
"""The resources that callers in the sandbox may change anything of; the services see to it that it is their own."""


@pytest.mark.parametrize("resource", declared_resources(), ids=lambda resource: resource.name)
def test_only_these_resources_are_changed_in_the_sandbox(resource):
    methods = {method for method in resource.in_sandbox & resource.methods if method != "GET"}
    actions = [action.name for action in resource.actions if action.in_sandbox]
    assert bool(methods or actions) == (resource.name in MAY_CHANGE_IN_SANDBOX), (methods, actions)


@pytest.mark.parametrize("area", list(Area))
def test_in_the_sandbox_a_caller_reads_and_sends_and_nothing_else(area):
    for level in (Level.WRITE, Level.FULL):
        assert may(IN_SANDBOX, area, level) is (area is Area.SEND)
        assert may(IN_SANDBOX, area, level, in_sandbox=True)
    assert may(IN_SANDBOX, area, Level.READ)


class Unprepared:
    """A program whose settings must not be read."""

    version, flags = "0", ()

    def prepare(self, _):
        pytest.fail("the settings were read before the refusal")


def commands_of(name):
    """Give the words and the guard of every command of a noun."""
    return [(name, words, needs) for words, needs in noun_of(name).guards.items()]


@pytest.mark.parametrize(
    ("name", "words", "needs"),
    [pytest.param(*each, id=f"{each[0]} {each[1]}") for name in COMMANDS for each in commands_of(name)],
)
def test_a_command_without_the_level_is_refused_before_the_settings_are_read(monkeypatch, name, words, needs):
    command = typer.main.get_command(noun_of(name).app(Unprepared()))
    for word in words.split():
        command = command.commands[word]
    refused = lacking(needs)
    assert refused
    for actor in refused:
        monkeypatch.setattr(actors, "operator_actor", lambda _, actor=actor: actor)
        with typer.Context(command, obj=Unprepared()), pytest.raises(ForbiddenError):
            command.callback()
