"""The sentences of a message's timeline."""

import pytest

from aerogram.model.event import EventKind, Verdict
from aerogram.model.outcome import FailureState
from aerogram.reporting.timeline import Logged, accepted, told


def sentence(kind, **more):
    return told(Logged(kind=kind, at_ms=1, **more)).sentence


def test_the_first_moment_tells_the_door():
    first = accepted("smtp", 5, "C: EHLO x")
    assert first.sentence == "Accepted through SMTP and written to disk."
    assert (first.kind, first.at_ms, first.transcript) == ("accepted", 5, "C: EHLO x")
    assert accepted("v3.1", 5, "").sentence == "Accepted through the Send API v3.1 and written to disk."
    assert accepted("", 5, "").sentence == "Accepted and written to disk."


def test_a_notification_came_through_no_door():
    assert accepted("dsn", 5, "").sentence == "Written by Aerogram to tell a sender what became of a mail."


@pytest.mark.parametrize(
    ("kind", "more", "expected"),
    [
        (EventKind.SENT, {}, "Kept in this inbox. Nothing left this machine."),
        (EventKind.SENT, {"host": "mx.a"}, "Delivered to mx.a without TLS."),
        (EventKind.SENT, {"host": "mx.a", "tls": "TLSv1.3 verified"}, "Delivered to mx.a over TLSv1.3 verified."),
        (EventKind.DEFERRED, {"host": "mx.a", "failure": FailureState.GREYLISTED}, "Put off by mx.a: greylisted. It will be tried again."),
        (EventKind.DEFERRED, {}, "Put off. It will be tried again."),
        (EventKind.BOUNCE, {"is_hard": True, "failure": FailureState.USER_UNKNOWN}, "Bounced for good: user unknown."),
        (EventKind.BOUNCE, {}, "Bounced this time."),
        (EventKind.BLOCKED, {"failure": FailureState.PREBLOCKED}, "Blocked before sending: preblocked."),
        (EventKind.OPEN, {"agent": "Thunderbird"}, "Opened with Thunderbird."),
        (EventKind.OPEN, {}, "Opened."),
        (EventKind.CLICK, {"url": "https://a.example"}, "Clicked https://a.example"),
        (EventKind.OPEN, {"agent": "Thunderbird", "geo": "FR", "verdict": Verdict.HUMAN}, "Opened in FR with Thunderbird."),
        (EventKind.OPEN, {"agent": "Mozilla/5.0", "verdict": Verdict.PROXY}, "Fetched by a mail service with Mozilla/5.0; the recipient may or may not have looked."),
        (EventKind.OPEN, {"verdict": Verdict.SCANNER}, "Opened by a program that checks mail, not by a person."),
        (EventKind.CLICK, {"url": "https://a.example", "verdict": Verdict.SCANNER}, "Clicked by a program that checks links, not by a person: https://a.example"),
        (EventKind.UNSUB, {"agent": "Firefox"}, "The recipient unsubscribed."),
        (EventKind.UNSUB, {"agent": "List-Unsubscribe"}, "The recipient unsubscribed with the button of the mail program."),
        (EventKind.HELD, {}, "Held until a person decides."),
    ],
)  # fmt: skip
def test_each_event_is_a_sentence(kind, more, expected):
    assert sentence(kind, **more) == expected


@pytest.mark.parametrize("kind", list(EventKind))
def test_every_kind_of_event_can_be_told(kind):
    assert sentence(kind).rstrip().endswith((".", "link."))
