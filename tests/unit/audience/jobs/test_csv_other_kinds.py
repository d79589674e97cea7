"""A file that is no CSV is refused with what it is, before any row of it is read."""

import io

import pytest

from aerogram.audience.jobs.csv_charset import survey
from aerogram.base.errors import RefusedError


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"PK\x03\x04\x14\0\x06\0", "workbook"),
        (b"PK\x05\x06" + bytes(18), "ZIP"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16), "xls"),
        (b"%PDF-1.7\n%\xe2\xe3", "PDF"),
        (b"\x1f\x8b\x08\0", "gzip"),
        (b"<!DOCTYPE html>\n<p>", "HTML"),
        (b"\xef\xbb\xbf\r\n<HTML lang=de>", "HTML"),
        (b'<?xml version="1.0"?>', "XML"),
        (b'{"Contacts": []}', "JSON"),
        (b'[\n {"Email": "ann@example.net"}]', "JSON"),
        ("email\nann@example.net\n".encode("utf-32-le"), "UTF-32"),
        ("email\nann@example.net\n".encode("utf-32-be"), "UTF-32"),
    ],
)
def test_a_file_of_another_kind_is_refused_with_its_kind(data, kind):
    with pytest.raises(RefusedError, match=f"The file is .*{kind}.*save it as CSV"):
        survey(io.BytesIO(data))


@pytest.mark.parametrize(
    "data", [b"PK,email\n", b"[name],email\n", b"<name>;email\n", b"{id},email\n", b"html,email\n", b"\0\0\0"]
)
def test_a_header_that_only_resembles_another_kind_is_read(data):
    assert survey(io.BytesIO(data)).charset == "UTF-8"
