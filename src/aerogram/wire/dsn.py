"""Delivery status notifications: the mail that reports a mail's delivery to its sender (RFC 3464, RFC 6522).

::

    multipart/report; report-type=delivery-status
    ├── text/plain                 the report in words
    ├── message/delivery-status    the report for programs
    └── message/rfc822             the original, or only its headers as text/rfc822-headers

The bytes depend on the `Notice` alone. They are ASCII, unless the local part of the notice's recipient is
not: then To is UTF-8 and the mail needs SMTPUTF8.
"""

from __future__ import annotations

import binascii
import enum
import hashlib
import ipaddress
import re
from typing import Final

import msgspec

from aerogram.wire.address import needs_smtputf8, normalised
from aerogram.wire.mime.date import format_date
from aerogram.wire.mime.headers import encode_mailboxes, encode_text, fold
from aerogram.wire.mime.lines import MAX_LINE
from aerogram.wire.mime.parts import Mailbox
from aerogram.wire.mime.reading.fields import end_of_head, split_fields
from aerogram.wire.mime.transfer import BOUNDARY_MARK, encode_body
from aerogram.wire.smtp.client.data import has_bare_line_ends
from aerogram.wire.smtp.xtext import decode_xtext

MAX_RETURNED_BYTES: Final = 64 * 1024
"""A larger mail is returned as its headers, even with RET=FULL, and longer headers are cut (ours: senders
keep what they sent, and a notification should always be small)."""
MAILER_DAEMON: Final = "mailer-daemon"
"""The local part from which a mail system sends its own mail."""

_UNPRINTABLE: Final = re.compile(r"[^ -~]")
_MAX_WORD: Final = 400
_MAX_ADDRESS: Final = 900
"""Characters of an address with its type, which must fit on one line."""
# The characters of an address that RFC 6533 §3 leaves unescaped; the rest become \x{HEX}.
_NOT_QCHAR: Final = re.compile(r"[^!-*,-<>-\[\]-~]")


class DsnAction(enum.Enum):
    """What happened to the recipient's mail (RFC 3464 §2.3.3)."""

    FAILED = "failed"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    RELAYED = "relayed"
    """Handed to a server that does not report (RFC 3461 §5.2.2)."""


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """The content of one notification, about one recipient of one mail. Times are ms since the Unix epoch."""

    hostname: str
    """The reporting system, and the domain of From."""
    sent_ms: int
    message_id: str
    """That of the notification, without angle brackets."""
    boundary_seed: bytes
    to: str
    subject: str
    text: str
    """The human-readable part."""
    action: DsnAction
    status: str
    """As ``5.1.1`` (RFC 3463)."""
    recipient: str
    arrival_ms: int
    envid: str = ""
    """ENVID and ORCPT as they were on the wire, "" when absent."""
    orcpt: str = ""
    remote_mta: str = ""
    """Host name or IP address of the server that decided; "" when none did."""
    diagnostic: str = ""
    diagnostic_type: str = "smtp"
    last_attempt_ms: int | None = None
    retry_until_ms: int | None = None
    original: bytes = b""
    """The mail that the notice is about; "" leaves the third part out."""
    returns_full: bool = False


def build_notice(notice: Notice) -> bytes:
    """Write the mail. Raises `MailError` when ``to`` is not an address."""
    boundary = _boundary(notice)
    parts = [_words(notice.text), _status(notice)]
    if notice.original:
        parts.append(_returned(notice))
    delimiter = f"--{boundary}".encode()
    out = [_head(notice, boundary)]
    for part in parts:
        out += (delimiter, b"\r\n", part, b"\r\n")
    out += (delimiter, b"--\r\n")
    return b"".join(out)


def _boundary(notice: Notice) -> str:
    digest = hashlib.blake2b(notice.boundary_seed, digest_size=16).hexdigest()
    return f"{BOUNDARY_MARK[2:]}{digest}"


def _head(notice: Notice, boundary: str) -> bytes:
    sender = Mailbox(f"{MAILER_DAEMON}@{notice.hostname}", "Mail Delivery System")
    fixed = (
        f"Date: {format_date(notice.sent_ms)}\r\n"
        f"Message-ID: <{notice.message_id}>\r\n"
        "Auto-Submitted: auto-replied\r\n"  # RFC 3834 §5: automatic responders ignore it.
        "MIME-Version: 1.0\r\n"
        "Content-Type: multipart/report; report-type=delivery-status;\r\n"
        f' boundary="{boundary}"\r\n'
        "\r\n"
    )
    return b"".join(
        (
            encode_mailboxes("From", (sender,)),
            encode_mailboxes("To", (Mailbox(notice.to),)),
            encode_text("Subject", notice.subject),
            fixed.encode("ascii"),
        )
    )


def _words(text: str) -> bytes:
    encoding, body = encode_body(text)
    return (
        b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: "
        + encoding
        + b"\r\n\r\n"
        + body
    )


def _status(notice: Notice) -> bytes:
    """Write message/delivery-status: the message's fields, an empty line, the recipient's fields."""
    fields = [
        b"Content-Type: message/delivery-status\r\n\r\n",
        _field("Reporting-MTA", f"dns; {notice.hostname}"),
    ]
    if notice.envid:
        fields.append(_field("Original-Envelope-Id", _decoded(notice.envid)))
    fields += (_field("Arrival-Date", format_date(notice.arrival_ms)), b"\r\n")
    if notice.orcpt:
        fields.append(_original_recipient(notice.orcpt))
    fields += (
        _address_field("Final-Recipient", _typed_address(notice.recipient)),
        _field("Action", notice.action.value),
        _field("Status", notice.status),
    )
    if notice.remote_mta:
        fields.append(_field("Remote-MTA", f"dns; {_host(notice.remote_mta)}"))
    if notice.diagnostic:
        fields.append(_field("Diagnostic-Code", f"{notice.diagnostic_type}; {notice.diagnostic}"))
    if notice.last_attempt_ms is not None:
        fields.append(_field("Last-Attempt-Date", format_date(notice.last_attempt_ms)))
    if notice.retry_until_ms is not None:
        fields.append(_field("Will-Retry-Until", format_date(notice.retry_until_ms)))
    return b"".join(fields)


def _field(name: str, value: str) -> bytes:
    """Write a field of words. Characters beyond printable ASCII become ``?``; the text part has them all."""
    pieces = [
        f" {word[start : start + _MAX_WORD]}"
        for word in _UNPRINTABLE.sub("?", value).split(" ")
        for start in range(0, len(word), _MAX_WORD)
    ]
    return fold(name, pieces)


def _address_field(name: str, typed: str) -> bytes:
    """Write an address on one line, as quoted local parts may hold spaces; omit one that is too long."""
    value = _UNPRINTABLE.sub("?", typed)
    return f"{name}: {value}\r\n".encode() if len(value) <= _MAX_ADDRESS else b""


def _original_recipient(orcpt: str) -> bytes:
    """Return the client's ORCPT (RFC 3461 §6.3); an RFC 6533 address has its own escapes instead of xtext."""
    kind, _, address = orcpt.partition(";")
    if kind.lower() == "utf-8":
        escaped = "".join(char if char.isascii() else _escaped(char) for char in address)
        return _address_field("Original-Recipient", f"{kind}; {escaped}")
    return _address_field("Original-Recipient", f"{kind}; {_decoded(address)}")


def _decoded(xtext: str) -> str:
    """Decode xtext; an escape of a character beyond printable ASCII stays (RFC 3461 §4.2, §4.4)."""
    text = decode_xtext(xtext)
    return xtext if _UNPRINTABLE.search(text) else text


def _typed_address(email: str) -> str:
    """Return an address with its type; beyond ASCII, in the form for 7-bit mail (RFC 6533 §3)."""
    if email.isascii():
        return f"rfc822; {email}"
    if not needs_smtputf8(email):
        return f"rfc822; {normalised(email)}"
    return "utf-8; " + _NOT_QCHAR.sub(lambda found: _escaped(found[0]), email)


def _escaped(char: str) -> str:
    return f"\\x{{{ord(char):X}}}"


def _host(name: str) -> str:
    """Return a host as RFC 5321 §4.1.3 writes it: IP addresses in brackets."""
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return name
    return f"[{name}]" if address.version == 4 else f"[IPv6:{name}]"  # noqa: PLR2004 (the version of IP)


def _returned(notice: Notice) -> bytes:
    original = notice.original
    if notice.returns_full and len(original) <= MAX_RETURNED_BYTES and _fits_7bit(original):
        return b"Content-Type: message/rfc822\r\n\r\n" + original
    head = _first_fields(original[: end_of_head(original)[0]])
    if _fits_7bit(head):
        return b"Content-Type: text/rfc822-headers\r\n\r\n" + head
    lines = head.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    quoted = binascii.b2a_qp(lines).replace(b"\n", b"\r\n")
    return (
        b"Content-Type: text/rfc822-headers; charset=utf-8\r\n"
        b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + quoted
    )


def _first_fields(head: bytes) -> bytes:
    """Return the first fields, as many as fit."""
    if len(head) <= MAX_RETURNED_BYTES:
        return head
    kept: list[bytes] = []
    room = MAX_RETURNED_BYTES
    for field in split_fields(head):
        room -= len(field) + 2
        if room < 0:
            break
        kept += (field, b"\r\n")
    return b"".join(kept)


def _fits_7bit(data: bytes) -> bool:
    """Tell whether every server accepts the bytes as they are: message/rfc822 has no encoding (RFC 2045 §2.7)."""
    if not data.isascii() or b"\0" in data or has_bare_line_ends(data):
        return False
    return max(map(len, data.split(b"\r\n"))) <= MAX_LINE
