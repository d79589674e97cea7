"""Errors of v3.1 only (compatibility: send-v31#errors)."""

from __future__ import annotations

from typing import Final

from aerogram.doors.http.send.shared.errors import FORBIDDEN, UNAUTHORIZED, SendError
from aerogram.doors.http.send.shared.limits import MAX_ATTACHED_BYTES
from aerogram.doors.http.send.v31.limits import MAX_MESSAGES, MAX_RECIPIENTS

MALFORMED_JSON: Final = SendError("mj-0002", "Malformed JSON, please review the syntax and properties types.")
UNAUTHENTICATED: Final = SendError(
    "mj-0015",
    "API key authentication/authorization failure. You may be unauthorized to access the API or your API "
    "key may be expired. Visit API keys management section to check your keys.",
    status=UNAUTHORIZED,
)
SUSPENDED: Final = SendError("mj-0001", "API key is suspended.", status=UNAUTHORIZED)
PAYLOAD_TOO_LARGE: Final = SendError("mj-0011", "Payload size limit exceeded.")
TOO_MANY_MESSAGES: Final = SendError(
    "mj-0008",
    f"Total number of recipients exceeded. Max allowed - {MAX_MESSAGES}",
    ("Messages",),
)
"""Mailjet uses the text for too many recipients also for more than 50 messages."""
TOO_MANY_RECIPIENTS: Final = SendError(
    "send-0015",
    f"Total number of recipients exceeded. Max allowed - {MAX_RECIPIENTS}",
    ("To", "CC", "Bcc"),
)
NO_CONTENT: Final = SendError(
    "send-0003",
    'At least "HTMLPart", "TextPart" or "TemplateID" must be provided.',
    ("TextPart", "HTMLPart", "TemplateID"),
)
ATTACHMENTS_TOO_LARGE: Final = SendError(
    "mj-0011",
    f"Payload size limit exceeded. Attachments may have {MAX_ATTACHED_BYTES} bytes together.",
    ("Attachments", "InlinedAttachments"),
)
CAMPAIGN_MISSING: Final = SendError(
    "send-0012",
    '"DeduplicateCampaign" can only be used together with "CustomCampaign".',
    ("CustomCampaign", "DeduplicateCampaign"),
)
LANGUAGE_MISSING: Final = SendError(
    "send-0016",
    '"TemplateErrorReporting" and "TemplateErrorDeliver" can only be used when "TemplateLanguage" is true.',
    ("TemplateLanguage",),
)
TO_IN_GLOBALS: Final = SendError(
    "mj-0005", '"To" is not allowed in "Globals": each message names its own recipients.', ("Globals.To",)
)
HTML_IN_TEMPLATE: Final = SendError(
    "send-0004",
    '"HTMLPart" cannot be used together with a template that has an HTML part.',
    ("HTMLPart", "TemplateID"),
)
TEXT_IN_TEMPLATE: Final = SendError(
    "send-0005",
    '"TextPart" cannot be used together with a template that has a text part.',
    ("TextPart", "TemplateID"),
    FORBIDDEN,
)
TEMPLATE_HEADER: Final = SendError(
    "send-0019", 'Wrong type for template header, expected type "string"', ("sender",)
)


def wrong_key(code: str, status: int, why: str) -> SendError:
    """Report an invalid idempotency key; ``why`` is a sentence."""
    return SendError(code, why, ("Idempotency-Key",), status)


def empty_array(path: str) -> SendError:
    """Report an empty array."""
    return SendError("mj-0007", f"{path} cannot be empty.", (path,))
