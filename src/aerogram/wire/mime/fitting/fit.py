"""Fits a mail to the next hop: parts that cannot leave as they are get another transfer encoding.

Every decoded octet stays the same. Only what must change does: a part that fits keeps its bytes. Signed and
encrypted multiparts are never touched (RFC 1847 §2.1), so a mail in which one does not fit is refused.
"""

from __future__ import annotations

from typing import Final

import msgspec

from aerogram.wire.errors import HeaderTooLargeError, UnfitMailError
from aerogram.wire.mime.fitting.content import encoded, label_of, with_encoding_field
from aerogram.wire.mime.fitting.fields import fitted_fields
from aerogram.wire.mime.fitting.need import has_long_line, needs_seven_bit
from aerogram.wire.mime.lines import MAX_LINE
from aerogram.wire.mime.reading.content import boundary_of, content_fields
from aerogram.wire.mime.reading.delimiters import is_delimiter
from aerogram.wire.mime.reading.fields import is_private, name_of, split_fields
from aerogram.wire.mime.reading.walk import MAX_PARTS

MAX_DEPTH: Final = 10
"""Multiparts and mails inside one another. Each level reads the mail once more, 50 ms for one of 14 MB; ordinary
mail has three, and each forwarded one in it two more."""

MAX_FIELD: Final = 96 * 1024
"""Octets of one header field. Postfix cuts off what exceeds 100 KiB (its ``header_size_limit``), which no signature
survives; the rest is room for folding."""

_SEALED: Final = frozenset({"multipart/signed", "multipart/encrypted"})
_MAILS: Final = frozenset({"message/rfc822", "message/global", "message/news"})
"""Whole mails, which must not be encoded themselves (RFC 2046 §5.2.1)."""
_FRAGMENTS: Final = frozenset({"message/partial", "message/external-body"})
"""They must be 7-bit from the start (RFC 2046 §5.2.2, §5.2.3)."""
_DIGEST: Final = "multipart/digest"
_ENCODED: Final = frozenset({"quoted-printable", "base64"})
_UNKNOWN: Final = frozenset({"uuencode", "x-uuencode", "x-uue", "uue", "yenc", "x-yenc", "mac-binhex40", "binhex"})  # fmt: skip
"""Encodings that mail programs undo and this module does not know; encoded again, nobody could read the content."""
_WIDE: Final = frozenset({"8bit", "binary"})
_CRLF: Final = b"\r\n"


def fitted(data: bytes, *, seven_bit: bool) -> bytes:
    """Return a mail (CRLF line ends) whose lines fit; with ``seven_bit`` also without 8-bit content.

    Raises `UnfitMailError` for a mail that would have to change where it must not.
    """
    fitter = _Fitter(data, seven_bit=seven_bit, is_trial=False)
    fitter.entity(0, len(data), _TOP)
    return fitter.result()


def refuse_unfit(data: bytes, head_end: int) -> None:
    """Refuse a submitted mail that the next hop would change, and that cannot be fitted.

    ``head_end`` is the end of its header section. Raises `UnfitMailError` for a line that is too long and cannot be
    made shorter, and `HeaderTooLargeError` for a field of more than `MAX_FIELD` octets.
    """
    is_long = has_long_line(data)
    if head_end <= MAX_FIELD and not is_long:
        return
    # Instructions to this service never leave, however long they are.
    fields = [field for field in split_fields(data[:head_end]) if not is_private(name_of(field))]
    for field in fields:
        if len(field) > MAX_FIELD:
            name = field.partition(b":")[0][:40].decode("ascii", "replace")
            raise HeaderTooLargeError(
                f"The header {name} is larger than {MAX_FIELD} bytes, which servers cut off."
            )
    if is_long:
        data = _CRLF.join((*fields, b"")) + data[head_end:]
        _Fitter(data, seven_bit=False, is_trial=True).entity(0, len(data), _TOP)


class _Place(msgspec.Struct, frozen=True):
    """The position of an entity in the tree."""

    boundaries: tuple[bytes, ...] = ()
    depth: int = 0
    is_top: bool = True
    """It is a whole mail, not a part of a multipart."""
    default_type: str = "text/plain"


_TOP: Final = _Place()


class _Fitter:
    """Fits one mail. Nothing is copied before `result`; a trial encodes nothing, and only its errors count."""

    def __init__(self, data: bytes, *, seven_bit: bool, is_trial: bool) -> None:
        self._data = data
        self._seven_bit = seven_bit
        self._is_trial = is_trial
        self._parts = 0
        self._edits: list[tuple[int, int, bytes]] = []

    def result(self) -> bytes:
        """Return the mail with all edits."""
        pieces: list[bytes] = []
        at = 0
        for start, end, written in sorted(self._edits):
            pieces += (self._data[at:start], written)
            at = end
        return b"".join((*pieces, self._data[at:]))

    def entity(self, start: int, end: int, place: _Place) -> None:
        """Fit an entity between two offsets: a whole mail, or a part with its fields."""
        head_end, body_start = self._split(start, end)
        head = self._data[start:head_end]
        encoding = b""
        if body_start < end or self._seven_bit:
            encoding = self._body(head, body_start, end, place)
        made = fitted_fields(head, seven_bit=self._seven_bit)
        if encoding:
            made = with_encoding_field(made, encoding, is_top=place.is_top)
        if made != head:
            self._edits.append((start, head_end, made))

    def _split(self, start: int, end: int) -> tuple[int, int]:
        """Return the end of an entity's fields and the start of its body; both are ``end`` when it has no body."""
        if self._data.startswith(_CRLF, start, end):
            return start, start + 2
        at = self._data.find(b"\r\n\r\n", start, end)
        return (end, end) if at < 0 else (at + 2, at + 4)

    def _body(self, head: bytes, start: int, end: int, place: _Place) -> bytes:
        """Fit a body; return its new encoding, b"" when the field stays."""
        if self._is_unneeded(start, end):
            fields = content_fields(split_fields(head)) if self._seven_bit else None
            return b"7bit" if fields is not None and label_of(fields.encoding) in _WIDE else b""
        fields = content_fields(split_fields(head))
        media_type = next(iter(fields.content_type.lower().partition(";")[0].split()), place.default_type)
        label = label_of(fields.encoding)
        if media_type.startswith("multipart/"):
            boundary = boundary_of(fields.content_type).encode("utf-8", "surrogateescape") or None
            self._multipart(media_type, boundary, start, end, place)
            return self._composite_label(label)
        if media_type in _MAILS and label not in _ENCODED:
            self.entity(start, end, _Place(place.boundaries, self._deeper(place)))
            return self._composite_label(label)
        if (label in _UNKNOWN or media_type in _FRAGMENTS) and not self._may_stay(start, end):
            what = f"encoding {label}" if label in _UNKNOWN else f"type {media_type}"
            raise UnfitMailError(f"A part has the {what} and {self._why(start, end)}.")
        return self._leaf(start, end, label, place)

    def _is_unneeded(self, start: int, end: int) -> bool:
        if has_long_line(self._data, start, end):
            return False
        return not (self._seven_bit and needs_seven_bit(self._data[start:end]))

    def _leaf(self, start: int, end: int, label: str, place: _Place) -> bytes:
        if self._may_stay(start, end):
            # Only a text in it looks like the field of another part.
            return b"7bit" if label in _WIDE else b""
        if self._is_trial:
            return b""
        encoding, content = encoded(self._data[start:end], label, place.boundaries)
        self._edits.append((start, end, content))
        return b"" if label == encoding.decode() else encoding

    def _composite_label(self, label: str) -> bytes:
        if label not in _WIDE:
            return b""
        if self._seven_bit:
            return b"7bit"
        return b"8bit" if label == "binary" else b""

    def _multipart(
        self, media_type: str, boundary: bytes | None, start: int, end: int, place: _Place
    ) -> None:
        delimiter = _CRLF + b"--" + (boundary or b"")
        # The first delimiter may be at the very start: then its CRLF belongs to the empty line above.
        at = -1 if boundary is None else self._find(delimiter, max(start - 2, 0), end)
        if (at < 0 or media_type in _SEALED) and self._may_stay(start, end):
            return
        if boundary is None or at < 0:
            why = self._why(start, end)
            raise UnfitMailError(f"A part of the type {media_type[:40]} lacks its boundary and {why}.")
        if media_type in _SEALED:
            kind = media_type.partition("/")[2]
            raise UnfitMailError(
                f"The mail is {kind}, and its {kind} part {self._why(start, end)}; encoding it again would break it"
                " (RFC 1847 2.1). Encode it before it is sealed."
            )
        if self._seven_bit and not boundary.isascii():
            raise UnfitMailError("A boundary of the mail is not ASCII.")
        inside = _Place(
            (*place.boundaries, boundary),
            self._deeper(place),
            is_top=False,
            default_type="message/rfc822" if media_type == _DIGEST else "text/plain",
        )
        self._drop_unfit(start, at, b"")
        while at >= 0:
            at += len(delimiter)
            if self._data.startswith(b"--", at, end):
                self._drop_unfit(at + 2, end, _CRLF)
                return
            following = self._find(delimiter, at, end)
            self._part(at, following if following >= 0 else end, inside)
            at = following

    def _part(self, start: int, end: int, place: _Place) -> None:
        """Fit a part; ``start`` is after its delimiter, whose line may hold more."""
        line_end = self._data.find(_CRLF, start, end)
        self._drop_unfit(start, line_end if line_end >= 0 else end, b"")
        if line_end >= 0:
            self.entity(line_end + 2, end, place)

    def _find(self, delimiter: bytes, at: int, end: int) -> int:
        """Find a delimiter that is not the start of a longer one; counts all, so that the loop ends soon."""
        while True:
            at = self._data.find(delimiter, at, end)
            if at < 0:
                return at
            self._parts += 1
            if self._parts > MAX_PARTS:
                raise UnfitMailError(
                    f"The mail has more than {MAX_PARTS} parts and lines that cannot leave as they are."
                )
            after = at + len(delimiter)
            if is_delimiter(self._data, after, end):
                return at
            at = after

    def _deeper(self, place: _Place) -> int:
        if place.depth >= MAX_DEPTH:
            raise UnfitMailError(f"The parts of the mail are nested more than {MAX_DEPTH} levels deep.")
        return place.depth + 1

    def _drop_unfit(self, start: int, end: int, instead: bytes) -> None:
        """Replace text outside of all parts, which nobody reads (RFC 2046 §5.1.1), if it does not fit."""
        if start < end and not self._may_stay(start, end):
            self._edits.append((start, end, instead))

    def _may_stay(self, start: int, end: int) -> bool:
        """Tell whether the octets between two offsets fit as they are."""
        if has_long_line(self._data, start, end):
            return False
        return not self._seven_bit or self._data[start:end].isascii()

    def _why(self, start: int, end: int) -> str:
        if has_long_line(self._data, start, end):
            return f"has a line of more than {MAX_LINE} characters"
        return "has 8-bit characters, and the next server takes only 7-bit mail"
