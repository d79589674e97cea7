"""Walks the structure of a mail by its delimiters (RFC 2046 §5.1), and returns its leaves with their offsets.

Nothing is decoded, so even a large mail costs little. Depth and number of parts are bounded; anything beyond
the limits is one sealed leaf.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

from aerogram.wire.mime.reading.fields import split_fields

MAX_DEPTH: Final = 8
"""Multiparts inside multiparts; ordinary mail has three."""
MAX_PARTS: Final = 1_000
"""Parts that are examined; the rest of the mail is not."""
MAX_PART_HEAD: Final = 65_536
"""Octets of one part's fields that are examined."""

_boundary: Final = re.compile(
    r';[ \t]*boundary[ \t]*=[ \t]*(?:"([^"]{1,200})"|([^\s;"]{1,200}))', re.IGNORECASE
).search
_AFTER_DELIMITER: Final = (b"\r", b"-", b" ", b"\t")
_SEALED: Final = frozenset({"multipart/signed", "multipart/encrypted"})
"""Multiparts that break when one of their bytes changes (RFC 1847 §2)."""
_DIGEST: Final = "multipart/digest"
"""Its parts are whole mails unless they say otherwise (RFC 2046 §5.1.5)."""


class ContentFields(msgspec.Struct, frozen=True):
    """The values of the fields that describe a part, unfolded; "" for absent fields."""

    content_type: str = ""
    disposition: str = ""
    encoding: str = ""
    is_ambiguous: bool = False
    """One of them occurs twice, or the fields continue beyond the examined octets."""


class Leaf(msgspec.Struct, frozen=True):
    """An undivided part. Offsets are into the mail: fields from ``head_start``, content to ``end``."""

    media_type: str
    """In lower case, without parameters."""
    fields: ContentFields
    head_start: int
    start: int
    end: int
    boundaries: tuple[bytes, ...] = ()
    """Those of the multiparts around it; none of them may begin a line of the content."""
    is_sealed: bool = False
    """Signed, encrypted or beyond a limit: none of its bytes may change."""


def leaves_of(data: bytes, body_start: int, fields: ContentFields) -> list[Leaf]:
    """Return the leaves of a mail in order, from its top-level content fields and the start of its body."""
    walk = _Walk(data)
    walk.enter(fields, 0, body_start, len(data), _TOP)
    return walk.leaves


def boundary_of(content_type: str) -> bytes | None:
    """Return the boundary of a multipart; None when it has none."""
    found = _boundary(content_type)
    return None if found is None else (found[1] or found[2]).encode("utf-8", "surrogateescape")


def content_fields(fields: list[bytes]) -> ContentFields:
    """Parse the content fields among the fields of a header section."""
    content_type = disposition = encoding = ""
    is_ambiguous = False
    for field in fields:
        name, _, value = field.partition(b":")
        name = name.strip().lower()
        if name == b"content-type":
            is_ambiguous = is_ambiguous or bool(content_type)
            content_type = content_type or _text(value)
        elif name == b"content-disposition":
            is_ambiguous = is_ambiguous or bool(disposition)
            disposition = disposition or _text(value)
        elif name == b"content-transfer-encoding":
            is_ambiguous = is_ambiguous or bool(encoding)
            encoding = encoding or _text(value)
    return ContentFields(content_type, disposition, encoding, is_ambiguous)


def _text(value: bytes) -> str:
    return value.replace(b"\r\n", b"").decode("utf-8", "surrogateescape").strip(" \t")


class _Place(msgspec.Struct, frozen=True):
    """The position of a part in the tree."""

    depth: int = 0
    boundaries: tuple[bytes, ...] = ()
    is_sealed: bool = False
    # No Content-Type means plain text (RFC 2045 §5.2).
    default_type: str = "text/plain"


_TOP: Final = _Place()


class _Walk:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._parts = 0
        self.leaves: list[Leaf] = []

    def enter(self, fields: ContentFields, head_start: int, start: int, end: int, place: _Place) -> None:
        """Examine one part by its content fields; descend when it is a multipart."""
        content_type = fields.content_type
        media_type = content_type.partition(";")[0].strip().lower() or place.default_type
        is_multipart = media_type.startswith("multipart/")
        if is_multipart and place.depth < MAX_DEPTH:
            boundary = boundary_of(content_type)
            if boundary is not None:
                inside = _Place(
                    place.depth + 1,
                    (*place.boundaries, boundary),
                    place.is_sealed or media_type in _SEALED,
                    "message/rfc822" if media_type == _DIGEST else "text/plain",
                )
                self._enter_parts(boundary, start, end, inside)
                return
        is_sealed = place.is_sealed or is_multipart or fields.is_ambiguous
        self.leaves.append(Leaf(media_type, fields, head_start, start, end, place.boundaries, is_sealed))

    def _enter_parts(self, boundary: bytes, start: int, end: int, place: _Place) -> None:
        delimiter = b"\r\n--" + boundary
        # The first delimiter may be at the very start: then its CRLF belongs to the empty line above.
        at = self._find(delimiter, max(start - 2, 0), end)
        while at >= 0 and self._parts < MAX_PARTS:
            at += len(delimiter)
            if self._data.startswith(b"--", at):
                return
            following = self._find(delimiter, at, end)
            self._parts += 1
            if following < 0 and self._parts >= MAX_PARTS:
                # Its end was not searched for, so it may hold other parts.
                place = msgspec.structs.replace(place, is_sealed=True)
            self._enter_part(at, following if following >= 0 else end, place)
            at = following

    def _find(self, delimiter: bytes, at: int, end: int) -> int:
        """Find a delimiter that is not the start of a longer one, as ``--b1`` is of ``--b10``."""
        at = self._data.find(delimiter, at, end)
        while at >= 0 and self._data[at + len(delimiter) : at + len(delimiter) + 1] not in _AFTER_DELIMITER:
            # Counted like parts, or a mail full of such lines would keep this loop busy.
            self._parts += 1
            if self._parts >= MAX_PARTS:
                return -1
            at = self._data.find(delimiter, at + len(delimiter), end)
        return at

    def _enter_part(self, at: int, end: int, place: _Place) -> None:
        head_start = self._data.find(b"\r\n", at, end) + 2
        if head_start < 2:  # noqa: PLR2004 (not found)
            return
        # The empty line may follow at once; then the part has no fields.
        head_end = self._data.find(b"\r\n\r\n", head_start - 2, end)
        head_end = end if head_end < 0 else head_end + 2
        is_short = head_end - head_start <= MAX_PART_HEAD
        head = self._data[head_start : head_end if is_short else head_start + MAX_PART_HEAD]
        fields = content_fields(split_fields(head))
        if not is_short:
            fields = msgspec.structs.replace(fields, is_ambiguous=True)
        self.enter(fields, head_start, min(head_end + 2, end), end, place)
