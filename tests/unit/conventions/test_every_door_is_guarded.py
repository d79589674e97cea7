"""Whatever a door offers names its area and level, or says why it is public. A walk through all of them."""

import asyncio
import importlib
import pkgutil

import pytest
from starlette.applications import Starlette

from aerogram.content.images import PREFIX as IMAGES
from aerogram.doors import http as http_door
from aerogram.doors.cli import commands
from aerogram.doors.cli.main import BELOW, COMMANDS, noun_of
from aerogram.doors.front import Doors, _App
from aerogram.doors.http import build as apis
from aerogram.doors.http.rest_v3 import Rest
from aerogram.doors.images.app import ImageDoor
from aerogram.doors.rest.registry import UNBOUND, declared_resources, declared_routes
from aerogram.doors.rest.resource import LEVELS
from aerogram.doors.signup import build as signup
from aerogram.doors.signup.app import PREFIX as SIGNUP
from aerogram.doors.smtp import policy
from aerogram.doors.smtp.guards import GUARDS
from aerogram.doors.tracking.app import PREFIXES, Tracking
from aerogram.doors.web.app import build_inbox
from aerogram.identity.gate import Needs, Public
from aerogram.model.account import Area, Level
from aerogram.wire.smtp.server.states import Verb


def is_guard(guard):
    if isinstance(guard, Public):
        return len(guard.reason.split()) > 2
    return isinstance(guard, Needs) and isinstance(guard.area, Area) and Level.OFF < guard.level <= Level.FULL


def pages(mode):
    return build_inbox(
        UNBOUND,
        mode=mode,
        addresses={},
        authenticate=UNBOUND,
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
APP = _App(DOORS)


def endpoints():
    """Give every endpoint that the application chooses from, by where it is kept."""
    for name, kept in vars(APP).items():
        if isinstance(kept, dict):
            yield from kept.items()
        else:
            yield name, kept


ENDPOINTS = dict(endpoints())


@pytest.mark.parametrize("name", ENDPOINTS)
def test_each_endpoint_of_http_has_a_guard_or_parts_that_have(name):
    endpoint = ENDPOINTS[name]
    if isinstance(endpoint, Rest):
        assert endpoint._engine.resources
        assert endpoint._router.routes
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
    assert PREFIXES
    assert IMAGES
    assert SIGNUP
    modules = [each.name for each in pkgutil.iter_modules(http_door.__path__)]
    assert {"metrics", "health", "rest_v3", "send"} <= set(modules)


@pytest.mark.parametrize("resource", declared_resources(), ids=lambda resource: resource.name)
def test_each_verb_and_action_of_a_resource_has_a_guard(resource):
    for method in resource.methods:
        assert is_guard(Needs(resource.area, LEVELS[method])), method
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
