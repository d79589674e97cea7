"""Decodes bytes of a mail to text: charsets and transfer encodings.

Nothing here raises for bad input: undecodable bytes are shown as well as possible.
"""

from __future__ import annotations

import binascii
import codecs
from typing import Final

MAX_CHARSET_NAME: Final = 40
"""Longer than any registered charset name (RFC 2978 §2.3)."""

_NOT_CHARSETS: Final = frozenset(
    {
        "idna",
        "punycode",
        "unicode_escape",
        "unicode-escape",
        "raw_unicode_escape",
        "raw-unicode-escape",
        "undefined",
    }
)
"""Codecs of Python that are not charsets of mail; some take quadratic time."""

_NOT_BASE64: Final = bytes(
    set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
)
_QUANTUM: Final = 4


def text_of(data: bytes, charset: str = "") -> str:
    """Decode with the named charset; if it is unknown or wrong, as UTF-8, and finally as Latin-1."""
    for name in (charset, "utf-8"):
        codec = _codec(name)
        if codec is None:
            continue
        try:
            return data.decode(codec)
        except (UnicodeError, ValueError):
            continue
    if _codec(charset) not in (None, "iso8859-1", "ascii"):
        return data.decode(_codec(charset) or "utf-8", "replace")
    return data.decode("latin-1")


def strict_text_of(data: bytes, charset: str) -> str | None:
    """Decode with the named charset alone; None when it is unknown or does not fit.

    Without a charset, or with ASCII, valid UTF-8 is decoded as UTF-8.
    """
    codec = _codec(charset) if charset else "utf-8"
    if codec is None:
        return None
    try:
        return data.decode("utf-8" if codec == "ascii" else codec)
    except (UnicodeError, ValueError):
        return None


def transfer_decoded(data: bytes, encoding: str) -> bytes:
    """Decode a Content-Transfer-Encoding (RFC 2045 §6); an unknown one leaves the bytes as they are."""
    match encoding:
        case "base64":
            return base64_decoded(data)
        case "quoted-printable":
            return binascii.a2b_qp(data)
        case _:
            return data


def base64_decoded(data: bytes) -> bytes:
    """Decode base64, skipping other characters (RFC 2045 §6.8); cut input loses its last group."""
    try:
        return binascii.a2b_base64(data)
    except binascii.Error:
        digits = data.translate(None, _NOT_BASE64)
        rest = len(digits) % _QUANTUM
        if rest == 1:
            digits, rest = digits[:-1], 0
        return binascii.a2b_base64(digits + b"=" * (-rest % _QUANTUM))


def _codec(name: str) -> str | None:
    """Return Python's name of a charset; None when it has none."""
    if not name or len(name) > MAX_CHARSET_NAME or not name.isascii() or not name.isprintable():
        return None
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    # `bytes.decode` itself uses `_is_text_encoding` to tell charsets from transforms such as zlib.
    is_text = getattr(found, "_is_text_encoding", True)
    return found.name if is_text and found.name not in _NOT_CHARSETS else None
