"""The header section of a mail as bytes: its end, its fields, and the meaning of their names.

A *field* here is the bytes of one header with its folded lines, without the final CRLF.
"""

from __future__ import annotations

import re
from typing import Final

SINGLETONS: Final = frozenset(
    {b"from", b"sender", b"reply-to", b"to", b"cc", b"subject", b"date", b"message-id", b"mime-version"}
)
"""Fields that may occur only once (RFC 5322 §3.6, RFC 2045 §4); large receivers refuse mail with two."""

UNIQUE: Final = SINGLETONS | {
    b"in-reply-to",
    b"references",
    b"content-type",
    b"content-transfer-encoding",
    b"content-disposition",
    b"content-id",
    b"content-description",
    b"list-id",
    b"list-help",
    b"list-subscribe",
    b"list-unsubscribe",
    b"list-unsubscribe-post",
    b"list-post",
    b"list-owner",
    b"list-archive",
    b"disposition-notification-to",
    b"feedback-id",
}
"""The same with the fields of threads, of the content (RFC 2045 §3), of lists (RFC 2369 §3, RFC 2919 §3, RFC 8058 §3.1),
and those for receipts (RFC 8098 §2.1) and complaints, which occur once, too."""

ADDRESS_LISTS: Final = frozenset({b"to", b"cc", b"reply-to"})
"""Fields of `UNIQUE` that are lists of addresses: two of them say the same as one that is longer."""

PRIVATE_PREFIXES: Final = (b"x-mj-", b"x-mailjet-", b"x-mailpace-", b"x-idempotency-key")
"""Instructions to this service; they may hold private data (payloads, variables) and never leave it."""

PRIVATE: Final = frozenset(
    {b"bcc", b"resent-bcc", b"return-path", b"x-list-unsubscribe", b"received-spf", b"authentication-results"}
)
"""Fields that would reveal blind recipients, or that only a receiving server may write
(RFC 5321 §4.4, RFC 7208 §9.1, RFC 8601 §5)."""

_is_plain_message_id: Final = re.compile(rb"[ \t]*(?:\r\n[ \t]+)?<[^\s<>()]+>[ \t]*\Z").match
_COMMENT_MARK: Final = re.compile(rb"[()]|\\.", re.DOTALL)
_PART_FIELDS: Final = re.compile(
    rb"(?:[A-Za-z0-9_.-]++[ \t]*+:[^\r]*+(?:\r\n|\Z)"
    rb"(?:(?:[ \t]|(?:charset|boundary|name|filename|format|type|method|size)[*0-9]*+[ \t]*+=)[^\r]*+(?:\r\n|\Z))*+)*+",
    re.IGNORECASE,
)
"""Fields of a part; their names are those that occur, so that neither a tag of HTML nor a merge tag is a field."""
_FIELD_END: Final = re.compile(rb"\r\n(?![ \t])")


def end_of_head(data: bytes) -> tuple[int, int]:
    """Find the end of the header section and the start of the body.

    The first offset is after the last header's CRLF, the second after the empty line. They are 0 and 2 when a
    mail begins with its body, and the length of ``data`` when there is no body.
    """
    if data.startswith(b"\r\n"):
        return 0, 2
    at = data.find(b"\r\n\r\n")
    return (len(data), len(data)) if at < 0 else (at + 2, at + 4)


def end_of_part_head(data: bytes, start: int, end: int) -> int:
    """Find the first line of a part's header section that is no field; -1 when all of them are.

    Scripts leave out the empty line before the text of a part. A line that continues the parameters of the field
    above, without the blank that it should begin with, is no text.
    """
    found = _PART_FIELDS.match(data, start, end)
    at = start if found is None else found.end()
    return -1 if at >= end else at


def split_fields(head: bytes) -> list[bytes]:
    """Split a header section (up to its last CRLF) into fields, each with its folded lines."""
    fields = _FIELD_END.split(head) if b"\r\n " in head or b"\r\n\t" in head else head.split(b"\r\n")
    if not fields[-1]:
        fields.pop()
    return fields


def name_of(field: bytes) -> bytes:
    """Return the name of a field in lower case; blanks before the colon are obsolete (RFC 5322 §4.5)."""
    return field.partition(b":")[0].strip().lower()


def is_private(name: bytes) -> bool:
    """Tell whether a field of this name (lower case) must not leave the service."""
    return name in PRIVATE or name.startswith(PRIVATE_PREFIXES)


def identifies(value: bytes) -> bool:
    """Tell whether the value of a Message-ID holds anything that replies can be matched with.

    An application that wrote it compares it as it likes, so any visible character outside of comments will do.
    """
    if _is_plain_message_id(value) is not None:
        return True
    return bool(_without_comments(value).translate(None, b" \t\r\n<>"))


def _without_comments(value: bytes) -> bytes:
    """Leave out comments (RFC 5322 §3.2.2); one that is not closed is no comment."""
    kept: list[bytes] = []
    depth = at = 0
    for mark in _COMMENT_MARK.finditer(value):
        if mark[0] == b"(":
            if depth == 0:
                kept.append(value[at : mark.start()])
                at = mark.start()
            depth += 1
        elif mark[0] == b")" and depth:
            depth -= 1
            if depth == 0:
                at = mark.end()
    kept.append(value[at:])
    return b"".join(kept)
