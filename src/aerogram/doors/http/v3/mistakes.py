"""What can be wrong with a call, in Mailjet's words as far as they are known (facts: SEND.md B4).

The version 3 has neither codes nor paths: a mistake is its sentence and its HTTP status. It has the type of
v3.1's mistakes, because the readers that both share note theirs beside these.
"""

from __future__ import annotations

from typing import Final

from aerogram.base.errors import RefusedError
from aerogram.doors.http.v3 import limits
from aerogram.doors.http.v31 import limits as shared_limits
from aerogram.doors.http.v31 import mistakes as shared
from aerogram.doors.http.v31.mistakes import Mistake

BAD_REQUEST: Final = 400
FORBIDDEN: Final = 403
TOO_LARGE: Final = 413
CONVERSION_FAILED: Final = 500


class RefusedCallError(RefusedError):
    """Nothing of the call was sent. ``where`` names the message of a bulk call, as ``Messages[3]``; "" else."""

    def __init__(self, mistake: Mistake, where: str = "") -> None:
        super().__init__(sentence(mistake))
        self.status = mistake.status
        self.where = where


def sentence(mistake: Mistake) -> str:
    """Give the text of a mistake; v3.1's tell their property apart from it, and here it comes first."""
    if mistake.related and mistake.related[0] not in mistake.message:
        return f"{mistake.related[0]}: {mistake.message}"
    return mistake.message


def _mistake(message: str, status: int = BAD_REQUEST) -> Mistake:
    return Mistake("", message, (), status)


INVALID_CHARACTERS: Final = _mistake("Invalid characters detected")
MALFORMED_JSON: Final = _mistake("Malformed JSON, please review the syntax and properties types.")
NO_RECIPIENTS: Final = _mistake('Missing "To" or "Recipients" property')
NOBODY: Final = _mistake('At least 1 "to" value required')
RECIPIENTS_NOT_ALONE: Final = _mistake('"Recipients" cannot be combined with "To", "Cc" or "Bcc".')
NULL_VALUE: Final = _mistake("Cannot convert data from Null value", CONVERSION_FAILED)
"""Mailjet answers a null inside of Vars with status 500, and clients know it by both."""
NO_CONTENT: Final = _mistake('At least "Text-part", "Html-part" or "Mj-TemplateID" must be provided.')
CAMPAIGN_MISSING: Final = _mistake('"Mj-deduplicatecampaign" can only be used together with "Mj-campaign".')
NO_MESSAGES: Final = _mistake("At least 1 message required")
TOO_MANY_MESSAGES: Final = _mistake(f"Too many messages: a call may have {limits.MAX_MESSAGES}.")
PAYLOAD_TOO_LARGE: Final = _mistake("Payload size limit exceeded.", TOO_LARGE)
ATTACHMENTS_TOO_LARGE: Final = _mistake(
    f"Payload size limit exceeded. Attachments may have {shared_limits.MAX_ATTACHED_BYTES} bytes together.",
    TOO_LARGE,
)


def missing(name: str) -> Mistake:
    """Tell of a mandatory property that is absent, null or empty."""
    return _mistake(f'Missing "{name}" property')


def no_object(path: str) -> Mistake:
    """Tell of a value that is not an object."""
    return _mistake(f'"{path}" is not JSON object type')


def no_array(path: str) -> Mistake:
    """Tell of a value that is not an array."""
    return _mistake(f'"{path}" is not JSON array type')


def no_text(path: str) -> Mistake:
    """Tell of a value that is not a string."""
    return _mistake(f'"{path}" is not string type')


def header_is_no_text(name: str) -> Mistake:
    """Tell of a header whose value is not a string."""
    return _mistake(f"Header {name[: shared_limits.MAX_SUBJECT]} is not string type")


def too_many_recipients(name: str) -> Mistake:
    """Tell of more recipients than a property may have."""
    return _mistake(f"Too many recipients in {name}")


def no_address(text: str) -> Mistake:
    """Tell of an address that is none, in the words that clients look for."""
    return in_words_of(shared.invalid_email("", text))


def no_address_list(path: str, why: str) -> Mistake:
    """Tell of a list of addresses that cannot be read; ``why`` is a sentence."""
    return _mistake(f"{path}: {why}")


def not_one_address(path: str) -> Mistake:
    """Tell of several addresses where one belongs."""
    return _mistake(f"{path} must hold one address.")


def unknown_template(key: int | str) -> Mistake:
    """Tell that the account has no such template."""
    return in_words_of(shared.unknown_template(key))


def in_words_of(mistake: Mistake) -> Mistake:
    """Tell a mistake of v3.1 as v3 does: by its sentence and status alone."""
    return _mistake(mistake.message, mistake.status)
