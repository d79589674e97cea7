"""Rewrites the content fields of a text part for a new text in UTF-8."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from aerogram.wire.mime.reading.content import MAX_PARAMETERS, media_type_of, parameter, parameters_of
from aerogram.wire.mime.reading.fields import name_of, split_fields

if TYPE_CHECKING:
    from aerogram.wire.mime.reading.content import ContentFields

_UTF_8: Final = frozenset({"utf-8", "utf8"})
_ASCII: Final = frozenset({"", "us-ascii", "ascii"})
_TYPE: Final = b"content-type"
_ENCODING: Final = b"content-transfer-encoding"
_CONTENT: Final = frozenset({_TYPE, _ENCODING, b"content-disposition"})
# A parameter with its semicolon; a quoted value may hold semicolons (RFC 2045 §5.1).
_PARAMETER: Final = re.compile(
    rb';[ \t\r\n]*+([^\s=;"()]++)[ \t\r\n]*+=[ \t\r\n]*+("(?:[^"\\]|\\.)*+"|[^\s;"()]*+)[ \t\r\n]*+'
)
_is_simple: Final = re.compile(
    rb'[ \t\r\n]*+[^\s;"()/]++/[^\s;"()/]++[ \t\r\n]*+(?:%b)*+;?[ \t\r\n]*+\Z' % _PARAMETER.pattern
).match


def with_encoding(
    head: bytes, fields: ContentFields, encoding: bytes, *, is_ascii: bool, is_top: bool
) -> bytes:
    """Return a part's fields, with the empty line, for a content in UTF-8 with this encoding.

    Only the necessary fields change; of a content field that occurs again only the first stays, which is the one
    that was read. ``is_top`` is for the fields of the mail itself, which need a MIME-Version to give the others
    meaning (RFC 2045 §4).
    """
    charset = parameter(parameters_of(fields.content_type), "charset").lower()
    keeps_charset = charset in _UTF_8 or (is_ascii and charset in _ASCII)
    keeps_encoding = encoding == (fields.encoding.lower().encode("ascii", "replace") or b"7bit")
    out: list[bytes] = []
    names: set[bytes] = set()
    is_same = keeps_charset and keeps_encoding
    for field in split_fields(head[:-2]):
        name, _, value = field.partition(b":")
        lowered = name_of(field)
        if lowered in _CONTENT and (lowered in names or not value.strip()):
            is_same = False
            continue
        names.add(lowered)
        if lowered == _TYPE and not keeps_charset:
            out.append(name + b":" + _in_utf_8(value))
        elif lowered == _ENCODING and not keeps_encoding:
            out.append(name + b": " + encoding)
        else:
            out.append(field)
    if is_same:
        return head
    if is_top and b"mime-version" not in names:
        out.append(b"MIME-Version: 1.0")
    if not keeps_charset and _TYPE not in names:
        out.append(b"Content-Type: text/plain; charset=utf-8")
    if not keeps_encoding and _ENCODING not in names:
        out.append(b"Content-Transfer-Encoding: " + encoding)
    return b"\r\n".join((*out, b"", b""))


def _in_utf_8(value: bytes) -> bytes:
    """Set the charset in the value of a Content-Type; every other parameter keeps its bytes."""
    if len(value) <= MAX_PARAMETERS and _is_simple(value) is not None:
        kept = _PARAMETER.sub(lambda found: b"" if _is_charset(found[1]) else found[0], value)
        written = kept.rstrip(b"; \t\r\n") + b";\r\n charset=utf-8"
        if parameter(parameters_of(_unfolded(written)), "charset") == "utf-8":
            return written
    # Comments and broken parameters cannot be kept reliably; only the type matters.
    return b" %b; charset=utf-8" % media_type_of(_unfolded(value)).encode()


def _unfolded(value: bytes) -> str:
    return value.replace(b"\r\n", b"").decode("utf-8", "surrogateescape")


def _is_charset(name: bytes) -> bool:
    # RFC 2231 allows charset*, charset*0 and the like.
    return name.lower().partition(b"*")[0] == b"charset"
