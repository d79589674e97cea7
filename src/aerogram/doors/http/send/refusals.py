"""Convert missing permissions to errors of the Send API; version 3 omits the codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aerogram.doors.http.send.shared import errors
from aerogram.doors.http.send.shared.errors import SendError
from aerogram.model.decision import ReasonKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aerogram.model.decision import Reason


def error_of(reason: Reason) -> SendError:
    """Return the error for one reason to refuse a message."""
    return _ERRORS[reason.kind](reason.value)


def _may_not_send(label: str) -> SendError:
    return _forbidden(f"{label} has no full permission for send.")


def _forbidden(sentence: str) -> SendError:
    return SendError("", sentence, (), errors.FORBIDDEN)


_ERRORS: Final[Mapping[ReasonKind, Callable[[str], SendError]]] = {
    ReasonKind.NO_SEND_PERMISSION: _may_not_send,
    ReasonKind.DOMAIN_NOT_OF_CREDENTIAL: errors.sender_not_authorized,
    ReasonKind.SENDER_NOT_AUTHORIZED: errors.sender_not_authorized,
    ReasonKind.SENDER_NOT_VALIDATED: errors.sender_not_validated,
    ReasonKind.SENDER_NEEDS_RIGHT: errors.sender_needs_right,
    ReasonKind.UNKNOWN_CATEGORY: lambda _: errors.UNKNOWN_CATEGORY,
    ReasonKind.RULE: _forbidden,
}
