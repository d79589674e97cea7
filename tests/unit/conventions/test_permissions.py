"""Everything that the management API does names its area and level. No rule means no."""

import pytest

from aerogram.doors.rest.engine.engine import Engine, Request
from aerogram.doors.rest.registry import declared_resources, declared_routes
from aerogram.doors.rest.resource import LEVELS, Action, Resource
from aerogram.identity.gate import ForbiddenError
from aerogram.model.account import Area, CredentialKind, Level, Principal
from aerogram.model.actor import actor_of

RESOURCES = declared_resources()


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.name)
class TestResource:
    def test_it_names_its_area_itself(self, resource):
        assert isinstance(resource.area, Area)
        assert "area" not in vars(Resource)

    def test_each_of_its_verbs_has_a_level_that_lets_something_through(self, resource):
        assert resource.methods | resource.refused_methods <= set(LEVELS)
        assert Level.OFF not in LEVELS.values()

    def test_each_of_its_actions_names_a_level(self, resource):
        assert [action.name for action in resource.actions if not action.level] == []

    def test_what_removes_needs_full_and_what_writes_needs_write(self, resource):
        for action in resource.actions:
            if action.method == "DELETE":
                assert action.level is Level.FULL, action.name
            if action.method in ("POST", "PUT"):
                assert action.level >= Level.WRITE, action.name


def test_each_route_names_its_area_and_level():
    for route in declared_routes():
        assert isinstance(route.area, Area), route.path
        assert route.level in set(Level) - {Level.OFF}, route.path


class Thing(Resource):
    name = "thing"
    class_name = "Thing"
    area = Area.ACCOUNT
    keys = ()


def test_an_action_without_level_is_refused():
    ann = Principal(account_id=1, kind=CredentialKind.API_KEY, label="ann")
    engine = Engine([Thing(None, (Action("do", "Does it.", None, is_keyless=True),))])
    request = Request(actor=actor_of(ann, "rest"), method="POST", segments=("thing", "do"))
    with pytest.raises(ForbiddenError):
        engine.serve(request).send(None)
