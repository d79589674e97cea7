"""Walks the structure of a mail by its delimiters (RFC 2046 §5.1), and returns its leaves with their offsets.

Nothing is decoded, so even a large mail costs little. Depth and number of parts are bounded; anything beyond
the limits is sealed.
"""

from __future__ import annotations

from typing import Final

import msgspec

from aerogram.wire.mime.reading.content import (
    ATTACHMENT,
    HTML,
    INLINE,
    PLAIN_TEXT,
    ContentFields,
    Described,
    boundary_of,
    content_fields,
    described,
    media_type_of,
)
from aerogram.wire.mime.reading.delimiters import is_delimiter
from aerogram.wire.mime.reading.fields import end_of_part_head, split_fields
from aerogram.wire.mime.reading.text_types import text_type_of

MAX_DEPTH: Final = 8
"""Multiparts inside multiparts; ordinary mail has three."""
MAX_PARTS: Final = 1_000
"""Parts that are examined; the rest of the mail is not."""
MAX_PART_HEAD: Final = 65_536
"""Octets of one part's fields that are examined."""

_SEALED: Final = {
    "multipart/signed": "it is signed, and a change would break the signature",
    "multipart/encrypted": "it is encrypted",
}
"""Multiparts that break when one of their bytes changes (RFC 1847 §2)."""
_DIGEST: Final = "multipart/digest"
"""Its parts are whole mails unless they say otherwise (RFC 2046 §5.1.5)."""
_TEXTS: Final = frozenset({PLAIN_TEXT, HTML})
_ALTERNATIVE: Final = "multipart/alternative"
_OCTETS: Final = "application/octet-stream"
_BEYOND: Final = f"the mail has more than {MAX_PARTS} parts"


class Leaf(msgspec.Struct, frozen=True, kw_only=True):
    """An undivided part. Offsets are into the mail: fields from ``head_start``, content to ``end``."""

    media_type: str
    """In lower case, without parameters."""
    fields: ContentFields
    head_start: int
    start: int
    end: int
    boundaries: tuple[bytes, ...] = ()
    """Those of the multiparts around it; none of them may begin a line of the content."""
    sealed: str = ""
    """Why none of its bytes may change: signed, encrypted, beyond a limit; "" when they may."""
    is_body: bool = False
    """It is a text to read, not a file to keep; see `_Walk._is_body`."""
    is_main: bool = False
    """It is a body also for programs that show each named text as a file."""
    described: Described | None = None
    """What the fields say, when it is a text."""
    has_content: bool = True
    """Something follows its fields: an empty line, or a line that is no field."""

    @property
    def is_multipart(self) -> bool:
        """Whether it is a multipart whose parts were not found."""
        return self.media_type.startswith("multipart/")


class Tree(msgspec.Struct, frozen=True):
    """The leaves of a mail in order, and what a person should know of its structure, as sentences."""

    leaves: list[Leaf]
    notes: tuple[str, ...]
    rest: int = -1
    """The offset from which nothing was examined, because a limit was reached; -1 when all was."""


def leaves_of(data: bytes, body_start: int, fields: ContentFields) -> list[Leaf]:
    """Return the leaves of a mail in order; see `tree_of`."""
    return tree_of(data, body_start, fields).leaves


def tree_of(data: bytes, body_start: int, fields: ContentFields) -> Tree:
    """Return the structure of a mail, from its top-level content fields and the start of its body."""
    walk = _Walk(data)
    has_content = body_start == 2 or data.endswith(b"\r\n\r\n", 0, body_start)  # noqa: PLR2004 (no fields)
    walk.enter(fields, (0, body_start, len(data)), _TOP, has_content=has_content)
    if not walk.has_text:
        walk.read_unknown_texts()
    return Tree(walk.leaves, tuple(walk.notes), walk.rest)


class _Place(msgspec.Struct, frozen=True):
    """The position of a part in the tree."""

    depth: int = 0
    boundaries: tuple[bytes, ...] = ()
    sealed: str = ""
    # No Content-Type means plain text (RFC 2045 §5.2).
    default_type: str = PLAIN_TEXT
    is_alternative: bool = False


_TOP: Final = _Place()
_Span = tuple[int, int, int]
"""Offsets of a part: its fields, its content, its end."""


class _Walk:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._parts = 0
        self._has_body = False
        self.has_text = False
        self.leaves: list[Leaf] = []
        self.notes: dict[str, None] = {}
        self.rest = -1

    def enter(self, fields: ContentFields, span: _Span, place: _Place, *, has_content: bool = True) -> None:
        """Examine one part by its content fields; descend when it is a multipart."""
        media_type = media_type_of(fields.content_type, place.default_type)
        sealed = place.sealed or ("its fields are too long" if fields.is_cut else "")
        if media_type.startswith("multipart/"):
            reason = self._enter_multipart(media_type, fields, span, place)
            if not reason:
                return
            sealed = sealed or reason
        head_start, start, end = span
        had_body = self._has_body
        if media_type not in _TEXTS:
            media_type = HTML if text_type_of(media_type) == HTML else media_type
        found = described(fields) if media_type in _TEXTS else None
        is_body = found is not None and self._is_body(found)
        self.has_text = self.has_text or is_body
        self.leaves.append(
            Leaf(
                media_type=media_type,
                fields=fields,
                head_start=head_start,
                start=start,
                end=end,
                boundaries=place.boundaries,
                sealed=sealed,
                is_body=is_body,
                is_main=is_body and not (had_body and found is not None and found.is_named),
                described=found,
                has_content=has_content,
            )
        )

    def _enter_multipart(self, media_type: str, fields: ContentFields, span: _Span, place: _Place) -> str:
        """Examine the parts of a multipart; return why there are none, "" when there are."""
        if place.depth >= MAX_DEPTH:
            self._note(f"Parts are nested more than {MAX_DEPTH} deep; the inner ones are kept as a file.")
            return f"its parts are nested more than {MAX_DEPTH} deep"
        boundary = boundary_of(fields.content_type)
        if not boundary:
            self._note("A multipart names no boundary; it is kept as a file.")
            return "it names no boundary, so its parts cannot be found"
        inside = _Place(
            place.depth + 1,
            (*place.boundaries, boundary.encode("utf-8", "surrogateescape")),
            place.sealed or _SEALED.get(media_type, ""),
            "message/rfc822" if media_type == _DIGEST else PLAIN_TEXT,
            media_type == _ALTERNATIVE,
        )
        if self._enter_parts(span[1], span[2], inside):
            return ""
        self._note("A multipart has no parts; it is kept as a file.")
        return f"no line begins with its boundary {boundary[:70]!r}, so its parts cannot be found"

    def read_unknown_texts(self) -> None:
        """Read texts of unknown types where the mail has no other text, as mail programs do (RFC 2046 §4.1.4).

        Beside a text they are files. An unnamed application/octet-stream is one only when it is all of the mail.
        """
        for index, leaf in enumerate(self.leaves):
            kind = text_type_of(leaf.media_type)
            if not kind and len(self.leaves) == 1 and leaf.media_type == _OCTETS:
                kind = PLAIN_TEXT
            if not kind or leaf.media_type in _TEXTS or leaf.is_multipart:
                continue
            found = described(leaf.fields)
            if found.disposition == ATTACHMENT or (found.is_named and found.disposition != INLINE):
                continue
            self.leaves[index] = msgspec.structs.replace(
                leaf, media_type=kind, is_body=True, is_main=True, described=found
            )

    def _is_body(self, found: Described) -> bool:
        """Tell whether a text is one to read, as mail programs show it (RFC 2183 §2).

        A text is, also with a name, unless it is attached. With a name and no disposition it may be meant as a
        file: then only the first text of the mail, or of an alternative, is read.
        """
        is_body = found.disposition != ATTACHMENT and (
            not found.is_named or found.disposition == INLINE or not self._has_body
        )
        self._has_body = self._has_body or is_body
        return is_body

    def _enter_parts(self, start: int, end: int, place: _Place) -> bool:
        """Examine the parts between two offsets; return whether there was a delimiter."""
        delimiter = b"\r\n--" + place.boundaries[-1]
        # The first delimiter may be at the very start: then its CRLF belongs to the empty line above.
        at = self._find(delimiter, max(start - 2, 0), end)
        is_found = at >= 0 or self.rest >= 0
        has_part = False
        while at >= 0:
            if self._parts >= MAX_PARTS:
                self._stop(at)
                break
            at += len(delimiter)
            if self._data.startswith(b"--", at):
                # What stands before the first delimiter is hidden, or shown by programs that find no part.
                return has_part or not self._data[start : at - len(delimiter)].strip()
            has_part = True
            following = self._find(delimiter, at, end)
            self._parts += 1
            if following < 0 and self._parts >= MAX_PARTS:
                # Its end was not searched for, so it may hold other parts.
                self._stop(at)
                place = msgspec.structs.replace(place, sealed=_BEYOND)
            elif following < 0:
                self._note("A multipart does not end; the last part may be cut.")
            self._enter_part(at, following if following >= 0 else end, place)
            at = following
        return is_found

    def _find(self, delimiter: bytes, at: int, end: int) -> int:
        """Find a delimiter; count lines that only begin like it, or a mail full of them would keep this loop busy."""
        at = self._data.find(delimiter, at, end)
        while at >= 0 and not is_delimiter(self._data, at + len(delimiter), end):
            self._parts += 1
            if self._parts >= MAX_PARTS:
                self._stop(at)
                return -1
            at = self._data.find(delimiter, at + len(delimiter), end)
        return at

    def _enter_part(self, at: int, end: int, place: _Place) -> None:
        head_start = self._data.find(b"\r\n", at, end) + 2
        if head_start < 2:  # noqa: PLR2004 (not found)
            return
        # The empty line may follow at once; then the part has no fields.
        head_end = self._data.find(b"\r\n\r\n", head_start - 2, end)
        has_content = has_empty_line = head_end >= 0
        head_end = head_end + 2 if has_content else end
        text_start = end_of_part_head(self._data, head_start, min(head_end, head_start + MAX_PART_HEAD))
        if text_start >= 0:
            # The client left out the empty line.
            head_end, has_content, has_empty_line = text_start, True, False
        is_short = head_end - head_start <= MAX_PART_HEAD
        head = self._data[head_start : head_end if is_short else head_start + MAX_PART_HEAD]
        fields = content_fields(split_fields(head))
        if not is_short:
            fields = msgspec.structs.replace(fields, is_cut=True)
        had_body = self._has_body
        if place.is_alternative:
            self._has_body = False
        span = head_start, min(head_end + (2 if has_empty_line else 0), end), end
        self.enter(fields, span, place, has_content=has_content)
        self._has_body = self._has_body or had_body

    def _stop(self, at: int) -> None:
        self.rest = at if self.rest < 0 else self.rest
        self._note(f"The mail has more than {MAX_PARTS} parts; the rest is not shown.")

    def _note(self, sentence: str) -> None:
        self.notes[sentence] = None
