"""What can be wrong with a call, in Mailjet's codes and words (facts: SEND.md A7).

A mistake is a value: the validator gathers all of a message's before it answers. Where Mailjet's text
is not known, the sentence is ours; it names the property and what would be right.
"""

from __future__ import annotations

import uuid
from typing import Final

import msgspec

from aerogram.doors.http.send.shared import limits

BAD_REQUEST: Final = 400
UNAUTHORIZED: Final = 401
FORBIDDEN: Final = 403

_MAX_QUOTED: Final = 320
"""Characters of a quoted value: the longest address (RFC 5321 section 4.5.3.1) is quoted whole."""


class Mistake(msgspec.Struct, frozen=True):
    """One thing the caller must change. ``related`` are property paths in index form, as ``To[1].Email``."""

    code: str
    message: str
    related: tuple[str, ...] = ()
    status: int = BAD_REQUEST

    def shown(self) -> dict[str, object]:
        """Give the error object of the answer, with an identifier of its own."""
        shown: dict[str, object] = {"ErrorIdentifier": str(uuid.uuid4())}
        if self.code:
            shown["ErrorCode"] = self.code
        shown["StatusCode"] = self.status
        shown["ErrorMessage"] = self.message
        if self.related:
            shown["ErrorRelatedTo"] = self.related
        return shown


MALFORMED_JSON: Final = Mistake("mj-0002", "Malformed JSON, please review the syntax and properties types.")
UNAUTHENTICATED: Final = Mistake(
    "mj-0015",
    "API key authentication/authorization failure. You may be unauthorized to access the API or your API "
    "key may be expired. Visit API keys management section to check your keys.",
    status=UNAUTHORIZED,
)
SUSPENDED: Final = Mistake("mj-0001", "API key is suspended.", status=UNAUTHORIZED)
PAYLOAD_TOO_LARGE: Final = Mistake("mj-0011", "Payload size limit exceeded.")
TOO_MANY_MESSAGES: Final = Mistake(
    "mj-0008",
    f"Total number of recipients exceeded. Max allowed - {limits.MAX_MESSAGES}",
    ("Messages",),
)
"""Mailjet answers more than 50 messages in the words of too many recipients."""
TOO_MANY_RECIPIENTS: Final = Mistake(
    "send-0015",
    f"Total number of recipients exceeded. Max allowed - {limits.MAX_RECIPIENTS}",
    ("To", "CC", "Bcc"),
)
NO_CONTENT: Final = Mistake(
    "send-0003",
    'At least "HTMLPart", "TextPart" or "TemplateID" must be provided.',
    ("TextPart", "HTMLPart", "TemplateID"),
)
ATTACHMENTS_TOO_LARGE: Final = Mistake(
    "mj-0011",
    f"Payload size limit exceeded. Attachments may have {limits.MAX_ATTACHED_BYTES} bytes together.",
    ("Attachments", "InlinedAttachments"),
)
CAMPAIGN_MISSING: Final = Mistake(
    "send-0012",
    '"DeduplicateCampaign" can only be used together with "CustomCampaign".',
    ("CustomCampaign", "DeduplicateCampaign"),
)
LANGUAGE_MISSING: Final = Mistake(
    "send-0016",
    '"TemplateErrorReporting" and "TemplateErrorDeliver" can only be used when "TemplateLanguage" is true.',
    ("TemplateLanguage",),
)
UNKNOWN_CATEGORY: Final = Mistake(
    "send-0013", "The monitoring category doesn't exist for your account.", ("MonitoringCategory",)
)
TO_IN_GLOBALS: Final = Mistake(
    "mj-0005", '"To" is not allowed in "Globals": each message names its own recipients.', ("Globals.To",)
)
HTML_IN_TEMPLATE: Final = Mistake(
    "send-0004",
    '"HTMLPart" cannot be used together with a template that has an HTML part.',
    ("HTMLPart", "TemplateID"),
)
TEXT_IN_TEMPLATE: Final = Mistake(
    "send-0005",
    '"TextPart" cannot be used together with a template that has a text part.',
    ("TextPart", "TemplateID"),
    FORBIDDEN,
)
TEMPLATE_HEADER: Final = Mistake(
    "send-0019", 'Wrong type for template header, expected type "string"', ("sender",)
)


def missing(path: str) -> Mistake:
    """Tell of a mandatory property that is absent or null."""
    return Mistake("mj-0003", "Missing mandatory property.", (path,))


def wrong_type(path: str, expected: str) -> Mistake:
    """Tell of a value of another JSON type than ``expected``, a word of Mailjet's such as ``emailIn``."""
    return Mistake("mj-0004", f'Type mismatch. Expected type "{expected}".', (path,))


def not_allowed(path: str, value: object, why: str = "") -> Mistake:
    """Tell of a value of the right type that the property does not take; ``why`` ends the sentence."""
    return Mistake("mj-0005", f'"{_quoted(value)}" is not an allowed value for {path}{why}.', (path,))


def control_characters(path: str) -> Mistake:
    """Tell of a line break or NUL in what becomes a header of the mail, where it would forge another."""
    return Mistake("mj-0005", f"{path} must not contain line breaks or NUL characters.", (path,))


def nul_character(path: str) -> Mistake:
    """Tell of a NUL in a text that is kept: no database can store it."""
    return Mistake("mj-0005", f"{path} must not contain NUL characters.", (path,))


def too_long(path: str, limit: int) -> Mistake:
    """Tell of a text with more than ``limit`` characters."""
    return Mistake("mj-0006", f"Maximum length of {path} is {limit} characters.", (path,))


def too_deep(path: str, limit: int) -> Mistake:
    """Tell of objects and arrays in one another on more than ``limit`` levels."""
    return Mistake("mj-0005", f"{path} must not be nested more than {limit} levels deep.", (path,))


def empty_array(path: str) -> Mistake:
    """Tell of an array that needs an element."""
    return Mistake("mj-0007", f"{path} cannot be empty.", (path,))


def too_many(path: str, limit: int) -> Mistake:
    """Tell of a collection with more than ``limit`` elements."""
    return Mistake("mj-0008", f"Maximum number of elements in {path} is {limit}.", (path,))


def empty_text(path: str) -> Mistake:
    """Tell of a text that needs a character."""
    return Mistake("mj-0012", f"{path} cannot be empty.", (path,))


def invalid_email(path: str, address: str) -> Mistake:
    """Tell of an address that is none. Clients look for this sentence, word by word."""
    return Mistake("mj-0013", f'"{_quoted(address)}" is an invalid email address.', (path,))


def sender_not_authorized(address: str) -> Mistake:
    """Tell that mail from ``address`` is not allowed for the account."""
    return Mistake(
        "send-0008",
        f'"{address}" is not an authorized sender email address for your account.',
        ("From",),
        FORBIDDEN,
    )


def sender_needs_right(address: str) -> Mistake:
    """Tell that the account may not use ``address``, which is none of its senders, as ``Sender``."""
    return Mistake(
        "send-0006",
        f'"Sender" needs a right that your account does not have, unless "{address}" is one of its senders.',
        ("SenderID",),
        FORBIDDEN,
    )


def sender_not_validated(address: str) -> Mistake:
    """Tell that ``address`` is a sender of the account that is not active."""
    return Mistake(
        "send-0007",
        f'"{address}" is not a validated sender email address of your account.',
        ("SenderID",),
        FORBIDDEN,
    )


def unknown_template(template_id: int | str) -> Mistake:
    """Tell that the account has no such template."""
    return Mistake(
        "send-0010", f'Template id "{_quoted(template_id)}" doesn\'t exist for your account.', ("TemplateID",)
    )


def forbidden_header(name: str) -> Mistake:
    """Tell of a header that a property or Aerogram itself decides."""
    return Mistake(
        "send-0011", 'Header cannot be customized using the "Headers" collection.', (header_path(name),)
    )


def unwritable_header(name: str, why: str) -> Mistake:
    """Tell of a header that no mail can hold; ``why`` is a sentence."""
    return Mistake("mj-0005", why, (header_path(name),))


def unusable_content_id(path: str, why: str) -> Mistake:
    """Tell of an inlined file that no Content-ID can be made for; ``why`` is a sentence."""
    return Mistake("mj-0005", why, (path,))


def not_base64(path: str) -> Mistake:
    """Tell of an attachment whose content does not decode."""
    return Mistake("mj-0005", f"{path} is not valid base64.", (path,))


def wrong_key(code: str, status: int, why: str) -> Mistake:
    """Tell of an idempotency key that cannot be taken; ``why`` is a sentence."""
    return Mistake(code, why, ("Idempotency-Key",), status)


def header_path(name: str) -> str:
    """Write the path of one header, as ``Headers["X-Tag"]``."""
    return f'Headers["{_quoted(name)}"]'


def _quoted(value: object) -> str:
    """Write a value of the caller's, shortened: Globals may repeat a long one in every message's answer."""
    text = str(value)
    return text if len(text) <= _MAX_QUOTED else text[:_MAX_QUOTED] + "…"
