"""Header fields: one field in, one field out, on lines that every hop takes."""

from __future__ import annotations

import email
import email.policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aerogram.wire.errors import HeaderError
from aerogram.wire.mime.headers import encode_custom, encode_mailboxes, encode_text
from aerogram.wire.mime.parts import Mailbox

_harmless = st.text(
    alphabet=st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), max_size=400
)


def read(field: bytes, name: str) -> str:
    message = email.message_from_bytes(field + b"\r\n", policy=email.policy.SMTP)
    assert message.keys() == [name]
    return str(message[name])


def test_short_ascii_goes_out_as_it_is():
    assert encode_text("Subject", "Receipt 17") == b"Subject: Receipt 17\r\n"


def test_an_empty_value_leaves_no_white_space():
    assert encode_text("Subject", "  ") == b"Subject:\r\n"


def test_long_ascii_is_folded_between_words():
    field = encode_text("Subject", "word " * 40)
    assert max(map(len, field.split(b"\r\n"))) <= 78
    assert read(field, "Subject") == ("word " * 40).strip()


def test_text_that_looks_encoded_is_shown_as_it_was_given():
    field = encode_text("Subject", "=?utf-8?q?x?=")
    assert read(field, "Subject") == "=?utf-8?q?x?="


def test_a_custom_value_that_the_caller_encoded_passes():
    assert encode_custom("X-Note", "=?utf-8?q?=C3=A9?=") == b"X-Note: =?utf-8?q?=C3=A9?=\r\n"


def test_a_word_too_long_for_a_line_is_encoded_in_text():
    field = encode_text("Subject", "x" * 2000)
    assert max(map(len, field.split(b"\r\n"))) <= 78
    assert read(field, "Subject") == "x" * 2000


def test_a_long_url_stays_whole_on_its_line():
    url = "<https://example.net/" + "u" * 300 + ">"
    assert url.encode() in encode_custom("List-Unsubscribe", f"{url}, <mailto:leave@example.net>")


@pytest.mark.parametrize("value", ["<https://example.net/" + "u" * 1000 + ">", "<https://example.net/é>"])
def test_a_structured_value_that_cannot_be_carried_is_refused(value):
    with pytest.raises(HeaderError, match="List-Unsubscribe"):
        encode_custom("List-Unsubscribe", value)


@pytest.mark.parametrize("write", [encode_text, encode_custom])
@pytest.mark.parametrize(
    "value", ["a\r\nBcc: eve@example.org", "a\nb", "a\rb", "a\0b", "é\r\n b", "a\r\n\r\nbody"]
)
def test_a_value_that_ends_a_line_is_refused(write, value):
    with pytest.raises(HeaderError, match="line break or a NUL"):
        write("Subject", value)


@pytest.mark.parametrize("write", [encode_text, encode_custom])
def test_half_a_surrogate_pair_is_refused(write):
    with pytest.raises(HeaderError, match="surrogate"):
        write("Subject", "a\ud800")


@pytest.mark.parametrize("name", ["", "X Y", "X:Y", "X\r\nBcc", "X\n", "Xé", "x" * 77])
@pytest.mark.parametrize("value", ["short", "é", "long " * 40])
def test_a_bad_name_is_refused(name, value):
    with pytest.raises(HeaderError, match="is not a valid header name"):
        encode_custom(name, value)


@given(_harmless)
def test_any_text_is_one_field_of_short_lines_that_reads_back(value):
    field = encode_text("Subject", value)
    lines = field.removesuffix(b"\r\n").split(b"\r\n")
    assert all(line.startswith(b" ") and line.strip() for line in lines[1:])
    assert max(map(len, lines)) <= 998
    assert field.isascii()
    if value.isprintable():
        assert read(field, "Subject") == value.strip()


def test_names_are_quoted_or_encoded_where_they_must_be():
    ann = "ann@example.net"
    assert encode_mailboxes("To", (Mailbox(ann, "Ann Smith"),)) == b"To: Ann Smith <ann@example.net>\r\n"
    assert (
        encode_mailboxes("To", (Mailbox(ann, 'Smith, "A"'),)) == b'To: "Smith, \\"A\\"" <ann@example.net>\r\n'
    )
    assert (
        encode_mailboxes("To", (Mailbox(ann, "Jörg Smith"),))
        == b"To: =?utf-8?q?J=C3=B6rg_Smith?= <ann@example.net>\r\n"
    )


def test_domains_beyond_ascii_go_out_as_a_labels():
    assert encode_mailboxes("To", (Mailbox("ann@bücher.example"),)) == b"To: ann@xn--bcher-kva.example\r\n"


def test_a_local_part_beyond_ascii_goes_out_as_utf8():
    assert encode_mailboxes("To", (Mailbox("jörg@example.net"),)) == "To: jörg@example.net\r\n".encode()


def test_many_mailboxes_are_folded():
    mailboxes = tuple(Mailbox(f"someone{number}@example.net", f"Some, One {number}") for number in range(50))
    field = encode_mailboxes("To", mailboxes)
    assert max(map(len, field.split(b"\r\n"))) <= 78
    message = email.message_from_bytes(field + b"\r\n", policy=email.policy.SMTP)
    assert [(one.addr_spec, one.display_name) for one in message["To"].addresses] == [
        tuple(one) for one in _pairs(mailboxes)
    ]


def _pairs(mailboxes):
    return [(one.email, one.name) for one in mailboxes]


@pytest.mark.parametrize(
    "email_text", ["a@b, eve@example.org", "a@b>, <eve@example.org", "a@b\r\nBcc: c@d", "", "a b@c"]
)
def test_an_address_that_would_be_two_is_refused(email_text):
    with pytest.raises(HeaderError, match="is not an email address"):
        encode_mailboxes("To", (Mailbox(email_text, "Ann"),))


def test_a_field_that_machines_read_has_its_value_on_the_first_line():
    url = f"<https://click.example.com/u/{'a' * 60}>"
    assert encode_custom("List-Unsubscribe", url) == f"List-Unsubscribe: {url}\r\n".encode()
    assert (
        encode_custom("List-Unsubscribe", f"{url}, {url}")
        == f"List-Unsubscribe: {url},\r\n {url}\r\n".encode()
    )
