"""What is a body: the same parts are shown, filled in and counted, with a name or without."""

from __future__ import annotations

import pytest

from aerogram.wire.mime.reading.read import read_mail
from aerogram.wire.mime.reading.scan import scan
from aerogram.wire.mime.writing.edit import bodies_of, texts_of

HEAD = b"From: a@example.org\r\nMIME-Version: 1.0\r\n"


def part(content_type: bytes, body: bytes, *more: bytes) -> bytes:
    return b"\r\n".join((b"Content-Type: " + content_type, *more, b"", body))


def multipart(kind: bytes, *parts: bytes, boundary: bytes = b"b") -> bytes:
    body = b"".join(b"--%b\r\n%b\r\n" % (boundary, each) for each in parts)
    return b'Content-Type: multipart/%b; boundary="%b"\r\n\r\n%b--%b--\r\n' % (kind, boundary, body, boundary)


def inline(name: bytes = b"x.txt") -> bytes:
    return b"Content-Disposition: inline; filename=" + name


ATTACHED = b"Content-Disposition: attachment; filename=x.txt"
PLAIN = part(b"text/plain", b"plain")
HTML = part(b"text/html", b"<p>")
PDF = part(b"application/pdf; name=a.pdf", b"%PDF")
ALTERNATIVES = multipart(
    b"alternative",
    part(b"text/plain; name=a.txt", b"plain"),
    part(b"text/html; name=a.html", b"<p>"),
    boundary=b"c",
)

CASES = [
    # mail, texts, htmls, names of files
    (part(b"text/plain; name=a.txt", b"plain"), ["plain"], [], []),
    (part(b"text/html; name=a.html", b"<p>"), [], ["<p>"], []),
    (part(b"text/plain", b"plain", inline()), ["plain"], [], []),
    (part(b"text/plain", b"plain", ATTACHED), [], [], ["x.txt"]),
    (part(b"text/plain", b"plain", b"Content-Disposition: attachment"), [], [], ["part-1.txt"]),
    (part(b"text", b"plain"), ["plain"], [], []),
    (ALTERNATIVES, ["plain"], ["<p>"], []),
    (multipart(b"mixed", ALTERNATIVES, PDF), ["plain"], ["<p>"], ["a.pdf"]),
    (multipart(b"mixed", PDF, ALTERNATIVES), ["plain"], ["<p>"], ["a.pdf"]),
    (multipart(b"mixed", part(b"text/plain; name=a.txt", b"plain"), PDF), ["plain"], [], ["a.pdf"]),
    (multipart(b"mixed", part(b"text/plain", b"plain", inline()), PDF), ["plain"], [], ["a.pdf"]),
    (multipart(b"mixed", PLAIN, part(b"text/plain; name=notes.txt", b"note")), ["plain"], [], ["notes.txt"]),
    (multipart(b"mixed", PLAIN, part(b"text/html; name=page.html", b"<i>")), ["plain"], [], ["page.html"]),
    (multipart(b"mixed", PLAIN, part(b"text/plain", b"footer")), ["plain", "footer"], [], []),
    (multipart(b"mixed", PLAIN, part(b"text/plain", b"shown", inline())), ["plain", "shown"], [], []),
    (multipart(b"mixed", PLAIN, part(b"text/html", b"<i>", inline(b"x.html"))), ["plain"], ["<i>"], []),
    (multipart(b"mixed", PLAIN, part(b"text/plain", b"kept", ATTACHED)), ["plain"], [], ["x.txt"]),
    (
        multipart(b"alternative", PLAIN, multipart(b"related", part(b"text/html; name=a.html", b"<p>"), PDF, boundary=b"c")),
        ["plain"],
        ["<p>"],
        ["a.pdf"],
    ),
    (multipart(b"alternative", PLAIN, part(b"text/calendar; name=i.ics", b"ics"), HTML), ["plain"], ["<p>"], ["i.ics"]),
    (multipart(b"mixed", ALTERNATIVES, part(b"text/plain; name=notes.txt", b"note")), ["plain"], ["<p>"], ["notes.txt"]),
    (multipart(b"mixed", PLAIN, part(b"message/rfc822", PLAIN)), ["plain"], [], ["part-1.eml"]),
    (multipart(b"digest", b"\r\nSubject: x\r\n\r\nx"), [], [], ["part-1.eml"]),
    (multipart(b"mixed", multipart(b"mixed", PLAIN, boundary=b"b-1"), PDF), ["plain"], [], ["a.pdf"]),
]  # fmt: skip


@pytest.mark.parametrize(("mail", "texts", "htmls", "files"), CASES)
def test_the_same_parts_are_shown_filled_in_and_counted(mail, texts, htmls, files):
    shown = read_mail(HEAD + mail)
    assert (shown.text or "").split("\r\n") == (texts or [""])
    assert (shown.html or "").split("\r\n") == (htmls or [""])
    assert [file.name for file in shown.files] == files
    bodies = bodies_of(HEAD + mail)
    assert [body.text for body in bodies if body.subtype == "plain"] == texts
    assert [body.text for body in bodies if body.subtype == "html"] == htmls
    if texts or htmls:
        assert all(each.is_aside for each in texts_of(HEAD + mail).uneditable)
    shape = scan(HEAD + mail).shape
    assert (shape.has_text, shape.has_html, shape.attachment_count) == (bool(texts), bool(htmls), len(files))
    assert shape.has_editable_html == bool(htmls)


SEALED = [
    (multipart(b"signed", PLAIN, part(b"application/pgp-signature", b"x")), "plain", "it is signed"),
    (multipart(b"mixed", multipart(b"signed", HTML, boundary=b"c"), PDF), "<p>", "it is signed"),
    (multipart(b"encrypted", part(b"application/pgp-encrypted", b"x"), PDF), "", "it is encrypted"),
    (part(b"application/x-pkcs7-mime; name=smime.p7m", b"x"), "", "S/MIME"),
    (part(b"text/plain", b"-----BEGIN PGP SIGNED MESSAGE-----\r\nx"), "-----BEGIN PGP SIGNED MESSAGE-----\r\nx", "PGP"),
    (part(b"text/html", b"<p>", b"Content-Transfer-Encoding: x-yencode"), "<p>", "'x-yencode' is unknown"),
    (part(b"multipart/mixed; boundary=c", b"--b\r\n\r\nx"), "--b\r\n\r\nx", "its boundary 'c'"),
    (part(b"multipart/alternative", b"--b\r\n\r\nx"), "--b\r\n\r\nx", "names no boundary"),
    (part(b"text/plain", b"x", b"X-Long: " + b"x" * 70_000), None, ""),
    (multipart(b"mixed", part(b"text/plain", b"x", b"X-Long: " + b"x" * 70_000)), "x", "fields are too long"),
]  # fmt: skip


@pytest.mark.parametrize(("mail", "text", "reason"), SEALED)
def test_a_text_that_must_stay_is_named_with_the_reason(mail, text, reason):
    found = texts_of(HEAD + mail)
    if text is None:
        assert [body.text for body in found.bodies] == ["x"]
        return
    assert found.bodies == ()
    [sealed] = found.uneditable
    assert sealed.text == text
    assert reason in sealed.sentence
    assert sealed.sentence.endswith(".")
    assert not scan(HEAD + mail).shape.has_editable_html


@pytest.mark.parametrize(
    "mail",
    [
        multipart(b"mixed", PLAIN, part(b"application/pkcs7-mime; name=smime.p7m", b"x")),
        multipart(b"mixed", PLAIN, part(b"message/rfc822", multipart(b"signed", PLAIN, boundary=b"c"))),
        part(b"multipart/mixed; boundary=c", b""),
        part(b"image/png", b"x"),
        b"Content-Type: text/plain",
    ],
)
def test_files_and_empty_mails_hold_no_text_that_must_stay(mail):
    assert texts_of(HEAD + mail).uneditable == ()


def test_files_are_described_as_mail_programs_show_them():
    mail = multipart(
        b"mixed",
        PLAIN,
        part(b"application/pdf", b"aGk=", b"Content-Transfer-Encoding: base64;",
             b"Content-Disposition: attachment; filename=\"Uber.pdf\"; filename*=UTF-8''%C3%9Cber.pdf"),
        part(b"image/png", b"png", b"content-id:\r\n <logo@x>", b"Content-Disposition: inline"),
    )  # fmt: skip
    pdf, png = read_mail(HEAD + mail).files
    assert (pdf.name, pdf.content, pdf.is_inline) == ("Über.pdf", b"hi", False)
    assert (png.name, png.content_id, png.is_inline) == ("part-2.png", "logo@x", True)


def test_raw_bytes_of_a_file_name_are_in_the_charset_of_the_text():
    mail = multipart(
        b"mixed",
        part(b"application/pdf", b"x", b'Content-Disposition: attachment; filename="\xcf\xf0.pdf"'),
        part(b"text/plain; charset=windows-1251", b"x"),
        part(b"application/pdf", b"x", b'Content-Disposition: attachment; filename="\xc3\xa9.pdf"'),
    )
    assert [file.name for file in read_mail(HEAD + mail).files] == ["\u041f\u0440.pdf", "é.pdf"]


def test_of_two_fields_the_first_counts_and_the_second_goes_when_the_part_is_written():
    mail = (
        HEAD
        + b"Content-Type: text/plain; charset=utf-8\r\nContent-Type: text/html\r\n"
        + b"Content-Transfer-Encoding: 7bit\r\nContent-Transfer-Encoding: base64\r\n\r\nhello"
    )
    assert read_mail(mail).text == "hello"
    [body] = bodies_of(mail)
    assert (body.subtype, body.text) == ("plain", "hello")
