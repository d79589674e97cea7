"""The shape of a mail: which bodies it has and how many files."""

from __future__ import annotations

from email.message import EmailMessage

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aerogram.wire.mime.reading.scan import scan
from aerogram.wire.mime.reading.shape import Shape
from aerogram.wire.mime.reading.walk import MAX_PARTS


def shape_of(mail: bytes) -> Shape:
    """Give what is counted of a mail."""
    return msgspec.structs.replace(
        scan(b"From: a@b\r\n" + mail).shape,
        bodies_end=0,
        has_editable_html=False,
        charset="",
        has_quoted_body=False,
    )


def multipart(*parts: bytes, kind: bytes = b"mixed", boundary: bytes = b"b1") -> bytes:
    body = b"".join(b"--" + boundary + b"\r\n" + part + b"\r\n" for part in parts)
    return b'Content-Type: multipart/%b; boundary="%b"\r\n\r\n%b--%b--\r\n' % (kind, boundary, body, boundary)


TEXT = b"Content-Type: text/plain\r\n\r\nx"
HTML = b"Content-Type: TEXT/HTML;\r\n charset=utf-8\r\n\r\n<p>x</p>"
FILE = b"Content-Type: application/pdf\r\nContent-Disposition: attachment; filename=a.pdf\r\n\r\nx"
CASES = [
    (b"\r\nx", Shape(has_text=True)),
    (b"Content-Type: text/html\r\n\r\nx", Shape(has_html=True)),
    (b"Content-Type: application/pdf\r\n\r\nx", Shape(attachment_count=1)),
    (b"Content-Disposition: attachment\r\n\r\nx", Shape(attachment_count=1)),
    (multipart(TEXT, HTML, kind=b"alternative"), Shape(has_text=True, has_html=True)),
    (multipart(b"\r\nno fields", FILE, FILE), Shape(has_text=True, attachment_count=2)),
    (multipart(multipart(TEXT, HTML, boundary=b"b10"), FILE), Shape(True, True, 1)),
    (
        multipart(TEXT, b"Content-Type: text/html\r\nContent-Disposition: attachment\r\n\r\nx"),
        Shape(True, False, 1),
    ),
    (multipart(b"Content-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\n" + TEXT), Shape(attachment_count=1)),
    (b"Content-Type: multipart/mixed\r\n\r\n--x\r\n\r\nno boundary", Shape(attachment_count=1)),
    (
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\npreamble\r\n--x\r\n\r\nnever closed",
        Shape(has_text=True),
    ),
]


@pytest.mark.parametrize(("mail", "shape"), CASES)
def test_a_shape_is_told(mail, shape):
    assert shape_of(mail) == shape


def test_multiparts_in_multiparts_are_followed_only_so_deep():
    mail = TEXT
    for level in range(200):
        mail = multipart(mail, boundary=b"b%dx" % level)
    assert shape_of(mail) == Shape(attachment_count=1)


def test_only_so_many_parts_are_counted():
    assert shape_of(multipart(*[FILE] * (MAX_PARTS + 50))).attachment_count == MAX_PARTS


@pytest.mark.parametrize("piece", [b"\r\n--b1x", b"\r\n--b1", b"X:\r\n", b"\r\n", b"--b1\r\n\r\n"])
def test_a_hostile_body_takes_no_more_time_than_its_length(piece):
    shape_of(b"Content-Type: multipart/mixed; boundary=b1\r\n\r\n--b1\r\n" + piece * 1_000_000)


@settings(max_examples=30, deadline=None)
@given(st.booleans(), st.booleans(), st.integers(0, 4))
def test_the_shape_of_what_the_standard_library_writes_is_right(has_text, has_html, files):
    message = EmailMessage()
    if has_text:
        message.set_content("x")
    if has_html and has_text:
        message.add_alternative("<p>x</p>", subtype="html")
    elif has_html:
        message.set_content("<p>x</p>", subtype="html")
    for number in range(files):
        message.add_attachment(b"x", maintype="image", subtype="png", filename=f"{number}.png")
    has_text = has_text or not (has_html or files)
    assert shape_of(message.as_bytes().replace(b"\n", b"\r\n")) == Shape(has_text, has_html, files)


@given(
    st.lists(st.sampled_from([b"--b1", b"--b1--", b"\r\n", b"x", TEXT, FILE, multipart(TEXT)]), max_size=20)
)
def test_any_body_has_a_shape(pieces):
    shape_of(b"Content-Type: multipart/mixed; boundary=b1\r\n\r\n" + b"".join(pieces))


def test_the_end_of_the_bodies_is_known_and_whether_one_is_base64():
    encoded = b"Content-Type: text/html\r\nContent-Transfer-Encoding: BASE64\r\n\r\nPHA+"
    mail = b"From: a@b\r\n" + multipart(TEXT, encoded, FILE)
    shape = scan(mail).shape
    assert shape.has_base64_body
    assert mail[: shape.bodies_end].endswith(b"PHA+")
    assert scan(b"From: a@b\r\nContent-Transfer-Encoding: base64\r\n\r\nPHA+").shape.has_base64_body
    assert not scan(b"From: a@b\r\n" + multipart(TEXT, FILE)).shape.has_base64_body
    assert scan(b"From: a@b\r\n" + multipart(FILE)).shape.bodies_end == 0
