"""A submitted mail edited: its bodies change, everything else keeps its very bytes."""

from __future__ import annotations

import email
import email.policy
import time
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aerogram.wire.errors import HeaderError
from aerogram.wire.mime.reading.walk import MAX_DEPTH, MAX_PARTS
from aerogram.wire.mime.writing.edit import bodies_of, set_subject, with_bodies

HEAD = b"From: a@example.com\r\nMIME-Version: 1.0\r\n"


def edit_parts(mail: bytes, change) -> bytes:
    """Give the mail with ``change(subtype, text)`` for the text of each of its bodies."""
    bodies = bodies_of(mail)
    return with_bodies(mail, bodies, [change(body.subtype, body.text) for body in bodies])


def greeted(_subtype: str, text: str) -> str:
    return text.replace("[[name]]", "Jörg")


def read(mail: bytes):
    return email.message_from_bytes(mail, policy=email.policy.SMTP)


def multipart(*parts: bytes, kind: bytes = b"mixed", boundary: bytes = b"b1") -> bytes:
    body = b"".join(b"--" + boundary + b"\r\n" + part + b"\r\n" for part in parts)
    return b'Content-Type: multipart/%b; boundary="%b"\r\n\r\n%b--%b--\r\n' % (kind, boundary, body, boundary)


TEXT = b"Content-Type: text/plain; charset=us-ascii\r\n\r\nHello [[name]]"
HTML = b"Content-Type: text/html; charset=iso-8859-1\r\nContent-Transfer-Encoding: base64\r\n\r\nPHA+R3L832UgW1tuYW1lXV08L3A+"
FILE = b"Content-Type: text/plain\r\nContent-Disposition: attachment\r\n\r\n[[name]]"


def test_the_bodies_change_and_the_bytes_around_them_do_not():
    mail = (
        HEAD
        + b"X-Odd:  kept  as it is\r\n"
        + multipart(multipart(TEXT, HTML, kind=b"alternative", boundary=b"b2"), FILE)
    )
    edited = edit_parts(mail, greeted)
    text, html, file = [part for part in read(edited).walk() if not part.is_multipart()]
    assert text.get_content() == "Hello Jörg"
    assert html.get_content() == "<p>Grüße Jörg</p>"
    assert file.get_content() == "[[name]]"
    before, after = mail.partition(TEXT), edited.partition(b"Content-Type: text/plain;\r\n charset=utf-8\r\n")
    assert before[0] == after[0]
    assert edited.endswith(mail[mail.index(FILE) - 12 :])


def test_a_body_whose_text_stays_keeps_its_bytes():
    odd = b"Content-type:text/plain\r\ncontent-transfer-encoding: Quoted-Printable\r\n\r\n=41 soft=\r\nbreak   \r\n"
    mail = HEAD + multipart(odd, TEXT)
    assert odd in edit_parts(mail, greeted)
    assert edit_parts(mail, lambda _, text: text) == mail


def test_a_mail_without_mime_fields_gets_those_that_it_needs():
    mail = b"From: a@example.com\r\n\r\nHello [[name]]\r\n"
    assert edit_parts(mail, greeted) == (
        b"From: a@example.com\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
        b"Content-Transfer-Encoding: quoted-printable\r\n\r\nHello J=C3=B6rg\r\n"
    )
    assert edit_parts(mail, lambda _, text: text.upper()) == b"From: a@example.com\r\n\r\nHELLO [[NAME]]\r\n"


CONTENT_TYPES = [
    (b" text/plain", b" text/plain;\r\n charset=utf-8"),
    (b" text/plain; charset=us-ascii; format=flowed", b" text/plain; format=flowed;\r\n charset=utf-8"),
    (
        b'text/plain;\r\n\tx="a;charset=b";\r\n\tCharset="iso-8859-1"',
        b'text/plain;\r\n\tx="a;charset=b";\r\n charset=utf-8',
    ),
    (b" text/plain; charset*=us-ascii'en'iso-8859-1;", b" text/plain;\r\n charset=utf-8"),
    (b" text/plain; charset=us-ascii; broken", b" text/plain; charset=utf-8"),
    (b" text/plain;\x13charset=us-ascii", b" text/plain; charset=utf-8"),
    (b" text/plain charset=us-ascii", b" text/plain; charset=utf-8"),
    (b" text/plain (a comment); charset=us-ascii", b" text/plain; charset=utf-8"),
    (b" text/plain; charset=utf-8mb4", b" text/plain;\r\n charset=utf-8"),
    (b" text/plain; charset=us-ascii\r\nContent-Type: text/html", b" text/plain;\r\n charset=utf-8"),
    (b" text/plain; charset=UTF-8; format=flowed", b" text/plain; charset=UTF-8; format=flowed"),
]


@pytest.mark.parametrize(("before", "after"), CONTENT_TYPES)
def test_the_charset_is_rewritten_and_other_parameters_stay(before, after):
    mail = HEAD + b"Content-Type:" + before + b"\r\nX-After: 1\r\n\r\n[[name]]\r\n"
    edited = edit_parts(mail, greeted)
    assert edited == HEAD + b"Content-Type:" + after + (
        b"\r\nX-After: 1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nJ=C3=B6rg\r\n"
    )
    assert read(edited).get_content() == "Jörg\r\n"


UNTOUCHED = [
    multipart(TEXT, b"Content-Type: application/pgp-signature\r\n\r\nx", kind=b"signed"),
    multipart(multipart(TEXT, boundary=b"b2"), kind=b"encrypted"),
    multipart(TEXT, kind=b"digest").replace(b"Content-Type: text/plain; charset=us-ascii\r\n", b""),
    multipart(b"Content-Type: message/rfc822\r\n\r\n" + TEXT),
    multipart(FILE),
    b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\n\r\n[[name]]",
    b"Content-Type: text/plain\r\nContent-Transfer-Encoding: x-yencode\r\n\r\n[[name]]",
    b"Content-Type: text/calendar\r\n\r\n[[name]]",
    b"Content-Type: multipart/mixed\r\n\r\n--b1\r\n\r\n[[name]]",
    b"Content-Type: text/plain",
]


@pytest.mark.parametrize("mail", UNTOUCHED)
def test_what_is_no_body_or_must_not_change_stays(mail):
    assert edit_parts(HEAD + mail, greeted) == HEAD + mail


def test_parts_beyond_the_limits_stay():
    deep = TEXT
    for level in range(MAX_DEPTH + 1):
        deep = multipart(deep, boundary=b"b%dx" % level)
    assert bodies_of(HEAD + deep) == ()
    wide = HEAD + multipart(*[TEXT] * (MAX_PARTS + 50))
    assert len(bodies_of(wide)) == MAX_PARTS
    assert edit_parts(wide, greeted).count(b"[[name]]") == 50


def test_a_text_that_looks_like_a_delimiter_opens_no_part():
    mail = HEAD + multipart(multipart(TEXT, boundary=b"b2"), FILE)
    forged = "\r\n--b1\r\nContent-Type: text/html\r\n\r\n<p>forged</p>\r\n--b1--\r\n"
    first, second = [
        p for p in read(edit_parts(mail, lambda _, text: text + forged)).walk() if not p.is_multipart()
    ]
    assert first.get_content() == "Hello [[name]]" + forged
    assert second.get_content_disposition() == "attachment"


@pytest.mark.parametrize(
    "piece", [b"\r\n--b1x", b"--b1\r\n\r\n", b"X:\r\n", b"Content-Type:", b'; a="', b" ", b"; a=b "]
)
def test_a_hostile_mail_takes_no_more_time_than_its_length(piece):
    began = time.process_time()
    for opening in (
        b"\r\n--b1\r\n",
        b"\r\n--b1\r\nContent-Type: text/plain;",
        b"\r\n--b1\r\nContent-Type: text/plain; charset=x; ",
    ):
        edit_parts(
            HEAD + b"Content-Type: multipart/mixed; boundary=b1\r\n" + opening + piece * 100_000,
            lambda _, text: text + "x",
        )
    assert time.process_time() - began < 5


def test_a_subject_is_put_in_its_place():
    mail = b"A: 1\r\nsubject:\r\n old\r\nB: 2\r\n\r\nSubject: body\r\n"
    assert (
        set_subject(mail, "Grüße")
        == b"A: 1\r\nSubject: =?utf-8?b?R3LDvMOfZQ==?=\r\nB: 2\r\n\r\nSubject: body\r\n"
    )
    assert set_subject(b"A: 1\r\n\r\nx", "new") == b"A: 1\r\nSubject: new\r\n\r\nx"
    with pytest.raises(HeaderError):
        set_subject(mail, "a\r\nBcc: eve@example.org")


_TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), max_size=300)


@settings(max_examples=80, deadline=None)
@given(
    _TEXTS,
    _TEXTS,
    st.sampled_from(["utf-8", "iso-8859-15", "koi8-r"]),
    st.sampled_from(["quoted-printable", "base64"]),
    st.binary(max_size=80),
)
def test_a_new_text_reads_back_and_the_rest_is_byte_for_byte_the_same(old, new, charset, encoding, file):
    old = old.encode(charset, "ignore").decode(charset)
    message = EmailMessage(policy=email.policy.SMTP)
    message["X-Kept"] = "as it was"
    message.set_content(old, charset=charset, cte=encoding)
    message.add_alternative("<p>x</p>", subtype="html")
    message.add_attachment(file, maintype="image", subtype="png")
    message.set_boundary("outer")
    mail = message.as_bytes()
    plain, _html = bodies_of(mail)
    edited = edit_parts(mail, lambda subtype, text: new if subtype == "plain" else text)
    found, html = bodies_of(edited)
    assert found.text.replace("\r\n", "\n") == (plain.text if new == plain.text else new).replace(
        "\r\n", "\n"
    )
    assert edited[: found.head_start] == mail[: plain.head_start]
    assert edited[found.end :] == mail[plain.end :]
    assert html.text == "<p>x</p>\r\n"
    body = read(edited).get_body(("plain",))
    assert body.get_content().replace("\r\n", "\n") == found.text.replace("\r\n", "\n")
    assert all(len(line) <= 998 for line in edited.split(b"\r\n"))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                b"--b1",
                b"--b1--",
                b"\r\n",
                b"x",
                TEXT,
                FILE,
                HTML,
                b"Content-Type: text/html;",
                multipart(TEXT),
            ]
        ),
        max_size=20,
    )
)
def test_any_mail_can_be_edited_and_no_change_is_no_change(pieces):
    mail = b"Content-Type: multipart/mixed; boundary=b1\r\n\r\n" + b"".join(pieces)
    assert edit_parts(mail, lambda _, text: text) == mail
    edited = edit_parts(mail, lambda _, text: text + "ü")
    assert [body.text.replace("\r\n", "\n") for body in bodies_of(edited)] == [
        body.text.replace("\r\n", "\n") + "ü" for body in bodies_of(mail)
    ]
