"""A submitted mail made ready: what must go is gone, what was missing is there, the body is untouched."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aerogram.wire.mime.writing.rewrite import rewrite

TRACE = b"Received: by mail.example.com; Thu, 01 Jan 2026 12:00:00 +0000\r\n"
COMPLETE = b"From: a@b\r\nDate: Thu, 01 Jan 2026 00:00:00 +0000\r\nMessage-ID: <1@b>\r\n"


def rewritten(mail: bytes) -> bytes:
    return rewrite(mail, received=TRACE, date_ms=1_767_268_800_000, message_id="new@example.com")


def test_a_complete_mail_only_gets_its_trace_line():
    mail = COMPLETE + b"X-Mailer: x\r\n\r\nbody\r\n"
    assert rewritten(mail) == TRACE + mail


PRIVATE = [
    *(
        b"X-MJ-CustomID: 1",
        b"x-mj-eventpayload: {\r\n 1}",
        b"X-Mailjet-Campaign:\r\n\tspring",
        b"X-MAILPACE-Tags: a",
    ),
    *(
        b"Bcc: eve@example.org,\r\n carl@example.org",
        b"BCC:",
        b"Resent-Bcc: eve@example.org",
        b"Return-Path: <a@b>",
    ),
    *(b"Bcc : eve@example.org", b"Received-SPF: pass", b"Authentication-Results: mx.example.net; dkim=pass"),
]


@pytest.mark.parametrize("field", PRIVATE)
def test_a_private_field_is_taken_out_whole_wherever_it_stands(field):
    for mail in (
        field + b"\r\n" + COMPLETE + b"\r\nbody",
        COMPLETE + field + b"\r\n\r\nbody",
        COMPLETE.replace(b"Date", field + b"\r\nDate") + b"\r\nbody",
    ):
        assert rewritten(mail) == TRACE + COMPLETE + b"\r\nbody"


def test_a_field_with_a_similar_name_stays():
    mail = COMPLETE + b"X-Mailer: a\r\nX-MJ: b\r\nX-Bcc: c\r\nBcc-Note: d\r\nX-MJ-Vars: e\r\n\r\nbody"
    assert rewritten(mail) == TRACE + mail.replace(b"X-MJ-Vars: e\r\n", b"")


def test_such_lines_in_the_body_stay():
    mail = COMPLETE + b"\r\nBcc: in the body\r\nX-MJ-CustomID: too\r\n"
    assert rewritten(mail) == TRACE + mail


def test_missing_date_and_message_id_are_added():
    assert rewritten(b"From: a@b\r\n\r\nbody") == (
        TRACE
        + b"Date: Thu, 01 Jan 2026 12:00:00 +0000\r\nMessage-ID: <new@example.com>\r\nFrom: a@b\r\n\r\nbody"
    )


@pytest.mark.parametrize("value", [b"", b" ", b" <>", b" < >", b" (none)", b"\r\n <> (a (b) \\) c)"])
def test_a_message_id_that_identifies_nothing_is_replaced(value):
    mail = COMPLETE.replace(b" <1@b>", value) + b"\r\nbody"
    assert rewritten(mail).count(b"\r\nMessage-ID: <new@example.com>\r\n") == 1
    assert rewritten(mail).lower().count(b"message-id") == 1


@pytest.mark.parametrize(
    "value",
    [
        *(
            b" <1@b>",
            b"<1@b>",
            b"\r\n <1@b>",
            b" <1@b> ",
            b" <ticket.4711@app.example> (added by the system)",
        ),
        *(b" (c) <1@b>", b" (c (d)) <1@b> (e)", b" <no-at-sign>", b" < 1@b >", b" <a b@c>", b" <a@b> <c@d>"),
        *(b" 1", b" a@b", b" <a@b", b" a@b>", b" (never closed 1", b' <"a b"@c>', b" <a@[192.0.2.1]>"),
        *(b" <1@b>\r\n (folded\r\n comment)", "\t<é@b>".encode(), b" <\xe9@b>", b" <<1@b>>", b" <a@b@c>"),
    ],
)
def test_a_message_id_that_a_reply_could_be_matched_with_stays_byte_for_byte(value):
    mail = COMPLETE.replace(b" <1@b>", value) + b"\r\nbody"
    assert rewritten(mail) == TRACE + mail


def test_an_empty_date_is_replaced():
    mail = rewritten(b"From: a@b\r\nDate: \r\nMessage-ID: <1@b>\r\n\r\n")
    assert mail == TRACE + b"Date: Thu, 01 Jan 2026 12:00:00 +0000\r\nFrom: a@b\r\nMessage-ID: <1@b>\r\n\r\n"


def test_the_unsubscribe_header_of_mailpace_becomes_the_standard_one():
    mail = COMPLETE + b"X-List-Unsubscribe: <https://example.com/u>,\r\n <mailto:u@example.com>\r\n\r\nbody"
    assert rewritten(mail) == TRACE + mail.replace(b"X-List", b"List")


def test_an_unsubscribe_header_of_the_mail_wins():
    mail = COMPLETE + b"X-List-Unsubscribe: <https://x>\r\nList-Unsubscribe: <https://y>\r\n\r\nbody"
    assert rewritten(mail) == TRACE + COMPLETE + b"List-Unsubscribe: <https://y>\r\n\r\nbody"


def test_a_mail_that_ends_within_its_headers_stays_whole():
    assert rewritten(b"Bcc: a@b\r\nFrom: a@b").endswith(b"\r\nFrom: a@b\r\n\r\n")


def test_a_mail_that_begins_with_its_body_gets_headers():
    assert rewritten(b"\r\nbody").endswith(b"Message-ID: <new@example.com>\r\n\r\nbody")


_fields = st.lists(
    st.sampled_from([b"X-MJ-Vars: 1", b"Bcc: a\r\n b", b"X: 1\r\n\t2", b"To: c@d", b"Date: x", b"x-mj-: :"]),
    max_size=8,
)


@given(_fields, st.binary(max_size=200))
def test_the_body_is_untouched_and_a_second_time_changes_nothing(fields, body):
    mail = b"".join(field + b"\r\n" for field in [b"From: a@b", *fields]) + b"\r\n" + body
    once = rewrite(mail, received=b"", date_ms=0, message_id="1@b")
    assert once.partition(b"\r\n\r\n")[2] == body
    assert rewrite(once, received=b"", date_ms=1, message_id="2@b") == once
    head = b"\r\n" + once.partition(b"\r\n\r\n")[0].lower()
    assert b"\r\nbcc" not in head
    assert b"\r\nx-mj-" not in head


def test_headers_of_the_service_are_added_unless_the_client_wrote_them():
    extra = (("List-Unsubscribe", "<https://a.example>"), ("Feedback-ID", "a:b:c:d"))
    mail = COMPLETE + b"feedback-id: own\r\n\r\nbody"
    assert rewrite(mail, received=TRACE, date_ms=0, message_id="1@b", extra_headers=extra) == (
        TRACE + COMPLETE + b"feedback-id: own\r\nList-Unsubscribe: <https://a.example>\r\n\r\nbody"
    )
