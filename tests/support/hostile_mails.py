"""Mails that are made to cost a server much: as large as is allowed, and each awkward in its own way."""

from __future__ import annotations

SIZE = 14 * 1024 * 1024
LINE = b"x" * 76 + b"\r\n"
ASKED = b"X-MJ-TemplateLanguage: 1\r\nX-Mailjet-TrackOpen: 1\r\nX-Mailjet-TrackClick: 1\r\n"
_HEAD = b"From: alice@example.org\r\nTo: bob@example.net\r\nSubject: attack\r\n"
_HTML = b"Content-Type: text/html\r\n"
_LONG = b"y" * 1_200 + b"\r\n"
_DEPTH, _PARTS = 9, 998
NAMES = ("nested", "parts", "one line", "header", "brackets", "quoted brackets", "less-than", "tags", "links")
"""Of the mails that `crafted` gives."""


def plain(size: int = SIZE) -> bytes:
    return _HEAD + b"\r\n" + LINE * (size // len(LINE))


def crafted() -> dict[str, bytes]:
    """Give each mail by its name; all ask for the template language and for tracking."""
    head = _HEAD + ASKED
    html = head + _HTML + b"\r\n"
    quoted = head + _HTML + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    rows = SIZE // len(LINE)
    return {
        "nested": head + _nested(LINE * rows + _LONG),
        "parts": head + _parts(),
        "one line": html + b"x" * SIZE,
        "header": head + b"Z: y\r\n" * 170_000 + b"\r\nhello",
        "brackets": html + (b"[" * 76 + b"\r\n") * rows,
        "quoted brackets": quoted + (b"=5B" * 25 + b"=\r\n") * rows,
        "less-than": html + (b"<" * 76 + b"\r\n") * rows,
        "tags": html + (b"[[var:a]] " * 7 + b"\r\n") * (SIZE // 72),
        "links": html + (b'<a href="http://a.example/x">x</a>\r\n') * (SIZE // 36),
    }


def _nested(filling: bytes) -> bytes:
    levels = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (depth, depth)
        for depth in range(_DEPTH)
    )
    return levels + _HTML + b"\r\n" + filling


def _parts() -> bytes:
    part = b"--b\r\n" + _HTML + b"\r\n" + LINE * (SIZE // len(LINE) // _PARTS)
    return b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + part * _PARTS + _LONG + b"--b--\r\n"


def call_of(size: int = SIZE) -> bytes:
    """Give the body of a call of ``/v3.1/send`` with a file of about this size."""
    file = b'{"ContentType":"text/plain","Filename":"a.txt","Base64Content":"' + b"eHh4" * (size // 4) + b'"}'
    return (
        b'{"Messages":[{"From":{"Email":"alice@example.org"},"To":[{"Email":"bob@example.net"}],'
        b'"Subject":"attack","TextPart":"x","Attachments":[' + file + b"]}]}"
    )
