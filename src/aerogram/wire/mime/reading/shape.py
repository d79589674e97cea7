"""The shape of a mail: whether it has text, whether it has HTML, and how many files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from aerogram.wire.mime.charsets import keeps_ascii
from aerogram.wire.mime.reading.content import ATTACHMENT, HTML, described
from aerogram.wire.mime.reading.walk import tree_of
from aerogram.wire.mime.transfer_decoding import BASE64, QUOTED_PRINTABLE, UNKNOWN, UUENCODE

if TYPE_CHECKING:
    from aerogram.wire.mime.reading.content import ContentFields
    from aerogram.wire.mime.reading.walk import Leaf


class Shape(msgspec.Struct, frozen=True):
    """The bodies of a mail, and the number of other parts: files and embedded images."""

    has_text: bool = False
    has_html: bool = False
    attachment_count: int = 0
    has_base64_body: bool = False
    """A body is in base64, so a search of the mail's bytes does not find its text."""
    bodies_end: int = 0
    """Offset into the mail after which there is no body."""
    has_editable_html: bool = False
    """Links of its HTML can be tracked: see `is_editable`."""
    is_opaque: bool = False
    """A body has an encoding or a charset in which ASCII is not found by its bytes; base64 has its own flag."""
    charset: str = ""
    """The label of the first body's charset, in which raw bytes of headers may be."""
    has_quoted_body: bool = False
    """A body is in quoted-printable, which may encode every character."""


def shape_of(data: bytes, body_start: int, fields: ContentFields) -> Shape:
    """Return the shape of a mail from its top-level content fields and its body.

    Parts beyond the limits of `aerogram.wire.mime.reading.walk` count as files.
    """
    has_text = has_html = has_base64_body = has_quoted_body = has_editable_html = is_opaque = False
    files = bodies_end = 0
    charset: str | None = None
    tree = tree_of(data, body_start, fields)
    for leaf in tree.leaves:
        found = leaf.described
        if not leaf.is_body or found is None:
            files += 1
            # Its parts were not found, and a program may show it as text.
            bodies_end = leaf.end if leaf.is_multipart else bodies_end
            if may_be_read(leaf, has_text=has_text or has_html):
                bodies_end = leaf.end
                what = described(leaf.fields)
                has_base64_body = has_base64_body or what.encoding == BASE64
                has_quoted_body = has_quoted_body or what.encoding == QUOTED_PRINTABLE
                is_opaque = is_opaque or what.encoding == UUENCODE or not keeps_ascii(what.charset)
            continue
        is_html = leaf.media_type == HTML
        has_text = has_text or not is_html
        has_html = has_html or is_html
        has_editable_html = has_editable_html or (is_html and is_editable(leaf))
        has_base64_body = has_base64_body or found.encoding == BASE64
        has_quoted_body = has_quoted_body or found.encoding == QUOTED_PRINTABLE
        is_opaque = is_opaque or found.encoding == UUENCODE or not keeps_ascii(found.charset)
        charset = found.charset if charset is None else charset
        bodies_end = leaf.end
    return Shape(
        has_text,
        has_html,
        files,
        has_base64_body,
        len(data) if tree.rest >= 0 else bodies_end,
        has_editable_html,
        is_opaque,
        charset or "",
        has_quoted_body,
    )


def may_be_read(leaf: Leaf, *, has_text: bool) -> bool:
    """Tell whether a part that is no body may be read as one: a text that is not attached; all when there is none."""
    if leaf.is_body or leaf.is_multipart or not leaf.media_type.startswith(("text/", "message/rfc822")):
        return False
    if not has_text:
        return True
    return leaf.media_type != "message/rfc822" and described(leaf.fields).disposition != ATTACHMENT


def is_editable(leaf: Leaf) -> bool:
    """Tell whether a body can be decoded and written anew."""
    found = leaf.described
    return not leaf.sealed and leaf.has_content and found is not None and found.encoding != UNKNOWN
