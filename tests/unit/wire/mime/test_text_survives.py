"""A text that is filled in or tracked stays the text that a recipient would have read, whatever its part is like."""

from __future__ import annotations

import base64
import binascii
import email
import email.policy
import quopri
import time

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from aerogram.content.links.rewrite import rewrite_html
from aerogram.wire.mime.reading.read import read_mail
from aerogram.wire.mime.reading.scan import scan
from aerogram.wire.mime.writing.edit import bodies_of, texts_of, with_bodies

MARK = "\u2063MARK\u2063"
LABELS = ["iso-8859-1", "us-ascii", "windows-1252", "gb2312", "big5", "shift_jis", "euc-jp", "iso-2022-jp", "ks_c_5601-1987",
          "tis-620", "iso-8859-9", "koi8-r", "utf-8", "utf-8mb4", "utf-16", "utf-7", "klingon", "", "x-mac-cyrillic", "cp-850"]  # fmt: skip
ENCODINGS = ["7bit", "8 bit", "Quoted-Printable;", "base64 (so)", "x-uuencode", "utf-8", "BASE-64"]
LAYOUTS = ["top", "alternative", "named", "inline", "related", "deep"]


def encoded(data: bytes, encoding: str) -> bytes:
    if "rintable" in encoding:
        return quopri.encodestring(data.replace(b"\r", b"=0D")).replace(b"\n", b" \r\n")
    if "64" in encoding:
        return base64.encodebytes(data).replace(b"\n", b"\r\n")
    if "uu" in encoding:
        lines = [binascii.b2a_uu(data[at : at + 45]) for at in range(0, len(data), 45)]
        return (b"begin 644 x\n" + b"".join(lines) + b"`\nend\n").replace(b"\n", b"\r\n")
    return data


def a_mail(content: bytes, label: str, encoding: str, layout: str, subtype: str) -> bytes:
    named = {"named": f'; name="a.{subtype}"'}.get(layout, "")
    head = (
        f"Content-Type: text/{subtype}; charset={label}{named}\r\nContent-Transfer-Encoding: {encoding}\r\n"
    )
    if layout == "inline":
        head += "Content-Disposition: inline; filename*=utf-8''%C3%A9.txt\r\n"
    part = head.encode() + b"\r\n" + content
    mail = b"From: a@example.org\r\nMIME-Version: 1.0\r\n"
    if layout == "top":
        return mail + part
    kind = {"alternative": "alternative", "related": "related"}.get(layout, "mixed")
    for level in range(4 if layout == "deep" else 1):
        part = (
            f'Content-Type: multipart/{kind}; boundary="b{level}"\r\n\r\n--b{level}\r\n'.encode()
            + part
            + f"\r\n--b{level}--".encode()
        )
    return mail + part


def changed(mail: bytes, change) -> bytes:
    bodies = bodies_of(mail)
    return with_bodies(mail, bodies, [change(body.text) for body in bodies])


def plain_lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


@settings(max_examples=400, deadline=None)
@given(
    st.one_of(st.binary(max_size=120), st.text(max_size=60).map(str.encode), st.text(max_size=40).map(lambda text: text.encode("gb18030", "ignore"))),
    st.sampled_from(LABELS),
    st.sampled_from(ENCODINGS),
    st.sampled_from(LAYOUTS),
    st.sampled_from(["plain", "html"]),
)  # fmt: skip
def test_what_was_read_before_is_read_after_a_change(data, label, encoding, layout, subtype):
    # A text that holds a delimiter or a bare line end is not one that SMTP brings.
    assume(b"--b" not in data and b"\n" not in data and b"\r" not in data and b"-----BEGIN" not in data)
    mail = a_mail(encoded(data, encoding), label, encoding, layout, subtype)
    [before] = bodies_of(mail)
    assume("charset" not in before.text and "encoding" not in before.text)
    assert texts_of(mail).uneditable == ()
    shown = read_mail(mail)
    assert (shown.html if subtype == "html" else shown.text) == before.text
    assert changed(mail, lambda text: text) == mail
    after = changed(mail, lambda text: text + MARK)
    [body] = bodies_of(after)
    assert plain_lines(body.text).rstrip("\n") == (plain_lines(before.text) + MARK).rstrip("\n")
    assert body.subtype == subtype
    # The standard library, which is strict, reads the same text.
    [leaf] = [
        part
        for part in email.message_from_bytes(after, policy=email.policy.default).walk()
        if not part.is_multipart()
    ]
    assert leaf.get_content_charset() == "utf-8"
    assert plain_lines(leaf.get_payload(decode=True).decode()).rstrip("\n") == plain_lines(body.text).rstrip(
        "\n"
    )
    assert all(len(line) <= 998 for line in after.split(b"\r\n")[6:])


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200), st.sampled_from(LABELS), st.sampled_from(ENCODINGS), st.sampled_from(LAYOUTS))
def test_a_tracked_text_differs_in_its_links_alone(data, label, encoding, layout):
    assume(not any(each in data for each in (b"--b", b"\n", b"\r", b"<", b"charset")))
    body = b'<p><a href="https://x.example/">' + data + b"</a></p>"
    mail = a_mail(encoded(body, encoding), label, encoding, layout, "html")
    [before] = bodies_of(mail)

    def tracked(text: str) -> str:
        return rewrite_html(
            text,
            link_for=lambda url: "https://t.example/c/" + url,
            url_tags="",
            pixel_url="https://t.example/o",
        )

    [after] = bodies_of(changed(mail, tracked))
    assert plain_lines(after.text).rstrip("\n") == plain_lines(tracked(before.text)).rstrip("\n")


_FRAGMENTS = st.sampled_from(
    [b"Content-Type: ", b"multipart/mixed; boundary=b\r\n", b"text/html; charset=", b"utf-16", b"gb2312", b"\r\n\r\n", b"\r\n", b"--b\r\n",
     b"--b--\r\n", b"Content-Transfer-Encoding: ", b"base64", b"x-uuencode", b"quoted-printable", b"Content-Disposition: inline; filename*=",
     b"<meta charset=", b"\xff\xfe", b"=?", b"multipart/signed; boundary=b\r\n", b"multipart/alternative", b"[[UNSUB_LINK]]"]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(st.one_of(_FRAGMENTS, st.binary(max_size=12)), max_size=30).map(b"".join))
def test_no_mail_makes_reading_or_writing_fail_and_all_count_alike(pieces):
    mail = b"From: a@example.org\r\n" + pieces.replace(b"\r", b"").replace(b"\n", b"\r\n")
    if b"\r\n\r\n" not in mail:
        mail += b"\r\n\r\n"
    shown = read_mail(mail)
    found = texts_of(mail)
    assert len(read_mail(changed(mail, lambda text: text + "\u00fc")).files) == len(shown.files)
    if found.bodies and not found.uneditable:
        assert all(body.text in (shown.text or "") + (shown.html or "") for body in found.bodies)


def test_scan_and_the_inbox_agree_on_subjects():
    for subject in (b"caf\xe9", b"=?gb2312?B?nHk=?=", b"\xc3\xa9", b"\x93x\x94"):
        mail = (
            b"From: a@example.org\r\nSubject: "
            + subject
            + b"\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nx"
        )
        assert scan(mail).subject == read_mail(mail).header("Subject")


@pytest.mark.parametrize(
    "unit", [b"\r\n--b\r\n", b"\r\n--bx", b"\r\n--b \r\n", b"\r\n--b  x", b"--b--", b"<meta charset=x>", b"=\r\n", b"[[", b"\xff", b"begin \r\n"]
)  # fmt: skip
@pytest.mark.parametrize("encoding", [b"quoted-printable", b"base64", b"x-uuencode", b"x-none"])
def test_a_large_hostile_mail_takes_time_linear_in_its_length(unit, encoding):
    head = b"From: a@example.org\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n"
    mail = (
        head
        + b"Content-Type: text/html; charset=gb2312\r\nContent-Transfer-Encoding: "
        + encoding
        + b"\r\n\r\n"
    )
    mail += unit * (2_000_000 // len(unit))
    began = time.process_time()
    assert scan(mail).shape is not None
    read_mail(mail)
    changed(mail, lambda text: text + "\u00fc")
    assert time.process_time() - began < 6
