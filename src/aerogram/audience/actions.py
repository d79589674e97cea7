"""What a subscription action makes of a contact's place on a list: one table, without IO."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


class Action(enum.Enum):
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


class Place(enum.Enum):
    """Where a contact stands with a list."""

    ABSENT = 0
    SUBSCRIBED = 1
    UNSUBSCRIBED = 2


ACTIONS: Final[Mapping[str, Action]] = {
    action.value: action for action in Action if action is not Action.UNSUB_NO_FORCE
}
"""The actions that clients name, by their words in lower case."""

_A, _S, _U = Place
_AFTER: Final[Mapping[Action, Mapping[Place, Place]]] = {
    Action.ADD_FORCE: {_A: _S, _S: _S, _U: _S},
    Action.ADD_NO_FORCE: {_A: _S, _S: _S, _U: _U},
    Action.REMOVE: {_A: _A, _S: _A, _U: _A},
    Action.UNSUB: {_A: _U, _S: _U, _U: _U},
    Action.UNSUB_NO_FORCE: {_A: _U, _S: _S, _U: _U},
}


def place_after(action: Action, place: Place) -> Place:
    """Give a contact's place on a list after an action."""
    return _AFTER[action][place]


def action_of(word: object) -> Action | None:
    """Read a client's word for an action, in any case; None when it is none."""
    return ACTIONS.get(word.strip().lower()) if isinstance(word, str) else None
