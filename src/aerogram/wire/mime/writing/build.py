"""Builds a mail from its parts, deterministically: the same arguments always give the same bytes.

The structure (RFC 2046 §5.1, RFC 2387), each level only where it is needed::

    mixed
    ├── alternative
    │   ├── text/plain
    │   └── related
    │       ├── text/html
    │       └── inlined files
    └── attachments

HTML alone stays alone: no text part is generated (compatibility: send-v31#properties).
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final

from aerogram.wire.errors import HeaderError
from aerogram.wire.mime.date import format_date
from aerogram.wire.mime.headers import encode_custom, encode_mailboxes, encode_text, fold
from aerogram.wire.mime.parameters import content_id, filename_pieces, media_type_pieces
from aerogram.wire.mime.parts import Mailbox, Parts
from aerogram.wire.mime.reading.fields import SINGLETONS, is_private
from aerogram.wire.mime.reading.mailboxes import parse_mailboxes
from aerogram.wire.mime.transfer import BOUNDARY_MARK, encode_body, wrap_base64

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aerogram.wire.mime.parts import Attachment

_is_message_id: Final = re.compile(r"[!-;=?A-~]{1,400}@[!-;=?A-~]{1,400}\Z").match
# Fields that only servers write, besides the private ones; a client's would be forged.
_SERVER_FIELDS: Final = frozenset({b"received", b"dkim-signature", b"delivered-to"})


def build(
    parts: Parts,
    *,
    message_id: str,
    date_ms: int,
    boundary_seed: bytes,
    extra_headers: Iterable[tuple[str, str]] = (),
) -> bytes:
    """Build the mail, ready to be signed: ASCII lines of at most 998 octets, CRLF everywhere.

    ``message_id`` has no angle brackets; ``date_ms`` is in milliseconds since the Unix epoch; boundaries
    derive from ``boundary_seed`` alone. Headers of ``extra_headers`` (the service's) override those of
    ``parts.headers`` (the client's) with the same name; see `_custom_fields` for the rules.

    Raises `HeaderError` for text that a header cannot hold (line breaks, NUL, invalid names) and
    `AttachmentError` for a file that is not base64.
    """
    if _is_message_id(message_id) is None:
        raise HeaderError(f"{message_id[:80]!r} is not a Message-ID.")
    custom, reply_to_field = _custom_fields(parts, extra_headers)
    out = [encode_mailboxes("From", (parts.sender_from,))]
    if parts.sender is not None:
        out.append(encode_mailboxes("Sender", (parts.sender,)))
    out.append(reply_to_field)
    if parts.to:
        out.append(encode_mailboxes("To", parts.to))
    elif not parts.cc:
        # All recipients are blind; some receivers penalise mail without any To (RFC 5322 §3.4, group).
        out.append(b"To: undisclosed-recipients:;\r\n")
    if parts.cc:
        out.append(encode_mailboxes("Cc", parts.cc))
    out.append(encode_text("Subject", parts.subject))
    out.append(
        f"Message-ID: <{message_id}>\r\nDate: {format_date(date_ms)}\r\nMIME-Version: 1.0\r\n".encode()
    )
    out += custom
    _Body(parts, boundary_seed).append_to(out)
    if not out[-1].endswith(b"\r\n"):
        out.append(b"\r\n")
    return b"".join(out)


def build_content(text: str | None, html: str | None, boundary_seed: bytes) -> bytes:
    """Build text and HTML alone: content fields, empty line and body, without a CRLF at the end."""
    out: list[bytes] = []
    _Body(Parts(sender_from=Mailbox(""), text=text, html=html), boundary_seed).append_to(out)
    return b"".join(out)


def _custom_fields(parts: Parts, extra_headers: Iterable[tuple[str, str]]) -> tuple[list[bytes], bytes]:
    """Write the extra headers; the second value is the Reply-To field, b"" when there is none.

    Of each name only the first is written. Names that this module writes itself, content fields and private
    fields (`fields.is_private`) are dropped. A Reply-To counts when ``parts.reply_to`` is not set; it is
    parsed and written again.
    """
    reply_to = b"" if parts.reply_to is None else encode_mailboxes("Reply-To", (parts.reply_to,))
    custom: list[bytes] = []
    seen: set[bytes] = set()
    for name, value in (*extra_headers, *parts.headers):
        lowered = name.lower().encode("utf-8", "replace")
        if lowered == b"reply-to" and not reply_to:
            mailboxes = parse_mailboxes(value)
            reply_to = encode_mailboxes("Reply-To", mailboxes) if mailboxes else b""
        if lowered in seen or _is_reserved(lowered):
            continue
        seen.add(lowered)
        custom.append(encode_custom(name, value))
    return custom, reply_to


def _is_reserved(name: bytes) -> bool:
    return name in SINGLETONS or name in _SERVER_FIELDS or name.startswith(b"content-") or is_private(name)


class _Body:
    """Writes the content fields and the parts after them."""

    def __init__(self, parts: Parts, boundary_seed: bytes) -> None:
        self._parts = parts
        self._seed = boundary_seed
        # Without HTML nothing can refer to inlined files, so they become attachments.
        self._inlined = parts.inlined if parts.html else ()
        self._attachments = parts.attachments if parts.html else (*parts.inlined, *parts.attachments)

    def append_to(self, out: list[bytes]) -> None:
        """Append the body from its Content-Type on; the last line may lack its CRLF."""
        if not self._attachments:
            self._append_content(out)
            return
        delimiter = self._open_multipart(out, "mixed", "m")
        out.append(delimiter)
        self._append_content(out)
        for attachment in self._attachments:
            out.append(b"\r\n" + delimiter)
            _append_file(out, attachment, "")
        out.append(_closing(delimiter))

    def _append_content(self, out: list[bytes]) -> None:
        parts = self._parts
        if not parts.html:
            _append_text(out, b"plain", parts.text or "")
        elif not parts.text:
            self._append_html(out, parts.html)
        else:
            delimiter = self._open_multipart(out, "alternative", "a")
            out.append(delimiter)
            _append_text(out, b"plain", parts.text)
            out.append(b"\r\n" + delimiter)
            self._append_html(out, parts.html)
            out.append(_closing(delimiter))

    def _append_html(self, out: list[bytes], html: str) -> None:
        if not self._inlined:
            _append_text(out, b"html", html)
            return
        delimiter = self._open_multipart(out, 'related; type="text/html"', "r")
        out.append(delimiter)
        _append_text(out, b"html", html)
        for attachment in self._inlined:
            out.append(b"\r\n" + delimiter)
            _append_file(out, attachment, content_id(attachment.content_id, attachment.filename))
        out.append(_closing(delimiter))

    def _open_multipart(self, out: list[bytes], subtype: str, level: str) -> bytes:
        """Write the Content-Type of a multipart; return the line that begins each of its parts."""
        delimiter = f"{BOUNDARY_MARK}{level}_{hashlib.blake2b(self._seed, digest_size=12).hexdigest()}"
        out.append(f'Content-Type: multipart/{subtype};\r\n boundary="{delimiter[2:]}"\r\n\r\n'.encode())
        return delimiter.encode() + b"\r\n"


def _closing(delimiter: bytes) -> bytes:
    return b"\r\n" + delimiter[:-2] + b"--"


def _append_text(out: list[bytes], subtype: bytes, text: str) -> None:
    encoding, body = encode_body(text)
    out.append(
        b"Content-Type: text/%b; charset=utf-8\r\nContent-Transfer-Encoding: %b\r\n\r\n" % (subtype, encoding)
    )
    out.append(body)


def _append_file(out: list[bytes], attachment: Attachment, inline_id: str) -> None:
    *media_type, last = media_type_pieces(attachment.content_type)
    out.append(fold("Content-Type", (*media_type, f"{last};", *filename_pieces("name", attachment.filename))))
    disposition = " inline;" if inline_id else " attachment;"
    out.append(fold("Content-Disposition", (disposition, *filename_pieces("filename", attachment.filename))))
    if inline_id:
        out.append(f"Content-ID: <{inline_id}>\r\n".encode())
    out.append(b"Content-Transfer-Encoding: base64\r\n\r\n")
    out.append(wrap_base64(attachment.content))
