"""Content-transfer-encodings that carry bodies and files safely over SMTP (RFC 2045 §6)."""

from __future__ import annotations

import binascii
import struct
from typing import TYPE_CHECKING, Final

from aerogram.wire.errors import AttachmentError
from aerogram.wire.mime.lines import MAX_LINE

if TYPE_CHECKING:
    from collections.abc import Sequence

BASE64_LINE: Final = 76
"""Characters of a line of base64 (RFC 2045 §6.8)."""
BASE64_ALPHABET: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
"""Without the padding (RFC 4648 §4)."""
BOUNDARY_MARK: Final = "--=_"
"""How all our delimiters begin; neither quoted-printable nor base64 can produce it (RFC 2045 §6.7)."""

_SPACES: Final = b" \t\r\n"
_BLOCK_LINES: Final = 128
_BLOCK: Final = struct.Struct(f"{BASE64_LINE}s" * _BLOCK_LINES)


def encode_body(text: str) -> tuple[bytes, bytes]:
    """Encode a text body; return (name of the encoding, encoded bytes with CRLF line ends).

    Uses 7bit when it fits, else the shorter one of quoted-printable and base64. All line ends become CRLF.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _fits_7bit(text):
        return b"7bit", text.replace("\n", "\r\n").encode()
    return encode_bytes(text.replace("\n", "\r\n").encode("utf-8", "replace"))


def encode_bytes(content: bytes, boundaries: Sequence[bytes] = ()) -> tuple[bytes, bytes]:
    """Encode bytes in the shorter one of quoted-printable and base64; return (its name, encoded bytes).

    Both decode to the same octets. Content that holds a delimiter of one of the ``boundaries``, or
    a CR or LF alone, gets base64, which has no CRLF at its end.
    """
    lines = content.replace(b"\r\n", b"\n")
    base64_length = (len(content) + 2) // 3 * 4 * (BASE64_LINE + 2) // BASE64_LINE
    if b"\r" not in lines and lines.count(b"\n") == len(content) - len(lines):
        quoted = binascii.b2a_qp(lines).replace(b"\n", b"\r\n")
        if len(quoted) <= base64_length and not any(b"--" + boundary in quoted for boundary in boundaries):
            return b"quoted-printable", quoted
    return b"base64", wrapped_base64(binascii.b2a_base64(content, newline=False))


def encode_base64(text: str) -> bytes:
    """Encode a text body in base64, which cannot hold a boundary; line ends of any kind become CRLF."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")
    return wrapped_base64(binascii.b2a_base64(text.encode("utf-8", "replace"), newline=False))


def _fits_7bit(text: str) -> bool:
    if not text.isascii() or "\0" in text or BOUNDARY_MARK in text:
        return False
    return len(text) <= MAX_LINE or max(map(len, text.split("\n"))) <= MAX_LINE


def wrap_base64(content: str) -> bytes:
    """Split base64 text into lines of 76 with CRLF between them; white space in it is dropped.

    Raises `AttachmentError` for anything that is not base64: a stray character could form a delimiter.
    """
    try:
        raw = content.encode("ascii")
    except UnicodeEncodeError:
        raise AttachmentError(
            "The content of a file is not base64: it holds a character beyond ASCII."
        ) from None
    # One pass finds all characters outside of the alphabet: only padding, or none, in valid text.
    rest = raw.translate(None, BASE64_ALPHABET)
    if rest and not (rest in (b"=", b"==") and raw.endswith(rest)):
        raw = raw.translate(None, _SPACES)
        rest = rest.translate(None, _SPACES)
        if rest not in (b"", b"=", b"==") or not raw.endswith(rest):
            raise AttachmentError(
                "The content of a file is not base64: it holds a character outside of the base64 alphabet."
            )
    if len(raw) % 4:
        raise AttachmentError("The content of a file is not base64: its length is not a multiple of four.")
    return wrapped_base64(raw)


def wrapped_base64(raw: bytes) -> bytes:
    """Split base64 without white space into lines of 76 with CRLF between them."""
    lines: list[bytes] = []
    at = 0
    # Unpacking a block of lines at once is several times faster than slicing line by line.
    while at + _BLOCK.size <= len(raw):
        lines += _BLOCK.unpack_from(raw, at)
        at += _BLOCK.size
    lines += [raw[start : start + BASE64_LINE] for start in range(at, len(raw), BASE64_LINE)]
    return b"\r\n".join(lines)
