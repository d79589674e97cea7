"""Read the headers of a stored template, which give defaults to the mail sent with it.

Template editors may store anything here, so nothing is refused. An unreadable value is ignored. A value that
is not a string is reported as an error to the caller who sends with the template.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.wire.address import is_email
from aerogram.wire.errors import AddressError
from aerogram.wire.mime.encoded_words import clean_text
from aerogram.wire.mime.parts import Mailbox
from aerogram.wire.mime.reading.mailboxes import parse_mailboxes

if TYPE_CHECKING:
    from collections.abc import Mapping

WRONG_TYPE: Final = 'Wrong type for template header, expected type "string"'
"""Mailjet's sentence for a header that is not a string (compatibility: send-v31#strict-checks)."""

# The name may contain characters that are invalid in an address list, such as the colon of {{var:name}}.
_named_address: Final = re.compile(r'\s*"?([^<>"]*?)"?\s*<\s*([^<>\s]+)\s*>\s*\Z').match


class TemplateHeaders(msgspec.Struct, frozen=True, kw_only=True):
    """The values of the headers, "" or None when absent. ``errors`` are sentences."""

    subject: str = ""
    sender: Mailbox | None = None
    reply_to: Mailbox | None = None
    errors: tuple[str, ...] = ()


def read_headers(headers: Mapping[str, Any]) -> TemplateHeaders:
    """Read ``From``, ``Subject``, ``Reply-To`` and the older ``SenderName``, ``SenderEmail``, ``ReplyEmail``.

    Names ignore case (compatibility: templates#stored-templates). Null counts as absent.
    """
    texts = {name.lower(): value for name, value in headers.items() if isinstance(value, str)}
    is_faulty = any(value is not None and not isinstance(value, str) for value in headers.values())
    return TemplateHeaders(
        subject=clean_text(texts.get("subject", "")),
        sender=_mailbox(texts.get("from", "")) or _bare(texts.get("senderemail", ""), texts.get("sendername", "")),
        reply_to=_mailbox(texts.get("reply-to", "")) or _mailbox(texts.get("replyemail", "")),
        errors=(WRONG_TYPE,) if is_faulty else (),
    )  # fmt: skip


def _mailbox(value: str) -> Mailbox | None:
    """Read the first address of a header's value; None when it has none."""
    try:
        mailboxes = parse_mailboxes(value)
    except AddressError:
        found = _named_address(value)
        return _bare(found[2], found[1]) if found else None
    return mailboxes[0] if mailboxes else None


def _bare(email: str, name: str) -> Mailbox | None:
    email = email.strip()
    return Mailbox(email, clean_text(name).strip()) if is_email(email) else None
