"""What a subscription action makes of a contact's place on a list."""

import pytest

from aerogram.audience.actions import ACTIONS, Action, Place, action_of, place_after

ABSENT, SUBSCRIBED, UNSUBSCRIBED = Place


@pytest.mark.parametrize(
    ("action", "absent", "subscribed", "unsubscribed"),
    [
        (Action.ADD_FORCE, SUBSCRIBED, SUBSCRIBED, SUBSCRIBED),
        (Action.ADD_NO_FORCE, SUBSCRIBED, SUBSCRIBED, UNSUBSCRIBED),
        (Action.REMOVE, ABSENT, ABSENT, ABSENT),
        (Action.UNSUB, UNSUBSCRIBED, UNSUBSCRIBED, UNSUBSCRIBED),
        (Action.UNSUB_NO_FORCE, UNSUBSCRIBED, SUBSCRIBED, UNSUBSCRIBED),
    ],
)
def test_the_truth_table(action, absent, subscribed, unsubscribed):
    assert [place_after(action, place) for place in Place] == [absent, subscribed, unsubscribed]


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("place", Place)
def test_an_action_done_twice_does_no_more_than_once(action, place):
    once = place_after(action, place)
    assert place_after(action, once) is once


def test_clients_name_four_actions_in_any_case():
    assert sorted(ACTIONS) == ["addforce", "addnoforce", "remove", "unsub"]
    assert action_of(" AddForce ") is Action.ADD_FORCE
    for word in ("", "add", "unsubnoforce", None, 7, ["addforce"]):
        assert action_of(word) is None
