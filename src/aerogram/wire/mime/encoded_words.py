"""Encoded words: text beyond ASCII in header fields (RFC 2047).

The encoder uses UTF-8 with B or Q, whichever is shorter, so the same text always gives the same bytes. The
decoder is lenient: it reads charsets and encodings as those of bodies.
"""

from __future__ import annotations

import binascii
import re
from typing import Final

from aerogram.wire.mime.charset_names import ASCII, UNKNOWN, UTF_8, codec_of
from aerogram.wire.mime.charsets import decoded, text_of
from aerogram.wire.mime.transfer_decoding import base64_decoded

MAX_ENCODED_WORD: Final = 75
"""Characters of one encoded word, with its delimiters (RFC 2047 §2)."""

_OVERHEAD: Final = len("=?utf-8?b??=")
_PAYLOAD: Final = MAX_ENCODED_WORD - _OVERHEAD

# The letters that Q may leave unencoded in a phrase, the strictest place (RFC 2047 §5).
_LITERAL: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")
_Q: Final = tuple(
    "_" if byte == ord(" ") else chr(byte) if byte in _LITERAL else f"={byte:02X}" for byte in range(256)
)

# A question mark within a word is against the rules (RFC 2047 §4.2) and not rare.
_WORD: Final = re.compile(r"=\?([^?\s]{1,80})\?([bBqQ])\?([^?\r\n]*|[^\r\n]{0,512}?)\?=")
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
    pending_codec = ""
    end = 0
    for word in _WORD.finditer(text):
        gap, end = text[end : word.start()], word.end()
        codec = codec_of(word[1])
        # White space between two encoded words is not part of the text (RFC 2047 §6.2).
        payload = _payload(word[2], word[3], codec)
        is_adjacent = bool(pending) and payload is not None and not gap.strip(" \t")
        # Words of one charset are joined before decoding, because careless writers split characters.
        if pending and not (is_adjacent and codec == pending_codec):
            out.append(_decode(pending, pending_codec))
            pending = []
        if not is_adjacent:
            out.append(gap)
        if payload is None:
            out.append(word[0])
        else:
            pending.append(payload)
            pending_codec = codec
    if pending:
        out.append(_decode(pending, pending_codec))
    out.append(text[end:])
    return "".join(out)


def _payload(encoding: str, payload: str, codec: str) -> bytes | None:
    """Undo B or Q; None when nothing can be read. Raw characters, which do not belong here, are in the charset."""
    try:
        raw = payload.encode(ASCII if payload.isascii() else codec or UTF_8)
    except UnicodeEncodeError:
        return None
    if encoding in "qQ":
        return binascii.a2b_qp(raw, header=True)
    found = base64_decoded(raw)
    return found if found or not any(character.isalnum() for character in payload) else None


def _decode(pieces: list[bytes], codec: str) -> str:
    data = b"".join(pieces)
    return text_of(data) if codec == UNKNOWN else decoded(data, codec)


def clean_text(text: str) -> str:
    """Make header text safe to show: controls become spaces, bytes without meaning ``?``."""
    if text.isprintable():
        return text
    return text.translate(_CONTROLS).encode("utf-8", "replace").decode()
