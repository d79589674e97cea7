"""Writes long or 8-bit parameters of Content-Type and Content-Disposition as RFC 2231 §3 and §4 do."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote_from_bytes

from aerogram.wire.mime.charsets import is_utf_8
from aerogram.wire.mime.encoded_words import decode_words

RFC_2231_FIELDS: Final = frozenset({b"content-type", b"content-disposition"})
MAX_PIECE: Final = 20
"""Characters or escapes of one continuation; a line with its name stays below 78."""

_parameter: Final = re.compile(
    rb';[ \t]*([^\s=;"()*]+)(\*?)[ \t]*=[ \t]*("(?:[^"\\]|\\.)*"|[^;"]*)', re.DOTALL
)
_escaped: Final = re.compile(rb"\\(.)", re.DOTALL)
_continuation: Final = re.compile(rf"(?:%[0-9A-Fa-f]{{2}}|[^%]){{1,{MAX_PIECE}}}").findall
# The characters of RFC 2231 §7's attribute-char beyond letters and digits.
_ATTRIBUTE_CHARACTERS: Final = "!#$&+-.^_`{|}~"
_MAX_SHORT: Final = 400
_NEVER: Final = frozenset({b"boundary", b"charset"})
"""Mail programs need these as they are."""


def with_continuations(value: bytes, *, is_ascii: bool = False) -> bytes:
    """Return the value of a field with its long parameters in pieces; with ``is_ascii`` its 8-bit ones too.

    Bytes that are not UTF-8 are percent-encoded without a charset, so none is lost.
    """
    return _parameter.sub(lambda found: _rewritten(found, is_ascii=is_ascii), value)


def _rewritten(found: re.Match[bytes], *, is_ascii: bool) -> bytes:
    name, star, text = found[1], found[2], found[3]
    must_change = len(text) > _MAX_SHORT or (is_ascii and not text.isascii())
    if not must_change or not name.isascii() or name.lower() in _NEVER:
        return found[0]
    if text.startswith(b'"'):
        text = _escaped.sub(rb"\1", text[1:-1])
    text = text.strip(b" \t")
    if text.isascii() and b"=?" in text:
        # Not allowed there, but widely written and read (RFC 2047 §5 (3)).
        text = decode_words(text.decode()).encode("utf-8", "surrogateescape")
    if star:
        charset, _, rest = text.partition(b"'")
        language, _, coded = rest.partition(b"'")
        opening = f"{charset.decode('latin-1')}'{language.decode('latin-1')}'"
        written = quote_from_bytes(coded, safe=_ATTRIBUTE_CHARACTERS + "%")
    else:
        opening = "utf-8''" if is_utf_8(text) else "''"
        written = quote_from_bytes(text, safe=_ATTRIBUTE_CHARACTERS)
    shown = name.decode()
    pieces = _continuation(written) or [""]
    if len(pieces) == 1:
        return f"; {shown}*={opening}{written}".encode()
    numbered = (f"; {shown}*{number}*={piece}" for number, piece in enumerate(pieces[1:], 1))
    return "".join((f"; {shown}*0*={opening}{pieces[0]}", *numbered)).encode()
