"""What is done to a content, decided alike for all doors."""

import pytest

from aerogram.content.treat import NOTHING, Asked, treatment_of
from aerogram.model.account import NO_DEFAULTS, SendDefaults
from aerogram.model.send_options import PLAIN, Treatment, packed, unpacked

TRACKED = SendDefaults(tracks_opens=True, tracks_clicks=True)


def decide(asked=NOTHING, defaults=NO_DEFAULTS, body="Hello", *, has_html=True):
    return treatment_of(asked, defaults, (body,), has_html=has_html)


def test_a_mail_that_asks_for_nothing_has_no_treatment():
    assert decide() is PLAIN
    assert packed(decide()) == ""


def test_the_callers_default_counts_only_where_the_call_says_nothing():
    assert decide(defaults=TRACKED) == Treatment(tracks_opens=True, tracks_clicks=True)
    assert decide(Asked(tracks_opens=False), TRACKED) == Treatment(tracks_clicks=True)
    assert decide(Asked(tracks_clicks=True)) == Treatment(tracks_clicks=True)


def test_mail_without_html_is_not_tracked():
    assert decide(Asked(tracks_opens=True, tracks_clicks=True, url_tags="a=b"), has_html=False) == PLAIN


@pytest.mark.parametrize("body", ["var matrix = [[1, 2], [3, 4]];", "[[wiki link]]", "[[var name]]"])
def test_brackets_that_are_no_mark_leave_a_mail_plain(body):
    assert decide(body=body) is PLAIN


@pytest.mark.parametrize("body", ["[[UNSUB_LINK]]", "[[UNSUB_LINK_FR]]"])
def test_a_mark_that_unsubscribes_makes_a_mail_bulk(body):
    assert decide(body=body) == Treatment(has_marks=True, is_bulk=True)


def test_the_languages_name_of_the_link_counts_when_the_language_is_on():
    body = '<a href="{{mj:unsub_link_fr}}">'
    assert decide(Asked(has_language=True), body=body).is_bulk
    assert not decide(body=body).is_bulk


def test_a_deduplicated_campaign_is_bulk():
    assert decide(Asked(deduplicates=True)) == Treatment(deduplicates=True, is_bulk=True)


def test_variables_are_kept_only_where_something_may_use_them():
    variables = {"name": "Ann"}
    assert decide(Asked(variables=variables)) == PLAIN
    assert decide(Asked(variables=variables), body="[[var:name]]").variables == variables
    assert decide(Asked(variables=variables, has_language=True)).variables == variables


def test_mail_of_a_sandbox_credential_is_always_marked():
    assert decide(defaults=SendDefaults(is_sandboxed=True)) == Treatment(is_sandboxed=True)


def test_a_treatment_comes_back_from_its_column_as_it_was():
    treatment = Treatment(variables={"a": [1, {"b": None}]}, tags=("x", "y"), tracks_opens=True)
    assert unpacked(packed(treatment)) == treatment
    assert unpacked("") is PLAIN
