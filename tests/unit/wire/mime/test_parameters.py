"""Parameters of content fields: media types cleaned, file names of any script kept."""

from __future__ import annotations

import email
import email.policy
import email.utils

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aerogram.wire.errors import HeaderError
from aerogram.wire.mime.headers import fold
from aerogram.wire.mime.parameters import content_id, filename_pieces, media_type_pieces

MEDIA_TYPES = {
    "image/png": "image/png",
    " Application/PDF ": "application/pdf",
    "text/csv": "text/csv; charset=utf-8",
    "text/csv; charset=iso-8859-1": "text/csv; charset=iso-8859-1",
    'text/calendar;method=REQUEST;name="x.ics"': "text/calendar; method=REQUEST; charset=utf-8",
    "image/png; name*0*=utf-8''x": "image/png",
    "application/x; a=b; broken": "application/x; a=b",
    "pdf": "application/octet-stream",
    "": "application/octet-stream",
    "text/html garbage": "application/octet-stream",
    "multipart/mixed; boundary=x": "application/octet-stream",
    "message/rfc822": "application/octet-stream",
}


@pytest.mark.parametrize("content_type", MEDIA_TYPES)
def test_a_media_type_is_cleaned(content_type):
    assert "".join(media_type_pieces(content_type)).strip() == MEDIA_TYPES[content_type]


@pytest.mark.parametrize("bad", ["a\r\nb", "a\nb", "a\rb", "a\0b"])
def test_line_breaks_are_refused_everywhere(bad):
    with pytest.raises(HeaderError):
        media_type_pieces(bad)
    with pytest.raises(HeaderError):
        filename_pieces("filename", bad)
    with pytest.raises(HeaderError):
        content_id(bad, "x")


def test_half_a_surrogate_pair_is_refused():
    with pytest.raises(HeaderError):
        filename_pieces("filename", "a\ud800")
    with pytest.raises(HeaderError):
        content_id("a\ud800", "")


@given(
    st.text(
        alphabet=st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]),
        min_size=1,
        max_size=300,
    )
)
def test_any_file_name_reads_back(filename):
    field = fold("Content-Disposition", (" attachment;", *filename_pieces("filename", filename)))
    assert max(map(len, field.split(b"\r\n"))) <= 80
    message = email.message_from_bytes(field + b"\r\n")
    # The standard library takes angle brackets around a whole value for quotes.
    assert message.get_filename() == email.utils.unquote(filename.strip())


def test_a_content_id_is_the_one_given_without_brackets():
    assert content_id("<logo@example.net>", "x.png") == "logo@example.net"


def test_without_an_id_the_file_name_is_the_id():
    assert content_id("", "my logo.png") == "my%20logo.png"


@pytest.mark.parametrize("bad", ["", "x" * 901])
def test_an_id_that_cannot_be_written_is_refused(bad):
    with pytest.raises(HeaderError):
        content_id(bad, "")
