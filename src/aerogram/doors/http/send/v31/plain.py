"""Read calls whose messages are plain, which most are: addresses, a subject, parts, and texts to keep.

The types of such a call are known beforehand, so the decoder checks them while it reads the bytes; reading any
message by the table of properties takes four times as long. A call with anything else, or with anything wrong, is
read by the table instead: this module refuses nothing, and what it reads, the table reads the same.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

import msgspec

from aerogram.doors.http.send.shared import limits
from aerogram.doors.http.send.shared.duplicates import distinct
from aerogram.doors.http.send.shared.parsed_message import ParsedMessage
from aerogram.doors.http.send.shared.values import has_control_characters
from aerogram.doors.http.send.v31.limits import MAX_MESSAGES, MAX_RECIPIENTS
from aerogram.model.message import Rank, Recipient, RecipientRole
from aerogram.model.request import NO_OPTIONS
from aerogram.model.send_options import NOBODY, Personal
from aerogram.wire.address import is_email
from aerogram.wire.mime.parts import Mailbox, Parts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aerogram.doors.http.send.shared.templates import Found, Key

MAX_REMEMBERED_CHARS: Final = 512
"""Characters of a sender's address and name that are remembered; longer ones are checked each time."""


class _Box(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    Email: str
    Name: str | None = None


class _Message(msgspec.Struct, forbid_unknown_fields=True):
    From: _Box
    To: list[_Box]
    ReplyTo: _Box | None = None
    Cc: list[_Box] | None = None
    Bcc: list[_Box] | None = None
    Subject: str | None = None
    TextPart: str | None = None
    HTMLPart: str | None = None
    CustomID: str | None = None
    EventPayload: str | None = None
    CustomCampaign: str | None = None


class _Call(msgspec.Struct, forbid_unknown_fields=True):
    Messages: list[_Message]
    SandboxMode: bool | None = None
    AdvanceErrorHandling: bool | None = None


_decode: Final = msgspec.json.Decoder(_Call).decode


class PlainCall(msgspec.Struct, frozen=True):
    """A call that is parsed already."""

    parsed: list[ParsedMessage]
    is_sandbox: bool = False

    def template_keys(self) -> set[Key]:
        """Return no keys: plain messages have no templates."""
        return set()

    def parsed_messages(self, _: Found) -> list[ParsedMessage]:
        """Return the messages; none has errors."""
        return self.parsed


def read_plain(body: bytes) -> PlainCall | None:
    """Read a call of plain messages without errors; None for any other body."""
    try:
        call = _decode(body)
    except (ValueError, RecursionError):
        return None
    if not 0 < len(call.Messages) <= MAX_MESSAGES:
        return None
    parsed = []
    for message in call.Messages:
        read = _read(message)
        if read is None:
            return None
        parsed.append(read)
    return PlainCall(parsed, is_sandbox=call.SandboxMode is True)


def _read(message: _Message) -> ParsedMessage | None:
    subject, text, html = message.Subject or "", message.TextPart, message.HTMLPart
    sender = _sender(message.From)
    to = _mailboxes(message.To)
    if sender is None or not to or (text is None and html is None) or _has_flaw(message):
        return None
    reply_to: Mailbox | None = None
    cc: tuple[Mailbox, ...] = ()
    bcc: tuple[Mailbox, ...] = ()
    if message.ReplyTo is not None or message.Cc is not None or message.Bcc is not None:
        others = _others(message)
        if others is None:
            return None
        reply_to, cc, bcc = others
    entries = recipients = _recipients(to, cc, bcc)
    places: tuple[int, ...] = ()
    if len(entries) > 1:
        if len(entries) > MAX_RECIPIENTS:
            return None
        recipients, places = distinct(entries)
    # An empty part counts as missing, unless no other part would be left.
    text, html = text or None, html or None
    if text is None and html is None:
        text = ""
    return ParsedMessage(
        parts=Parts(
            sender_from=sender, reply_to=reply_to, to=to, cc=cc, subject=subject, text=text, html=html
        ),
        recipients=recipients,
        entries=entries,
        places=places,
        from_email=sender.email,
        sender_email="",
        # Addresses beyond ASCII are read by the table.
        needs_smtputf8=False,
        custom_id=message.CustomID or "",
        event_payload=message.EventPayload or "",
        campaign=message.CustomCampaign or "",
        rank=Rank.HIGH,
        send_options=NO_OPTIONS,
    )


def _has_flaw(message: _Message) -> bool:
    """Return whether a text is not allowed as it is."""
    subject, campaign = message.Subject, message.CustomCampaign
    if subject and (len(subject) > limits.MAX_SUBJECT or has_control_characters(subject)):
        return True
    if campaign and len(campaign) > limits.MAX_CAMPAIGN:
        return True
    kept = (message.TextPart, message.HTMLPart, message.CustomID, message.EventPayload, campaign)
    for text in kept:  # noqa: SIM110 - a generator takes three times as long
        if text and "\0" in text:
            return True
    return False


_Others = tuple[Mailbox | None, tuple[Mailbox, ...], tuple[Mailbox, ...]]
"""Reply-To, Cc and Bcc."""


def _others(message: _Message) -> _Others | None:
    reply_to = None
    if message.ReplyTo is not None and (reply_to := _mailbox(message.ReplyTo)) is None:
        return None
    cc, bcc = _mailboxes(message.Cc or ()), _mailboxes(message.Bcc or ())
    return None if cc is None or bcc is None else (reply_to, cc, bcc)


def _mailboxes(boxes: Sequence[_Box]) -> tuple[Mailbox, ...] | None:
    if len(boxes) == 1:
        # Most messages; a loop over one element takes twice as long.
        box = _mailbox(boxes[0])
        return None if box is None else (box,)
    read = []
    for each in boxes:
        box = _mailbox(each)
        if box is None:
            return None
        read.append(box)
    return tuple(read)


def _mailbox(box: _Box) -> Mailbox | None:
    email, name = box.Email, box.Name or ""
    if not email.isascii() or not is_email(email) or (name and has_control_characters(name)):
        return None
    return Mailbox(email, name)


def _sender(box: _Box) -> Mailbox | None:
    """Read From, which is the same in message after message."""
    email, name = box.Email, box.Name or ""
    if len(email) + len(name) > MAX_REMEMBERED_CHARS:
        return _mailbox(box)
    return _remembered(email, name)


@lru_cache(maxsize=1024)
def _remembered(email: str, name: str) -> Mailbox | None:
    return _mailbox(_Box(email, name))


def _recipients(
    to: tuple[Mailbox, ...], cc: tuple[Mailbox, ...], bcc: tuple[Mailbox, ...]
) -> tuple[Recipient, ...]:
    if len(to) == 1 and not cc and not bcc:
        [box] = to
        return (Recipient(box.email, personal=Personal(box.name) if box.name else NOBODY),)
    return tuple(
        [
            Recipient(box.email, role, personal=Personal(box.name) if box.name else NOBODY)
            for role, boxes in ((RecipientRole.TO, to), (RecipientRole.CC, cc), (RecipientRole.BCC, bcc))
            for box in boxes
        ]
    )
