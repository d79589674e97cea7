"""Prepares a submitted mail for delivery; its body never changes.

Instructions to this service and the fields of `fields.PRIVATE` are removed; the trace line and missing fields
are added (RFC 6409 §8: Date, Message-ID). ``X-List-Unsubscribe`` becomes ``List-Unsubscribe`` unless the mail
has one (compatibility: smtp#mailpace). The client's Message-ID and Date stay byte for byte. A field that the service adds never repeats one that the client wrote.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from aerogram.wire.errors import HeaderError
from aerogram.wire.mime.date import format_date
from aerogram.wire.mime.encoded_words import decode_words
from aerogram.wire.mime.headers import encode_custom
from aerogram.wire.mime.reading.fields import (
    PRIVATE,
    PRIVATE_PREFIXES,
    end_of_head,
    identifies,
    is_private,
    split_fields,
)
from aerogram.wire.mime.writing.list_unsubscribe import read_ways, write_ways

if TYPE_CHECKING:
    from collections.abc import Sequence

# Without any of these at a line's start a header section loses nothing; the search is cheaper than splitting.
_DROPPED_STARTS: Final = tuple(b"\r\n" + start for start in (*PRIVATE_PREFIXES, *sorted(PRIVATE)))
_is_message_id_field: Final = re.compile(rb"[ \t]*(?:\r\n[ \t]+)?<[^\s<>()]+>[ \t]*\r\n(?![ \t])").match


def rewrite(
    data: bytes,
    *,
    received: bytes,
    date_ms: int,
    message_id: str,
    extra_headers: Sequence[tuple[str, str]] = (),
) -> bytes:
    """Return the mail to deliver.

    ``received`` is a whole field with its CRLF, or b"", and is put on top unchanged. ``date_ms``
    (milliseconds since the Unix epoch) and ``message_id`` (without brackets) are used when the mail has no
    Date or Message-ID of its own, or an empty one (RFC 6409 §8.2, §8.3). ``extra_headers`` (name, value) go to
    the end of the header section, except those that the mail has. Raises `HeaderError` for an invalid one.
    """
    head_end, body_start = end_of_head(data)
    head = data[:head_end]
    lowered = b"\r\n" + head.lower()
    if (
        not extra_headers
        and _has_date_and_id(lowered)
        and not any(map(lowered.__contains__, _DROPPED_STARTS))
    ):
        return received + data
    kept, names = _sift(head)
    added = [received]
    if b"date" not in names:
        added.append(f"Date: {format_date(date_ms)}\r\n".encode())
    if b"message-id" not in names:
        added.append(f"Message-ID: <{message_id}>\r\n".encode())
    extra = [
        encode_custom(name, value) for name, value in extra_headers if name.lower().encode() not in names
    ]
    # A mail that ended within its header section gets the missing empty line.
    body = data[body_start:] if body_start > head_end else b""
    return b"".join((*added, b"\r\n".join((*kept, b"")), *extra, b"\r\n", body))


def _has_date_and_id(lowered: bytes) -> bool:
    """Return True when Date and Message-ID are certainly there; on False, look closer."""
    date = lowered.find(b"\r\ndate: ")
    message_id = lowered.find(b"\r\nmessage-id:")
    if date < 0 or message_id < 0 or lowered[date + 8 : date + 9].isspace():
        return False
    return _is_message_id_field(lowered, message_id + len(b"\r\nmessage-id:")) is not None


def _sift(head: bytes) -> tuple[list[bytes], set[bytes]]:
    """Return the fields that stay and the set of their names in lower case."""
    kept: list[bytes] = []
    names: set[bytes] = set()
    list_unsubscribe = b""
    for field in split_fields(head):
        name, _, value = field.partition(b":")
        name = name.rstrip(b" \t").lower()
        if name == b"x-list-unsubscribe":
            list_unsubscribe = list_unsubscribe or value
        if is_private(name) or _is_useless(name, value):
            continue
        kept.append(field)
        names.add(name)
    if list_unsubscribe and b"list-unsubscribe" not in names:
        kept += _list_unsubscribe(list_unsubscribe)
        names.add(b"list-unsubscribe")
    return kept, names


def _list_unsubscribe(value: bytes) -> list[bytes]:
    """Write the field anew: machines read it, so encoded words would hide it from them."""
    try:
        return [write_ways(read_ways(decode_words(value.replace(b"\r\n", b"").decode("utf-8", "replace"))))]
    except HeaderError:
        return []


def _is_useless(name: bytes, value: bytes) -> bool:
    """Tell whether a field is present but empty of meaning, so that a good one must replace it."""
    if name == b"message-id":
        return not identifies(value)
    return name == b"date" and not value.strip()
