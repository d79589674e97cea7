"""What is not authorised, in the words of the Send API; version 3 leaves out the codes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aerogram.doors.http.v31 import mistakes
from aerogram.doors.http.v31.mistakes import Mistake
from aerogram.model.decision import ReasonKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aerogram.model.decision import Reason


def error_of(reason: Reason) -> Mistake:
    """Tell one reason why a message is refused."""
    return _ERRORS[reason.kind](reason.value)


def _may_not_send(label: str) -> Mistake:
    return _forbidden(f"{label} has no full permission for send.")


def _forbidden(sentence: str) -> Mistake:
    return Mistake("", sentence, (), mistakes.FORBIDDEN)


_ERRORS: Final[Mapping[ReasonKind, Callable[[str], Mistake]]] = {
    ReasonKind.NO_SEND_PERMISSION: _may_not_send,
    ReasonKind.DOMAIN_NOT_OF_CREDENTIAL: mistakes.sender_not_authorized,
    ReasonKind.SENDER_NOT_AUTHORIZED: mistakes.sender_not_authorized,
    ReasonKind.SENDER_NOT_VALIDATED: mistakes.sender_not_validated,
    ReasonKind.SENDER_NEEDS_RIGHT: mistakes.sender_needs_right,
    ReasonKind.UNKNOWN_CATEGORY: lambda _: mistakes.UNKNOWN_CATEGORY,
    ReasonKind.RULE: _forbidden,
}
