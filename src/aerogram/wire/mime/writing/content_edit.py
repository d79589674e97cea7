"""Parses the content fields of a text part, and rewrites them for a new text in UTF-8."""

from __future__ import annotations

import re
from email.message import Message
from typing import TYPE_CHECKING, Final

import msgspec

from aerogram.wire.mime.reading.fields import split_fields

if TYPE_CHECKING:
    from aerogram.wire.mime.reading.walk import ContentFields

MAX_PARAMETERS: Final = 8 * 1024
"""Characters of a field that are searched for parameters."""

_UTF_8: Final = frozenset({"utf-8", "utf8"})
_ASCII: Final = frozenset({"", "us-ascii", "ascii"})
# A parameter with its semicolon; a quoted value may hold semicolons (RFC 2045 §5.1).
_PARAMETER: Final = re.compile(
    rb';[ \t\r\n]*+([^\s=;"()]++)[ \t\r\n]*+=[ \t\r\n]*+("(?:[^"\\]|\\.)*+"|[^\s;"()]*+)[ \t\r\n]*+'
)
_is_simple: Final = re.compile(rb'[^;"()]++(?:%b)*+;?[ \t\r\n]*+\Z' % _PARAMETER.pattern).match


class TextFields(msgspec.Struct, frozen=True, kw_only=True):
    """What the content fields say about a text; names in lower case."""

    charset: str
    encoding: str
    is_file: bool
    """It is attached, or has a file name: a file to keep, not a text to read (RFC 2183 §2)."""


def text_fields(fields: ContentFields) -> TextFields:
    """Parse the content fields of a text part."""
    described = Message()
    described["content-type"] = _one_line(fields.content_type) or "text/plain"
    described["content-disposition"] = _one_line(fields.disposition)
    disposition = fields.disposition.partition(";")[0].strip().lower()
    return TextFields(
        charset=_parameter(described, "charset", "content-type").strip().lower(),
        encoding=fields.encoding.lower(),
        is_file=disposition == "attachment"
        or bool(_parameter(described, "filename", "content-disposition"))
        or bool(_parameter(described, "name", "content-type")),
    )


def with_encoding(head: bytes, fields: TextFields, encoding: bytes, *, is_ascii: bool, is_top: bool) -> bytes:
    """Return a part's fields, with the empty line, for a content in UTF-8 with this encoding.

    Only the necessary fields change. ``is_top`` is for the fields of the mail itself, which need a
    MIME-Version to give the others meaning (RFC 2045 §4).
    """
    keeps_charset = fields.charset in _UTF_8 or (is_ascii and fields.charset in _ASCII)
    keeps_encoding = encoding == (fields.encoding.encode("ascii", "replace") or b"7bit")
    if keeps_charset and keeps_encoding:
        return head
    out: list[bytes] = []
    names: set[bytes] = set()
    for field in split_fields(head[:-2]):
        name, _, value = field.partition(b":")
        lowered = name.strip().lower()
        names.add(lowered)
        if lowered == b"content-type" and not keeps_charset:
            out.append(name + b":" + _in_utf_8(value))
        elif lowered == b"content-transfer-encoding" and not keeps_encoding:
            out.append(name + b": " + encoding)
        else:
            out.append(field)
    if is_top and b"mime-version" not in names:
        out.append(b"MIME-Version: 1.0")
    if not keeps_charset and b"content-type" not in names:
        out.append(b"Content-Type: text/plain; charset=utf-8")
    if not keeps_encoding and b"content-transfer-encoding" not in names:
        out.append(b"Content-Transfer-Encoding: " + encoding)
    return b"\r\n".join((*out, b"", b""))


def _in_utf_8(value: bytes) -> bytes:
    """Set the charset in the value of a Content-Type; every other parameter keeps its bytes."""
    if _is_simple(value) is None:
        # Comments and broken parameters cannot be kept reliably; only the type matters.
        media_type = value.partition(b";")[0].partition(b"(")[0].replace(b"\r\n", b"").strip()
        return b" %b; charset=utf-8" % (media_type or b"text/plain")
    kept = _PARAMETER.sub(lambda found: b"" if _is_charset(found[1]) else found[0], value)
    kept = kept if kept.strip() else b" text/plain"
    return kept.rstrip(b"; \t\r\n") + b";\r\n charset=utf-8"


def _is_charset(name: bytes) -> bool:
    # RFC 2231 allows charset*, charset*0 and the like.
    return name.lower().partition(b"*")[0] == b"charset"


def _one_line(value: str) -> str:
    return "".join(character if character.isprintable() else " " for character in value[:MAX_PARAMETERS])


def _parameter(described: Message, name: str, header: str) -> str:
    """Return a parameter's value, "" when absent, or a name that is no charset when it is unreadable."""
    try:
        value = described.get_param(name, "", header)
    except (ValueError, TypeError, LookupError, AttributeError):
        # The standard library fails on some malformed continuations of RFC 2231.
        return "unreadable"
    return str(value[2] if isinstance(value, tuple) else value)
