"""A look at the structure of a mail: has it text, has it HTML, how many files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from aerogram.wire.mime.reading.walk import leaves_of

if TYPE_CHECKING:
    from aerogram.wire.mime.reading.walk import ContentFields, Leaf

HTML: Final = "text/html"
_BODY_TYPES: Final = frozenset({"text/plain", "text", HTML})


class Shape(msgspec.Struct, frozen=True):
    """Which bodies a mail has, and how many parts are neither: files and embedded images."""

    has_text: bool = False
    has_html: bool = False
    attachment_count: int = 0
    has_base64_body: bool = False
    """A body is written in base64, so that a look at the mail's bytes does not show what it says."""
    bodies_end: int = 0
    """Offset into the mail behind which no body lies."""


def shape_of(data: bytes, body_start: int, fields: ContentFields) -> Shape:
    """Tell the shape of a mail from its top-level content fields and its body.

    What lies beyond the limits of `aerogram.wire.mime.reading.walk` counts as a file.
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
    """Tell whether a leaf is to be read, not to be kept."""
    if leaf.media_type not in _BODY_TYPES:
        return False
    return not leaf.fields.disposition.lower().startswith("attachment")
