"""The vocabulary of the event log."""

from __future__ import annotations

import enum


class EventKind(enum.IntEnum):
    """What happened to a message. The first seven are Mailjet's and can be sent to webhooks."""

    CLICK = 1
    BOUNCE = 2
    SPAM = 3
    BLOCKED = 4
    UNSUB = 5
    OPEN = 6
    SENT = 7
    ACCEPTED = 20
    DEFERRED = 21
    HELD = 22
    CANCELLED = 23
    RELEASED = 24


CALLBACK_KINDS: dict[str, EventKind] = {
    "click": EventKind.CLICK,
    "bounce": EventKind.BOUNCE,
    "spam": EventKind.SPAM,
    "blocked": EventKind.BLOCKED,
    "unsub": EventKind.UNSUB,
    "open": EventKind.OPEN,
    "sent": EventKind.SENT,
}
"""Mailjet's EventType words; the numbers are the filter's codes (facts: EVENTS-PARSE §1.1)."""
