"""Encoded words: text beyond ASCII in header fields (RFC 2047).

The encoder uses UTF-8 with B or Q, whichever is shorter, so the same text always gives the same bytes. The
decoder is lenient: unknown charsets and broken words stay as they are.
"""

from __future__ import annotations

import binascii
import codecs
import re
from typing import Final

MAX_ENCODED_WORD: Final = 75
"""Characters of one encoded word, with its delimiters (RFC 2047 §2)."""

_OVERHEAD: Final = len("=?utf-8?b??=")
_PAYLOAD: Final = MAX_ENCODED_WORD - _OVERHEAD

# The letters that Q may leave unencoded in a phrase, the strictest place (RFC 2047 §5).
_LITERAL: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")
_Q: Final = tuple(
    "_" if byte == ord(" ") else chr(byte) if byte in _LITERAL else f"={byte:02X}" for byte in range(256)
)

_WORD: Final = re.compile(r"=\?([^?\s]{1,64})\?([bBqQ])\?([^?\r\n]*)\?=")
# Python's text codecs that are not charsets of mail; some of them take quadratic time.
_NO_CHARSETS: Final = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined"})
_CONTROLS: Final = dict.fromkeys((*range(0x20), 0x7F), " ")


def encode_words(text: str, *, first_width: int = MAX_ENCODED_WORD) -> list[str]:
    """Encode ``text`` as encoded words of at most 75 characters, the first within ``first_width``.

    Joined by one space or a fold, they decode to ``text``. No word splits a character (§5).
    """
    data = text.encode()
    q_payload = [_Q[byte] for byte in data]
    use_q = sum(map(len, q_payload)) <= (len(data) + 2) // 3 * 4
    room = max(first_width - _OVERHEAD, 0)
    if room < len("=F0=9F=92=8C"):  # No room for even one character of four bytes: start on a new line.
        room = _PAYLOAD
    words = []
    at = 0
    while at < len(data):
        end = _end_of_q_chunk(data, q_payload, at, room) if use_q else _end_of_b_chunk(data, at, room)
        if use_q:
            words.append(f"=?utf-8?q?{''.join(q_payload[at:end])}?=")
        else:
            words.append(f"=?utf-8?b?{binascii.b2a_base64(data[at:end], newline=False).decode()}?=")
        at, room = end, _PAYLOAD
    return words


def _end_of_b_chunk(data: bytes, at: int, room: int) -> int:
    return _character_boundary(data, min(at + room // 4 * 3, len(data)))


def _end_of_q_chunk(data: bytes, q_payload: list[str], at: int, room: int) -> int:
    end, used = at, 0
    while end < len(data) and used + len(q_payload[end]) <= room:
        used += len(q_payload[end])
        end += 1
    return _character_boundary(data, end)


def _character_boundary(data: bytes, end: int) -> int:
    """Move ``end`` back until it does not cut a UTF-8 character in two."""
    while end < len(data) and data[end] & 0xC0 == 0x80:  # noqa: PLR2004 (RFC 3629 §3: 10xxxxxx continues)
        end -= 1
    return end


def decode_words(text: str) -> str:
    """Decode the encoded words in an unfolded header value; everything else stays as it is."""
    if "=?" not in text:
        return text
    out: list[str] = []
    pending: list[bytes] = []
    pending_charset = ""
    end = 0
    for word in _WORD.finditer(text):
        gap, end = text[end : word.start()], word.end()
        # A language may follow the charset after an asterisk (RFC 2231 §5).
        charset = word[1].partition("*")[0].lower()
        payload = _payload(word[2], word[3])
        # White space between two encoded words is not part of the text (RFC 2047 §6.2).
        is_adjacent = bool(pending) and payload is not None and not gap.strip(" \t")
        # Words of one charset are joined before decoding, because careless writers split characters.
        if pending and not (is_adjacent and charset == pending_charset):
            out.append(_decode(b"".join(pending), pending_charset))
            pending = []
        if not is_adjacent:
            out.append(gap)
        if payload is None:
            out.append(word[0])
        else:
            pending.append(payload)
            pending_charset = charset
    if pending:
        out.append(_decode(b"".join(pending), pending_charset))
    out.append(text[end:])
    return "".join(out)


def _payload(encoding: str, payload: str) -> bytes | None:
    """Decode B or Q; None when the word is broken."""
    try:
        raw = payload.encode("ascii")
        if encoding in "qQ":
            return binascii.a2b_qp(raw, header=True)
        return binascii.a2b_base64(raw + b"=" * (-len(raw) % 4))
    except ValueError:
        return None


def _decode(data: bytes, charset: str) -> str:
    try:
        name = codecs.lookup(charset).name
    except (LookupError, ValueError):
        return data.decode("utf-8", "replace")
    if name in _NO_CHARSETS:
        return data.decode("utf-8", "replace")
    try:
        return data.decode(name, "replace")
    except (LookupError, ValueError):
        return data.decode("utf-8", "replace")


def clean_text(text: str) -> str:
    """Make header text safe to show: controls become spaces, bytes without meaning ``?``."""
    if text.isprintable():
        return text
    return text.translate(_CONTROLS).encode("utf-8", "replace").decode()
