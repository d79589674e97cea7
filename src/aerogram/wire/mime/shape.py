"""A look at the structure of a mail: has it text, has it HTML, how many files.

It walks delimiter by delimiter (RFC 2046 §5.1) and decodes nothing, so that even a large mail costs
little; depth and number of parts are bounded, and what lies beyond counts as a file.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

from aerogram.wire.mime.fields import split_fields

MAX_DEPTH: Final = 8
"""Multiparts inside multiparts; ordinary mail has three."""
MAX_PARTS: Final = 1_000
"""Parts that are looked at; the rest of the mail is not."""
MAX_PART_HEAD: Final = 65_536
"""Octets of the fields of one part that are looked at."""

_boundary: Final = re.compile(
    r';[ \t]*boundary[ \t]*=[ \t]*(?:"([^"]{1,200})"|([^\s;"]{1,200}))', re.IGNORECASE
).search
_AFTER_DELIMITER: Final = (b"\r", b"-", b" ", b"\t")
_TEXT_TYPES: Final = frozenset({"text/plain", "text"})


class Shape(msgspec.Struct, frozen=True):
    """Which bodies a mail has, and how many parts are neither: files and embedded images."""

    has_text: bool = False
    has_html: bool = False
    attachment_count: int = 0


def shape_of(data: bytes, body_start: int, content_type: str, content_disposition: str) -> Shape:
    """Tell the shape of a mail from its top-level content fields (unfolded values) and its body."""
    walk = _Walk(data)
    walk.enter(content_type, content_disposition, body_start, len(data), 0)
    return Shape(walk.has_text, walk.has_html, walk.files)


class _Walk:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._parts = 0
        self.has_text = False
        self.has_html = False
        self.files = 0

    def enter(self, content_type: str, disposition: str, start: int, end: int, depth: int) -> None:
        """Judge one part by its content fields; descend when it is a multipart."""
        # No Content-Type means plain text (RFC 2045 §5.2).
        media_type = content_type.partition(";")[0].strip().lower() or "text/plain"
        if media_type.startswith("multipart/") and depth < MAX_DEPTH:
            found = _boundary(content_type)
            if found is not None:
                self._enter_parts(
                    (found[1] or found[2]).encode("utf-8", "surrogateescape"), start, end, depth
                )
                return
        is_file = disposition.lower().startswith("attachment")
        if media_type in _TEXT_TYPES and not is_file:
            self.has_text = True
        elif media_type == "text/html" and not is_file:
            self.has_html = True
        else:
            self.files += 1

    def _enter_parts(self, boundary: bytes, start: int, end: int, depth: int) -> None:
        delimiter = b"\r\n--" + boundary
        # The first delimiter may stand at the very start, where the CRLF belongs to the empty line above.
        at = self._find(delimiter, max(start - 2, 0), end)
        while at >= 0 and self._parts < MAX_PARTS:
            at += len(delimiter)
            if self._data.startswith(b"--", at):
                return
            following = self._find(delimiter, at, end)
            self._parts += 1
            self._enter_part(at, following if following >= 0 else end, depth + 1)
            at = following

    def _find(self, delimiter: bytes, at: int, end: int) -> int:
        """Find a delimiter that is not the beginning of a longer one, as ``--b1`` is of ``--b10``."""
        at = self._data.find(delimiter, at, end)
        while at >= 0 and self._data[at + len(delimiter) : at + len(delimiter) + 1] not in _AFTER_DELIMITER:
            # Counted like parts, or a mail full of such lines would keep this loop busy.
            self._parts += 1
            if self._parts >= MAX_PARTS:
                return -1
            at = self._data.find(delimiter, at + len(delimiter), end)
        return at

    def _enter_part(self, at: int, end: int, depth: int) -> None:
        head_start = self._data.find(b"\r\n", at, end) + 2
        if head_start < 2:  # noqa: PLR2004 (not found)
            return
        # The empty line may follow at once, which leaves a part without fields.
        head_end = self._data.find(b"\r\n\r\n", head_start - 2, end)
        head_end = end if head_end < 0 else head_end + 2
        content_type = disposition = ""
        for field in split_fields(self._data[head_start : min(head_end, head_start + MAX_PART_HEAD)]):
            name, _, value = field.partition(b":")
            name = name.strip().lower()
            if name == b"content-type":
                content_type = _text(value)
            elif name == b"content-disposition":
                disposition = _text(value)
        self.enter(content_type, disposition, min(head_end + 2, end), end, depth)


def _text(value: bytes) -> str:
    return value.replace(b"\r\n", b"").decode("utf-8", "surrogateescape").strip(" \t")
