"""When a sender is notified, and what is said."""

import email
import email.policy

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aerogram.base.clock import DAY, HOUR, MINUTE
from aerogram.delivery.notices.notify import due, notification
from aerogram.model.message import MessageState, Rank, Recipient
from aerogram.model.outcome import Blocked, Bounced, Deferred, Delivered, FailureState, Held
from aerogram.wire.dsn import DsnAction
from support.letters import NOW, a_letter
from support.submissions import admitting

LETTER = a_letter()
REFUSED = Bounced(
    state=FailureState.USER_UNKNOWN,
    reply="550 5.1.1 No such user",
    server_reply="550 5.1.1 No such user",
    is_hard=True,
    host="mx.example.net",
)
UNREACHABLE = Deferred(
    state=FailureState.CONNECTION_ISSUE, reply="451 4.4.1 mx.example.net: timed out", host="mx.example.net"
)
SUPPRESSED = Blocked(state=FailureState.PREBLOCKED, reply="The recipient is suppressed: bounce.")
TAKEN = Delivered(reply="250 2.0.0 Ok", host="mx.example.net")
PASSED_ON = Delivered(reply="250 2.0.0 Ok", host="mx.example.net", dsn_passed_on=True)
CAPTURED = Delivered(reply="250 2.0.0 Captured", captured=b"mail")
ALL = "SUCCESS,FAILURE,DELAY"
STATES = {Delivered: MessageState.SENT, Deferred: MessageState.QUEUED, Blocked: MessageState.BLOCKED}


def asked(outcome, notify=ALL, *, state=None, now_ms=NOW + DAY, **facts):
    letter = msgspec.structs.replace(LETTER, notify=notify, **facts)
    return due(
        letter, outcome, STATES.get(type(outcome), MessageState.BOUNCED) if state is None else state, now_ms
    )


@pytest.mark.parametrize(
    "outcome", [REFUSED, UNREACHABLE, SUPPRESSED, TAKEN, CAPTURED], ids=lambda each: type(each).__name__
)
@pytest.mark.parametrize("notify", ["", "NEVER"])
def test_who_did_not_ask_is_not_told(outcome, notify):
    assert asked(outcome, notify) is None


@pytest.mark.parametrize(
    "outcome", [REFUSED, UNREACHABLE, SUPPRESSED, TAKEN, CAPTURED], ids=lambda each: type(each).__name__
)
@pytest.mark.parametrize("reverse_path", ["", "ann@[192.0.2.1]"], ids=["null", "literal"])
def test_a_reverse_path_that_takes_no_mail_is_not_told(outcome, reverse_path):
    assert asked(outcome, reverse_path=reverse_path) is None


@pytest.mark.parametrize("outcome", [REFUSED, SUPPRESSED])
def test_a_failure_is_told_to_who_asked_for_failures_only(outcome):
    assert asked(outcome, "FAILURE") is DsnAction.FAILED
    assert asked(outcome, "SUCCESS,DELAY") is None


def test_an_expired_mail_is_a_failure():
    assert asked(UNREACHABLE, "FAILURE", state=MessageState.BOUNCED) is DsnAction.FAILED
    assert asked(UNREACHABLE, "DELAY", state=MessageState.BOUNCED) is None


def test_a_delay_is_told_from_four_hours_on():
    assert asked(UNREACHABLE, "DELAY", now_ms=NOW + HOUR) is None
    assert asked(UNREACHABLE, "DELAY", now_ms=NOW + 4 * HOUR) is DsnAction.DELAYED
    assert asked(UNREACHABLE, "FAILURE", now_ms=NOW + 4 * HOUR) is None


def test_a_delay_that_will_be_recorded_after_four_hours_is_prepared():
    assert asked(UNREACHABLE, "DELAY", now_ms=NOW + 4 * HOUR - MINUTE) is DsnAction.DELAYED
    assert asked(UNREACHABLE, "DELAY", now_ms=NOW + 4 * HOUR - MINUTE - 1) is None


def test_a_success_is_told_when_nobody_behind_us_tells_it():
    assert asked(TAKEN, "SUCCESS") is DsnAction.RELAYED
    assert asked(CAPTURED, "SUCCESS") is DsnAction.DELIVERED
    assert asked(PASSED_ON, "SUCCESS") is None
    assert asked(TAKEN, "FAILURE,DELAY") is None


def test_a_held_mail_is_no_news():
    assert asked(Held(reason="it cannot be composed")) is None


def told(outcome, action, *, original=b"Subject: Hello\r\n\r\nHello\r\n", **facts):
    letter = msgspec.structs.replace(LETTER, notify=ALL, **facts)
    request = notification(
        letter,
        outcome,
        action,
        original=original,
        hostname="mail.example.org",
        expire_ms=5 * DAY,
        now_ms=NOW + HOUR,
    )
    return admitting(None, None)(request)


def read(submission):
    mail = email.message_from_bytes(submission.body.replace(b"\r\n", b"\n"), policy=email.policy.default)
    words, status, *_ = mail.iter_parts()
    return mail, words.get_content(), status.get_payload()[1]


def test_a_notification_goes_from_nobody_to_the_sender_and_asks_for_none():
    made = told(REFUSED, DsnAction.FAILED)
    assert made.reverse_path == ""
    assert made.recipients == (Recipient("ann@example.org", notify="NEVER"),)
    assert (made.from_email, made.door) == ("mailer-daemon@mail.example.org", "dsn")
    assert (made.account_id, made.rank, made.smtputf8) == (1, Rank.LOW, False)
    mail, *_ = read(made)
    assert mail["From"] == "Mail Delivery System <mailer-daemon@mail.example.org>"
    assert mail["To"] == "ann@example.org"
    assert mail["Subject"] == made.subject == "Not delivered: your mail to bob@example.net"


def test_a_sender_beyond_ascii_needs_smtputf8():
    assert told(REFUSED, DsnAction.FAILED, reverse_path="jos\u00e9@example.org").smtputf8


def test_a_failure_says_what_to_whom_why_and_what_to_do():
    _, words, status = read(told(REFUSED, DsnAction.FAILED))
    assert words == (
        "Your mail to bob@example.net, accepted on Thu, 28 May 2026 20:26:40\n"
        "+0000, could not be delivered. It will not be tried again.\n\n"
        "The server mx.example.net said:\n\n"
        "    550 5.1.1 No such user\n\n"
        "What you can do: Check the address for typing errors, or contact the\n"
        "recipient another way.\n\n"
        "Details for your postmaster are attached.\n"
    )
    assert (status["Action"], status["Status"]) == ("failed", "5.1.1")
    assert status["Remote-MTA"] == "dns; mx.example.net"
    assert status["Diagnostic-Code"] == "smtp; 550 5.1.1 No such user"
    assert status["Last-Attempt-Date"] == "Thu, 28 May 2026 21:26:40 +0000"


def test_a_suppressed_mail_was_never_attempted():
    _, words, status = read(told(SUPPRESSED, DsnAction.FAILED))
    assert "suppression list" in words
    assert status["Status"] == "5.7.1"
    assert status["Diagnostic-Code"] == "x-aerogram; The recipient is suppressed: bounce."
    assert "Last-Attempt-Date" not in status
    assert "Remote-MTA" not in status


def test_an_expired_mail_says_so():
    _, words, status = read(told(UNREACHABLE, DsnAction.FAILED))
    assert "All retries failed" in words
    assert (status["Action"], status["Status"]) == ("failed", "4.4.7")


def test_a_delay_says_that_nothing_need_be_done_and_until_when():
    _, words, status = read(told(UNREACHABLE, DsnAction.DELAYED))
    assert "You need not do anything" in words
    assert "What you can do" not in words
    assert (status["Action"], status["Status"]) == ("delayed", "4.4.1")
    assert status["Will-Retry-Until"] == "Tue, 02 Jun 2026 20:26:40 +0000"
    assert status["Diagnostic-Code"].startswith("x-aerogram; ")
    assert "Remote-MTA" not in status


@pytest.mark.parametrize(
    ("outcome", "action", "word"),
    [(TAKEN, DsnAction.RELAYED, "passed on"), (CAPTURED, DsnAction.DELIVERED, "was delivered")],
)
def test_a_success_says_how_far_the_mail_came(outcome, action, word):
    _, words, status = read(told(outcome, action))
    assert word in words
    assert (status["Action"], status["Status"]) == (action.value, "2.0.0")


@pytest.mark.parametrize("reply", ["550 no", "550 4.2.1 odd", "no code at all"])
def test_a_reply_without_a_fitting_status_gets_that_of_its_class(reply):
    outcome = msgspec.structs.replace(REFUSED, server_reply=reply)
    _, _, status = read(told(outcome, DsnAction.FAILED))
    assert status["Status"] == "5.0.0"


@pytest.mark.parametrize(
    ("ret", "action", "kind"),
    [
        ("FULL", DsnAction.FAILED, "message/rfc822"),
        ("FULL", DsnAction.DELAYED, "text/rfc822-headers"),
        ("HDRS", DsnAction.FAILED, "text/rfc822-headers"),
        ("", DsnAction.FAILED, "text/rfc822-headers"),
    ],
)
def test_the_whole_mail_comes_back_only_in_a_failure_and_on_demand(ret, action, kind):
    mail, *_ = read(told(UNREACHABLE, action, dsn_ret=ret))
    *_, returned = mail.iter_parts()
    assert returned.get_content_type() == kind


@settings(max_examples=100, deadline=None)
@given(st.text(st.characters(exclude_categories=[])))
def test_no_reply_adds_a_field(reply):
    outcome = msgspec.structs.replace(REFUSED, reply=reply, server_reply=reply)
    mail, _, status = read(told(outcome, DsnAction.FAILED))
    assert len(mail.keys()) == 8
    assert set(status.keys()) <= {
        "Final-Recipient",
        "Action",
        "Status",
        "Remote-MTA",
        "Diagnostic-Code",
        "Last-Attempt-Date",
    }
