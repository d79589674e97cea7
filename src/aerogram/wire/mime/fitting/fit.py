"""Fits a mail to the next hop: parts that cannot leave as they are get another transfer encoding.

Every decoded octet stays the same. Only what must change does: a part that fits keeps its bytes. Signed and
encrypted multiparts are never touched (RFC 1847 §2.1), so a mail in which one does not fit is refused.
"""

from __future__ import annotations

from typing import Final

import msgspec

from aerogram.wire.errors import HeaderTooLargeError, UnfitMailError
from aerogram.wire.mime.fitting.content import encoded, encoding_of, with_encoding_field
from aerogram.wire.mime.fitting.fields import fitted_fields
from aerogram.wire.mime.fitting.need import MAX_LINE, has_long_line, needs_seven_bit
from aerogram.wire.mime.reading.content import boundary_of, content_fields
from aerogram.wire.mime.reading.fields import is_private, split_fields

MAX_DEPTH: Final = 20
"""Multiparts and mails inside one another. Each level copies the mail once; ordinary mail has five."""
MAX_PARTS: Final = 1_000
"""Parts of one mail, as in `aerogram.wire.mime.reading.walk`; a mail of nothing but delimiters would have millions."""

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
"""Encodings that readers undo and this module does not know; encoded again, nobody could read the content."""
_WIDE: Final = frozenset({"8bit", "binary"})
_CRLF: Final = b"\r\n"
_AFTER_DELIMITER: Final = (b"\r", b"-", b" ", b"\t")


def fitted(data: bytes, *, seven_bit: bool) -> bytes:
    """Return a mail (CRLF line ends) whose lines fit; with ``seven_bit`` also without 8-bit content.

    Raises `UnfitMailError` for a mail that would have to change where it must not.
    """
    return _Fitter(seven_bit=seven_bit, is_trial=False).mail(data)


def refuse_unfit(data: bytes, head_end: int) -> None:
    """Refuse a submitted mail that the next hop would change, and that cannot be fitted.

    ``head_end`` is the end of its header section. Raises `UnfitMailError` for a line that is too long and cannot be
    made shorter, and `HeaderTooLargeError` for a field of more than `MAX_FIELD` octets.
    """
    is_long = has_long_line(data)
    if head_end <= MAX_FIELD and not is_long:
        return
    head, separator, body = _split(data)
    # Instructions to this service never leave, however long they are.
    fields = [field for field in split_fields(head) if not is_private(_name_of(field))]
    for field in fields:
        if len(field) > MAX_FIELD:
            name = field.partition(b":")[0][:40].decode("ascii", "replace")
            raise HeaderTooLargeError(
                f"The header {name} is larger than {MAX_FIELD} bytes, which servers cut off."
            )
    if not is_long:
        return
    _Fitter(seven_bit=False, is_trial=True).mail(_CRLF.join((*fields, b"")) + separator + body)


def _name_of(field: bytes) -> bytes:
    return field.partition(b":")[0].rstrip(b" \t").lower()


class _Place(msgspec.Struct, frozen=True):
    """The position of an entity in the tree."""

    boundaries: tuple[bytes, ...] = ()
    depth: int = 0
    is_top: bool = True
    """It is a whole mail, not a part of a multipart."""
    default_type: str = "text/plain"


_TOP: Final = _Place()


class _Fitter:
    """Fits one mail. A trial encodes nothing: its result has no meaning, only its errors have."""

    def __init__(self, *, seven_bit: bool, is_trial: bool) -> None:
        self._seven_bit = seven_bit
        self._is_trial = is_trial
        self._parts = 0

    def mail(self, data: bytes, place: _Place = _TOP) -> bytes:
        """Fit an entity: a whole mail, or a part with its fields."""
        head, separator, body = _split(data)
        encoding = b""
        if body:
            body, encoding = self._body(head, body, place)
        head = fitted_fields(head, seven_bit=self._seven_bit)
        if encoding:
            head = with_encoding_field(head, encoding, is_top=place.is_top)
        return head + separator + body

    def _body(self, head: bytes, body: bytes, place: _Place) -> tuple[bytes, bytes]:
        """Return a body that fits, and its new encoding; b"" when the field stays."""
        if not has_long_line(body) and not (self._seven_bit and needs_seven_bit(body)):
            fields = content_fields(split_fields(head)) if self._seven_bit else None
            is_wide = fields is not None and encoding_of(fields.encoding) in _WIDE
            return body, b"7bit" if is_wide else b""
        fields = content_fields(split_fields(head))
        media_type = next(iter(fields.content_type.lower().partition(";")[0].split()), place.default_type)
        label = encoding_of(fields.encoding)
        if media_type.startswith("multipart/"):
            boundary = boundary_of(fields.content_type).encode("utf-8", "surrogateescape") or None
            return self._multipart(media_type, boundary, body, place), self._composite_label(label)
        if media_type in _MAILS and label not in _ENCODED:
            inner = _Place(place.boundaries, self._deeper(place))
            return self.mail(body, inner), self._composite_label(label)
        if (label in _UNKNOWN or media_type in _FRAGMENTS) and not self._may_stay(body):
            what = f"encoding {label}" if label in _UNKNOWN else f"type {media_type}"
            raise UnfitMailError(f"A part has the {what} and {self._why(body)}.")
        return self._leaf(body, label, place)

    def _leaf(self, body: bytes, label: str, place: _Place) -> tuple[bytes, bytes]:
        if self._may_stay(body):
            # Only a text in it looks like the field of another part.
            return body, b"7bit" if label in _WIDE else b""
        if self._is_trial:
            return b"", b""
        encoding, content = encoded(body, label, place.boundaries)
        return content, b"" if label == encoding.decode() else encoding

    def _composite_label(self, label: str) -> bytes:
        if label not in _WIDE:
            return b""
        if self._seven_bit:
            return b"7bit"
        return b"8bit" if label == "binary" else b""

    def _multipart(self, media_type: str, boundary: bytes | None, body: bytes, place: _Place) -> bytes:
        delimiter = _CRLF + b"--" + (boundary or b"")
        # The first delimiter may be at the very start.
        text = _CRLF + body
        at = -1 if boundary is None else self._find(text, delimiter, 0)
        if self._may_stay(body) and (at < 0 or media_type in _SEALED):
            return body
        if boundary is None or at < 0:
            raise UnfitMailError(
                f"A part of the type {media_type[:40]} lacks its boundary and {self._why(body)}."
            )
        if media_type in _SEALED:
            kind = media_type.partition("/")[2]
            raise UnfitMailError(
                f"The mail is {kind}, and its {kind} part {self._why(body)}; encoding it again would break it"
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
        return self._parts_of(text, delimiter, at, inside)

    def _parts_of(self, text: bytes, delimiter: bytes, at: int, place: _Place) -> bytes:
        """Fit the parts from the first delimiter on, which is at ``at``."""
        pieces = [text[:at] if self._may_stay(text[:at]) else b""]
        while at >= 0:
            after = at + len(delimiter)
            if text.startswith(b"--", after):
                epilogue = text[after + 2 :]
                pieces.append(delimiter + b"--" + (epilogue if self._may_stay(epilogue) else _CRLF))
                break
            following = self._find(text, delimiter, after)
            pieces.append(
                self._part(text[after : following if following >= 0 else len(text)], delimiter, place)
            )
            at = following
        return b"".join(pieces)[len(_CRLF) :]

    def _part(self, text: bytes, delimiter: bytes, place: _Place) -> bytes:
        """Fit a part; ``text`` begins with the rest of the delimiter's line."""
        rest, line_end, part = text.partition(_CRLF)
        return delimiter + (rest if self._may_stay(rest) else b"") + line_end + self.mail(part, place)

    def _find(self, text: bytes, delimiter: bytes, at: int) -> int:
        """Find a delimiter that is not the start of a longer one; counts all, so that the loop ends soon."""
        while True:
            at = text.find(delimiter, at)
            if at < 0 or text[at + len(delimiter) : at + len(delimiter) + 1] in _AFTER_DELIMITER:
                break
            self._count()
            at += len(delimiter)
        if at >= 0:
            self._count()
        return at

    def _count(self) -> None:
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise UnfitMailError(
                f"The mail has more than {MAX_PARTS} parts and lines that cannot leave as they are."
            )

    def _deeper(self, place: _Place) -> int:
        if place.depth >= MAX_DEPTH:
            raise UnfitMailError(f"The parts of the mail are nested more than {MAX_DEPTH} levels deep.")
        return place.depth + 1

    def _may_stay(self, text: bytes) -> bool:
        """Tell whether text fits as it is. Before and after the parts, where nobody reads it, it is dropped if not."""
        return not has_long_line(text) and not (self._seven_bit and not text.isascii())

    def _why(self, text: bytes) -> str:
        if has_long_line(text):
            return f"has a line of more than {MAX_LINE} characters"
        return "has 8-bit characters, and the next server takes only 7-bit mail"


def _split(entity: bytes) -> tuple[bytes, bytes, bytes]:
    """Split an entity into its fields, the empty line, and its body; the last two may be missing."""
    if entity.startswith(_CRLF):
        return b"", _CRLF, entity[2:]
    at = entity.find(b"\r\n\r\n")
    if at < 0:
        return entity, b"", b""
    return entity[: at + 2], _CRLF, entity[at + 4 :]
