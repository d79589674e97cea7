"""Transfer encodings undone: as tolerant as mail programs, whatever relays and scripts did."""

from __future__ import annotations

import base64
import binascii
import quopri
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aerogram.wire.mime.transfer_decoding import (
    BASE64,
    PLAIN,
    QUOTED_PRINTABLE,
    UNKNOWN,
    UUENCODE,
    base64_decoded,
    encoding_of,
    quoted_printable_decoded,
    transfer_decoded,
    uu_decoded,
)

NAMES = {
    PLAIN: ["", "7bit", "8bit", "binary", "8 bit", "8-bit", "7-Bit;", "8BITS", "8bit (no change)", "utf-8", "UTF8", "iso-8859-1",
            "us-ascii", "windows-1252", "none", "text/plain", "text/html", "6bit", "eight bit", "charset=utf-8", "normal", "8bit, utf-8", '"8bit"', "binary; x=y", "(x) 7bit"],
    QUOTED_PRINTABLE: ["quoted-printable", "Quoted-Printable;", "quoted printable", "quoted_printable", "quotedprintable",
                       "quoted-printable (a comment)", "(a) (b) quoted-printable", '"quoted-printable"', "quoted-printable; charset=x",
                       " quoted-printable ", "qp", "quoted-printable, 8bit", "quoted-printable."],
    BASE64: ["base64", "BASE64", "base-64", "base 64", "base64;", "base64 (encoded; so)", "'base64'", "x-base64", "b64", "base64,"],
    UUENCODE: ["x-uuencode", "uuencode", "x-uue", "UUENCODE;"],
    UNKNOWN: ["x-yencode", "yenc", "x-binhex40", "x-foo", "foobar", "klingon", "bzip2"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("encoding", "value"), [(name, value) for name, values in NAMES.items() for value in values]
)
def test_the_name_of_an_encoding_is_known_however_it_is_written(encoding, value):
    assert encoding_of(value) == encoding


QUOTED = [
    (b"a= \r\nb", b"ab"),
    (b"a=\t \r\nb", b"ab"),
    (b"a=\nb", b"ab"),
    (b"a=\rb", b"ab"),
    (b"?a=3D1&amp;= \r\nb=3D2", b"?a=1&amp;b=2"),
    (b"trailing  \r\nblanks\t\r\n", b"trailing\r\nblanks\r\n"),
    (b"kept=20 \r\n", b"kept \r\n"),
    (b"=c3=a9=C3=a9", "éé".encode()),
    (b"a = b", b"a = b"),
    (b"a=b c=zz =4", b"a=b c=zz =4"),
    (b"==41", b"=A"),
    (b"cut=", b"cut"),
    (b"cut= ", b"cut"),
    (b"=\r\n=\r\n", b""),
    (b"caf\xe9=20x", b"caf\xe9 x"),
    (b"a=0D=0Ab", b"a\r\nb"),
    (b"", b""),
]


@pytest.mark.parametrize(("data", "decoded"), QUOTED)
def test_quoted_printable_is_decoded_whatever_relays_added(data, decoded):
    assert quoted_printable_decoded(data) == decoded


ENCODED = [
    (b"aGVsbG8=", b"hello"),
    (b"aGVsbG8", b"hello"),
    (b"aGVs\r\nbG8", b"hello"),
    (b"aGV\r\nsb\nG8 =", b"hello"),
    (b"aGVs!?bG8", b"hello"),
    (b" aGVs \r\n\tbG8= \r\n", b"hello"),
    (b"aGk=aGk=", b"hihi"),
    (b"aGk=\r\naGVsbG8=\r\n", b"hihello"),
    (b"aGk=\r\n\r\n-- \r\nYou are on a list. Leave: http://x.example/\r\n", b"hi"),
    (b"aGVs\r\n\r\n-- \r\nYou are on a list.\r\n", b"hel"),
    (b"\r\n\r\naGVs\r\n\r\nbG8=\r\n", b"hello"),
    (b"-_-_", b"\xfb\xff\xbf"),
    (b"aGVsb", b"hel"),
    (b"====", b""),
    (b"a", b""),
    (b"aGVsbG8====", b"hello"),
    (b"", b""),
]


@pytest.mark.parametrize(("data", "decoded"), ENCODED)
def test_base64_is_decoded_whatever_is_missing_or_follows(data, decoded):
    assert base64_decoded(data) == decoded


def test_uuencode_is_decoded_between_its_lines():
    body = b"".join(binascii.b2a_uu(chunk) for chunk in (b"caf\xc3\xa9 " * 7, b"end"))
    assert uu_decoded(b"prose\nbegin 644 a.txt\n" + body + b"`\nend\nprose") == b"caf\xc3\xa9 " * 7 + b"end"
    stripped = b"\r\n".join(line.rstrip() for line in body.splitlines())
    assert uu_decoded(b"begin 644 a.txt\r\n" + stripped + b"\r\n`\r\nend") == b"caf\xc3\xa9 " * 7 + b"end"
    assert uu_decoded(b"not encoded") == b"not encoded"


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=300),
    st.integers(1, 90),
    st.sampled_from([b"\r\n", b"\n", b" \r\n", b"\r\n\r\n"]),
    st.booleans(),
)
def test_base64_reads_back_with_any_lines(data, width, end, is_padded):
    digits = base64.b64encode(data) if is_padded else base64.b64encode(data).rstrip(b"=")
    lines = end.join(digits[at : at + width] for at in range(0, len(digits), width))
    assert base64_decoded(lines) == data


@settings(max_examples=200, deadline=None)
@given(
    st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=300),
    st.sampled_from([b"\r\n", b" \r\n", b"\n"]),
)
def test_quoted_printable_reads_back_with_blanks_after_its_lines(text, end):
    quoted = quopri.encodestring(text.encode()).replace(b"\n", end)
    assert quoted_printable_decoded(quoted).decode() == text


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([PLAIN, QUOTED_PRINTABLE, BASE64, UUENCODE, UNKNOWN]), st.binary(max_size=200))
def test_no_bytes_make_decoding_fail_or_grow(encoding, data):
    assert len(transfer_decoded(data, encoding)) <= len(data)


@pytest.mark.parametrize(
    "unit", [b"=", b" ", b"= ", b"\t\r", b"=\r\n", b"\n \n", b"a =", b"-_", b"a b", b"(", b"begin \n"]
)
@pytest.mark.parametrize("encoding", [QUOTED_PRINTABLE, BASE64, UUENCODE])
def test_decoding_takes_time_linear_in_the_length(unit, encoding):
    data = unit * (2_000_000 // len(unit))
    began = time.process_time()
    transfer_decoded(data, encoding)
    encoding_of(data.decode())
    assert time.process_time() - began < 3


@pytest.mark.parametrize(
    "name",
    [
        *("quoted-printeable", "quoted-printible", "quoted-printble", "quotet-printable", "quoted-print"),
        *("Quoted_Printable", "quoted printable", "x-quoted-printable", "quote-printable", "quoted-pritable"),
    ],
)
def test_a_misspelt_quoted_printable_is_meant(name):
    assert encoding_of(name) == QUOTED_PRINTABLE
