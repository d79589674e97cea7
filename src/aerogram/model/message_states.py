"""The state machine of a message: one table of all transitions.

A message begins without a state. Every change (acceptance, an attempt, an operator's action, an erasure) looks up the
next state here, and the kind of event to write with it. A transition that is not in the table is impossible.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final, NamedTuple

from aerogram.model.event import EventKind
from aerogram.model.message import MessageState

if TYPE_CHECKING:
    from collections.abc import Mapping


class Happening(enum.Enum):
    """An occurrence that changes the state of a message."""

    ACCEPTED = "accepted"
    """It was stored."""
    DELIVERED = "delivered"
    """The next hop or the capture inbox took responsibility."""
    DEFERRED = "deferred"
    """The attempt failed for now."""
    BOUNCED = "bounced"
    """The attempt failed for good, or the message expired."""
    BLOCKED = "blocked"
    """A rule prevented the attempt."""
    HELD = "held"
    """An operator held it, or the message has a permanent error; it waits for a person."""
    RELEASED = "released"
    """An operator returned it to the queue."""
    RETRIED = "retried"
    """An operator scheduled it for now."""
    CANCELLED = "cancelled"
    """An operator cancelled it; it is never sent."""
    ERASED = "erased"
    """Its recipient was erased. Delivery outcomes remain; a waiting message is never sent."""


class Transition(NamedTuple):
    """The next state, and the kind of the event to write with it; None for no event."""

    to: MessageState
    event: EventKind | None

    @property
    def event_kind(self) -> EventKind:
        """The kind of the event. Raises `ImpossibleTransitionError` if none is written."""
        if self.event is None:
            raise ImpossibleTransitionError(f"the transition to {self.to.name} writes no event")
        return self.event


class ImpossibleTransitionError(Exception):
    """A transition that is impossible in the message's state: a bug in Aerogram."""


TRANSITIONS: Final[Mapping[tuple[MessageState | None, Happening], Transition]] = {
    (None, Happening.ACCEPTED): Transition(MessageState.QUEUED, EventKind.ACCEPTED),
    (MessageState.QUEUED, Happening.DELIVERED): Transition(MessageState.SENT, EventKind.SENT),
    (MessageState.QUEUED, Happening.DEFERRED): Transition(MessageState.QUEUED, EventKind.DEFERRED),
    (MessageState.QUEUED, Happening.BOUNCED): Transition(MessageState.BOUNCED, EventKind.BOUNCE),
    (MessageState.QUEUED, Happening.BLOCKED): Transition(MessageState.BLOCKED, EventKind.BLOCKED),
    (MessageState.QUEUED, Happening.HELD): Transition(MessageState.HELD, EventKind.HELD),
    (MessageState.HELD, Happening.RELEASED): Transition(MessageState.QUEUED, EventKind.RELEASED),
    (MessageState.QUEUED, Happening.RETRIED): Transition(MessageState.QUEUED, EventKind.RELEASED),
    (MessageState.QUEUED, Happening.CANCELLED): Transition(MessageState.CANCELLED, EventKind.CANCELLED),
    (MessageState.HELD, Happening.CANCELLED): Transition(MessageState.CANCELLED, EventKind.CANCELLED),
    (MessageState.QUEUED, Happening.ERASED): Transition(MessageState.CANCELLED, None),
    (MessageState.HELD, Happening.ERASED): Transition(MessageState.CANCELLED, None),
    (MessageState.SENT, Happening.ERASED): Transition(MessageState.SENT, None),
    (MessageState.BOUNCED, Happening.ERASED): Transition(MessageState.BOUNCED, None),
    (MessageState.BLOCKED, Happening.ERASED): Transition(MessageState.BLOCKED, None),
    (MessageState.CANCELLED, Happening.ERASED): Transition(MessageState.CANCELLED, None),
}


def transition(state: MessageState | None, happening: Happening) -> Transition:
    """Return the transition of a message in a state; None is the state before acceptance.

    Raises `ImpossibleTransitionError`.
    """
    found = TRANSITIONS.get((state, happening))
    if found is None:
        name = "no message" if state is None else f"a message that is {state.name}"
        raise ImpossibleTransitionError(f"{happening.value} cannot happen to {name}")
    return found


def states_before(happening: Happening) -> tuple[MessageState, ...]:
    """Return the states in which an occurrence is possible, sorted by number."""
    return tuple(state for state in MessageState if (state, happening) in TRANSITIONS)


FIRST_STATE: Final = transition(None, Happening.ACCEPTED).to
"""The first state of every message; it is the column's default, so inserts do not name it."""
ATTEMPTED_STATE: Final = MessageState.QUEUED
"""The only state in which messages are attempted and outcomes recorded."""
