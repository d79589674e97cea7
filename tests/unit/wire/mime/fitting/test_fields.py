"""Header fields that do not fit a line, or that are not ASCII: folded, or written anew with the same meaning."""

from __future__ import annotations

import contextlib
import email
import email.header
import email.policy
import email.utils
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aerogram.wire.dkim.canonical import relaxed_fields
from aerogram.wire.errors import UnfitMailError
from aerogram.wire.mime.fitting.fields import fitted_fields
from aerogram.wire.mime.lines import MAX_LINE


def fitted(field, *, seven_bit=False):
    made = fitted_fields(field + b"\r\n", seven_bit=seven_bit)
    assert max(map(len, made.split(b"\r\n"))) <= MAX_LINE
    assert made.endswith(b"\r\n")
    assert all(line[:1] in b" \t" and line.strip() for line in made.split(b"\r\n")[1:-1])
    return made[:-2]


def unfolded(field):
    return field.replace(b"\r\n", b"")


ADDRESSES = b", ".join(b"user%d@example.org" % number for number in range(100))


@pytest.mark.parametrize(
    "field",
    [
        b"Subject: " + b"word and " * 200 + b"end",
        b"Subject: " + b"=?utf-8?B?w6k=?= " * 100 + b"=?utf-8?B?w6k=?=",
        b"To: " + ADDRESSES,
        b"References: " + b" ".join(b"<%d@example.org>" % number for number in range(100)),
        b"X-Data: a\tb" + b"\t c  d" * 300,
        b"Received: from a by b\r\n (" + b"comment " * 200 + b")\r\n for x",
        b"DKIM-Signature: v=1; a=rsa-sha256; " + b"x=y; " * 300 + b"b=abc",
        b"Content-Type: text/plain; " + b"x=y; " * 300 + b"charset=utf-8",
    ],
)
def test_a_field_with_blanks_is_folded_there_and_nowhere_else(field):
    assert unfolded(fitted(field)) == unfolded(field)
    # The signature of another host over this field stays good.
    assert relaxed_fields(fitted(field) + b"\r\n") == relaxed_fields(field + b"\r\n")


def test_the_first_line_never_holds_the_name_alone_when_more_fits():
    assert fitted(b"X-A: " + b"y" * 500 + b" z" * 400).startswith(b"X-A: yyy")


def test_blanks_longer_than_a_line_become_one():
    assert fitted(b"Subject: a" + b" " * 3000 + b"b") == b"Subject: a b"


@pytest.mark.parametrize(
    ("field", "text"),
    [
        (b"Subject: " + b"x" * 1200, "x" * 1200),
        (b"X-Token: " + b"ab12" * 400, "ab12" * 400),
        (b"Comments: " + "\u4e2d".encode() * 500, "\u4e2d" * 500),
        (b"Subject: a b " + b"y" * 1000 + b" c", "a b " + "y" * 1000 + " c"),
    ],
)
def test_a_text_without_blanks_becomes_encoded_words(field, text):
    read = email.message_from_bytes(fitted(field) + b"\r\n\r\n", policy=email.policy.default)
    assert str(next(iter(read.values()))) == text


def test_addresses_without_blanks_are_folded_between_them():
    packed = ADDRESSES.replace(b" ", b"")
    read = email.utils.getaddresses([fitted(b"To: " + packed).decode()[4:].replace("\r\n", "")])
    assert [address for _, address in read] == packed.decode().split(",")


def test_a_comma_in_quotes_gets_no_blank():
    names = b",".join(b'"Doe,Jane" <u%d@example.org>' % number for number in range(60)).replace(b" <", b"<")
    assert fitted(b"To: " + names).count(b'"Doe,Jane"<') == 60


def test_message_ids_without_blanks_are_folded_between_brackets():
    ids = b"".join(b"<%d@example.org>" % number for number in range(100))
    assert b"".join(fitted(b"References: " + ids).split()[1:]) == ids


def test_a_url_of_list_unsubscribe_is_broken_in_its_brackets_where_readers_ignore_blanks():
    url = b"<https://example.org/u?" + b"a" * 1500 + b">"
    made = fitted(b"List-Unsubscribe: " + url)
    assert b"".join(made.split()[1:]) == url


def test_a_foreign_signature_with_a_long_list_of_names_is_folded_between_them():
    names = b":".join(b"x-pad-%d" % number for number in range(300))
    field = b"DKIM-Signature: v=1; h=" + names + b"; bh=" + b"A" * 1100 + b"; b=" + b"B" * 1100
    made = fitted(field)
    assert b"".join(made.split()) == b"".join(field.split())
    assert b"x-pad-299;" in made


@pytest.mark.parametrize("seven_bit", [False, True])
@pytest.mark.parametrize(
    "star", [b"filename*=utf-8''" + b"%C3%A9" * 250, b'filename="' + "\u00e9".encode() * 600 + b'"']
)
def test_a_long_file_name_gets_continuations(star, seven_bit):
    made = fitted(b"Content-Disposition: attachment; " + star, seven_bit=seven_bit)
    read = email.message_from_bytes(made + b"\r\n\r\n")
    assert set(read.get_filename()) == {"\u00e9"}
    assert made.isascii()


def test_an_encoded_word_as_a_file_name_keeps_its_meaning():
    word = b"=?utf-8?B?" + b"w6nDqcOp" * 130 + b"?="
    made = fitted(b'Content-Disposition: attachment; filename="' + word + b'"')
    assert email.message_from_bytes(made + b"\r\n\r\n").get_filename() == "\u00e9" * 390


@pytest.mark.parametrize(
    "field",
    [
        b"Message-ID: <" + b"x" * 1200 + b"@example.org>",
        b"In-Reply-To: <" + b"x" * 1200 + b"@example.org>",
        b"From: " + b"x" * 1200 + b"@example.org",
        b"Received: " + b"x" * 1200,
        b"Feedback-ID: " + b"x" * 1200,
        b"nofieldatall" * 100,
    ],
)
def test_a_token_that_no_line_can_hold_is_refused(field):
    with pytest.raises(UnfitMailError, match="has a word of more than 998 characters, too long for a line"):
        fitted(field)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("Subject: caf\u00e9 na\u00efve".encode(), "caf\u00e9 na\u00efve"),
        ("Subject: caf\u00e9".encode("latin-1"), "caf\u00e9"),
        ("X-Note: \u4e2d\u6587".encode(), "\u4e2d\u6587"),
        ("Content-Description: \u00fcber".encode(), "\u00fcber"),
        ("From: J\u00f6hn <j@example.org>".encode(), "J\u00f6hn <j@example.org>"),
    ],
)
def test_texts_and_names_beyond_ascii_become_encoded_words_for_a_7_bit_hop(field, value):
    made = fitted(field, seven_bit=True)
    assert made.isascii()
    assert (
        str(email.header.make_header(email.header.decode_header(made.decode().partition(": ")[2]))) == value
    )
    assert fitted(field) == field


@pytest.mark.parametrize(
    ("given_name", "charset", "read"),
    [("\u00fc.pdf".encode(), "utf-8", "\u00fc.pdf"), ("\u00fc.pdf".encode("latin-1"), "", None)],
)
def test_a_file_name_beyond_ascii_is_percent_encoded_for_a_7_bit_hop(given_name, charset, read):
    made = fitted(b'Content-Type: application/pdf; name="' + given_name + b'"; x=y', seven_bit=True)
    assert made.isascii()
    assert f"name*={charset}''%".encode() in made
    assert made.endswith(b"; x=y")
    if read:
        assert email.message_from_bytes(made + b"\r\n\r\n").get_filename() == read


@pytest.mark.parametrize(
    "field", ["To: m\u00e4ry@example.org", "Received: from h\u00e9.example", "Message-ID: <a@\u00e4.example>"]
)
def test_an_address_beyond_ascii_stays_because_nothing_else_means_the_same(field):
    assert fitted(field.encode(), seven_bit=True) == field.encode()


def test_a_comment_beyond_ascii_becomes_an_encoded_word():
    made = fitted(
        "Date: Sat, 20 Sep 2008 20:04:30 +0300 (h\u00e9ure d'\u00e9t\u00e9)".encode(), seven_bit=True
    )
    assert made.startswith(b"Date: Sat, 20 Sep 2008 20:04:30 +0300 (=?utf-8?")
    assert made.isascii()


@pytest.mark.parametrize("seven_bit", [False, True])
@pytest.mark.parametrize(
    "name", [b"Subject", b"To", b"Content-Type", b"DKIM-Signature", b"List-Post", b"Date"]
)
@pytest.mark.parametrize(
    "unit",
    [b" ", b"\t", b"(", b"((", b"\xe9", b"(\xe9", b'"', b'\\"', b';a="', b";a", b";a=", b"<", b",", b"=?", b"=?a?b?", b"a b", b" \r\n "],
)  # fmt: skip
def test_the_time_grows_with_the_length_alone(name, unit, seven_bit):
    field = name + b": x;" + unit * (98_000 // len(unit)) + b"\xe9"
    began = time.process_time()
    with contextlib.suppress(UnfitMailError):
        fitted_fields(field + b"\r\n", seven_bit=seven_bit)
    assert time.process_time() - began < 1.0


@given(
    st.sampled_from([b"Subject", b"To", b"References", b"X-A", b"Content-Type", b"DKIM-Signature"]),
    st.lists(st.sampled_from([b"a", b" ", b"\t", b",", b'"', b"\\", b"<", b">", b";", b"=", b"x" * 500, b"\xe9"]), max_size=30),
    st.booleans(),
)  # fmt: skip
def test_any_field_fits_or_is_refused(name, pieces, seven_bit):
    field = name + b": x" + b"".join(pieces) + b"x"
    try:
        made = fitted(field, seven_bit=seven_bit)
    except UnfitMailError:
        return
    if seven_bit and name == b"Subject":
        assert made.isascii()
