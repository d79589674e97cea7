"""The shape of a mail: whether it has text, whether it has HTML, and how many files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from aerogram.wire.mime.reading.walk import leaves_of

if TYPE_CHECKING:
    from aerogram.wire.mime.reading.walk import ContentFields, Leaf

HTML: Final = "text/html"
_BODY_TYPES: Final = frozenset({"text/plain", "text", HTML})


class Shape(msgspec.Struct, frozen=True):
    """The bodies of a mail, and the number of other parts: files and embedded images."""

    has_text: bool = False
    has_html: bool = False
    attachment_count: int = 0
    has_base64_body: bool = False
    """A body is in base64, so a search of the mail's bytes does not find its text."""
    bodies_end: int = 0
    """Offset into the mail after which there is no body."""


def shape_of(data: bytes, body_start: int, fields: ContentFields) -> Shape:
    """Return the shape of a mail from its top-level content fields and its body.

    Parts beyond the limits of `aerogram.wire.mime.reading.walk` count as files.
    """
    has_text = has_html = has_base64_body = False
    files = bodies_end = 0
    for leaf in leaves_of(data, body_start, fields):
        if not is_body(leaf):
            files += 1
            continue
        has_text = has_text or leaf.media_type != HTML
        has_html = has_html or leaf.media_type == HTML
        has_base64_body = has_base64_body or leaf.fields.encoding.lower() == "base64"
        bodies_end = leaf.end
    return Shape(has_text, has_html, files, has_base64_body, bodies_end)


def is_body(leaf: Leaf) -> bool:
    """Tell whether a leaf is a text to read, not a file to keep."""
    if leaf.media_type not in _BODY_TYPES:
        return False
    return not leaf.fields.disposition.lower().startswith("attachment")
