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


class Verdict(enum.IntEnum):
    """Who stands behind an open or a click, as far as can be told."""

    NONE = 0
    """The question does not arise: an event of delivery."""
    HUMAN = 1
    """Nothing speaks against a person."""
    PROXY = 2
    """A mail service fetched it for a person who may or may not have looked (Apple, Gmail, Yahoo)."""
    SCANNER = 3
    """A program that checks mail or links followed it."""


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
