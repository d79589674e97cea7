"""From an outcome to what is written."""

import msgspec
import pytest

from aerogram.base.clock import DAY, HOUR
from aerogram.delivery.outcomes.change import SUPPRESSION_MS, blocked, change_for
from aerogram.delivery.retry import DEFAULT_SCHEDULE
from aerogram.model.event import EventKind
from aerogram.model.message import MessageState
from aerogram.model.outcome import Bounced, Deferred, Delivered, FailureState, Held
from aerogram.reporting.webhooks.event_types import event_type_of
from support.letters import NOW, a_letter

LETTER = a_letter(recipient="Bob@Example.NET")


def change(outcome, *, now_ms=NOW, **facts):
    letter = msgspec.structs.replace(LETTER, **facts)
    return change_for(letter, outcome, now_ms, DEFAULT_SCHEDULE)


def event_type(made):
    """Give the word under which webhooks have the event of a change."""
    return event_type_of(made.event_kind, made.attempts)


def test_a_delivered_letter_is_sent_and_told():
    made = change(Delivered(reply="250 ok", host="mx.example.net", tls="TLSv1.3 unverified"))
    assert (made.state, made.event_kind, event_type(made)) == (MessageState.SENT, EventKind.SENT, "sent")
    assert (made.attempts, made.host, made.tls, made.lease) == (1, "mx.example.net", "TLSv1.3 unverified", 99)


def test_a_captured_letter_brings_its_bytes():
    made = change(Delivered(reply="250 ok", captured=b"mail"))
    assert (made.captured_body, made.captured_size) == (b"mail", 4)


def test_the_first_deferral_is_told_as_a_bounce_and_later_ones_are_not():
    later = Deferred(state=FailureState.CONNECTION_ISSUE, reply="timed out")
    first, second = change(later), change(later, attempts=1)
    assert first.state == second.state == MessageState.QUEUED
    assert first.event_kind == EventKind.DEFERRED
    assert (event_type(first), event_type(second)) == ("bounce", "")
    assert first.due_ms > NOW
    assert not first.is_hard


def test_an_attempt_in_doubt_says_so():
    made = change(Deferred(state=FailureState.CONNECTION_ISSUE, reply="connection lost", in_doubt=True))
    assert made.reply == "in doubt: connection lost"


def test_a_deferral_after_five_days_is_a_soft_bounce_for_the_same_reason():
    made = change(Deferred(state=FailureState.QUOTA_EXCEEDED, reply="452 full"), now_ms=NOW + 5 * DAY + HOUR)
    assert made.state == MessageState.BOUNCED
    assert (made.failure, made.is_hard, event_type(made)) == (FailureState.QUOTA_EXCEEDED, False, "bounce")
    assert made.reply == "expired: 452 full"
    assert made.suppress_address == ""


def test_greylisting_to_the_end_bounces_as_a_policy_since_clients_read_greylisted_as_not_over():
    made = change(
        Deferred(state=FailureState.GREYLISTED, reply="451 greylisted"), now_ms=NOW + 5 * DAY + HOUR
    )
    assert (made.state, made.failure) == (MessageState.BOUNCED, FailureState.POLICY_ISSUE)
    assert (made.is_hard, made.reply) == (False, "expired: 451 greylisted")


def test_a_hard_bounce_of_the_recipient_suppresses_it_for_ninety_days():
    made = change(Bounced(state=FailureState.USER_UNKNOWN, reply="550 no", is_hard=True))
    assert (made.is_hard, made.is_blocked) == (True, True)
    assert made.suppress_address == "bob@example.net"
    assert made.suppress_until_ms == NOW + SUPPRESSION_MS


@pytest.mark.parametrize(
    "state", [FailureState.POLICY_ISSUE, FailureState.CONTENT_BLOCKED, FailureState.SENDER_BLOCKED]
)
def test_a_refusal_of_the_sender_never_suppresses_the_recipient(state):
    made = change(Bounced(state=state, reply="550 5.7.1 no", is_hard=False))
    assert made.suppress_address == ""
    assert not made.is_blocked


@pytest.mark.parametrize(
    ("reason", "state"),
    [
        ("bounce", FailureState.PREBLOCKED),
        ("spam", FailureState.SPAM_REPORTER),
        ("manual", FailureState.BLACKLISTED),
    ],
)
def test_a_suppressed_recipient_is_blocked_and_no_attempt_is_counted(reason, state):
    made = change(blocked(a_letter(suppressed=reason)))
    assert (made.state, made.failure, event_type(made), made.attempts) == (
        MessageState.BLOCKED,
        state,
        "blocked",
        0,
    )


def test_a_held_letter_waits_and_nobody_is_told():
    made = change(Held(reason="it cannot be composed"))
    assert (made.state, made.event_kind, event_type(made)) == (MessageState.HELD, EventKind.HELD, "")
