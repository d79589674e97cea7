"""What a subscription action makes of a contact's status on a list."""

import pytest

from aerogram.audience.actions import ACTIONS, ListStatus, SubscriptionAction, action_of, status_after

ABSENT, SUBSCRIBED, UNSUBSCRIBED = ListStatus


@pytest.mark.parametrize(
    ("action", "absent", "subscribed", "unsubscribed"),
    [
        (SubscriptionAction.ADD_FORCE, SUBSCRIBED, SUBSCRIBED, SUBSCRIBED),
        (SubscriptionAction.ADD_NO_FORCE, SUBSCRIBED, SUBSCRIBED, UNSUBSCRIBED),
        (SubscriptionAction.REMOVE, ABSENT, ABSENT, ABSENT),
        (SubscriptionAction.UNSUB, UNSUBSCRIBED, UNSUBSCRIBED, UNSUBSCRIBED),
        (SubscriptionAction.UNSUB_NO_FORCE, UNSUBSCRIBED, SUBSCRIBED, UNSUBSCRIBED),
    ],
)
def test_the_truth_table(action, absent, subscribed, unsubscribed):
    assert [status_after(action, status) for status in ListStatus] == [absent, subscribed, unsubscribed]


@pytest.mark.parametrize("action", SubscriptionAction)
@pytest.mark.parametrize("status", ListStatus)
def test_an_action_done_twice_does_no_more_than_once(action, status):
    once = status_after(action, status)
    assert status_after(action, once) is once


def test_clients_name_four_actions_in_any_case():
    assert sorted(ACTIONS) == ["addforce", "addnoforce", "remove", "unsub"]
    assert action_of(" AddForce ") is SubscriptionAction.ADD_FORCE
    for word in ("", "add", "unsubnoforce", None, 7, ["addforce"]):
        assert action_of(word) is None
