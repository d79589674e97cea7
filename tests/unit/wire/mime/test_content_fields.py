"""Content fields: read with the tolerance of mail programs, the first of a name, and RFC 2231 before the plain form."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aerogram.wire.mime.reading.content import (
    ContentFields,
    boundary_of,
    content_fields,
    described,
    file_name,
    media_type_of,
    parameter,
    parameters_of,
)


@pytest.mark.parametrize(
    ("value", "media_type"),
    [
        ("text/html", "text/html"),
        ("TEXT/HTML; charset=utf-8", "text/html"),
        (" text/html;charset=utf-8", "text/html"),
        ("text/html charset=utf-8", "text/html"),
        ("text / html", "text/html"),
        ('"text/html"', "text/html"),
        ("(a comment) text/html (another)", "text/html"),
        ("text/html,text/plain", "text/html"),
        ("application/vnd.ms-excel; name=x", "application/vnd.ms-excel"),
        ("image/svg+xml", "image/svg+xml"),
        ("", "text/plain"),
        ("text", "text/plain"),
        ("html", "text/plain"),
        ("text/", "text/plain"),
        (";charset=utf-8", "text/plain"),
        ("charset=utf-8", "text/plain"),
    ],
)
def test_a_media_type_is_found_or_is_plain_text(value, media_type):
    assert media_type_of(value) == media_type


@pytest.mark.parametrize(
    ("value", "charset"),
    [
        ("text/plain; charset=utf-8", "utf-8"),
        ("text/plain;charset=utf-8;format=flowed", "utf-8"),
        ('text/plain; charset="utf-8"', "utf-8"),
        ("text/plain; charset = utf-8", "utf-8"),
        ("text/plain; format=flowed; CHARSET=utf-8; delsp=yes", "utf-8"),
        ("text/plain charset=utf-8", "utf-8"),
        ("text/plain; charset=utf-8 format=flowed", "utf-8"),
        ("text/plain (x; charset=no); charset=utf-8", "utf-8"),
        ("text/plain; (nested (comment)) charset=utf-8", "utf-8"),
        ("text/plain; charset=utf-8 (comment)", "utf-8"),
        ("text/plain; broken; charset=utf-8", "utf-8"),
        ("text/plain; ; charset=utf-8;", "utf-8"),
        ("text/plain, charset=utf-8", "utf-8"),
        ("text/plain; charset*=us-ascii'en'utf-8", "utf-8"),
        ("text/plain; charset=utf-8; charset=latin1", "utf-8"),
        ('text/plain; name="a; charset=no"; charset=utf-8', "utf-8"),
        ("charset=utf-8", "utf-8"),
        ("text/plain", ""),
        ("text/plain; charset=", ""),
    ],
)
def test_a_charset_is_found_among_comments_and_mistakes(value, charset):
    assert described(ContentFields(value)).charset == charset


@pytest.mark.parametrize(
    ("value", "boundary"),
    [
        ('multipart/mixed; boundary="b1"', "b1"),
        ("multipart/mixed; boundary=b1", "b1"),
        ("multipart/mixed; BOUNDARY=b1 ; charset=x", "b1"),
        ('multipart/mixed;\tboundary="a b:c/d,(e)"', "a b:c/d,(e)"),
        ('multipart/mixed; boundary="b1  "', "b1"),
        ("multipart/mixed boundary=b1", "b1"),
        ('multipart/mixed; boundary="b1', "b1"),
        ('multipart/mixed; boundary*0="b"; boundary*1="1"', "b1"),
        ("multipart/mixed; boundary=----=_Part_1_2.3", "----=_Part_1_2.3"),
        ('multipart/related; type="text/html"; boundary="b1"', "b1"),
        ('multipart/mixed; (a "comment") boundary="b1"', "b1"),
        ("multipart/mixed; boundary=b\udce9", "b\udce9"),
        ("multipart/mixed", ""),
        ('multipart/mixed; boundary=""', ""),
        (f"multipart/mixed; boundary={'x' * 300}", ""),
    ],
)
def test_a_boundary_is_found_with_its_bytes(value, boundary):
    assert boundary_of(value) == boundary


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ("attachment; filename=\"Uber.pdf\"; filename*=UTF-8''%C3%9Cber.pdf", "Über.pdf"),
        ("attachment; filename*=UTF-8''%C3%9Cber.pdf; filename=\"Uber.pdf\"", "Über.pdf"),
        ("attachment; filename=a.pdf; filename*0*=UTF-8''%C3%9C; filename*1=ber.pdf", "Über.pdf"),
        ("attachment; filename*1*=ber.pdf; filename*0*=UTF-8''%C3%9C", "Über.pdf"),
        ("attachment; filename*0=long; filename*1=name; filename*2=.pdf", "longname.pdf"),
        ("attachment; filename*=iso-8859-1'en'10%80.pdf", "10€.pdf"),
        ("attachment; filename*=gb2312''%81F.pdf", "丗.pdf"),
        ("attachment; filename*=%C3%9Cber.pdf", "Über.pdf"),
        ("attachment; filename*=\"utf-8''%C3%9Cber.pdf\"", "Über.pdf"),
        ("attachment; filename*=klingon''caf%E9.pdf", "café.pdf"),
        ('attachment; filename="=?utf-8?B?w5xiZXIucGRm?="', "Über.pdf"),
        ('attachment; filename="=?utf-8?q?=C3?= =?utf-8?q?=9Cber=2Epdf?="', "Über.pdf"),
        ("attachment; filename==?iso-8859-1?q?=DCber.pdf?=", "Über.pdf"),
        ('attachment; filename*0="=?utf-8?B?w5xi"; filename*1="ZXIucGRm?="', "Über.pdf"),
        ('attachment; filename="\udcdcber.pdf"', "Über.pdf"),
        ("attachment; filename=My report (final).pdf", "My report (final).pdf"),
        ('attachment; filename="a;b.pdf"', "a;b.pdf"),
        ('attachment; filename="a\\"b.pdf"', 'a"b.pdf'),
        ('attachment; filename="report.pdf', "report.pdf"),
        ("attachment;filename=report.pdf;size=10", "report.pdf"),
        ('attachment filename="report.pdf"', "report.pdf"),
        ("filename=report.pdf", "report.pdf"),
        ("attachment; filename*=; filename=report.pdf", "report.pdf"),
        ("attachment", ""),
    ],
)  # fmt: skip
def test_a_file_name_is_read_as_mail_programs_read_it(disposition, name):
    assert file_name(ContentFields("application/pdf", disposition)) == name


def test_the_name_of_the_content_type_is_used_where_the_disposition_has_none():
    assert (
        file_name(ContentFields("application/pdf; name*=utf-8''%C3%9C.pdf; name=u.pdf", "attachment"))
        == "Ü.pdf"
    )
    assert file_name(ContentFields("application/pdf; name=u.pdf", "attachment; filename=f.pdf")) == "f.pdf"
    assert file_name(ContentFields("text/csv; charset=windows-1251; name=\udccf.csv")) == "\u041f.csv"


@pytest.mark.parametrize(
    ("disposition", "kind"),
    [
        ("attachment", "attachment"),
        ("ATTACHMENT;filename=x", "attachment"),
        ('"attachment"; filename=x', "attachment"),
        ("(comment) attachment", "attachment"),
        ("attachement", "attachment"),
        ("inline", "inline"),
        ("Inline; filename=x", "inline"),
        ("", ""),
        ("form-data; name=x", "form-data"),
    ],
)
def test_a_disposition_is_known_however_it_is_written(disposition, kind):
    assert described(ContentFields("text/plain", disposition)).disposition == kind


def test_the_first_field_of_a_name_counts():
    fields = [
        b"Subject: x",
        b"Content-Type:",
        b"CONTENT-TYPE : text/html",
        b"Content-Type: text/plain",
        b"Content-Transfer-Encoding:\r\n base64",
        b"content-transfer-encoding: 7bit",
        b"Content-Disposition: inline",
        b"Content-Disposition: attachment",
    ]
    assert content_fields(fields) == ContentFields("text/html", "inline", "base64")


_PIECES = st.sampled_from(["text/plain", ";", "=", '"', "\\", "(", ")", "charset", "name", "*", "*0*", "''", "%C3", " ", "\udce9", "=?utf-8?q?x?=", "filename", "boundary"])  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(st.one_of(_PIECES, st.text(max_size=3)), max_size=30).map("".join))
def test_no_value_makes_parsing_fail(value):
    fields = ContentFields(value, value, value)
    described(fields)
    boundary_of(value)
    media_type_of(value)
    assert "/" not in file_name(fields)


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(
        st.from_regex(r"[a-z]{1,8}", fullmatch=True),
        st.text(st.characters(codec="ascii", categories=("L", "N", "P", "S")), min_size=1, max_size=20),
        max_size=5,
    )
)
def test_quoted_parameters_read_back(written):
    quoted = "".join(
        f'; {name}="{value}"'.replace("\\", "\\\\")
        .replace('"', '\\"')
        .replace(f'{name}=\\"', f'{name}="')[:-2]
        + '"'
        for name, value in written.items()
    )
    found = parameters_of(f"text/plain{quoted}")
    assert found == written
    for name, value in written.items():
        if "=?" not in value:
            assert parameter(found, name) == value


@pytest.mark.parametrize(
    "unit",
    ["(", ")", '"', ";", "=", "a=", ' a="', "name*0*=x; ", "\\", "(()", "a;", "a b ", "; (x)", "=?utf-8?q?"],
)
def test_a_hostile_value_takes_time_linear_in_its_length(unit):
    value = "text/plain; " + unit * (1_000_000 // len(unit))
    began = time.process_time()
    fields = ContentFields(value, value, value)
    described(fields)
    boundary_of(value)
    media_type_of(unit * 100_000)
    file_name(fields)
    assert time.process_time() - began < 2
