"""What a content token may do, and where it is let in."""

import pytest

from aerogram.identity.content_permissions import (
    PERMISSIONS,
    of_label,
    of_some_template,
    of_template,
    readable_purposes,
)
from aerogram.identity.gate import ForbiddenError, authorize, may, require
from aerogram.model.account import Area, CredentialKind, Level, Principal
from aerogram.model.actor import actor_of


def a_token(*permissions):
    principal = Principal(
        account_id=1,
        kind=CredentialKind.CONTENT_TOKEN,
        label='The token "x"',
        permissions=frozenset(permissions),
    )
    return actor_of(principal, "rest")


KEY = actor_of(Principal(account_id=1, kind=CredentialKind.API_KEY, label="API key x"), "rest")


def test_a_template_is_opened_by_the_permissions_of_its_purposes():
    assert of_template("read", ()) == ("read_template",)
    assert of_template("update", ("marketing", "opt-in")) == (
        "update_template_marketing",
        "update_template_opt_in",
    )
    assert set(of_some_template("lock")) < set(PERMISSIONS)


def test_there_are_mailjets_permissions_and_each_once():
    assert len(PERMISSIONS) == len(set(PERMISSIONS)) == 6 * 5 + 4 * 4
    assert {of_label("read", "image"), of_label("delete", "resource"), "create_token_auth"} < set(PERMISSIONS)


def test_purposes_are_readable_by_their_own_permission():
    assert list(readable_purposes(["read_template_opt_in", "create_template_marketing"])) == ["opt-in"]


@pytest.mark.parametrize("area", list(Area))
def test_a_token_is_let_in_where_one_of_its_permissions_is_named_and_nowhere_else(area):
    token = a_token("read_template")
    assert may(token, area, Level.READ, ("create_template", "read_template"))
    assert not may(token, area, Level.READ, ("create_template",))
    for level in Level:
        assert not may(token, area, level)


def test_who_is_not_let_in_is_told_what_is_lacking():
    with pytest.raises(ForbiddenError, match=r'^The token "x" lacks the permission create_image\.$'):
        authorize(a_token("read_image"), Area.TEMPLATES, Level.WRITE, ("create_image",))
    with pytest.raises(ForbiddenError, match=r"has none of the permissions create_image, delete_image\.$"):
        authorize(a_token("read_image"), Area.TEMPLATES, Level.WRITE, ("create_image", "delete_image"))
    with pytest.raises(ForbiddenError, match=r"has no full permission for account\.$"):
        authorize(a_token("read_image"), Area.ACCOUNT, Level.FULL)


def test_all_that_is_required_must_be_there():
    require(a_token("a", "b"), ("a", "b"))
    require(KEY, ("a", "b"))
    with pytest.raises(ForbiddenError, match="lacks the permission b"):
        require(a_token("a"), ("a", "b"))
