"""A flawed header section is written again by one rule for each flaw, so that all who read it agree."""

from __future__ import annotations

import email
import email.policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aerogram.wire import errors
from aerogram.wire.mime.reading.fields import UNIQUE, split_fields
from aerogram.wire.mime.reading.read import read_mail
from aerogram.wire.mime.reading.scan import scan

PATH = "news@example.org"
FROM = b"From: News <news@example.org>\r\n"


def mended(head: bytes, body: bytes = b"x\r\n", reverse_path: str = PATH) -> bytes:
    data = scan(head + b"\r\n" + body, reverse_path).data
    assert data.endswith(b"\r\n\r\n" + body)
    return data.removesuffix(b"\r\n" + body)


ONCE = [
    (b"MIME-Version: 1.0\r\n", b"MIME-Version: 1.0\r\n"),
    (b"Subject: one\r\n", b"Subject: two\r\n"),
    (b"Subject: one\r\n folded\r\n", b"subject: two\r\n"),
    (b"Date: Thu, 01 Jan 2026 12:00:00 +0000\r\n", b"DATE: yesterday\r\n"),
    (b"Message-ID: <1@a>\r\n", b"Message-Id: <2@a>\r\n"),
    (b"Sender: a@example.org\r\n", b"Sender: b@example.org\r\n"),
    (b"In-Reply-To: <1@a>\r\n", b"In-Reply-To: <2@a>\r\n"),
    (b"References: <1@a>\r\n", b"References: <2@a>\r\n"),
    (b"Content-Type: text/html\r\n", b"Content-Type: text/plain\r\n"),
    (b"Content-Transfer-Encoding: 8bit\r\n", b"Content-Transfer-Encoding: base64\r\n"),
    (b"Content-Disposition: inline\r\n", b"Content-Disposition: attachment\r\n"),
    (b"To: broken <a@example.net\r\n", b"To: b@example.net\r\n"),
    (b"Reply-To: a@example.net\r\n", b'Reply-To: "broken\r\n'),
    (b"Reply-To: A <a@example.net>\r\n", b"Reply-To: A@example.net\r\n"),
]


@pytest.mark.parametrize(("first", "second"), ONCE)
def test_of_a_repeated_field_the_first_counts(first, second):
    assert mended(FROM + first + b"X: y\r\n" + second) == FROM + first + b"X: y\r\n"
    assert mended(first + second + second + FROM) == first + FROM


@pytest.mark.parametrize(("first", "second"), ONCE)
def test_an_empty_field_does_not_count_as_the_first(first, second):
    empty = first.partition(b":")[0] + b": \r\n"
    assert mended(FROM + empty + first) == FROM + first
    assert mended(FROM + empty + first + second) == FROM + first


@pytest.mark.parametrize("name", [b"To", b"Cc", b"Reply-To"])
def test_lists_of_addresses_are_joined(name):
    head = (
        FROM
        + name
        + b": a@example.com\r\nX: y\r\n"
        + name.lower()
        + b': "B, b" <b@example.com>, \r\n c@c\r\n'
    )
    joined = name + b': a@example.com,\r\n "B, b" <b@example.com>, \r\n c@c\r\n'
    assert mended(head) == FROM + joined + b"X: y\r\n"
    assert (
        mended(FROM + name + b": Team: a@b;\r\n" + name + b": c@d,\r\n")
        == FROM + name + b": Team: a@b;,\r\n c@d\r\n"
    )


def test_the_inbox_and_the_standard_library_read_the_values_that_acceptance_read():
    head = FROM + b"".join(first + second for first, second in ONCE[1:2] + ONCE[8:10])
    data = mended(head) + b"\r\n<p>x</p>\r\n"
    assert scan(data).subject == read_mail(data).header("Subject") == "one"
    assert read_mail(data).html == "<p>x</p>\r\n"
    theirs = email.message_from_bytes(data, policy=email.policy.SMTP)
    assert (theirs["Subject"], theirs.get_content_type()) == ("one", "text/html")
    assert len(theirs.get_all("Content-Type")) == 1


def test_the_same_author_twice_is_one_author():
    assert mended(FROM + FROM) == FROM
    assert mended(FROM + b"From: \r\n") == FROM
    assert mended(b"From:\r\n" + FROM) == FROM


@pytest.mark.parametrize(
    "other", [b"ceo@bank.example", b"Boss <news@example.org>", b"News <NEWS@example.org>"]
)
def test_two_authors_in_two_fields_are_refused_because_readers_would_differ(other):
    with pytest.raises(errors.RepeatedFieldError, match="more than one From header"):
        scan(FROM + b"From: " + other + b"\r\n\r\nx\r\n", PATH)


AUTHORS = [
    (b"News, Inc. <news@example.org>", b'"News, Inc." <news@example.org>'),
    (b'"News <news@example.org>', b"News <news@example.org>"),
    (b"News <news@example.org", b"News <news@example.org>"),
    (b"News news@example.org", b"News <news@example.org>"),
    (b"<news@example.org> News", b"News <news@example.org>"),
    (b"News: weekly <news@example.org>", b'"News: weekly" <news@example.org>'),
    (b"News (daily <news@example.org>", b'"News (daily" <news@example.org>'),
    (b"<<news@example.org>>", b"news@example.org"),
    (b"news@example.org>", b"news@example.org"),
    (b"news@example.org;", b"news@example.org"),
    (b"[News] <news@example.org>", b'"[News]" <news@example.org>'),
    (b"=?utf-8?q?N=C3=A9ws?=, <news@example.org", b"=?utf-8?b?TsOpd3M=?= <news@example.org>"),
    (b"N\xe9ws, Inc. <news@example.org>", b"=?utf-8?b?TsOpd3MsIEluYy4=?= <news@example.org>"),
]


@pytest.mark.parametrize(("written", "read"), AUTHORS)
def test_a_from_with_one_address_is_by_that_author_however_the_name_is_written(written, read):
    found = scan(b"To: a@b\r\nFrom: " + written + b"\r\n\r\nx\r\n", "other@example.org")
    assert found.from_email == "news@example.org"
    assert found.data == b"To: a@b\r\nFrom: " + read + b"\r\n\r\nx\r\n"


@pytest.mark.parametrize(
    "written",
    [
        *(
            b"ceo@bank.example <news@example.org",
            b"news@example.org ceo@bank.example",
            b"a@@b",
            b"News <@example.org>",
        ),
        *(b"News <news@>", b"<@relay:news@example.org>", b"news@exa_mple.org", b"news@[192.0.2.1]"),
    ],
)
def test_a_from_whose_author_is_a_guess_is_refused(written):
    with pytest.raises(errors.MalformedFromError):
        scan(b"From: " + written + b"\r\n\r\nx\r\n", PATH)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (b"", b"From: news@example.org\r\n"),
        (b"From:\r\n", b"From: news@example.org\r\n"),
        (b"From: undisclosed-sender:;\r\n", b"From: news@example.org\r\n"),
        (b"From: Scanner\r\n", b"From: Scanner <news@example.org>\r\n"),
    ],
)
def test_mail_that_names_no_author_is_by_its_reverse_path(written, read):
    assert mended(b"To: a@b\r\n" + written) == (b"To: a@b\r\n" + read if written else read + b"To: a@b\r\n")
    with pytest.raises((errors.NoFromError, errors.MalformedFromError)):
        scan(b"To: a@b\r\n" + written + b"\r\nx", "")


@pytest.mark.parametrize(
    "line", [b"From news@example.org Sat Nov 28 23:00:00 2026", b">From news Sat Nov 28 23:00", b"From x"]
)
def test_the_first_line_of_an_mbox_is_dropped(line):
    assert mended(line + b"\r\n" + FROM) == FROM


@pytest.mark.parametrize("name", [b"Subject ", b"subject\t", b"Bcc  ", b"X-MJ-CustomID "])
def test_blanks_before_a_colon_are_dropped(name):
    assert mended(FROM + name + b": a\r\n") == FROM + name.rstrip() + b": a\r\n"
    assert scan(FROM + b"X-MJ-CustomID : 7\r\n\r\n").controls == {"x-mj-customid": "7"}


@pytest.mark.parametrize(
    "body",
    [b"Hello", b"Hello\r\nNote: this is text\r\n\r\nmore\r\n", b": x\r\n", b" x\r\n", b"From here\r\n"],
)
def test_a_body_after_no_empty_line_is_a_body(body):
    # A blank at the start of a line would continue the field before it.
    text = b"" if body.startswith(b" ") else b"Subject: a\r\n" + FROM
    assert scan(text + body, PATH).data == (text or b"From: news@example.org\r\n") + b"\r\n" + body


@pytest.mark.parametrize(
    "later", [b"Bcc: eve@example.net", b"bcc : eve", b"X-MJ-Vars: {}", b"Content-Type: text/html", b"To: a@b"]
)
def test_a_line_that_is_no_header_is_refused_where_headers_after_it_would_become_text(later):
    with pytest.raises(errors.MalformedFieldError, match="is not a header"):
        scan(FROM + b"oops\r\n" + later + b"\r\n\r\nx\r\n", PATH)


@given(
    st.lists(
        st.sampled_from(
            [
                *(
                    b"From: a@b",
                    b"From: c@d",
                    b"From:",
                    b"from : a@b",
                    b"To: a@b",
                    b"TO: c@d",
                    b"To:",
                    b'To: "',
                    b"oops",
                ),
                *(
                    b"Subject: x",
                    b" more",
                    b"Content-Type: a/b",
                    b"X-MJ-Vars: {}",
                    b"X: \xff",
                    b"From x",
                    b": x",
                ),
            ]
        ),
        max_size=10,
    ),
    st.sampled_from(["", PATH]),
)
def test_what_is_accepted_has_each_field_once_and_is_not_changed_again(lines, reverse_path):
    data = b"".join(line + b"\r\n" for line in lines) + b"\r\nbody\r\n"
    try:
        found = scan(data, reverse_path)
    except errors.UnreadableMailError:
        return
    assert scan(found.data, reverse_path).data == found.data
    names = [field.partition(b":")[0].lower() for field in split_fields(found.data[: found.head_end])]
    assert all(names.count(name) < 2 for name in UNIQUE)
    assert found.data.endswith(b"\r\nbody\r\n")


@pytest.mark.parametrize(
    "value", [b" <>", b"<>", b" < >", b" (only a comment)", b" (a) <> (b (c))", b"\r\n <>"]
)
def test_a_message_id_that_identifies_nothing_is_refused_with_the_reason(value):
    with pytest.raises(errors.MessageIdError) as refusal:
        scan(FROM + b"Message-ID:" + value + b"\r\n\r\nx").require_kept_id()
    assert refusal.value.reply.startswith("550 5.6.0 The Message-ID of the mail holds no identifier")


def test_a_message_id_that_no_line_can_hold_is_refused_with_the_reason():
    scan(FROM + b"Message-ID: <" + b"a" * 980 + b"@b>\r\n\r\nx").require_kept_id()
    scan(FROM + b"Message-ID: " + b"<a@b>\r\n " * 300 + b"<c@d>\r\n\r\nx").require_kept_id()
    with pytest.raises(errors.MessageIdError, match="longer than the 998 characters"):
        scan(FROM + b"Message-ID: <" + b"a" * 990 + b"@b>\r\n\r\nx").require_kept_id()


def test_mail_without_a_message_id_gets_ours():
    scan(FROM + b"\r\nx").require_kept_id()


@pytest.mark.parametrize("value", [b"", b" ", b"\t", b"   ", b" \t ", b"\r\n ", b"\t\r\n ", b" \r\n \r\n\t"])
def test_mail_with_a_blank_message_id_gets_ours_like_mail_without(value):
    scan(FROM + b"Message-ID:" + value + b"\r\n\r\nx").require_kept_id()


def test_of_a_blank_message_id_and_another_the_other_counts():
    scan(FROM + b"Message-ID:\r\nMessage-ID: <a@b>\r\n\r\nx").require_kept_id()
    with pytest.raises(errors.MessageIdError):
        scan(FROM + b"Message-ID: \r\nMessage-ID: <>\r\n\r\nx").require_kept_id()


@pytest.mark.parametrize(
    "head",
    [
        FROM + b"".join(b"To: a%d@example.net\r\n" % number for number in range(30_000)),
        FROM + b"To: a@example.net\r\n" * 30_000,
        FROM + b"Message-ID: " + b"() " * 200_000 + b"<1@a>\r\nSubject: a\r\nSubject: b\r\n",
        FROM + b"From: \r\n" * 50_000,
    ],
)
def test_a_hostile_header_section_takes_no_more_time_than_its_length(head):
    found = scan(head + b"\r\nx")
    found.require_kept_id()
    assert found.from_email == "news@example.org"


@pytest.mark.parametrize("piece", [b"a", b"a ", b'"', b"a.", b"<"])
def test_a_long_malformed_from_is_refused_and_not_mended(piece):
    with pytest.raises(errors.MalformedFromError):
        scan(b"From: " + piece * 100_000 + b",@example.org\r\n\r\nx", PATH)
