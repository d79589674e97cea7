"""The kinds of the event log: what happened to a message, and the fields that the log stores.

========================================  ==============================================================
kind                                      fields, beside those of every event
========================================  ==============================================================
ACCEPTED                                  ``is_live``
SENT, BOUNCE, BLOCKED, DEFERRED, HELD,    those of `DeliveryEvent`
CANCELLED, RELEASED
OPEN, CLICK, UNSUB, SPAM                  those of `EngagementEvent`
========================================  ==============================================================

Every event has an id, assigned by the log, an account, a message, a kind and a time.
"""

from __future__ import annotations

import enum
from typing import NamedTuple


class EventKind(enum.IntEnum):
    """What happened to a message. The numbers of the first seven are Mailjet's event codes."""

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
    """Who caused an open or a click, as far as can be determined."""

    NONE = 0
    """Not applicable: a delivery event."""
    HUMAN = 1
    """Nothing indicates a program."""
    PROXY = 2
    """A mail service fetched it for a person who may not have looked (Apple, Gmail, Yahoo)."""
    SCANNER = 3
    """A mail or link scanner fetched it."""


class DeliveryEvent(NamedTuple):
    """The outcome of an attempt, or a change to a waiting message."""

    account_id: int
    message_id: int
    kind: int
    """A delivery kind of `EventKind`."""
    at_ms: int
    attempt: int = 0
    """The number of attempts so far, including this one."""
    is_live: int = 0
    """1 for mail from an account to people: neither from a sandbox credential nor a notice of the service."""
    failure: int = 0
    """One of `aerogram.model.outcome.FailureState`."""
    is_hard: int = 0
    is_blocked: int = 0
    """1 when this event put the recipient on the account's suppression list."""
    reply: str = ""
    host: str = ""
    tls: str = ""
    transcript: str = ""


class EngagementEvent(NamedTuple):
    """What a recipient did with a mail."""

    account_id: int
    message_id: int
    kind: int
    """OPEN, CLICK, UNSUB or SPAM."""
    at_ms: int
    agent: str = ""
    ip: str = ""
    url: str = ""
    geo: str = ""
    verdict: int = 0
    """One of `Verdict`."""
    address: str = ""
    """The recipient, normalised by `aerogram.wire.address.suppression_key`."""
