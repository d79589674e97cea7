"""Errors of the Send API, with Mailjet's codes and texts (compatibility: send-v31#errors, send-v3#errors).

An error is a value: parsers collect all errors of a message before the response. Where Mailjet's text is not
known, the sentence is ours; it names the property and the valid values. Responses of version 3 have no codes or
paths, but its errors have the codes of v3.1 internally, so that one catalogue lists them all.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Final

import msgspec

from aerogram.base.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping

BAD_REQUEST: Final = 400
UNAUTHORIZED: Final = 401
FORBIDDEN: Final = 403

CODES: Final[Mapping[str, str]] = {
    "mj-0001": "The API key is suspended.",
    "mj-0002": "The body is not JSON.",
    "mj-0003": "A mandatory property is missing.",
    "mj-0004": "A value has the wrong JSON type.",
    "mj-0005": "A value is not allowed.",
    "mj-0006": "A text is too long.",
    "mj-0007": "An array is empty.",
    "mj-0008": "A collection has too many elements.",
    "mj-0011": "The call, or the attachments of a message, are too large.",
    "mj-0012": "A text is empty.",
    "mj-0013": "An email address is invalid.",
    "mj-0015": "The credentials are wrong.",
    "send-0001": "A property does not exist.",
    "send-0003": "The message has no content.",
    "send-0004": "HTMLPart is used together with a template that has an HTML part.",
    "send-0005": "TextPart is used together with a template that has a text part.",
    "send-0006": "Sender is not a sender of the account.",
    "send-0007": "Sender is an inactive sender of the account.",
    "send-0008": "From is not an active sender of the account.",
    "send-0010": "The template does not exist.",
    "send-0011": "The header cannot be set.",
    "send-0012": "Deduplication is requested without a campaign.",
    "send-0013": "The monitoring category does not exist.",
    "send-0015": "The message has too many recipients.",
    "send-0016": "Template error options are used without the template language.",
    "send-0019": "A header of the template has the wrong type.",
}
"""Every error code of a call or message, with its meaning."""

UNEXPECTED: Final = "send-0001"
"""The code of `unexpected`."""
_MAX_QUOTED: Final = 320
"""Maximum characters of a quoted value: fits the longest address (RFC 5321 section 4.5.3.1)."""


class SendError(msgspec.Struct, frozen=True):
    """One error of the request. ``related`` are property paths in index form, such as ``To[1].Email``."""

    code: str
    message: str
    related: tuple[str, ...] = ()
    status: int = BAD_REQUEST

    def shown(self) -> dict[str, object]:
        """Return the error object of a v3.1 response, with its own identifier."""
        shown: dict[str, object] = {"ErrorIdentifier": str(uuid.uuid4())}
        if self.code:
            shown["ErrorCode"] = self.code
        shown["StatusCode"] = self.status
        shown["ErrorMessage"] = self.message
        if self.related:
            shown["ErrorRelatedTo"] = self.related
        return shown

    @property
    def sentence(self) -> str:
        """The message, prefixed with its property unless it names that itself; used by v3."""
        if self.related and self.related[0] not in self.message:
            return f"{self.related[0]}: {self.message}"
        return self.message

    def without_path(self) -> SendError:
        """Return the error without its paths, for a message that needs none."""
        return msgspec.structs.replace(self, related=())

    def within(self, path: str) -> SendError:
        """Return the error with its paths within the object at ``path``."""
        return msgspec.structs.replace(self, related=tuple([f"{path}.{each}" for each in self.related]))


class RefusedCallError(RefusedError):
    """The whole call is rejected. ``where`` names the message of a bulk call, such as ``Messages[3]``; else ""."""

    def __init__(self, error: SendError, where: str = "") -> None:
        super().__init__(error.sentence)
        self.error = error
        self.status = error.status
        self.where = where


UNKNOWN_CATEGORY: Final = SendError(
    "send-0013", "The monitoring category doesn't exist for your account.", ("MonitoringCategory",)
)


def missing(path: str) -> SendError:
    """Report a mandatory property that is absent or null."""
    return SendError("mj-0003", "Missing mandatory property.", (path,))


def unexpected(path: str, near: str) -> SendError:
    """Report a property that does not exist; ``near`` is the name that was probably meant, or ""."""
    name = _quoted(path.rpartition(".")[2])
    hint = f' Did you mean "{near}"?' if near else ""
    return SendError(UNEXPECTED, f'Unexpected property "{name}".{hint}', (_quoted(path),))


def flawed(path: str, holds: str) -> SendError:
    """Report a text or number that is not valid JSON; ``holds`` says what is in it."""
    path = _quoted(path)
    return SendError("mj-0005", f"Invalid characters detected: {path} must not hold {holds}.", (path,))


def wrong_type(path: str, expected: str) -> SendError:
    """Report a value with a JSON type other than ``expected``, which is Mailjet's name of a type such as ``emailIn``."""
    return SendError("mj-0004", f'Type mismatch. Expected type "{expected}".', (path,))


def not_allowed(path: str, value: object, why: str = "") -> SendError:
    """Report a value that the property does not allow; ``why`` ends the sentence."""
    return SendError("mj-0005", f'"{_quoted(value)}" is not an allowed value for {path}{why}.', (path,))


def control_characters(path: str) -> SendError:
    """Report a line break or NUL in a header value, where it would inject another header."""
    return SendError("mj-0005", f"{path} must not contain line breaks or NUL characters.", (path,))


def nul_character(path: str) -> SendError:
    """Report a NUL in a stored text: databases reject it."""
    return SendError("mj-0005", f"{path} must not contain NUL characters.", (path,))


def too_long(path: str, limit: int) -> SendError:
    """Report a text with more than ``limit`` characters."""
    return SendError("mj-0006", f"Maximum length of {path} is {limit} characters.", (path,))


def too_deep(path: str, limit: int) -> SendError:
    """Report objects and arrays nested more than ``limit`` levels."""
    return SendError("mj-0005", f"{path} must not be nested more than {limit} levels deep.", (path,))


def too_many(path: str, limit: int) -> SendError:
    """Report a collection with more than ``limit`` elements."""
    return SendError("mj-0008", f"Maximum number of elements in {path} is {limit}.", (path,))


def empty_text(path: str) -> SendError:
    """Report an empty text."""
    return SendError("mj-0012", f"{path} cannot be empty.", (path,))


def invalid_email(path: str, address: str) -> SendError:
    """Report an invalid address. Clients match this exact sentence."""
    return SendError("mj-0013", f'"{_quoted(address)}" is an invalid email address.', (path,))


def sender_not_authorized(address: str) -> SendError:
    """Report a From address that the account may not use."""
    return SendError(
        "send-0008",
        f'"{address}" is not an authorized sender email address for your account.',
        ("From",),
        FORBIDDEN,
    )


def sender_needs_right(address: str) -> SendError:
    """Report a Sender that is not a sender of the account."""
    return SendError(
        "send-0006",
        f'"Sender" needs a right that your account does not have, unless "{address}" is one of its senders.',
        ("SenderID",),
        FORBIDDEN,
    )


def sender_not_validated(address: str) -> SendError:
    """Report a Sender that is an inactive sender of the account."""
    return SendError(
        "send-0007",
        f'"{address}" is not a validated sender email address of your account.',
        ("SenderID",),
        FORBIDDEN,
    )


def unknown_template(template_id: int | str) -> SendError:
    """Report that the account has no such template."""
    return SendError(
        "send-0010", f'Template id "{_quoted(template_id)}" doesn\'t exist for your account.', ("TemplateID",)
    )


def forbidden_header(name: str) -> SendError:
    """Report a header that only a property or Aerogram itself may set."""
    return SendError(
        "send-0011", 'Header cannot be customized using the "Headers" collection.', (header_path(name),)
    )


def unwritable_header(name: str, why: str) -> SendError:
    """Report a header that is invalid in mail; ``why`` is a sentence."""
    return SendError("mj-0005", why, (header_path(name),))


def unusable_content_id(path: str, why: str) -> SendError:
    """Report an inlined file without a usable Content-ID; ``why`` is a sentence."""
    return SendError("mj-0005", why, (path,))


def not_base64(path: str) -> SendError:
    """Report an attachment whose content does not decode."""
    return SendError("mj-0005", f"{path} is not valid base64.", (path,))


def header_path(name: str) -> str:
    """Format the path of one header, such as ``Headers["X-Tag"]``."""
    return f'Headers["{_quoted(name)}"]'


def _quoted(value: object) -> str:
    """Truncate a client's value: Globals may repeat a long one in the response of every message."""
    text = str(value)
    return text if len(text) <= _MAX_QUOTED else text[:_MAX_QUOTED] + "…"
