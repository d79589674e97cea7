"""What a member of an account may do, by their role."""

import pytest

from aerogram.identity.gate import ForbiddenError, Needs, authorize, may, permitted
from aerogram.model.account import Area, Level
from aerogram.model.actor import Actor, ActorKind, operator_actor, system_actor, visiting_operator
from aerogram.model.member import Role
from support.actors import looking_into


def member(role):
    [actor] = looking_into(1, role=role)
    return actor


@pytest.mark.parametrize("area", list(Area))
def test_an_owner_may_do_everything(area):
    assert may(member(Role.OWNER), area, Level.FULL)


@pytest.mark.parametrize("area", [area for area in Area if area is not Area.ACCOUNT])
def test_an_editor_writes_and_does_not_remove(area):
    assert may(member(Role.EDITOR), area, Level.WRITE)
    assert not may(member(Role.EDITOR), area, Level.FULL)


def test_an_editor_leaves_the_account_itself_alone():
    assert may(member(Role.EDITOR), Area.ACCOUNT, Level.READ)
    assert not may(member(Role.EDITOR), Area.ACCOUNT, Level.WRITE)


@pytest.mark.parametrize("area", list(Area))
def test_a_reader_looks_and_changes_nothing(area):
    assert may(member(Role.VIEWER), area, Level.READ)
    assert not may(member(Role.VIEWER), area, Level.WRITE)


def test_no_rule_means_no():
    nobody = Actor(account_id=1, kind=ActorKind.PERSON, door="web", label="ann@example.org")
    stranger = Actor(account_id=1, kind=ActorKind.CREDENTIAL, door="rest", label="?")
    assert not may(nobody, Area.SEND, Level.READ)
    assert not may(stranger, Area.SEND, Level.READ)


@pytest.mark.parametrize("actor", [operator_actor(1), visiting_operator(), system_actor(1)])
def test_the_operator_and_aerogram_itself_may_do_everything(actor):
    authorize(actor, Area.ACCOUNT, Level.FULL)


def test_who_is_refused_is_told_what_is_lacking():
    with pytest.raises(
        ForbiddenError, match=r"^ann@example\.org has the role viewer; this needs the role owner\.$"
    ):
        authorize(member(Role.VIEWER), Area.STATISTICS, Level.FULL)


def test_a_visitor_is_let_into_the_accounts_where_the_role_suffices():
    scope = (*looking_into(1, role=Role.OWNER), *looking_into(2, role=Role.VIEWER))
    assert [each.account_id for each in permitted(scope, Needs(Area.STATISTICS, Level.READ))] == [1, 2]
    assert [each.account_id for each in permitted(scope, Needs(Area.STATISTICS, Level.FULL))] == [1]
    with pytest.raises(ForbiddenError, match="this needs the role owner"):
        permitted(scope[1:], Needs(Area.STATISTICS, Level.FULL))
    with pytest.raises(ForbiddenError, match=r"^You are not a member of any account\.$"):
        permitted((), Needs(Area.STATISTICS, Level.READ))
