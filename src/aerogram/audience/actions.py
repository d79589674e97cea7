"""Subscription actions: one table of the status that each gives a contact on a list. No IO."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


class SubscriptionAction(enum.Enum):
    """An action on the membership of contacts on a list (compatibility: contacts#subscription-actions)."""

    ADD_FORCE = "addforce"
    """Add and subscribe, even contacts who unsubscribed."""
    ADD_NO_FORCE = "addnoforce"
    """Add; contacts who unsubscribed stay unsubscribed."""
    REMOVE = "remove"
    """Remove from the list."""
    UNSUB = "unsub"
    """Add as unsubscribed, and unsubscribe contacts who are on the list."""
    UNSUB_NO_FORCE = "unsubnoforce"
    """Add as unsubscribed; contacts who are on the list keep their status. Clients cannot name this action.
    It serves ``duplicate-no-override``, which copies a list without changing existing memberships."""


class ListStatus(enum.Enum):
    """The status of a contact on a list."""

    ABSENT = 0
    SUBSCRIBED = 1
    UNSUBSCRIBED = 2


ACTIONS: Final[Mapping[str, SubscriptionAction]] = {
    action.value: action for action in SubscriptionAction if action is not SubscriptionAction.UNSUB_NO_FORCE
}
"""The actions that clients can name, by name in lower case."""

_A, _S, _U = ListStatus
_AFTER: Final[Mapping[SubscriptionAction, Mapping[ListStatus, ListStatus]]] = {
    SubscriptionAction.ADD_FORCE: {_A: _S, _S: _S, _U: _S},
    SubscriptionAction.ADD_NO_FORCE: {_A: _S, _S: _S, _U: _U},
    SubscriptionAction.REMOVE: {_A: _A, _S: _A, _U: _A},
    SubscriptionAction.UNSUB: {_A: _U, _S: _U, _U: _U},
    SubscriptionAction.UNSUB_NO_FORCE: {_A: _U, _S: _S, _U: _U},
}


def status_after(action: SubscriptionAction, status: ListStatus) -> ListStatus:
    """Return a contact's status on a list after an action."""
    return _AFTER[action][status]


def action_of(word: object) -> SubscriptionAction | None:
    """Parse the name of an action in any case; None for an unknown name."""
    return ACTIONS.get(word.strip().lower()) if isinstance(word, str) else None
