"""A look at the structure of a mail: has it text, has it HTML, how many files."""

from __future__ import annotations

from typing import Final

import msgspec

from aerogram.wire.mime.walk import ContentFields, leaves_of

_TEXT_TYPES: Final = frozenset({"text/plain", "text"})


class Shape(msgspec.Struct, frozen=True):
    """Which bodies a mail has, and how many parts are neither: files and embedded images."""

    has_text: bool = False
    has_html: bool = False
    attachment_count: int = 0


def shape_of(data: bytes, body_start: int, content_type: str, content_disposition: str) -> Shape:
    """Tell the shape of a mail from its top-level content fields (unfolded values) and its body.

    What lies beyond the limits of `aerogram.wire.mime.walk` counts as a file.
    """
    has_text = has_html = False
    files = 0
    for leaf in leaves_of(data, body_start, ContentFields(content_type, content_disposition)):
        is_file = leaf.fields.disposition.lower().startswith("attachment")
        if leaf.media_type in _TEXT_TYPES and not is_file:
            has_text = True
        elif leaf.media_type == "text/html" and not is_file:
            has_html = True
        else:
            files += 1
    return Shape(has_text, has_html, files)
