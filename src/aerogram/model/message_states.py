"""Which state a message may be in after which: the one table of all its transitions.

A message begins without a state. Whatever changes it (acceptance, an attempt, an operator, an erasure) looks here
for the state that follows and for the kind of event that is written with it. A pair that the table does not have
cannot happen.
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Final, NamedTuple

from aerogram.model.event import EventKind
from aerogram.model.message import MessageState

if TYPE_CHECKING:
    from collections.abc import Mapping


class Happening(enum.Enum):
    """What changes the state of a message."""

    ACCEPTED = "accepted"
    """It was made durable."""
    DELIVERED = "delivered"
    """The next hop or the capture inbox took responsibility."""
    DEFERRED = "deferred"
    """The attempt failed for now."""
    BOUNCED = "bounced"
    """The attempt failed for good, or the message expired."""
    BLOCKED = "blocked"
    """A rule of ours kept it from being attempted."""
    HELD = "held"
    """An operator, or an error in the message that would only repeat, makes it wait for a person."""
    RELEASED = "released"
    """An operator put it back into the queue."""
    RETRIED = "retried"
    """An operator made it due now."""
    CANCELLED = "cancelled"
    """An operator decided that it is never sent."""
    ERASED = "erased"
    """Its recipient was erased. What is known of a delivery stays; what still waits is never sent."""


class Transition(NamedTuple):
    """The state that follows, and the kind of the event that is written with it; None when none is."""

    to: MessageState
    event: EventKind | None

    @property
    def event_kind(self) -> EventKind:
        """Give the kind of the event where one is written; `ImpossibleTransitionError` where none is."""
        if self.event is None:
            raise ImpossibleTransitionError(f"no event is written of what leads to {self.to.name}")
        return self.event


class ImpossibleTransitionError(Exception):
    """Something was about to happen to a message that cannot happen in its state: an error of ours."""


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
    """Give what follows when something happens to a message; None stands for one that is not there yet.

    Raises `ImpossibleTransitionError`.
    """
    found = TRANSITIONS.get((state, happening))
    if found is None:
        name = "no message" if state is None else f"a message that is {state.name}"
        raise ImpossibleTransitionError(f"{happening.value} cannot happen to {name}")
    return found


def states_before(happening: Happening) -> tuple[MessageState, ...]:
    """Give the states in which something can happen to a message, in the order of their numbers."""
    return tuple(state for state in MessageState if (state, happening) in TRANSITIONS)


FIRST_STATE: Final = transition(None, Happening.ACCEPTED).to
"""The state in which every message begins; rows are inserted without naming it, as it is the column's default."""
ATTEMPTED_STATE: Final = MessageState.QUEUED
"""The one state in which attempts are made and their outcomes recorded."""
