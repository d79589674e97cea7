"""Reads and replaces the bodies of a submitted mail; every other byte stays the same.

Nothing changes in signed or encrypted parts (RFC 1847), in attached mails, and in parts with an
unknown encoding. `texts_of` names the texts that stay, with the reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from aerogram.wire.mime.charsets import text_of
from aerogram.wire.mime.headers import encode_text
from aerogram.wire.mime.html_charset import with_utf_8_declared
from aerogram.wire.mime.reading.content import HTML, Described, boundary_of, content_fields, described
from aerogram.wire.mime.reading.fields import end_of_head, name_of, split_fields
from aerogram.wire.mime.reading.shape import is_editable, may_be_read
from aerogram.wire.mime.reading.walk import tree_of
from aerogram.wire.mime.transfer import encode_base64, encode_body
from aerogram.wire.mime.transfer_decoding import UNKNOWN, transfer_decoded
from aerogram.wire.mime.writing.content_edit import with_encoding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aerogram.wire.mime.reading.content import ContentFields
    from aerogram.wire.mime.reading.walk import Leaf, Tree

_SUBTYPES: Final = {"text/plain": "plain", "text/html": "html"}
_ALONE: Final = frozenset(
    {"text/plain", "text/html", "text/calendar", "text/x-amp-html", "text/watch-html", "message/rfc822"}
)
"""What a recipient opens first in a mail without a body."""
_S_MIME: Final = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_ENCRYPTED: Final = "application/pgp-encrypted"
"""The first part of an encrypted mail (RFC 3156 §4); its second one holds everything."""
_CLEAR_SIGNED: Final = ("-----BEGIN PGP SIGNED MESSAGE-----", "-----BEGIN PGP MESSAGE-----")
"""The first line of a text that is signed or encrypted in itself (RFC 9580 §6.2, §7)."""


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """A decoded body. Offsets are into the mail: fields from ``head_start``, content to ``end``."""

    subtype: str
    """``plain`` or ``html``."""
    text: str
    fields: ContentFields
    described: Described
    head_start: int
    start: int
    end: int
    boundaries: tuple[bytes, ...]


class Uneditable(msgspec.Struct, frozen=True, kw_only=True):
    """A text that must stay as it is: ``sentence`` says which and why, ``text`` is what a recipient may read."""

    sentence: str
    text: str = ""
    is_aside: bool = False
    """It is a file to some programs, so that only a tag in it shows that it should be filled in."""


class Texts(msgspec.Struct, frozen=True):
    """The texts of a mail."""

    bodies: tuple[Body, ...]
    uneditable: tuple[Uneditable, ...] = ()


def texts_of(data: bytes) -> Texts:
    """Return the texts of a mail (CRLF line ends) in order; takes time linear in its length."""
    head_end, body_start = end_of_head(data)
    tree = tree_of(data, body_start, content_fields(split_fields(data[:head_end])))
    bodies: list[Body] = []
    uneditable: list[Uneditable] = []
    for leaf in tree.leaves:
        found = _text(data, leaf)
        if isinstance(found, Body):
            bodies.append(found)
        elif found is not None:
            uneditable.append(found)
    if tree.rest >= 0:
        sentence = "A part of the mail cannot be changed: the mail has too many parts."
        uneditable.append(Uneditable(sentence=sentence, text=text_of(data[tree.rest :])))
    uneditable += _unread(data, tree, has_text=bool(bodies or uneditable))
    return Texts(tuple(bodies), tuple(uneditable))


def _unread(data: bytes, tree: Tree, *, has_text: bool) -> list[Uneditable]:
    """Return the texts that are no body: files for some programs, texts for others.

    Without a body, these are what a recipient reads, as an attached HTML or an attached mail is.
    """
    found: list[Uneditable] = []
    for leaf in tree.leaves:
        if not may_be_read(leaf, has_text=has_text):
            continue
        what = described(leaf.fields)
        content = transfer_decoded(data[leaf.start : leaf.end], what.encoding)
        text = text_of(content, what.charset, is_html=leaf.media_type == HTML)
        is_alone = leaf.media_type in _ALONE and not has_text
        found.append(
            _uneditable(leaf, "it is not a text that mail programs show", text, is_aside=not is_alone)
        )
    return found


def bodies_of(data: bytes) -> tuple[Body, ...]:
    """Return the bodies of a mail that can be replaced; see `texts_of`."""
    return texts_of(data).bodies


def with_bodies(data: bytes, bodies: Sequence[Body], texts: Sequence[str]) -> bytes:
    """Return the mail with new texts for the bodies that `bodies_of` found, one for each.

    A body whose text is unchanged keeps its bytes. A new text is written in UTF-8, which its HTML declares too,
    with the shortest encoding that every hop accepts, and cannot end a part of the mail.
    """
    pieces: list[bytes] = []
    at = 0
    for body, text in zip(bodies, texts, strict=True):
        if text == body.text:
            continue
        written = with_utf_8_declared(text) if body.subtype == "html" else text
        encoding, content = _encoded(written, body.boundaries)
        head = data[body.head_start : body.start]
        if head != b"\r\n" and not head.endswith(b"\r\n\r\n"):
            head += b"\r\n"
        pieces += (
            data[at : body.head_start],
            with_encoding(
                head, body.fields, encoding, is_ascii=written.isascii(), is_top=not body.head_start
            ),
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
        if name_of(field) == name:
            pieces.append(written)
            written = b""
        else:
            pieces += (field, b"\r\n")
    return b"".join((*pieces, written, data[head_end:]))


def _text(data: bytes, leaf: Leaf) -> Body | Uneditable | None:
    """Return the text of a leaf; None for a file, and for a text without content."""
    if leaf.media_type in _S_MIME and not leaf.boundaries:
        return _uneditable(leaf, "it is signed or encrypted (S/MIME)", "")
    if leaf.is_multipart:
        boundary = boundary_of(leaf.fields.content_type)
        text = text_of(data[leaf.start : leaf.end])
        text = text.replace(f"--{boundary}--", "") if boundary else text
        return _uneditable(leaf, leaf.sealed, text) if text.strip() else None
    if leaf.sealed and leaf.media_type == _ENCRYPTED:
        return _uneditable(leaf, leaf.sealed, "")
    if not leaf.is_body or not leaf.has_content:
        return None
    found = described(leaf.fields)
    content = transfer_decoded(data[leaf.start : leaf.end], found.encoding)
    text = text_of(content, found.charset, is_html=leaf.media_type == HTML)
    if not is_editable(leaf):
        reason = leaf.sealed
        if found.encoding == UNKNOWN:
            reason = reason or f"its Content-Transfer-Encoding {leaf.fields.encoding[:40]!a} is unknown"
        return _uneditable(leaf, reason, text)
    if text.lstrip().startswith(_CLEAR_SIGNED):
        return _uneditable(leaf, "it is signed or encrypted (PGP)", text)
    return Body(
        subtype=_SUBTYPES[leaf.media_type],
        text=text,
        fields=leaf.fields,
        described=found,
        head_start=leaf.head_start,
        start=leaf.start,
        end=leaf.end,
        boundaries=leaf.boundaries,
    )


def _uneditable(leaf: Leaf, reason: str, text: str, *, is_aside: bool = False) -> Uneditable:
    sentence = f"The {leaf.media_type} part of the mail cannot be changed: {reason}."
    return Uneditable(sentence=sentence, text=text, is_aside=is_aside)


def _encoded(text: str, boundaries: tuple[bytes, ...]) -> tuple[bytes, bytes]:
    encoding, content = encode_body(text)
    # A text that was crafted to look like a delimiter must not open a part of its own.
    if encoding != b"base64" and any(b"--" + boundary in content for boundary in boundaries):
        return b"base64", encode_base64(text)
    return encoding, content
