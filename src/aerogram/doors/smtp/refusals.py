"""SMTP replies for rejected mail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aerogram.model.decision import ReasonKind
from aerogram.wire.address import is_email
from aerogram.wire.smtp.replies import Reply

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aerogram.model.actor import Actor
    from aerogram.model.decision import Reason, Refuse
    from aerogram.wire.errors import MailError

NOT_NOW: Final = Reply(451, "4.3.0", "The message was not accepted: temporary problem, try again later")
NO_ROOM: Final = Reply(452, "4.3.1", "Insufficient system storage, try again later")
NO_MEMORY: Final = Reply(452, "4.3.1", "The server has no memory for more mail now, try again later")


def mail_refused(error: MailError) -> Reply:
    """Build the reply for an invalid mail, one line per error."""
    return Reply(error.code, error.enhanced, str(error))


def recipient_refusal(forward_path: str) -> Reply | None:
    """Build the reply for an address that mail cannot be sent to, such as an address literal."""
    if is_email(forward_path):
        return None
    return Reply(553, "5.1.3", f"<{forward_path}>: Recipient address rejected: not an email address")


def may_not_send(label: str) -> Reply:
    """Build the reply for a caller that may not send mail."""
    return Reply(550, "5.7.1", f"{label} may not send mail")


def refused(refuse: Refuse, actor: Actor) -> Reply:
    """Build the reply for an unauthorised mail, with its first reason."""
    reason = refuse.reasons[0]
    return _REPLIES[reason.kind](reason, actor)


def errors_of_headers(refuse: Refuse) -> list[str]:
    """Return the lines about control headers, to combine with those about other headers."""
    return [_category_line(reason) for reason in refuse.reasons if reason.kind is ReasonKind.UNKNOWN_CATEGORY]


def _category_line(reason: Reason) -> str:
    return f"X-MJ-MonitoringCategory: the account has no category {reason.value!r}"


def _domain_refused(reason: Reason, actor: Actor) -> Reply:
    domain = "" if actor.principal is None else actor.principal.domain
    return _sender(reason, f"this token sends from {domain} only")


def _sender_refused(reason: Reason, _: Actor) -> Reply:
    return _sender(reason, "Sender not allowed")


def _sender(reason: Reason, why: str) -> Reply:
    return Reply(550, "5.7.1", f"<{reason.value}>: Sender address rejected: {why}")


_REPLIES: Final[Mapping[ReasonKind, Callable[[Reason, Actor], Reply]]] = {
    ReasonKind.NO_SEND_PERMISSION: lambda reason, _: may_not_send(reason.value),
    ReasonKind.DOMAIN_NOT_OF_CREDENTIAL: _domain_refused,
    ReasonKind.SENDER_NOT_AUTHORIZED: _sender_refused,
    ReasonKind.SENDER_NOT_VALIDATED: _sender_refused,
    ReasonKind.SENDER_NEEDS_RIGHT: _sender_refused,
    ReasonKind.UNKNOWN_CATEGORY: lambda reason, _: Reply(550, "5.6.0", _category_line(reason)),
    ReasonKind.RULE: lambda reason, _: Reply(550, "5.7.1", reason.value),
}
