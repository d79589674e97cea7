"""What is read of a submitted mail, and what is refused while its sender still listens."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aerogram.wire import errors
from aerogram.wire.mime.reading.scan import MAX_HEAD, scan

MAIL = (
    b"From: Orders <orders@example.com>\r\n"
    b"To: ann@example.net\r\n"
    b"Subject: =?utf-8?q?Gr=C3=B6=C3=9Fe?=\r\n 10\r\n"
    b"Date: Thu, 01 Jan 2026 12:00:00 +0000\r\n"
    b"Message-ID: <1@example.com>\r\n"
    b"X-MJ-CustomID: r-17\r\n"
    b'x-mj-eventpayload: {"order":\r\n 17}\r\n'
    b"X-Mailjet-Campaign: =?utf-8?b?c3ByaW5n?=\r\n"
    b"X-Mailjet-Prio: 3\r\n"
    b"\r\n"
    b"Thanks.\r\n"
)


def test_a_mail_is_read():
    found = scan(MAIL)
    assert found.from_email == "orders@example.com"
    assert found.from_mailboxes[0].name == "Orders"
    assert found.subject == "Größe 10"
    assert MAIL[found.head_end :] == b"\r\nThanks.\r\n"
    assert MAIL[found.body_start :] == b"Thanks.\r\n"


def test_orders_to_the_service_are_read_in_any_case_unfolded_and_decoded():
    found = scan(MAIL)
    assert found.controls == {
        "x-mj-customid": "r-17",
        "x-mj-eventpayload": '{"order": 17}',
        "x-mailjet-campaign": "spring",
        "x-mailjet-prio": "3",
    }
    assert found.contradicted == ()


def test_an_order_that_stands_again_is_told_when_it_says_something_else():
    mail = b"From: a@b\r\nX-MJ-CustomID: 1\r\nx-mj-customid:  1\r\nX-List-Unsubscribe: <x>\r\n"
    assert scan(mail).contradicted == ()
    assert scan(mail + b"X-MJ-CustomID: 2\r\n").controls["x-mj-customid"] == "1"
    assert scan(mail + b"X-MJ-CustomID: 2\r\nX-MJ-CustomID: 3\r\n").contradicted == ("x-mj-customid",)
    assert scan(mail + b"X-List-Unsubscribe: <y>\r\n").contradicted == ("x-list-unsubscribe",)


def test_a_mail_without_them_has_none():
    found = scan(b"From: a@b\r\n\r\n")
    assert (found.subject, found.has_reply_to) == ("", False)
    assert (found.controls, found.contradicted) == ({}, ())


def test_the_first_author_counts():
    assert scan(b"From: A <a@b>, c@d\r\nSender: c@d\r\n\r\n").from_email == "a@b"


def test_a_mail_may_end_within_its_headers():
    found = scan(b"From: a@b\r\nSubject: x\r\n")
    assert (found.subject, found.body_start) == ("x", 23)


def test_the_subject_holds_no_controls():
    assert scan(b"From: a@b\r\nSubject: =?utf-8?q?a=0D=0Ab?=\r\n\r\n").subject == "a  b"


def test_what_the_next_hop_must_know_is_told():
    assert not scan(MAIL).needs_smtputf8
    assert not scan(MAIL + b"\xc3\xa9").needs_smtputf8
    assert scan("From: é <a@b>\r\n\r\n".encode()).needs_smtputf8


REFUSED = [
    (b"", errors.NoFromError, "550 5.6.0 The mail has no From header (RFC 5322 3.6)."),
    (b"\r\nFrom: a@b\r\n", errors.NoFromError, "no From"),
    (b"To: a@b\r\n\r\nFrom: a@b\r\n", errors.NoFromError, "no From"),
    (
        b"From: a@b\r\nfrom: c@d\r\n\r\n",
        errors.RepeatedFieldError,
        "550 5.6.0 The mail has more than one from header",
    ),
    (
        b"From: Ann\r\n\r\n",
        errors.MalformedFromError,
        "550 5.6.0 The From header of the mail is malformed: There is no",
    ),
    (b"From: \r\n\r\n", errors.MalformedFromError, "holds no address"),
    (b"From: x:;\r\n\r\n", errors.MalformedFromError, "holds no address"),
    (b"From: \xff@b\r\n\r\n", errors.MalformedFromError, "malformed"),
    (
        b"From: a@b\nBcc: c@d\r\n\r\n",
        errors.ControlCharacterError,
        "550 5.6.0 The headers of the mail hold a CR or an LF",
    ),
    (b"From: a@b\rBcc: c@d\r\n\r\n", errors.ControlCharacterError, "CR or an LF"),
    (b"From: a@b\r\r\n\r\n", errors.ControlCharacterError, "CR or an LF"),
    (b"From: a@b\r\nX: \0\r\n\r\n", errors.ControlCharacterError, "a control character"),
    (b"From: a@b\r\nX: \x1b\r\n\r\n", errors.ControlCharacterError, "a control character"),
    (b"From: a@b\r\nno header\r\nBcc: c@d\r\n\r\n", errors.MalformedFieldError, "The line 'no header' of"),
    (b"From: a@b\r\n: x\r\nX-MJ-Vars: {}\r\n\r\n", errors.MalformedFieldError, "': x'"),
    (b" From: a@b\r\nTo : c@d\r\n\r\n", errors.MalformedFieldError, "' From: a@b'"),
    (
        b"From: a@b\r\nX\xc3\xa9: x\r\nMIME-Version: 1.0\r\n\r\n",
        errors.MalformedFieldError,
        "of the header section",
    ),
    (
        b"From: a@b\r\nX: " + b"x" * MAX_HEAD,
        errors.HeaderTooLargeError,
        "552 5.3.4 The headers of the mail are larger",
    ),
]


@pytest.mark.parametrize(("mail", "kind", "sentence"), REFUSED)
def test_a_mail_that_cannot_be_delivered_is_refused(mail, kind, sentence):
    with pytest.raises(kind) as refusal:
        scan(mail)
    assert sentence in refusal.value.reply
    assert "\n" not in refusal.value.reply
    assert refusal.value.reply.isascii()


def test_a_million_headers_are_read_in_one_pass():
    assert scan(b"From: a@b\r\n" + b"X:\r\n" * 250_000).from_email == "a@b"


@given(
    st.lists(
        st.sampled_from(
            [b"From:", b"a@b", b"\r\n", b" ", b"\0", b":", b"X-MJ-CustomID:", b"\n", b"\xff", b"="]
        ),
        max_size=30,
    )
)
def test_any_bytes_are_read_or_refused(pieces):
    try:
        found = scan(b"".join(pieces))
    except errors.UnreadableMailError:
        return
    assert found.from_email
    assert (found.subject, found.shape) is not None
