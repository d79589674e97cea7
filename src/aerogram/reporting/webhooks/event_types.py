"""Mailjet's event types, which a webhook subscribes to.

Mailjet's webhooks have no deferral. A message's **first** deferral is sent as a ``bounce`` with ``hard_bounce`` false
and the error ``greylisted``: the only value that Mailjet clients read as *deferred, still on its way*; any other would
make them drop a recipient who still gets the mail. Later deferrals of the same message are not sent.
"""

from __future__ import annotations

from typing import Final

from aerogram.model.event import EventKind

KINDS: Final[dict[str, EventKind]] = {
    "click": EventKind.CLICK,
    "bounce": EventKind.BOUNCE,
    "spam": EventKind.SPAM,
    "blocked": EventKind.BLOCKED,
    "unsub": EventKind.UNSUB,
    "open": EventKind.OPEN,
    "sent": EventKind.SENT,
}
"""The EventTypes that a webhook can subscribe to; the numbers are the codes of the filter.

(compatibility: events#webhooks)
"""
EVENT_TYPES: Final[dict[EventKind, str]] = {
    **{kind: word for word, kind in KINDS.items()},
    EventKind.DEFERRED: "bounce",
}
"""The EventType of each kind; kinds without one are not sent."""


def event_type_of(kind: int, attempt: int) -> str:
    """Return the EventType of an event for webhooks; "" if it is not sent."""
    if kind == EventKind.DEFERRED and attempt != 1:
        return ""
    return EVENT_TYPES.get(EventKind(kind), "")
