"""Scans a submitted mail for what acceptance needs, in one pass over its header.

The mail is as SMTP received it: CRLF line ends, dot-stuffing undone. A header section that breaks the rules is
mended where its meaning is plain (see `mend`), and what is scanned is the mended mail. Mail that would not survive
delivery is refused here, while the client is still connected, by an error that carries its SMTP reply.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

from aerogram.wire.errors import (
    AddressError,
    ControlCharacterError,
    HeaderTooLargeError,
    MalformedFieldError,
    MalformedFromError,
    MessageIdError,
    NoFromError,
    RepeatedFieldError,
)
from aerogram.wire.mime.charsets import header_text
from aerogram.wire.mime.encoded_words import clean_text, decode_words
from aerogram.wire.mime.lines import MAX_LINE
from aerogram.wire.mime.reading.content import ContentFields
from aerogram.wire.mime.reading.fields import PRIVATE_PREFIXES, UNIQUE, end_of_head, identifies, split_fields
from aerogram.wire.mime.reading.mailboxes import parse_mailboxes
from aerogram.wire.mime.reading.mend import NAME_CHARACTERS, mended
from aerogram.wire.mime.reading.shape import Shape, shape_of

if TYPE_CHECKING:
    from aerogram.wire.mime.parts import Mailbox

MAX_HEAD: Final = 1024 * 1024
"""Octets of the whole header section; the default of Exim's ``header_maxsize``."""

# All characters below space except the tab and the line ends, which are counted (RFC 5322 §2.2).
_CONTROLS: Final = bytes(code for code in range(0x20) if code not in b"\t\r\n")
_CONTROL_PREFIXES: Final = (*PRIVATE_PREFIXES, b"x-list-unsubscribe")

_NONE: Final[dict[str, str]] = {}


class Scan:
    """The result of a scan. ``head_end`` and ``body_start`` are offsets into the mail.

    ``controls`` holds the first value of every field with one of the `fields.PRIVATE_PREFIXES`, and of
    ``X-List-Unsubscribe``, by its name in lower case, unfolded and decoded. ``contradicted`` are the names
    among them that occur again with another value. ``data`` is the mail itself, mended where it was flawed.
    """

    def __init__(
        self,
        data: bytes,
        head_end: int,
        body_start: int,
        fields: dict[bytes, bytes],
        controls: list[tuple[bytes, bytes]],
    ) -> None:
        self.data = data
        self.head_end = head_end
        self.body_start = body_start
        self._fields = fields
        self.from_mailboxes: tuple[Mailbox, ...] = _read_from(fields)
        self.controls, self.contradicted = _read_controls(controls) if controls else (_NONE, ())

    @property
    def from_email(self) -> str:
        """The address of the first author."""
        return self.from_mailboxes[0].email

    @property
    def subject(self) -> str:
        """The subject, decoded and without control characters; "" when there is none."""
        value = self._fields.get(b"subject")
        if value is None:
            return ""
        charset = "" if value.isascii() else self.shape.charset
        return clean_text(decode_words(_shown(value, charset)))

    @property
    def has_reply_to(self) -> bool:
        """True when the mail has a Reply-To."""
        return b"reply-to" in self._fields

    def require_kept_id(self) -> None:
        """Check that a Message-ID of the mail can be kept; raises `MessageIdError`.

        It is never replaced, because the application finds replies by it. A blank one, by which nobody finds
        anything, counts as absent.
        """
        value = self._fields.get(b"message-id")
        if value is None or not value.strip():
            return
        if not identifies(value):
            raise MessageIdError(
                "The Message-ID of the mail holds no identifier, so that no reply could be matched with it; write"
                " one as <unique@domain>, or leave the header out and it is added (RFC 5322 3.6.4)."
            )
        longest = MAX_LINE - len(b"Message-ID: ")
        if len(value) > longest and max(map(len, value.split())) > longest:
            raise MessageIdError(
                f"The Message-ID of the mail is longer than the {MAX_LINE} characters of a line, so that it"
                " cannot be kept as it is (RFC 5322 2.1.1)."
            )

    @property
    def needs_smtputf8(self) -> bool:
        """True when the header section is not ASCII, which only SMTPUTF8 hops accept (RFC 6532 §1)."""
        return not self.data[: self.head_end].isascii()

    @cached_property
    def shape(self) -> Shape:
        """The kinds of body and the number of files."""
        fields = ContentFields(
            _unfold(self._fields.get(b"content-type", b"")),
            _unfold(self._fields.get(b"content-disposition", b"")),
            _unfold(self._fields.get(b"content-transfer-encoding", b"")),
        )
        return shape_of(self.data, self.body_start, fields)


def scan(data: bytes, reverse_path: str = "") -> Scan:
    """Scan a submitted mail; ``reverse_path`` is the author of one that names none.

    Raises an `UnreadableMailError` when a header has control characters, the header section is larger than
    `MAX_HEAD`, or when it cannot be mended: a line of it is not a header, a field of `fields.UNIQUE` occurs twice,
    or From is missing or malformed.
    """
    try:
        return _scan(data)
    except (MalformedFieldError, RepeatedFieldError, NoFromError, MalformedFromError):
        better = mended(data, reverse_path)
        if better is None:
            raise
    return _scan(better)


def _scan(data: bytes) -> Scan:
    head_end, body_start = end_of_head(data)
    if head_end > MAX_HEAD:
        raise HeaderTooLargeError(f"The headers of the mail are larger than {MAX_HEAD} bytes.")
    head = data[:head_end]
    _refuse_controls(head)
    fields: dict[bytes, bytes] = {}
    controls: list[tuple[bytes, bytes]] = []
    for field in split_fields(head):
        name, colon, value = field.partition(b":")
        lowered = name.lower()
        if lowered in UNIQUE and colon:
            if lowered in fields:
                raise RepeatedFieldError(f"The mail has more than one {name.decode()} header (RFC 5322 3.6).")
            fields[lowered] = value
        elif not colon or not name or name.translate(None, NAME_CHARACTERS):
            raise MalformedFieldError(
                f"The line {field[:40].decode('ascii', 'replace')!r} of the header section is not a header;"
                " a header has a name, a colon and a value (RFC 5322 2.2)."
            )
        elif lowered.startswith(_CONTROL_PREFIXES):
            controls.append((lowered, value))
    return Scan(data, head_end, body_start, fields, controls)


def _refuse_controls(head: bytes) -> None:
    breaks = head.count(b"\r\n")
    if head.count(b"\n") != breaks or head.count(b"\r") != breaks:
        raise ControlCharacterError(
            "The headers of the mail hold a CR or an LF that is not part of a CRLF (RFC 5322 2.2)."
        )
    if len(head.translate(None, _CONTROLS)) != len(head):
        raise ControlCharacterError("The headers of the mail hold a control character (RFC 5322 2.2).")


def _read_controls(fields: list[tuple[bytes, bytes]]) -> tuple[dict[str, str], tuple[str, ...]]:
    first: dict[str, str] = {}
    contradicted: dict[str, None] = {}
    for field_name, value in fields:
        name, text = field_name.decode(), clean_text(decode_words(_shown(value)))
        if first.setdefault(name, text) != text:
            contradicted[name] = None
    return first, tuple(contradicted)


def _read_from(fields: dict[bytes, bytes]) -> tuple[Mailbox, ...]:
    value = fields.get(b"from")
    if value is None:
        raise NoFromError("The mail has no From header (RFC 5322 3.6).")
    try:
        mailboxes = parse_mailboxes(_unfold(value))
    except AddressError as error:
        raise MalformedFromError(f"The From header of the mail is malformed: {error}") from error
    if not mailboxes:
        raise MalformedFromError("The From header of the mail holds no address (RFC 5322 3.6.2).")
    return mailboxes


def _unfold(value: bytes) -> str:
    """Return a value as one line (RFC 5322 §2.2.3); bytes that are not UTF-8 become lone surrogates."""
    if b"\r" in value:
        value = value.replace(b"\r\n", b"")
    return value.decode("utf-8", "surrogateescape").strip(" \t")


def _shown(value: bytes, charset: str = "") -> str:
    """Return a value as one line of text; raw bytes are UTF-8, else in this charset, else windows-1252."""
    return header_text(value.replace(b"\r\n", b""), charset).strip(" \t")
