"""Content-transfer-encodings: how bodies and files cross SMTP unharmed (RFC 2045 §6)."""

from __future__ import annotations

import binascii
import struct
from typing import Final

from aerogram.wire.errors import AttachmentError

MAX_LINE: Final = 998
"""Octets of a line without its CRLF (RFC 5322 §2.1.1)."""
BASE64_LINE: Final = 76
"""Characters of a line of base64 (RFC 2045 §6.8)."""
BOUNDARY_MARK: Final = "--=_"
"""How every delimiter of ours begins; neither quoted-printable nor base64 can produce it (RFC 2045 §6.7)."""

_ALPHABET: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_SPACES: Final = b" \t\r\n"
_BLOCK_LINES: Final = 128
_BLOCK: Final = struct.Struct(f"{BASE64_LINE}s" * _BLOCK_LINES)


def encode_body(text: str) -> tuple[bytes, bytes]:
    """Give a text body its encoding: (name of the encoding, encoded bytes with CRLF line ends).

    7bit when it fits, else quoted-printable or base64, whichever is shorter. Line ends of any kind
    become CRLF.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _fits_7bit(text):
        return b"7bit", text.replace("\n", "\r\n").encode()
    data = text.encode("utf-8", "replace")
    quoted = binascii.b2a_qp(data).replace(b"\n", b"\r\n")
    data = data.replace(b"\n", b"\r\n")
    base64_length = (len(data) + 2) // 3 * 4 * (BASE64_LINE + 2) // BASE64_LINE
    if len(quoted) <= base64_length:
        return b"quoted-printable", quoted
    return b"base64", _wrap(binascii.b2a_base64(data, newline=False))


def encode_base64(text: str) -> bytes:
    """Give a text body as base64, in which no boundary can stand; line ends of any kind become CRLF."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")
    return _wrap(binascii.b2a_base64(text.encode("utf-8", "replace"), newline=False))


def _fits_7bit(text: str) -> bool:
    if not text.isascii() or "\0" in text or BOUNDARY_MARK in text:
        return False
    return len(text) <= MAX_LINE or max(map(len, text.split("\n"))) <= MAX_LINE


def wrap_base64(content: str) -> bytes:
    """Lay out base64 text in lines of 76 with CRLF between them; white space in it is dropped.

    Raises `AttachmentError` for anything that is not base64: a stray character could be a delimiter.
    """
    try:
        raw = content.encode("ascii")
    except UnicodeEncodeError:
        raise AttachmentError(
            "The content of a file is not base64: it holds a character beyond ASCII."
        ) from None
    # One pass finds all that is not of the alphabet: nothing or padding when the text is in order.
    rest = raw.translate(None, _ALPHABET)
    if rest and not (rest in (b"=", b"==") and raw.endswith(rest)):
        raw = raw.translate(None, _SPACES)
        rest = rest.translate(None, _SPACES)
        if rest not in (b"", b"=", b"==") or not raw.endswith(rest):
            raise AttachmentError(
                "The content of a file is not base64: it holds a character that base64 has not."
            )
    if len(raw) % 4:
        raise AttachmentError("The content of a file is not base64: its length is not a multiple of four.")
    return _wrap(raw)


def _wrap(raw: bytes) -> bytes:
    lines: list[bytes] = []
    at = 0
    # Unpacking a block of lines at once is several times faster than slicing line by line.
    while at + _BLOCK.size <= len(raw):
        lines += _BLOCK.unpack_from(raw, at)
        at += _BLOCK.size
    lines += [raw[start : start + BASE64_LINE] for start in range(at, len(raw), BASE64_LINE)]
    return b"\r\n".join(lines)
