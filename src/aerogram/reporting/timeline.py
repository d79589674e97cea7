"""What happened to a message, told in plain English."""

from __future__ import annotations

from typing import Final

import msgspec

from aerogram.model.event import EventKind, Verdict
from aerogram.model.message import NOTIFICATION_DOOR
from aerogram.model.outcome import RELATED_TO, FailureState


class Logged(msgspec.Struct, frozen=True, array_like=True, kw_only=True):
    """One line of the event log, as the store gives it."""

    kind: EventKind
    at_ms: int
    failure: FailureState = FailureState.NONE
    is_hard: bool = False
    reply: str = ""
    host: str = ""
    tls: str = ""
    transcript: str = ""
    agent: str = ""
    url: str = ""
    geo: str = ""
    verdict: Verdict = Verdict.NONE


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """One moment of a message's life. ``kind`` is the event's name in lower case."""

    at_ms: int
    kind: str
    sentence: str
    reply: str = ""
    """What the other side said, word for word; "" when nothing was said."""
    transcript: str = ""
    """The conversation with the other side, client lines ``C: ``, server lines ``S: ``; or "" for none."""


ONE_CLICK_AGENT: Final = "List-Unsubscribe"
"""Mailjet's agent of an unsubscription by RFC 8058 (compatibility: events#fields-by-event)."""
_DOORS: Final = {"smtp": "SMTP", "v3": "the Send API v3", "v3.1": "the Send API v3.1"}
_WHOLE: Final = {
    EventKind.HELD: "Held until a person decides.",
    EventKind.CANCELLED: "Cancelled; it will not be sent.",
    EventKind.RELEASED: "Released; it is on its way again.",
    EventKind.SPAM: "The recipient reported it as spam.",
}


def accepted(door: str, at_ms: int, transcript: str) -> Happening:
    """Tell how the message came in: the first moment of every timeline."""
    through = f" through {_DOORS.get(door, door)}" if door else ""
    sentence = f"Accepted{through} and written to disk."
    if door == NOTIFICATION_DOOR:
        sentence = "Written by Aerogram to tell a sender what became of a mail."
    return Happening(at_ms=at_ms, kind="accepted", sentence=sentence, transcript=transcript)


def told(event: Logged) -> Happening:
    """Tell one event."""
    return Happening(
        at_ms=event.at_ms,
        kind=event.kind.name.lower(),
        sentence=_sentence(event),
        reply=event.reply,
        transcript=event.transcript,
    )


def _sentence(event: Logged) -> str:
    reason = RELATED_TO[event.failure][1]
    because = f": {reason}" if reason else ""
    match event.kind:
        case EventKind.SENT if event.host:
            over = f" over {event.tls}" if event.tls else " without TLS"
            return f"Delivered to {event.host}{over}."
        case EventKind.SENT:
            return "Kept in this inbox. Nothing left this machine."
        case EventKind.DEFERRED:
            where = f" by {event.host}" if event.host else ""
            return f"Put off{where}{because}. It will be tried again."
        case EventKind.BOUNCE:
            how = "for good" if event.is_hard else "this time"
            return f"Bounced {how}{because}."
        case EventKind.BLOCKED:
            return f"Blocked before sending{because}."
        case EventKind.OPEN:
            return _opened(event)
        case EventKind.CLICK:
            return _clicked(event)
        case EventKind.UNSUB:
            through = " with the button of the mail program" if event.agent == ONE_CLICK_AGENT else ""
            return f"The recipient unsubscribed{through}."
        case kind:
            return _WHOLE.get(kind, f"{kind.name.capitalize()}.")


def _opened(event: Logged) -> str:
    where = f" in {event.geo}" if event.geo else ""
    agent = f" with {event.agent}" if event.agent else ""
    match event.verdict:
        case Verdict.PROXY:
            return f"Fetched by a mail service{where}{agent}; the recipient may or may not have looked."
        case Verdict.SCANNER:
            return f"Opened by a program that checks mail, not by a person{where}{agent}."
        case _:
            return f"Opened{where}{agent}."


def _clicked(event: Logged) -> str:
    by = " by a program that checks links, not by a person:" if event.verdict is Verdict.SCANNER else ""
    return f"Clicked{by} {event.url}" if event.url else f"Clicked{by} a link."
