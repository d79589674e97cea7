"""Open a stored content: read its texts, and build the mail with other texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

import msgspec

from aerogram.model.message import ContentKind
from aerogram.wire.mime.charsets import header_text
from aerogram.wire.mime.headers import encode_mailboxes
from aerogram.wire.mime.parts import Mailbox, Parts
from aerogram.wire.mime.reading.fields import end_of_head, split_fields
from aerogram.wire.mime.reading.scan import scan
from aerogram.wire.mime.writing.build import build
from aerogram.wire.mime.writing.edit import Uneditable, set_subject, texts_of, with_bodies, with_field
from aerogram.wire.mime.writing.rewrite import rewrite

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aerogram.model.message import Letter

PLAIN_TEXT: Final = "plain"
HTML: Final = "html"

_decode_parts: Final = msgspec.json.Decoder(Parts).decode


class Words(msgspec.Struct, frozen=True):
    """The texts of a mail: its subject, and its bodies as (``plain`` or ``html``, text)."""

    subject: str
    texts: tuple[tuple[str, str], ...]


class LetterHeaders(msgspec.Struct, frozen=True, kw_only=True):
    """The headers that differ between the mails of one content."""

    message_id: str
    """Without angle brackets."""
    date_ms: int
    received: bytes
    """The Received field of submitted mail."""
    extra_headers: Sequence[tuple[str, str]] = ()
    to: Mailbox | None = None
    """The only recipient in To and Cc; None to keep the recipients of the content."""


class Source(Protocol):
    """An opened content."""

    author: Mailbox
    words: Words
    header_names: frozenset[str]
    """The lower-case names of the client's headers."""
    uneditable: tuple[Uneditable, ...]
    """The texts that must stay as they are, so that nothing can be filled in."""

    def mail(self, words: Words, headers: LetterHeaders) -> bytes:
        """Return the mail with other texts. Raises `MailError`."""
        ...


def opened(letter: Letter) -> Source:
    """Open a letter's content. Raises `MailError`, or `MsgspecError` for a corrupt content."""
    return MimeSource(letter.body) if letter.kind is ContentKind.MIME else PartsSource(letter.body)


class PartsSource:
    """A content submitted over the Send API, stored as parts."""

    uneditable: tuple[Uneditable, ...] = ()

    def __init__(self, body: bytes) -> None:
        parts = self._parts = _decode_parts(body)
        self.author = parts.sender_from
        self.header_names = frozenset(name.lower() for name, _ in parts.headers)
        texts = ((PLAIN_TEXT, parts.text), (HTML, parts.html))
        self.words = Words(parts.subject, tuple((kind, text) for kind, text in texts if text))

    def mail(self, words: Words, headers: LetterHeaders) -> bytes:
        """Build the mail."""
        texts = dict(words.texts)
        parts = msgspec.structs.replace(
            self._parts, subject=words.subject, text=texts.get(PLAIN_TEXT), html=texts.get(HTML)
        )
        if headers.to is not None:
            parts = msgspec.structs.replace(parts, to=(headers.to,), cc=())
        return build(
            parts,
            message_id=headers.message_id,
            date_ms=headers.date_ms,
            boundary_seed=headers.message_id.encode(),
            extra_headers=headers.extra_headers,
        )


class MimeSource:
    """A content submitted over SMTP, stored as MIME."""

    def __init__(self, body: bytes) -> None:
        self._data = body
        texts = texts_of(body)
        self._bodies = texts.bodies
        self.uneditable = texts.uneditable
        found = scan(body)
        author = found.from_mailboxes[0]
        self.author = Mailbox(author.email, _without_surrogates(author.name, found.shape.charset))
        names = (field.partition(b":")[0] for field in split_fields(body[: end_of_head(body)[0]]))
        self.header_names = frozenset(name.decode("ascii", "replace").strip().lower() for name in names)
        self.words = Words(found.subject, tuple((body.subtype, body.text) for body in self._bodies))

    def mail(self, words: Words, headers: LetterHeaders) -> bytes:
        """Rewrite the mail; a missing text part is not added."""
        data = self._data
        if words.texts != self.words.texts:
            data = with_bodies(data, self._bodies, [text for _, text in words.texts[: len(self._bodies)]])
        if words.subject != self.words.subject:
            data = set_subject(data, words.subject)
        if headers.to is not None:
            data = with_field(with_field(data, b"cc", b""), b"to", encode_mailboxes("To", (headers.to,)))
        return rewrite(
            data,
            received=headers.received,
            date_ms=headers.date_ms,
            message_id=headers.message_id,
            extra_headers=headers.extra_headers,
        )


def _without_surrogates(name: str, charset: str) -> str:
    """Return a name whose raw bytes, which a scan leaves as lone surrogates, are read as those of other headers."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return header_text(name.encode("utf-8", "surrogateescape"), charset)
    return name
