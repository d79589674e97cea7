"""What a subscription action makes of a contact's status on a list: one table, without IO."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


class SubscriptionAction(enum.Enum):
    """What is done with contacts and a list (compatibility: contacts#subscription-actions)."""

    ADD_FORCE = "addforce"
    """On the list and subscribed, even if the contact had left it."""
    ADD_NO_FORCE = "addnoforce"
    """On the list; who had left it stays unsubscribed."""
    REMOVE = "remove"
    """Not on the list."""
    UNSUB = "unsub"
    """On the list as unsubscribed."""
    UNSUB_NO_FORCE = "unsubnoforce"
    """On the list; who was not comes as unsubscribed. No client names it: it is one half of copying a list
    without overriding what the other says."""


class ListStatus(enum.Enum):
    """Where a contact stands with a list."""

    ABSENT = 0
    SUBSCRIBED = 1
    UNSUBSCRIBED = 2


ACTIONS: Final[Mapping[str, SubscriptionAction]] = {
    action.value: action for action in SubscriptionAction if action is not SubscriptionAction.UNSUB_NO_FORCE
}
"""The actions that clients name, by their words in lower case."""

_A, _S, _U = ListStatus
_AFTER: Final[Mapping[SubscriptionAction, Mapping[ListStatus, ListStatus]]] = {
    SubscriptionAction.ADD_FORCE: {_A: _S, _S: _S, _U: _S},
    SubscriptionAction.ADD_NO_FORCE: {_A: _S, _S: _S, _U: _U},
    SubscriptionAction.REMOVE: {_A: _A, _S: _A, _U: _A},
    SubscriptionAction.UNSUB: {_A: _U, _S: _U, _U: _U},
    SubscriptionAction.UNSUB_NO_FORCE: {_A: _U, _S: _S, _U: _U},
}


def status_after(action: SubscriptionAction, status: ListStatus) -> ListStatus:
    """Give a contact's status on a list after an action."""
    return _AFTER[action][status]


def action_of(word: object) -> SubscriptionAction | None:
    """Read a client's word for an action, in any case; None when it is none."""
    return ACTIONS.get(word.strip().lower()) if isinstance(word, str) else None
