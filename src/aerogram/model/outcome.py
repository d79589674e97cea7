"""Outcomes of delivery. Every attempt ends in exactly one of them."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from aerogram.model.event import EventKind


class FailureState(enum.IntEnum):
    """Mailjet's messagestate ids: why a message did not arrive (compatibility: events#failures)."""

    NONE = 0
    USER_UNKNOWN = 1
    MAILBOX_INACTIVE = 2
    QUOTA_EXCEEDED = 3
    INVALID_DOMAIN = 4
    NO_MAIL_HOST = 5
    RELAY_DENIED = 6
    SENDER_BLOCKED = 7
    CONTENT_BLOCKED = 8
    POLICY_ISSUE = 9
    SYSTEM_ISSUE = 10
    PROTOCOL_ISSUE = 11
    CONNECTION_ISSUE = 12
    GREYLISTED = 13
    PREBLOCKED = 14
    DUPLICATE_IN_CAMPAIGN = 15
    SPAM_PREBLOCKED = 16
    BAD_TEMPLATE = 17
    TEMPLATE_LANGUAGE_ERROR = 18
    TYPOFIX = 19
    BLACKLISTED = 20
    SPAM_REPORTER = 21


RELATED_TO: dict[FailureState, tuple[str, str]] = {
    FailureState.NONE: ("", ""),
    FailureState.USER_UNKNOWN: ("recipient", "user unknown"),
    FailureState.MAILBOX_INACTIVE: ("recipient", "mailbox inactive"),
    FailureState.QUOTA_EXCEEDED: ("recipient", "quota exceeded"),
    FailureState.INVALID_DOMAIN: ("domain", "invalid domain"),
    FailureState.NO_MAIL_HOST: ("domain", "no mail host"),
    FailureState.RELAY_DENIED: ("domain", "relay/access denied"),
    FailureState.SENDER_BLOCKED: ("spam", "sender blocked"),
    FailureState.CONTENT_BLOCKED: ("spam", "content blocked"),
    FailureState.POLICY_ISSUE: ("spam", "policy issue"),
    FailureState.SYSTEM_ISSUE: ("system", "system issue"),
    FailureState.PROTOCOL_ISSUE: ("system", "protocol issue"),
    FailureState.CONNECTION_ISSUE: ("system", "connection issue"),
    FailureState.GREYLISTED: ("domain", "greylisted"),
    FailureState.PREBLOCKED: ("mailjet", "preblocked"),
    FailureState.DUPLICATE_IN_CAMPAIGN: ("mailjet", "duplicate in campaign"),
    FailureState.SPAM_PREBLOCKED: ("mailjet", "spam preblocked"),
    FailureState.BAD_TEMPLATE: ("content", "bad or empty template"),
    FailureState.TEMPLATE_LANGUAGE_ERROR: ("content", "error in template language"),
    FailureState.TYPOFIX: ("domain", "typofix"),
    FailureState.BLACKLISTED: ("recipient", "blacklisted"),
    FailureState.SPAM_REPORTER: ("recipient", "spam reporter"),
}
"""Mailjet's words for each state: (error_related_to, error)."""


class Reaction(msgspec.Struct, frozen=True, kw_only=True):
    """An immediate reaction of a simulated recipient. ``kind`` is OPEN, CLICK, UNSUB or SPAM."""

    kind: EventKind
    agent: str = ""
    """User agent, or the feedback loop of a complaint."""
    ip: str = ""
    url: str = ""


class Delivered(msgspec.Struct, frozen=True, kw_only=True):
    """The next hop or the capture inbox took responsibility."""

    reply: str
    """The reply to the final dot, such as ``250 2.0.0 Ok: queued as 4ABC``."""
    host: str = ""
    tls: str = ""
    """The TLS grade of the connection, such as ``TLSv1.3 unverified``; "" without TLS."""
    transcript: str = ""
    captured: bytes | None = None
    """The composed mail, if the capture inbox stores it."""
    dsn_passed_on: bool = False
    """The next hop supports DSN and got the letter's parameters, so it sends the reports (RFC 3461 §5.2.1)."""
    reactions: tuple[Reaction, ...] = ()
    """In chronological order; recorded with the delivery."""


class Deferred(msgspec.Struct, frozen=True, kw_only=True):
    """The attempt failed temporarily; the letter is tried again until it expires."""

    state: FailureState
    reply: str
    host: str = ""
    tls: str = ""
    transcript: str = ""
    in_doubt: bool = False
    """The connection died between the final dot and the reply: the mail may have arrived."""
    server_reply: str = ""
    """What the server itself said, on one line; "" when the reason is ours."""
    retry_ms: int = 0
    """The delay before the next attempt; 0 to use the retry schedule."""


class Bounced(msgspec.Struct, frozen=True, kw_only=True):
    """The letter failed permanently. ``is_hard``: because of the recipient's address itself."""

    state: FailureState
    reply: str
    is_hard: bool
    host: str = ""
    tls: str = ""
    transcript: str = ""
    server_reply: str = ""
    """What the server itself said, on one line; "" when the reason is ours."""


class Blocked(msgspec.Struct, frozen=True, kw_only=True):
    """A rule prevented the attempt."""

    state: FailureState
    reply: str


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """The letter waits for a person: an operator held it, or the message has a permanent error."""

    reason: str


Outcome = Delivered | Deferred | Bounced | Blocked | Held
