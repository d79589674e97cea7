"""Errors of v3: its responses have only a sentence and an HTTP status.

(compatibility: send-v3#errors)

Shared parsers add their own errors, see `aerogram.doors.http.send.shared.errors`.
"""

from __future__ import annotations

from typing import Final

from aerogram.doors.http.send.shared import errors as shared
from aerogram.doors.http.send.shared.errors import BAD_REQUEST, SendError
from aerogram.doors.http.send.shared.limits import MAX_ATTACHED_BYTES, MAX_SUBJECT
from aerogram.doors.http.send.v3.limits import MAX_MESSAGES

TOO_LARGE: Final = 413
CONVERSION_FAILED: Final = 500


def _error(code: str, message: str, status: int = BAD_REQUEST) -> SendError:
    return SendError(code, message, (), status)


INVALID_CHARACTERS: Final = _error("mj-0002", "Invalid characters detected")
MALFORMED_JSON: Final = _error("mj-0002", "Malformed JSON, please review the syntax and properties types.")
NO_RECIPIENTS: Final = _error("mj-0003", 'Missing "To" or "Recipients" property')
NOBODY: Final = _error("mj-0007", 'At least 1 "to" value required')
RECIPIENTS_NOT_ALONE: Final = _error("mj-0005", '"Recipients" cannot be combined with "To", "Cc" or "Bcc".')
NULL_VALUE: Final = _error("mj-0004", "Cannot convert data from Null value", CONVERSION_FAILED)
"""Mailjet answers a null in Vars with status 500; clients check both status and text."""
NO_CONTENT: Final = _error(
    "send-0003", 'At least "Text-part", "Html-part" or "Mj-TemplateID" must be provided.'
)
CAMPAIGN_MISSING: Final = _error(
    "send-0012", '"Mj-deduplicatecampaign" can only be used together with "Mj-campaign".'
)
NO_MESSAGES: Final = _error("mj-0007", "At least 1 message required")
TOO_MANY_MESSAGES: Final = _error("mj-0008", f"Too many messages: a call may have {MAX_MESSAGES}.")
PAYLOAD_TOO_LARGE: Final = _error("mj-0011", "Payload size limit exceeded.", TOO_LARGE)
ATTACHMENTS_TOO_LARGE: Final = _error(
    "mj-0011",
    f"Payload size limit exceeded. Attachments may have {MAX_ATTACHED_BYTES} bytes together.",
    TOO_LARGE,
)


def missing(name: str) -> SendError:
    """Report a mandatory property that is absent, null or empty."""
    return _error("mj-0003", f'Missing "{name}" property')


def beside_messages(name: str) -> SendError:
    """Report a property of a message at the root of a call with several."""
    return _error("send-0001", f'Unexpected property "{name[:MAX_SUBJECT]}" beside "Messages"')


def no_object(path: str) -> SendError:
    """Report a value that is not an object."""
    return _error("mj-0004", f'"{path}" is not JSON object type')


def no_array(path: str) -> SendError:
    """Report a value that is not an array."""
    return _error("mj-0004", f'"{path}" is not JSON array type')


def no_text(path: str) -> SendError:
    """Report a value that is not a string."""
    return _error("mj-0004", f'"{path}" is not string type')


def header_is_no_text(name: str) -> SendError:
    """Report a header whose value is not a string."""
    return _error("mj-0004", f"Header {name[:MAX_SUBJECT]} is not string type")


def too_many_recipients(name: str) -> SendError:
    """Report more recipients than a property may have."""
    return _error("send-0015", f"Too many recipients in {name}")


def no_address(text: str) -> SendError:
    """Report an invalid address, with the text that clients match."""
    return shared.invalid_email("", text).without_path()


def no_address_list(path: str, why: str) -> SendError:
    """Report a list of addresses that cannot be parsed; ``why`` is a sentence."""
    return _error("mj-0013", f"{path}: {why}")


def not_one_address(path: str) -> SendError:
    """Report several addresses where one is allowed."""
    return _error("mj-0008", f"{path} must hold one address.")


def unknown_template(key: int | str) -> SendError:
    """Report that the account has no such template."""
    return shared.unknown_template(key).without_path()
