"""Parse the property Headers, and reject values that could inject other headers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aerogram.doors.http.send.shared import errors, limits
from aerogram.doors.http.send.shared.merging import overlay_headers
from aerogram.doors.http.send.shared.properties import PropertyType
from aerogram.wire.errors import AddressError, HeaderError
from aerogram.wire.mime.headers import encode_custom
from aerogram.wire.mime.reading.mailboxes import parse_mailboxes

if TYPE_CHECKING:
    from aerogram.doors.http.send.shared.findings import Findings
    from aerogram.wire.mime.parts import Mailbox

Headers = tuple[tuple[str, str], ...]

FORBIDDEN: Final = frozenset(
    name.lower()
    for name in (
        "From",
        "Sender",
        "Subject",
        "To",
        "Cc",
        "Bcc",
        "Return-Path",
        "Delivered-To",
        "DKIM-Signature",
        "DomainKey-Status",
        "Received-SPF",
        "Authentication-Results",
        "Received",
        "X-Mailjet-Prio",
        "X-Mailjet-Debug",
        "User-Agent",
        "X-Mailer",
        "X-MJ-CustomID",
        "X-MJ-EventPayload",
        "X-MJ-Vars",
        "X-MJ-TemplateErrorDeliver",
        "X-MJ-TemplateErrorReporting",
        "X-MJ-TemplateLanguage",
        "X-Mailjet-TrackOpen",
        "X-Mailjet-TrackClick",
        "X-MJ-TemplateID",
        "X-MJ-WorkflowID",
        "X-Feedback-Id",
        "X-Mailjet-Segmentation",
        "List-Id",
        "X-MJ-MID",
        "X-MJ-ErrorMessage",
        "Date",
        "X-CSA-Complaints",
        "Message-Id",
        "X-Mailjet-Campaign",
        "X-MJ-StatisticsContactsListID",
    )
)
"""Mailjet's list (compatibility: send-v31#headers), in lower case."""

_SCALARS: Final = (str, int, float)
_STRUCTURE: Final = ("content-", "mime-version")
"""Headers of the MIME structure: a second one would make the mail unreadable (RFC 2045)."""


def headers(path: str, value: Any, findings: Findings) -> Headers:
    """Parse the object of headers to (name, value) pairs; a null removes a header of Globals."""
    if not isinstance(value, dict):
        findings.errors.append(errors.wrong_type(path, "object"))
        return ()
    if len(value) > limits.MAX_HEADERS:
        findings.errors.append(errors.too_many(path, limits.MAX_HEADERS))
        return ()
    read = []
    for name, content in value.items():
        if content is None:
            continue
        error = _error_in(name, content)
        if error is None:
            read.append((name, str(content)))
        else:
            findings.errors.append(error)
    return tuple(read)


def reply_to(pairs: Headers, findings: Findings) -> tuple[Mailbox, ...]:
    """Parse a Reply-To among the headers, which is used if the property ReplyTo is missing.

    Mailjet's own clients never send it; older versions of Anymail do, even with several addresses.
    """
    for name, text in pairs:
        if name.lower() == "reply-to":
            try:
                return parse_mailboxes(text)
            except AddressError:
                findings.errors.append(errors.invalid_email(errors.header_path(name), text))
    return ()


def _error_in(name: str, content: object) -> errors.SendError | None:
    lowered = name.lower()
    if lowered in FORBIDDEN or lowered.startswith(_STRUCTURE):
        return errors.forbidden_header(name)
    if not isinstance(content, _SCALARS) or isinstance(content, bool):
        return errors.wrong_type(errors.header_path(name), "string")
    try:
        # Compose it as in the mail, so that nothing is accepted that cannot be composed later.
        encode_custom(name, str(content))
    except HeaderError as error:
        return errors.unwritable_header(name, str(error))
    return None


HEADERS: Final = PropertyType(
    parser=headers,
    schema={
        "type": "object",
        "maxProperties": limits.MAX_HEADERS,
        "additionalProperties": {"type": ["string", "number"]},
    },
    errors=("mj-0004", "mj-0005", "mj-0008", "send-0011"),
    merge=overlay_headers,
)
