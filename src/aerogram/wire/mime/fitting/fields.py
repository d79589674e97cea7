"""Makes the lines of header fields fit: folded at blanks, between tokens, or written anew (RFC 5322 §2.2.3).

Folding at a blank keeps the field's value. A text without blanks becomes encoded words, and a file name gets
the continuations of RFC 2231. A single token that no line can hold is refused.
"""

from __future__ import annotations

import re
from typing import Final

from aerogram.wire.errors import AddressError, HeaderError, UnfitMailError
from aerogram.wire.mime.charsets import header_text
from aerogram.wire.mime.encoded_words import decode_words, encode_words
from aerogram.wire.mime.fitting.need import has_long_line
from aerogram.wire.mime.fitting.parameters import RFC_2231_FIELDS, with_continuations
from aerogram.wire.mime.headers import FOLD_AT, STRUCTURED, encode_mailboxes, encode_text
from aerogram.wire.mime.lines import MAX_LINE
from aerogram.wire.mime.reading.fields import SINGLETONS, name_of, split_fields
from aerogram.wire.mime.reading.mailboxes import parse_mailboxes

_CRLF: Final = b"\r\n"
_ADDRESSES: Final = frozenset(
    {b"from", b"sender", b"reply-to", b"to", b"cc", b"bcc", b"disposition-notification-to"}
)
_STRUCTURED: Final = (
    (SINGLETONS - {b"subject"})
    | {name.encode() for name in STRUCTURED}
    | {b"received", b"return-path", b"dkim-signature", b"domainkey-signature", b"authentication-results", b"received-spf"}
    | _ADDRESSES
)  # fmt: skip
_STRUCTURED_PREFIXES: Final = (b"content-", b"resent-", b"list-", b"arc-", b"x-google-dkim", b"autocrypt")
_WORD: Final = re.compile(rb"[ \t]*+[^ \t]++")
# Up to a comma or semicolon outside of quotes, or between two brackets.
_SEGMENTS: Final = re.compile(rb'(?:"(?:\\.|[^"\\])*"|[^"])+?(?:[,;]|(?<=>)(?=<))|.+', re.DOTALL)
_COMMENT: Final = re.compile(rb"\(([^()\\]*+)\)")
_COMMENT_WIDTH: Final = 30
"""Characters of its first encoded word, after a date."""
_ANYWHERE: Final = b"list-"
"""Fields in whose brackets white space does not count (RFC 2369 §2)."""
_SIGNATURES: Final = frozenset(
    {b"dkim-signature", b"domainkey-signature", b"arc-message-signature", b"arc-seal"}
)


def fitted_fields(head: bytes, *, seven_bit: bool) -> bytes:
    """Return a header section whose lines fit. Raises `UnfitMailError` for a field that cannot be folded.

    With ``seven_bit`` fields beyond ASCII are written in ASCII if they are texts, addresses or parameters; the
    others stay as they are.
    """
    if not has_long_line(head) and (not seven_bit or head.isascii()):
        return head
    fields = [_fitted(field, seven_bit=seven_bit) for field in split_fields(head)]
    return _CRLF.join(fields) + (_CRLF if head.endswith(_CRLF) else b"")


def _fitted(field: bytes, *, seven_bit: bool) -> bytes:
    if seven_bit and not field.isascii():
        field = _in_ascii(field)
    return folded(field) if has_long_line(field) else field


def folded(field: bytes) -> bytes:
    """Fold the lines of a field that are too long. Raises `UnfitMailError`."""
    name = name_of(field)
    # A folded line begins with a blank.
    if any(len(word.strip(b" \t")) >= MAX_LINE for line in field.split(_CRLF) for word in _words(line)):
        field = _with_blanks(field, name)
    lines = [line if len(line) <= MAX_LINE else _broken(line) for line in field.split(_CRLF)]
    return _CRLF.join(lines)


def _words(line: bytes) -> list[bytes]:
    """Return the words of a line, each with the blanks before it; those at its end mean nothing."""
    # A pattern that met blanks without a word after them would look at each of them again and again.
    return _WORD.findall(line.rstrip(b" \t"))


def _broken(line: bytes) -> bytes:
    words = _words(line) or [b" "]
    lines = words[:1]
    for number, word in enumerate(words[1:]):
        if len(word) > MAX_LINE:
            # Only its blanks can be that long here; one is enough.
            word = b" " + word.strip(b" \t")  # noqa: PLW2901
        width = len(lines[-1]) + len(word)
        # Simple parsers find no value when the first line holds the name alone.
        if width > MAX_LINE or (width > FOLD_AT and number):
            lines.append(word)
        else:
            lines[-1] += word
    return _CRLF.join(lines)


def _with_blanks(field: bytes, name: bytes) -> bytes:
    """Give a field without enough blanks some at which it can be folded, without a change of its meaning."""
    value = field.partition(b":")[2].replace(_CRLF, b"")
    if not _is_structured(name) and (written := _as_text(field, value)):
        return written
    if name in RFC_2231_FIELDS:
        value = with_continuations(value)
    segments = [segment.strip(b" \t") for segment in _SEGMENTS.findall(value)]
    if name in _SIGNATURES:
        segments = [_signature_tag(segment) for segment in segments]
    value = b" ".join(segment for segment in segments if segment)
    if name.startswith(_ANYWHERE):
        value = b" ".join(_cut(word) for word in value.split())
    if any(len(word) >= MAX_LINE for word in (field.partition(b":")[0], *value.split())):
        shown = name[:40].decode("ascii", "replace")
        raise UnfitMailError(
            f"The header {shown} has a word of more than {MAX_LINE} characters, too long for a line"
            " (RFC 5322 2.1.1)."
        )
    return field.partition(b":")[0] + b": " + value


def _signature_tag(tag: bytes) -> bytes:
    """Give a tag blanks where its grammar allows them: after colons in h=, anywhere in base64 (RFC 6376 §3.5)."""
    match tag.partition(b"=")[0].strip():
        case b"h":
            return tag.replace(b":", b": ")
        case b"b" | b"bh":
            return b" ".join(map(_cut, tag.split()))
        case _:
            return tag


def _cut(word: bytes) -> bytes:
    return b" ".join(word[at : at + MAX_LINE // 2] for at in range(0, len(word), MAX_LINE // 2))


def _in_ascii(field: bytes) -> bytes:
    """Write a field beyond ASCII in ASCII, or return it as it is."""
    name = name_of(field)
    value = field.partition(b":")[2].replace(_CRLF, b"")
    if name in RFC_2231_FIELDS:
        return field.partition(b":")[0] + b":" + with_continuations(value, is_ascii=True)
    if name in _ADDRESSES:
        return _as_mailboxes(field, value) or field
    if _is_structured(name):
        return _COMMENT.sub(_encoded_comment, field)
    return _as_text(field, value) or field


def _encoded_comment(found: re.Match[bytes]) -> bytes:
    """Write a comment as encoded words (RFC 2047 §5 (2)), as in the time zone of a Date."""
    if found[1].isascii():
        return found[0]
    text = header_text(found[1].replace(_CRLF, b""))
    return f"({' '.join(encode_words(text, first_width=_COMMENT_WIDTH))})".encode()


def _as_text(field: bytes, value: bytes) -> bytes:
    """Write a field as encoded words; b"" when that is not possible."""
    name = field.partition(b":")[0].strip(b" \t").decode("ascii", "replace")
    try:
        return encode_text(name, decode_words(header_text(value)))[:-2]
    except HeaderError:
        return b""


def _as_mailboxes(field: bytes, value: bytes) -> bytes:
    """Write a field of addresses with encoded names; b"" when it has an address beyond ASCII."""
    name = field.partition(b":")[0].strip(b" \t").decode("ascii", "replace")
    try:
        mailboxes = parse_mailboxes(header_text(value))
        written = encode_mailboxes(name, mailboxes)[:-2] if mailboxes else b""
    except (AddressError, HeaderError):
        return b""
    return written if written.isascii() else b""


def _is_structured(name: bytes) -> bool:
    if name == b"content-description":
        return False
    return name in _STRUCTURED or name.startswith(_STRUCTURED_PREFIXES)
