"""What is done to a content, decided alike for all doors."""

import pytest

from aerogram.content.send_options import send_options_of
from aerogram.model.account import NO_DEFAULTS, SendDefaults
from aerogram.model.request import NO_OPTIONS, RequestedOptions
from aerogram.model.send_options import PLAIN, SendOptions, packed, unpacked

TRACKED = SendDefaults(tracks_opens=True, tracks_clicks=True)


def decide(asked=NO_OPTIONS, defaults=NO_DEFAULTS, body="Hello", *, has_html=True):
    return send_options_of(asked, defaults, (body,), has_editable_html=has_html)


def test_a_mail_that_asks_for_nothing_has_no_send_options():
    assert decide() is PLAIN
    assert packed(decide()) == ""


def test_the_callers_default_counts_only_where_the_call_says_nothing():
    assert decide(defaults=TRACKED) == SendOptions(tracks_opens=True, tracks_clicks=True)
    assert decide(RequestedOptions(tracks_opens=False), TRACKED) == SendOptions(tracks_clicks=True)
    assert decide(RequestedOptions(tracks_clicks=True)) == SendOptions(tracks_clicks=True)


def test_mail_without_html_is_not_tracked():
    assert (
        decide(RequestedOptions(tracks_opens=True, tracks_clicks=True, url_tags="a=b"), has_html=False)
        == PLAIN
    )


@pytest.mark.parametrize("body", ["var matrix = [[1, 2], [3, 4]];", "[[wiki link]]", "[[var name]]"])
def test_brackets_that_are_no_mark_leave_a_mail_plain(body):
    assert decide(body=body) is PLAIN


@pytest.mark.parametrize("body", ["[[UNSUB_LINK]]", "[[UNSUB_LINK_FR]]"])
def test_a_mark_that_unsubscribes_makes_a_mail_bulk(body):
    assert decide(body=body) == SendOptions(has_merge_tags=True, is_bulk=True)


def test_the_languages_name_of_the_link_counts_when_the_language_is_on():
    body = '<a href="{{mj:unsub_link_fr}}">'
    assert decide(RequestedOptions(has_language=True), body=body).is_bulk
    assert not decide(body=body).is_bulk


def test_a_deduplicated_campaign_is_bulk():
    assert decide(RequestedOptions(deduplicates=True)) == SendOptions(deduplicates=True, is_bulk=True)


def test_variables_are_kept_only_where_something_may_use_them():
    variables = {"name": "Ann"}
    assert decide(RequestedOptions(variables=variables)) == PLAIN
    assert decide(RequestedOptions(variables=variables), body="[[var:name]]").variables == variables
    assert decide(RequestedOptions(variables=variables, has_language=True)).variables == variables


def test_mail_of_a_sandbox_credential_is_always_marked():
    assert decide(defaults=SendDefaults(is_sandboxed=True)) == SendOptions(is_sandboxed=True)


def test_send_options_come_back_from_their_column_as_they_were():
    send_options = SendOptions(variables={"a": [1, {"b": None}]}, tags=("x", "y"), tracks_opens=True)
    assert unpacked(packed(send_options)) == send_options
    assert unpacked("") is PLAIN
