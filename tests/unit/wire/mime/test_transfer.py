"""Content-transfer-encodings: whatever goes in comes out again, and every line is short."""

from __future__ import annotations

import base64
import binascii
import os
import quopri

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aerogram.wire.errors import AttachmentError
from aerogram.wire.mime.transfer import encode_body, wrap_base64


def decoded(encoding: bytes, data: bytes) -> bytes:
    if encoding == b"7bit":
        return data
    return quopri.decodestring(data) if encoding == b"quoted-printable" else base64.b64decode(data)


def test_short_ascii_lines_stay_as_they_are():
    assert encode_body("a\nb\r\nc\rd") == (b"7bit", b"a\r\nb\r\nc\r\nd")


def test_mostly_latin_text_is_quoted_printable():
    assert encode_body("The size is größer.\n")[0] == b"quoted-printable"


def test_other_scripts_are_base64():
    assert encode_body("письмо " * 20)[0] == b"base64"


@pytest.mark.parametrize("text", ["x" * 999, "a\0b", "--=_m_guessed\n", "y\n" * 600 + "x" * 1000])
def test_ascii_that_7bit_cannot_carry_is_encoded(text):
    encoding, data = encode_body(text)
    assert encoding != b"7bit"
    assert b"--=_" not in data


@given(
    st.text(
        alphabet=st.one_of(st.sampled_from("\r\n\0 \t.=é"), st.characters(exclude_categories=["Cs"])),
        max_size=400,
    )
)
def test_any_text_survives_on_short_lines(text):
    encoding, data = encode_body(text)
    wanted = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n").encode()
    assert decoded(encoding, data) == wanted
    assert data.count(b"\r") == data.count(b"\n") == data.count(b"\r\n")
    assert data.isascii()
    assert max(map(len, data.split(b"\r\n"))) <= (998 if encoding == b"7bit" else 76)


@pytest.mark.parametrize("size", [0, 1, 2, 3, 56, 57, 58, 7295, 7296, 7297, 20_000])
def test_base64_is_laid_out_in_lines_of_76(size):
    data = os.urandom(size)
    wrapped = wrap_base64(base64.b64encode(data).decode())
    assert binascii.a2b_base64(wrapped) == data
    assert wrapped == base64.encodebytes(data).rstrip(b"\n").replace(b"\n", b"\r\n")


def test_the_layout_of_the_client_does_not_matter():
    data = os.urandom(500)
    assert wrap_base64(f" {base64.encodebytes(data).decode()}\r\n\t") == wrap_base64(
        base64.b64encode(data).decode()
    )


@pytest.mark.parametrize(
    "content",
    [
        "YWJ",
        "YQ==YQ==",
        "YW-_",
        "é",
        "YWJj\r\n--=_m_x\r\n",
        "=",
        "====",
        "YW=j",
        "YWJj\0",
        "=YWJ",
        "YWJj====",
        "Y",
    ],
)
def test_what_is_not_base64_is_refused(content):
    with pytest.raises(AttachmentError, match="not base64"):
        wrap_base64(content)
