"""The vocabulary of the event log: what happened to a message, and what the log keeps of it.

========================================  ==============================================================
kind                                      fields, beside those of every event
========================================  ==============================================================
ACCEPTED                                  ``is_live``
SENT, BOUNCE, BLOCKED, DEFERRED, HELD,    those of `DeliveryEvent`
CANCELLED, RELEASED
OPEN, CLICK, UNSUB, SPAM                  those of `EngagementEvent`
========================================  ==============================================================

Every event has an id, which the log gives it, an account, a message, a kind and a moment.
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
    """Who stands behind an open or a click, as far as can be told."""

    NONE = 0
    """The question does not arise: an event of delivery."""
    HUMAN = 1
    """Nothing speaks against a person."""
    PROXY = 2
    """A mail service fetched it for a person who may or may not have looked (Apple, Gmail, Yahoo)."""
    SCANNER = 3
    """A program that checks mail or links followed it."""


class DeliveryEvent(NamedTuple):
    """What an attempt came to, or what was done to a message that waits."""

    account_id: int
    message_id: int
    kind: int
    """One of `EventKind`, of delivery."""
    at_ms: int
    attempt: int = 0
    """How many attempts were made by then, this one included."""
    is_live: int = 0
    """1 of mail that an account sends to people: not by a sandbox credential, and no notice of the service."""
    failure: int = 0
    """One of `aerogram.model.outcome.FailureState`."""
    is_hard: int = 0
    is_blocked: int = 0
    """1 when the recipient is on the account's suppression list by this."""
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
    """The recipient, as `aerogram.wire.address.suppression_key` writes it."""
