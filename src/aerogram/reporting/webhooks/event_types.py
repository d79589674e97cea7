"""Mailjet's words for kinds of event: what a webhook subscribes to.

Mailjet's webhooks know no deferral. A message's **first** one is sent as a ``bounce`` with ``hard_bounce`` false and the
error ``greylisted``: the one word of Mailjet's that its clients read as *deferred, still on its way*; anything else
would make them drop a recipient who still gets the mail. The later deferrals of the same message are not sent.
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
"""The EventTypes that can be subscribed to; the numbers are the filter's codes.

(compatibility: events#webhooks)
"""
EVENT_TYPES: Final[dict[EventKind, str]] = {
    **{kind: word for word, kind in KINDS.items()},
    EventKind.DEFERRED: "bounce",
}
"""The EventType of each kind; kinds that are missing stay inside."""


def event_type_of(kind: int, attempt: int) -> str:
    """Give the EventType under which an event is sent to webhooks; "" when it is not sent."""
    if kind == EventKind.DEFERRED and attempt != 1:
        return ""
    return EVENT_TYPES.get(EventKind(kind), "")
