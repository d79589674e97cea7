"""Undo Content-Transfer-Encodings as mail programs do, whatever relays and scripts made of them (RFC 2045 §6).

Nothing here raises, and everything takes time linear in the length.
"""

from __future__ import annotations

import binascii
import re
from typing import Final

from aerogram.wire.mime.charset_names import codec_of
from aerogram.wire.mime.transfer import BASE64_ALPHABET

PLAIN: Final = "plain"
"""7bit, 8bit and binary: the bytes are the content (§6.2)."""
QUOTED_PRINTABLE: Final = "quoted-printable"
BASE64: Final = "base64"
UUENCODE: Final = "uuencode"
UNKNOWN: Final = ""
"""An encoding that nobody can undo: the bytes are shown, and never changed."""

MAX_ENCODING_NAME: Final = 100
"""Characters of the field that are examined; the longest real name is ``quoted-printable``."""

_PLAIN_NAMES: Final = frozenset(
    {
        "",
        "binary",
        "none",
        "plain",
        "plaintext",
        "raw",
        "identity",
        "8",
        "7",
        "default",
        "unencoded",
        "normal",
    }
)
_UU_NAMES: Final = frozenset({"uuencode", "xuuencode", "uue", "xuue", "uuencoded", "xuuencoded", "uu"})
_QP_NAMES: Final = frozenset(
    {"qp", "quoted", "printable", "quotedprint", "quoteprintable", "quotedprintible"}
)
_is_plain: Final = re.compile(r"(?:\d{1,2}|seven|eight)bit|binary|text").match
"""Also what a media type begins with."""
_is_quoted_printable: Final = re.compile(r".{0,20}?quote?[dt]?-?prin?t").match
"""With its usual misspellings."""
_comment: Final = re.compile(r"\([^()]*+\)?+").sub
_without_signs: Final = re.compile(r"[^a-z0-9]+").sub

_BLANKS_AT_END: Final = re.compile(rb"(?<![ \t])[ \t]++(?=\r?\n|\Z)")
_NOT_QUOTED: Final = re.compile(rb"=(?![0-9A-Fa-f]{2}|\r?\n|\Z)")
_OLD_BREAK: Final = re.compile(rb"=\r(?!\n)")

_NOT_BASE64: Final = bytes(set(range(256)) - set(BASE64_ALPHABET))
_BLANKS: Final = b" \t\r\n"
_QUANTUM: Final = 4
_URL_SAFE: Final = bytes.maketrans(b"-_", b"+/")
_SEGMENT: Final = re.compile(rb"([^=]*+)(=*+)")
_has_prose: Final = re.compile(rb"[^A-Za-z0-9+/=\s]|[A-Za-z0-9+/=][ \t]+[A-Za-z0-9+/=]").search
_EMPTY_LINE: Final = re.compile(rb"\n[ \t]*+\r?\n")


def encoding_of(value: str) -> str:
    """Return the encoding that a field names: one of the constants above.

    Comments, quotes, parameters and punctuation do not count. Scripts write the name of a charset here, or ``8
    bit``: then nothing was encoded.
    """
    lowered = value[:MAX_ENCODING_NAME].lower()
    if lowered in (QUOTED_PRINTABLE, BASE64):
        return lowered
    if "(" in lowered:
        lowered = _comment(" ", lowered)
    name = lowered.lstrip(" \t;,").partition(";")[0].partition(",")[0].strip(" \t\"'`<>.:")
    signs = _without_signs("", name)
    if _is_quoted_printable(signs) is not None or signs in _QP_NAMES:
        return QUOTED_PRINTABLE
    if "base64" in signs or signs == "b64":
        return BASE64
    if signs in _UU_NAMES:
        return UUENCODE
    if signs in _PLAIN_NAMES or _is_plain(signs) or codec_of(name):
        return PLAIN
    return UNKNOWN


def transfer_decoded(data: bytes, encoding: str) -> bytes:
    """Undo one of the encodings of `encoding_of`; an unknown one leaves the bytes as they are."""
    match encoding:
        case "base64":
            return base64_decoded(data)
        case "quoted-printable":
            return quoted_printable_decoded(data)
        case "uuencode":
            return uu_decoded(data)
        case _:
            return data


def quoted_printable_decoded(data: bytes) -> bytes:
    """Decode quoted-printable (RFC 2045 §6.7).

    Relays add blanks at the ends of lines, so they are removed first (rule 3), after a soft break too. An equals
    sign that begins nothing stays.
    """
    if b" \r" in data or b" \n" in data or b"\t\r" in data or b"\t\n" in data or data.endswith((b" ", b"\t")):
        data = _BLANKS_AT_END.sub(b"", data)
    if b"=" not in data:
        return data
    if b"=\r" in data:
        data = _OLD_BREAK.sub(b"", data)
    return binascii.a2b_qp(_NOT_QUOTED.sub(b"=3D", data))


def base64_decoded(data: bytes) -> bytes:
    """Decode base64 (RFC 2045 §6.8).

    Other characters are skipped, padding may be missing, and encoded pieces may follow each other. Prose after
    the padding or after an empty line, which mailing lists append, is no content. The alphabet of URLs (RFC 4648
    §5) is understood where the other one does not occur.
    """
    padding = data.find(b"=")
    if padding < 0 or not data[padding:].strip(b"= \t\r\n"):
        try:
            if not _is_odd(data):
                return binascii.a2b_base64(data)
        except binascii.Error:
            pass
    empty = _EMPTY_LINE.search(data.rstrip(_BLANKS))
    while empty is not None:
        if not data[: empty.start()].strip(_BLANKS):
            empty = _EMPTY_LINE.search(data, empty.end() - 1)
            continue
        if _has_prose(data, empty.end()):
            data = data[: empty.start()]
        break
    pieces: list[bytes] = []
    for found in _SEGMENT.finditer(data):
        if pieces and _has_prose(found[1]):
            break
        pieces.append(_digits_decoded(found[1]))
    return b"".join(pieces)


def _is_odd(data: bytes) -> bool:
    """Tell whether characters outside of the alphabet need a closer look."""
    return bool(data.translate(None, BASE64_ALPHABET + b"=\r\n \t"))


def _digits_decoded(piece: bytes) -> bytes:
    if (
        (b"-" in piece or b"_" in piece)
        and b"+" not in piece
        and b"/" not in piece
        and not _has_foreign(piece)
    ):
        piece = piece.translate(_URL_SAFE)
    digits = piece.translate(None, _NOT_BASE64)
    rest = len(digits) % _QUANTUM
    if rest == 1:
        digits, rest = digits[:-1], 0
    return binascii.a2b_base64(digits + b"=" * (-rest % _QUANTUM))


def _has_foreign(piece: bytes) -> bool:
    return bool(piece.translate(None, BASE64_ALPHABET + b"-_" + _BLANKS))


def uu_decoded(data: bytes) -> bytes:
    """Decode the lines of uuencode between ``begin`` and ``end``; without them nothing was encoded."""
    lines = data.splitlines()
    start = next((at for at, line in enumerate(lines) if line.startswith(b"begin ")), -1)
    if start < 0:
        return data
    out: list[bytes] = []
    for line in lines[start + 1 :]:
        if line.rstrip() == b"end":
            break
        out.append(_uu_line(line))
    return b"".join(out)


def _uu_line(line: bytes) -> bytes:
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        # Some encoders write more characters than the length needs, and relays cut blanks at the end.
        length = (line[0] - 32) & 63 if line else 0
        wanted = (length + 2) // 3 * 4 + 1
        try:
            return binascii.a2b_uu(line[:wanted].ljust(wanted))
        except binascii.Error:
            return b""
