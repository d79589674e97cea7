"""The response to a call, byte for byte as Mailjet writes it.

(compatibility: send-v31#success, send-v31#errors, send-v31#sandbox)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from aerogram.doors.http.send.shared.errors import BAD_REQUEST, FORBIDDEN
from aerogram.model.message import Accepted, RecipientRole

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aerogram.doors.http.send.shared.errors import SendError
    from aerogram.doors.http.send.shared.parsed_message import ParsedMessage

OK: Final = 200
_TO: Final = RecipientRole.TO
_CC: Final = RecipientRole.CC
_ENCODER: Final = msgspec.json.Encoder()
_PASCAL_WITH_ID: Final = {
    "email": "Email",
    "message_uuid": "MessageUUID",
    "message_id": "MessageID",
    "message_href": "MessageHref",
}


class SentRecipient(msgspec.Struct, frozen=True, rename=_PASCAL_WITH_ID):
    """One recipient of an accepted message, with its own id."""

    email: str
    message_uuid: str
    message_id: int
    message_href: str


class SentMessage(
    msgspec.Struct,
    frozen=True,
    rename={"status": "Status", "custom_id": "CustomID", "to": "To", "cc": "Cc", "bcc": "Bcc"},
):
    """An accepted message; every key is always present."""

    status: str
    custom_id: str
    to: list[SentRecipient]
    cc: list[SentRecipient]
    bcc: list[SentRecipient]


class RefusedMessage(msgspec.Struct, frozen=True, rename="pascal"):
    """A rejected message."""

    status: str
    errors: list[dict[str, object]]


class Messages(msgspec.Struct, frozen=True, rename="pascal"):
    """The body of a response: one entry per message, in the order of the request."""

    messages: Sequence[SentMessage | RefusedMessage]


def sent(parsed: ParsedMessage, receipts: Sequence[Accepted], href_base: str) -> SentMessage:
    """Build the entry of an accepted message; ``receipts`` are in the order of the message's recipients.

    Recipients that the message names several times have one id in each of their entries.
    """
    entries = parsed.entries
    if len(entries) == 1 and entries[0].role is _TO:
        # Most messages.
        [receipt] = receipts
        only = SentRecipient(
            receipt.email, receipt.uuid, receipt.message_id, f"{href_base}{receipt.message_id}"
        )
        return SentMessage("success", parsed.custom_id, [only], [], [])
    to: list[SentRecipient] = []
    cc: list[SentRecipient] = []
    bcc: list[SentRecipient] = []
    for recipient, receipt in zip(entries, parsed.receipts_of_entries(receipts), strict=True):
        role, message_id = recipient.role, receipt.message_id
        kin = to if role is _TO else cc if role is _CC else bcc
        kin.append(SentRecipient(receipt.email, receipt.uuid, message_id, f"{href_base}{message_id}"))
    return SentMessage("success", parsed.custom_id, to, cc, bcc)


def refused(errors: Sequence[SendError]) -> RefusedMessage:
    """Build the entry of a rejected message, with all its errors."""
    return RefusedMessage("error", [error.shown() for error in errors])


def encoded(entries: Sequence[SentMessage | RefusedMessage]) -> bytes:
    """Encode the body of the response."""
    return _ENCODER.encode(Messages(entries))


def encoded_error(error: SendError) -> bytes:
    """Encode the flat body for a call that is rejected as a whole."""
    return _ENCODER.encode(error.shown())


def status_of(errors: Sequence[Sequence[SendError]]) -> int:
    """Return the HTTP status of a response from the errors of each message.

    400 if any message is rejected, even if others were sent; 403 only for a single message that is rejected just
    because of missing permissions (compatibility: send-v31#status).
    """
    if not any(errors):
        return OK
    if len(errors) == 1 and all(error.status == FORBIDDEN for error in errors[0]):
        return FORBIDDEN
    return BAD_REQUEST
