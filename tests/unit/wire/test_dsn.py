"""The mail that tells a sender what became of a mail, read back by another parser."""

import email
import email.policy

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aerogram.wire.dsn import MAX_RETURNED_BYTES, DsnAction, Notice, build_notice

ORIGINAL = b"From: Ann <ann@example.org>\r\nTo: bob@example.net\r\nSubject: Hello\r\n\r\nHello Bob\r\n"
NOTICE = Notice(
    hostname="mail.example.org",
    sent_ms=1_780_000_060_000,
    message_id="dsn.1@mail.example.org",
    boundary_seed=b"seed",
    to="ann@example.org",
    subject="Not delivered: your mail to bob@example.net",
    text="It could not be delivered.\n",
    action=DsnAction.FAILED,
    status="5.1.1",
    recipient="bob@example.net",
    arrival_ms=1_780_000_000_000,
    original=ORIGINAL,
)
GOLDEN = b"""\
From: Mail Delivery System <mailer-daemon@mail.example.org>
To: ann@example.org
Subject: Not delivered: your mail to bob@example.net
Date: Thu, 28 May 2026 20:27:40 +0000
Message-ID: <dsn.1@mail.example.org>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
 boundary="BOUNDARY"

--BOUNDARY
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 7bit

It could not be delivered.

--BOUNDARY
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.org
Original-Envelope-Id: QQ+314159
Arrival-Date: Thu, 28 May 2026 20:26:40 +0000

Original-Recipient: rfc822; Bob+list@example.net
Final-Recipient: rfc822; bob@example.net
Action: failed
Status: 5.1.1
Remote-MTA: dns; mx.example.net
Diagnostic-Code: smtp; 550 5.1.1 No such user
Last-Attempt-Date: Thu, 28 May 2026 20:27:40 +0000

--BOUNDARY
Content-Type: text/rfc822-headers

From: Ann <ann@example.org>
To: bob@example.net
Subject: Hello

--BOUNDARY--
"""


def with_(**facts):
    return msgspec.structs.replace(NOTICE, **facts)


def parsed(**facts):
    data = build_notice(with_(**facts))
    return email.message_from_bytes(data.replace(b"\r\n", b"\n"), policy=email.policy.default)


def status_of(mail):
    """The fields about the mail and about the recipient."""
    _, status, *_ = mail.iter_parts()
    assert status.get_content_type() == "message/delivery-status"
    of_mail, of_recipient = status.get_payload()
    return of_mail, of_recipient


def test_a_notice_is_written_byte_by_byte_as_the_rfcs_say():
    data = build_notice(
        with_(
            envid="QQ+2B314159",
            orcpt="rfc822;Bob+2Blist@example.net",
            remote_mta="mx.example.net",
            diagnostic="550 5.1.1 No such user",
            last_attempt_ms=1_780_000_060_000,
        )
    )
    boundary = email.message_from_bytes(data).get_boundary().encode()
    assert data == GOLDEN.replace(b"BOUNDARY", boundary).replace(b"\n", b"\r\n")


def test_the_same_notice_has_the_same_bytes_and_another_seed_another_boundary():
    assert build_notice(NOTICE) == build_notice(with_())
    assert parsed().get_boundary() != parsed(boundary_seed=b"other").get_boundary()


def test_another_parser_finds_three_parts_and_no_fault():
    mail = parsed()
    assert mail.get_content_type() == "multipart/report"
    assert mail.get_param("report-type") == "delivery-status"
    assert [part.get_content_type() for part in mail.iter_parts()] == [
        "text/plain",
        "message/delivery-status",
        "text/rfc822-headers",
    ]
    assert mail["Auto-Submitted"] == "auto-replied"
    assert not mail.defects


def test_what_is_unknown_is_left_out():
    of_mail, of_recipient = status_of(parsed())
    assert of_mail.keys() == ["Reporting-MTA", "Arrival-Date"]
    assert of_recipient.keys() == ["Final-Recipient", "Action", "Status"]


def test_a_delay_says_until_when_it_is_tried():
    _, of_recipient = status_of(parsed(action=DsnAction.DELAYED, retry_until_ms=1_780_000_000_000))
    assert of_recipient["Action"] == "delayed"
    assert of_recipient["Will-Retry-Until"] == "Thu, 28 May 2026 20:26:40 +0000"


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("mx.example.net", "mx.example.net"),
        ("192.0.2.1", "[192.0.2.1]"),
        ("2001:db8::1", "[IPv6:2001:db8::1]"),
    ],
)
def test_a_server_without_a_name_is_written_in_brackets(host, shown):
    _, of_recipient = status_of(parsed(remote_mta=host))
    assert of_recipient["Remote-MTA"] == f"dns; {shown}"


@pytest.mark.parametrize("xtext", ["a+0D+0AEvil:+20yes", "a+00", "a+E9"])
def test_xtext_that_hides_a_line_break_or_worse_stays_encoded(xtext):
    of_mail, of_recipient = status_of(parsed(envid=xtext, orcpt=f"rfc822;{xtext}"))
    assert of_mail["Original-Envelope-Id"] == xtext
    assert of_recipient["Original-Recipient"] == f"rfc822; {xtext}"


def test_addresses_beyond_ascii_travel_in_seven_bits():
    _, of_recipient = status_of(
        parsed(recipient="jos\u00e9@b\u00fccher.example", orcpt="utf-8;jos\\x{E9}@example.net")
    )
    assert of_recipient["Final-Recipient"] == "utf-8; jos\\x{E9}@b\\x{FC}cher.example"
    assert of_recipient["Original-Recipient"] == "utf-8; jos\\x{E9}@example.net"
    _, of_recipient = status_of(parsed(recipient="bob@b\u00fccher.example"))
    assert of_recipient["Final-Recipient"] == "rfc822; bob@xn--bcher-kva.example"


def test_a_quoted_local_part_keeps_its_spaces():
    address = f'"{"a  b " * 9}"@{"x" * 60}.example.net'
    _, of_recipient = status_of(parsed(recipient=address))
    assert of_recipient["Final-Recipient"] == f"rfc822; {address}"


def test_an_original_recipient_too_long_for_a_line_is_left_out():
    _, of_recipient = status_of(parsed(orcpt="utf-8;" + "\U0001f600" * 400))
    assert "Original-Recipient" not in of_recipient


def test_a_sender_beyond_ascii_is_addressed_in_utf8():
    assert parsed(to="jos\u00e9@example.org")["To"] == "jos\u00e9@example.org"
    assert build_notice(with_(text="gr\u00fc\u00dfe")).isascii()


def test_text_beyond_ascii_is_read_in_full_by_people():
    words, *_ = parsed(text="550 utilisateur inconnu \u2014 d\u00e9sol\u00e9\n").iter_parts()
    assert words.get_content() == "550 utilisateur inconnu \u2014 d\u00e9sol\u00e9\n"


def test_the_whole_mail_comes_back_when_asked():
    *_, returned = parsed(returns_full=True).iter_parts()
    assert returned.get_content_type() == "message/rfc822"
    assert returned.get_payload(0)["Subject"] == "Hello"
    assert returned.get_payload(0).get_content() == "Hello Bob\n"


@pytest.mark.parametrize(
    "body",
    [
        b"x\r\n" * MAX_RETURNED_BYTES,
        "\u00e9\r\n".encode(),
        b"bare\nline end\r\n",
        b"null\0\r\n",
        b"x" * 999 + b"\r\n",
    ],
    ids=["too large", "8-bit", "bare line end", "null", "long line"],
)
def test_only_the_headers_come_back_of_a_mail_that_cannot_travel_in_another(body):
    *_, returned = parsed(returns_full=True, original=ORIGINAL + body).iter_parts()
    assert returned.get_content_type() == "text/rfc822-headers"
    assert returned.get_content().replace("\r\n", "\n").endswith("Subject: Hello\n")


def test_headers_beyond_ascii_come_back_readable():
    original = "From: ann@example.org\r\nSubject: Gr\u00fc\u00dfe\r\n\r\n".encode()
    data = build_notice(with_(original=original))
    assert data.isascii()
    *_, returned = email.message_from_bytes(data, policy=email.policy.default).iter_parts()
    assert "Subject: Gr\u00fc\u00dfe" in returned.get_content()


def test_of_a_large_header_section_only_whole_fields_come_back():
    fields = b"".join(b"X-%d: %s\r\n" % (number, b"y" * 900) for number in range(100))
    *_, returned = parsed(original=fields + b"\r\n").iter_parts()
    lines = returned.get_content().splitlines()
    assert 60 < len(lines) < 80
    assert {len(line) for line in lines} <= {905, 906}


def test_a_mail_that_is_gone_leaves_its_part_out():
    assert len(list(parsed(original=b"").iter_parts())) == 2


anything = st.text(st.characters(exclude_categories=[]), max_size=300) | st.text("\r\n :\t;=?-a", max_size=60)


@settings(max_examples=150, deadline=None)
@given(anything, anything, anything)
def test_no_reply_adds_a_field_or_a_part(reply, text, orcpt):
    mail = parsed(diagnostic=f"550{reply}", text=text, orcpt=f"rfc822;{orcpt}", envid=f"x{orcpt}")
    parts = list(mail.iter_parts())
    assert len(parts) == 3
    of_mail, of_recipient = status_of(mail)
    assert of_mail.keys() == ["Reporting-MTA", "Original-Envelope-Id", "Arrival-Date"]
    assert of_recipient.keys()[-4:] == ["Final-Recipient", "Action", "Status", "Diagnostic-Code"]
    assert len(of_recipient.keys()) <= 5


@settings(max_examples=80, deadline=None)
@given(anything, st.binary(max_size=300), st.booleans())
def test_whatever_was_said_or_sent_the_notice_can_be_mailed(reply, original, returns_full):
    data = build_notice(with_(diagnostic=reply, original=original, returns_full=returns_full))
    assert data.isascii()
    assert b"\0" not in data
    assert data.count(b"\r\n") == data.count(b"\n") == data.count(b"\r")
    assert max(map(len, data.split(b"\r\n"))) <= 998
