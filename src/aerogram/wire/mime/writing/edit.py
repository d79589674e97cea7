"""Reads and replaces the bodies of a submitted mail; every other byte stays the same.

A body is a leaf of text/plain or text/html that is not a file. Nothing changes in signed or encrypted parts
(RFC 1847), in attached mails, in parts with ambiguous content fields, and in unreliably decoded text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from aerogram.wire.mime.headers import encode_text
from aerogram.wire.mime.reading.decode import strict_text_of, transfer_decoded
from aerogram.wire.mime.reading.fields import end_of_head, split_fields
from aerogram.wire.mime.reading.walk import content_fields, leaves_of
from aerogram.wire.mime.transfer import encode_base64, encode_body
from aerogram.wire.mime.writing.content_edit import TextFields, text_fields, with_encoding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aerogram.wire.mime.reading.walk import Leaf

_BODIES: Final = {"text/plain": "plain", "text/html": "html"}
_ENCODINGS: Final = frozenset({"", "7bit", "8bit", "binary", "quoted-printable", "base64"})


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """A decoded body. Offsets are into the mail: fields from ``head_start``, content to ``end``."""

    subtype: str
    """``plain`` or ``html``."""
    text: str
    fields: TextFields
    head_start: int
    start: int
    end: int
    boundaries: tuple[bytes, ...]


def bodies_of(data: bytes) -> tuple[Body, ...]:
    """Return the bodies of a mail (CRLF line ends) in order; takes time linear in its length."""
    head_end, body_start = end_of_head(data)
    top = content_fields(split_fields(data[:head_end]))
    found = (_body(data, leaf) for leaf in leaves_of(data, body_start, top))
    return tuple(body for body in found if body is not None)


def with_bodies(data: bytes, bodies: Sequence[Body], texts: Sequence[str]) -> bytes:
    """Return the mail with new texts for the bodies that `bodies_of` found, one for each.

    A body whose text is unchanged keeps its bytes. A new text is written in UTF-8 with the shortest encoding
    that every hop accepts, and cannot end a part of the mail.
    """
    pieces: list[bytes] = []
    at = 0
    for body, text in zip(bodies, texts, strict=True):
        if text == body.text:
            continue
        encoding, content = _encoded(text, body.boundaries)
        head = data[body.head_start : body.start]
        pieces += (
            data[at : body.head_start],
            with_encoding(head, body.fields, encoding, is_ascii=text.isascii(), is_top=not body.head_start),
            content,
        )
        if not body.boundaries and not content.endswith(b"\r\n"):
            pieces.append(b"\r\n")
        at = body.end
    pieces.append(data[at:])
    return b"".join(pieces)


def set_subject(data: bytes, subject: str) -> bytes:
    """Return the mail with this subject. Raises `HeaderError` for a subject that no header can hold."""
    return with_field(data, b"subject", encode_text("Subject", subject))


def with_field(data: bytes, name: bytes, written: bytes) -> bytes:
    """Replace the fields of a name (in lower case) by one whole field, or remove them when it is b"".

    It is written at the position of the first of them, or at the end of the header section.
    """
    head_end, _ = end_of_head(data)
    pieces: list[bytes] = []
    for field in split_fields(data[:head_end]):
        if field.partition(b":")[0].rstrip(b" \t").lower() == name:
            pieces.append(written)
            written = b""
        else:
            pieces += (field, b"\r\n")
    return b"".join((*pieces, written, data[head_end:]))


def _body(data: bytes, leaf: Leaf) -> Body | None:
    subtype = _BODIES.get(leaf.media_type)
    if subtype is None or leaf.is_sealed or not _has_content(data, leaf):
        return None
    fields = text_fields(leaf.fields)
    if fields.is_file or fields.encoding not in _ENCODINGS:
        return None
    text = strict_text_of(transfer_decoded(data[leaf.start : leaf.end], fields.encoding), fields.charset)
    if text is None:
        return None
    return Body(
        subtype=subtype,
        text=text,
        fields=fields,
        head_start=leaf.head_start,
        start=leaf.start,
        end=leaf.end,
        boundaries=leaf.boundaries,
    )


def _has_content(data: bytes, leaf: Leaf) -> bool:
    """Tell whether a part's fields end with an empty line, so that a content can follow."""
    fields_end = leaf.start - 2
    return fields_end == leaf.head_start or data.endswith(b"\r\n\r\n", leaf.head_start, leaf.start)


def _encoded(text: str, boundaries: tuple[bytes, ...]) -> tuple[bytes, bytes]:
    encoding, content = encode_body(text)
    # A text that was crafted to look like a delimiter must not open a part of its own.
    if encoding != b"base64" and any(b"--" + boundary in content for boundary in boundaries):
        return b"base64", encode_base64(text)
    return encoding, content
