"""Fuzz the reading and editing of mail: mails made by grammar, damaged.

A mail fails when reading raises, when its scan points outside of it, when editing without a change changes its bytes, or
when editing raises anything but `HeaderError`.
"""

# ruff: noqa: INP001, PLR2004 - a script, whose numbers are odds

from __future__ import annotations

import base64
import contextlib
import quopri
import sys
from typing import TYPE_CHECKING, Final

from loop import main, mutated

from aerogram.wire.errors import HeaderError, MailError, UnreadableMailError
from aerogram.wire.mime.reading.mailboxes import parse_mailboxes
from aerogram.wire.mime.reading.read import read_mail
from aerogram.wire.mime.reading.scan import scan
from aerogram.wire.mime.writing.edit import bodies_of, set_subject, with_bodies

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable

CHARSETS: Final = (
    b"utf-8",
    b"us-ascii",
    b"iso-8859-1",
    b"utf-8mb4",
    b"gb2312",
    b"shift_jis",
    b"utf-7",
    b"x-none",
    b"",
    b"utf-16",
    b"hz",
)
ENCODINGS: Final = (
    b"7bit",
    b"8bit",
    b"8 bit",
    b"base64",
    b"quoted-printable",
    b"QUOTED-PRINTABLE (yes)",
    b"uuencode",
    b"binary",
    b"",
)
KINDS: Final = (
    b"text/plain",
    b"text/html",
    b"image/png",
    b"message/rfc822",
    b"application/pdf",
    b"text/calendar",
    b"",
    b"/",
    b"text",
)
FIELDS: Final = (
    b"Subject: =?utf-8?q?Zo=C3=A9?= =?x?b?####?=", b'From: "A, B" <a@example.com>, group: b@example.com;', b"To: a@example.com",
    b"Subject: Gr\xfc\xdfe", b"X-Long: " + b"x" * 2_000, b"Received: a;\r\n\tb", b"Message-ID: <a@b>", b"Bcc: c@example.com", b": none", b"Broken",
    b"Content-Type: text/plain", b"Content-Disposition: inline; filename*=utf-8''%E2%82%AC", b"Date: never",
)  # fmt: skip
TEXTS: Final = (
    b"Hello [[data:x]]",
    "Zo\u00e9".encode(),
    b"Zo\xe9 = \x93x\x94",
    b"<p>{{var:a}}</p>",
    b"",
    b"=\r\n=3D=E9 \r\n",
    b"x" * 3_000,
    b".\r\n",
)
PIECES: Final = (
    b"\r\n",
    b"\n",
    b"\r",
    b"--b1",
    b"--b1--",
    b";",
    b'"',
    b"=?",
    b"?=",
    b"(",
    b"\\",
    b"\0",
    b"\xff",
    b"=",
    b"boundary=",
    b"Content-Type: ",
    b"\r\n\r\n",
    b"charset=",
    b"<",
    b",",
)


class Broken(AssertionError):  # noqa: N818 - it says what the reader is
    """The reader did something it must never do."""


class MimeReading:
    """Mails."""

    name = "mime_reading"
    noun = "mails"

    def make(self, rng: random.Random) -> bytes:
        """Make a mail; two of three are then damaged."""
        if rng.random() < 0.02:
            return rng.choice((b"--b1\r\n", b"(", b"=?a?q?", b"<", b'"', b"a@b,", b"X: y\r\n")) * rng.choice(
                (100, 20_000)
            )
        fields = b"".join(
            each + b"\r\n"
            for each in rng.sample(FIELDS if rng.randrange(4) == 0 else FIELDS[2:8], rng.randrange(5))
        )
        mail = b"From: a@example.com\r\n" + fields + a_part(rng, rng.randrange(4))
        return mutated(rng, mail, PIECES) if rng.randrange(3) else mail

    def test(self, rng: random.Random, given: bytes) -> Iterable[str]:  # noqa: ARG002 - the signature of a target
        """Read a mail in all ways, and edit it."""
        read_mail(given)
        try:
            found = scan(given)
        except UnreadableMailError:
            return ("not taken",)
        if not 0 <= found.head_end <= found.body_start <= len(found.data):
            raise Broken(f"a scan from {found.head_end} to {found.body_start}")
        with contextlib.suppress(MailError):
            parse_mailboxes(given[:2_000].decode("utf-8", "replace"))
        try:
            bodies = bodies_of(given)
            texts = [body.text for body in bodies]
            if with_bodies(given, bodies, texts) != given:
                raise Broken("no change changed the bytes")
            with_bodies(given, bodies, [f"{text}\u20ac[[x]]" for text in texts])
            set_subject(given, "Zo\u00e9")
        except HeaderError:
            return ("refused",)
        return ("edited" if bodies else "without bodies",)


def a_part(rng: random.Random, depth: int) -> bytes:
    """Make a part with its fields."""
    if depth:
        boundary = rng.choice((b"b1", b"b1", b"b 2", b"b3" * 40, b""))
        inside = b"".join(
            b"--" + boundary + b"\r\n" + a_part(rng, depth - 1) + b"\r\n" for _ in range(rng.randrange(4))
        )
        kind = rng.choice((b"mixed", b"alternative", b"related", b"signed", b""))
        return b'Content-Type: multipart/%b; boundary="%b"\r\n\r\n%b--%b--\r\n' % (
            kind,
            boundary,
            inside,
            boundary,
        )
    encoding, text = rng.choice(ENCODINGS), rng.choice(TEXTS)
    if encoding == b"base64":
        text = base64.encodebytes(text)
    elif encoding.lower().startswith(b"quoted"):
        text = quopri.encodestring(text)
    return b"Content-Type: %b; charset=%b%b\r\nContent-Transfer-Encoding: %b\r\n\r\n%b" % (
        rng.choice(KINDS), rng.choice(CHARSETS), rng.choice((b"", b"", b"; name=x")), encoding, text,
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main(MimeReading(), "Fuzz the reading of mail."))
