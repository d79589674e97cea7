"""Encodes a part's content so that it can leave, and its Content-Transfer-Encoding field (RFC 2045 §6).

The decoded content stays the same, octet for octet.
"""

from __future__ import annotations

import binascii
import re
from typing import TYPE_CHECKING, Final

from aerogram.wire.mime import transfer_decoding
from aerogram.wire.mime.lines import MAX_LINE
from aerogram.wire.mime.reading.fields import name_of, split_fields
from aerogram.wire.mime.transfer import BASE64_ALPHABET, encode_bytes, wrapped_base64
from aerogram.wire.mime.transfer_decoding import base64_decoded, transfer_decoded

if TYPE_CHECKING:
    from collections.abc import Sequence

QUOTED_LINE: Final = 76
"""Characters of a line of quoted-printable (RFC 2045 §6.7 (5))."""
_CRLF: Final = b"\r\n"
_SPACES: Final = b" \t\r\n"
_eight_bit: Final = re.compile(rb"[\x80-\xff]")
# An equals sign that begins neither an escape nor a soft line break; what follows it must not change.
_is_malformed: Final = re.compile(rb"=(?![0-9A-Fa-f]{2}|[ \t]*+(?:\r\n|\Z))").search
_comment: Final = re.compile(r"\([^()]*\)")


def label_of(value: str) -> str:
    """Return the encoding that a field names, in lower case and without comments and blanks; "" for none."""
    known = transfer_decoding.encoding_of(value)
    if known in (transfer_decoding.BASE64, transfer_decoding.QUOTED_PRINTABLE):
        return known
    return "".join(_comment.sub("", value).split()).strip("\"';").lower()


def encoded(content: bytes, encoding: str, boundaries: Sequence[bytes]) -> tuple[bytes, bytes]:
    """Return the name of an encoding and the content in it; ``encoding`` is that of ``content``.

    Encoded content keeps its encoding. Other content gets quoted-printable or base64, whichever is shorter.
    ``boundaries`` are those of the multiparts around it: no line of the result begins with one.
    """
    if encoding == "quoted-printable" and _is_malformed(content):
        content, encoding = transfer_decoded(content, encoding), ""
    if encoding == "quoted-printable":
        return b"quoted-printable", _wrapped_quoted(content)
    if encoding == "base64":
        return b"base64", _wrapped_again(content)
    name, written = encode_bytes(content, boundaries)
    return name, written + (_CRLF if name == b"base64" and content.endswith(_CRLF) else b"")


def with_encoding_field(head: bytes, encoding: bytes, *, is_top: bool) -> bytes:
    """Return the fields of a part with this Content-Transfer-Encoding in place of its own.

    ``is_top`` is for a whole mail: it needs a MIME-Version to give the field meaning (RFC 2045 §4).
    """
    written = b"Content-Transfer-Encoding: " + encoding
    out: list[bytes] = []
    names: set[bytes] = set()
    for field in split_fields(head):
        name = name_of(field)
        if name != b"content-transfer-encoding":
            out.append(field)
        elif name not in names:
            # Mail programs go by the first of several.
            out.append(written)
        names.add(name)
    if b"content-transfer-encoding" not in names:
        out.append(written)
    if is_top and b"mime-version" not in names:
        out.append(b"MIME-Version: 1.0")
    return _CRLF.join(out) + (_CRLF if head.endswith(_CRLF) else b"")


def _wrapped_quoted(content: bytes) -> bytes:
    """Break the long lines of quoted-printable with soft line breaks, and escape 8-bit octets."""
    if not content.isascii():
        content = _eight_bit.sub(lambda found: b"=%02X" % found[0][0], content)
    return _CRLF.join(
        [line if len(line) <= MAX_LINE else _soft_broken(line) for line in content.split(_CRLF)]
    )


def _soft_broken(line: bytes) -> bytes:
    pieces: list[bytes] = []
    at = 0
    # A piece may grow by two octets, and by the "=" at its end.
    width = QUOTED_LINE - 3
    while len(line) - at > width:
        cut = at + width
        # A break inside "=3D" would end the escape.
        escape = line.rfind(b"=", cut - 2, cut)
        cut = escape if escape >= 0 else cut
        pieces.append(line[at:cut])
        at = cut
    pieces.append(line[at:])
    # A new line must not begin like a delimiter.
    return b"=\r\n".join(
        [pieces[0], *(b"=2D" + each[1:] if each[:1] == b"-" else each for each in pieces[1:])]
    )


def _wrapped_again(content: bytes) -> bytes:
    """Wrap base64 at 76 characters; characters that decoders skip are dropped."""
    raw = content.translate(None, _SPACES)
    if raw.translate(None, BASE64_ALPHABET + b"="):
        raw = binascii.b2a_base64(base64_decoded(content), newline=False)
    return wrapped_base64(raw) + (_CRLF if content.endswith(_CRLF) else b"")
