"""Texts that scripts write wrongly are read as mail programs show them, or named when they cannot be filled in."""

from __future__ import annotations

import pytest

from aerogram.wire.mime.reading.read import read_mail
from aerogram.wire.mime.reading.scan import scan
from aerogram.wire.mime.writing.edit import bodies_of, texts_of, with_bodies

HEAD = b"From: a@example.org\r\nMIME-Version: 1.0\r\n"
MIXED = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"


def parts(*each: bytes) -> bytes:
    return MIXED + b"".join(b"--b\r\n%b\r\n" % one for one in each) + b"--b--\r\n"


NO_EMPTY_LINE = {
    b"Content-Type: text/html\r\n<p>Hi {{var:n}}</p>": ("html", "<p>Hi {{var:n}}</p>"),
    b"Content-Type: text/html\r\n<p>Hi</p>\r\n\r\n<p>more</p>": ("html", "<p>Hi</p>\r\n\r\n<p>more</p>"),
    b"Content-Type: text/html\r\n<p style='color:red'>Hi": ("html", "<p style='color:red'>Hi"),
    b"Content-Type: text/html\r\n<p>Hi:</p>": ("html", "<p>Hi:</p>"),
    b"Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n<b>x": ("html", "<b>x"),
    b"Content-Type: text/plain;\r\n charset=utf-8\r\nHi you": ("plain", "Hi you"),
    b"Content-Type: text/plain;\r\ncharset=utf-8\r\nHi you": ("plain", "Hi you"),
    b"Hi {{var:n}}": ("plain", "Hi {{var:n}}"),
    b"{{var:n}}": ("plain", "{{var:n}}"),
    b"{{var:n}}: hello": ("plain", "{{var:n}}: hello"),
    b"[[data:n]]": ("plain", "[[data:n]]"),
    b" Hi {{var:n}}": ("plain", " Hi {{var:n}}"),
    b"Dear Ann: hello": ("plain", "Dear Ann: hello"),
}


@pytest.mark.parametrize("part", NO_EMPTY_LINE)
def test_the_text_of_a_part_begins_with_the_first_line_that_is_no_field(part):
    subtype, text = NO_EMPTY_LINE[part]
    mail = parts(part)
    assert [(body.subtype, body.text) for body in bodies_of(mail)] == [(subtype, text)]
    shown = read_mail(mail)
    assert (shown.html if subtype == "html" else shown.text) == text


@pytest.mark.parametrize("part", NO_EMPTY_LINE)
def test_a_part_that_is_written_anew_gets_its_empty_line(part):
    mail = parts(part)
    changed = with_bodies(mail, bodies_of(mail), ["caf\u00e9"])
    [body] = bodies_of(changed)
    assert body.text == "caf\u00e9"
    assert changed[: body.start].endswith(b"\r\n\r\n")
    assert with_bodies(mail, bodies_of(mail), [bodies_of(mail)[0].text]) == mail


def test_a_part_of_fields_alone_stays_empty():
    assert bodies_of(parts(b"Content-Type: text/html\r\nX-Note: none")) == ()


def test_a_multipart_without_an_empty_line_is_entered():
    inner = b"Content-Type: multipart/alternative; boundary=c\r\n--c\r\nContent-Type: text/html\r\n\r\n<p>\r\n--c--"
    assert [body.text for body in bodies_of(parts(inner))] == ["<p>"]


def test_text_that_stands_only_before_the_first_boundary_cannot_be_changed():
    found = texts_of(MIXED + b"Hi {{var:n}}\r\n--b--\r\n")
    [text] = found.uneditable
    assert text.text.strip() == "Hi {{var:n}}"
    assert "no line begins with its boundary" in text.sentence
    assert not text.is_aside
    assert read_mail(MIXED + b"Hi\r\n--b--\r\n").notes
    assert scan(MIXED + b"[[UNSUB_LINK]]\r\n--b--\r\n").shape.bodies_end


def test_text_before_parts_is_hidden_and_an_empty_multipart_is_no_text():
    assert texts_of(MIXED + b"preamble\r\n--b\r\n\r\nHi\r\n--b--\r\n").uneditable == ()
    assert texts_of(MIXED + b"--b--\r\n").uneditable == ()


PLAIN_TYPES = (
    "text/plan",
    "text/pain",
    "plain/text",
    "text/enriched",
    "text/richtext",
    "text/markdown",
    "text/rtf",
    "text/x-plain",
    "text/ascii",
    "text/utf-8",
    "text/unknown",
    "application/octet-stream",
)
HTML_TYPES = (
    "text/htm",
    "text/html5",
    "text/x-html",
    "text/xhtml",
    "text/html-utf8",
    "text/html+xml",
    "html/text",
    "text/hmtl",
    "TEXT/HTM",
    "application/xhtml+xml",
)


@pytest.mark.parametrize("media_type", [*PLAIN_TYPES, *HTML_TYPES])
def test_an_unknown_text_that_is_the_body_is_read(media_type):
    mail = HEAD + f"Content-Type: {media_type}\r\n\r\nHi {{{{var:n}}}}".encode()
    subtype = "html" if media_type in HTML_TYPES else "plain"
    assert [(body.subtype, body.text) for body in bodies_of(mail)] == [(subtype, "Hi {{var:n}}")]
    shape = scan(mail).shape
    assert (shape.has_html, shape.has_text) == (subtype == "html", subtype == "plain")
    shown = read_mail(mail)
    assert (shown.html or shown.text) == "Hi {{var:n}}"
    assert shown.files == ()
    changed = with_bodies(mail, bodies_of(mail), ["caf\u00e9"])
    assert [body.text.strip() for body in bodies_of(changed)] == ["caf\u00e9"]


@pytest.mark.parametrize("media_type", PLAIN_TYPES)
def test_an_unknown_text_beside_a_body_stays_a_file(media_type):
    mail = parts(b"\r\nbody", f"Content-Type: {media_type}\r\n\r\nnotes".encode())
    assert [body.text for body in bodies_of(mail)] == ["body"]
    assert len(read_mail(mail).files) == 1
    assert all(each.is_aside for each in texts_of(mail).uneditable)


ASIDE = (
    b"Content-Type: text/x-amp-html\r\n\r\n{{var:n}}",
    b"Content-Type: text/calendar\r\n\r\n{{var:n}}",
    b"Content-Type: text/watch-html\r\n\r\n{{var:n}}",
    b"Content-Type: text/html; name=a.html\r\n\r\n{{var:n}}",
    b"Content-Type: text/html\r\nContent-Disposition: attachment\r\n\r\n{{var:n}}",
    b"Content-Type: message/rfc822\r\n\r\nSubject: x\r\n\r\n{{var:n}}",
)


@pytest.mark.parametrize("part", ASIDE)
def test_a_text_that_programs_do_not_show_is_named_when_it_is_all_there_is(part):
    found = texts_of(HEAD + part)
    if found.bodies:  # The first text is a body also with a name.
        assert b"name=" in part
        return
    [text] = found.uneditable
    assert not text.is_aside
    assert "{{var:n}}" in text.text
    assert text.sentence.startswith("The ")


@pytest.mark.parametrize("part", ASIDE[:4])
def test_a_text_beside_a_body_is_named_so_that_a_tag_in_it_blocks(part):
    [text] = texts_of(parts(b"\r\nbody", part)).uneditable
    assert text.is_aside
    assert "{{var:n}}" in text.text


@pytest.mark.parametrize("part", ASIDE[4:])
def test_what_is_attached_beside_a_body_is_a_file(part):
    assert texts_of(parts(b"\r\nbody", part)).uneditable == ()
