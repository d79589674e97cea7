"""The texts of delivery status notifications: what happened, to which recipient, why, and what to do."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final

import msgspec

from aerogram.model.outcome import FailureState
from aerogram.wire.dsn import DsnAction
from aerogram.wire.mime.date import format_date

if TYPE_CHECKING:
    from collections.abc import Mapping

_WIDTH: Final = 72
_REPLY_INDENT: Final = "    "
_SUBJECTS: Final[Mapping[DsnAction, str]] = {
    DsnAction.FAILED: "Not delivered: your mail to {}",
    DsnAction.DELAYED: "Delayed: your mail to {}",
    DsnAction.DELIVERED: "Delivered: your mail to {}",
    DsnAction.RELAYED: "Passed on: your mail to {}",
}
_CHECK_ADDRESS: Final = "Check the address for typing errors, or contact the recipient another way."
_ADVICE: Final[Mapping[FailureState, str]] = {
    FailureState.USER_UNKNOWN: _CHECK_ADDRESS,
    FailureState.MAILBOX_INACTIVE: "Ask the recipient for another address: this one is no longer in use.",
    FailureState.QUOTA_EXCEEDED: "Send it again when the recipient has made room in the mailbox.",
    FailureState.INVALID_DOMAIN: _CHECK_ADDRESS,
    FailureState.NO_MAIL_HOST: _CHECK_ADDRESS,
    FailureState.RELAY_DENIED: "The server does not accept mail for this address. " + _CHECK_ADDRESS,
    FailureState.SENDER_BLOCKED: "Ask the recipient or the recipient's postmaster to accept mail from you.",
    FailureState.CONTENT_BLOCKED: "The server classified the mail as spam or malware. Check its links and files.",
    FailureState.POLICY_ISSUE: "The receiver's rules refused it; the words above say which. Your postmaster can help.",
    FailureState.PREBLOCKED: "Mail to this address failed before, so it is not tried. "
    "If the address is right, have it removed from the suppression list and send the mail again.",
    FailureState.SPAM_REPORTER: "The recipient reported mail from you as spam. Do not write to this address.",
    FailureState.BLACKLISTED: "The address is on your suppression list. Remove it there and send the mail again.",
}
_ELSE: Final = "Send the mail again later. If it fails again, show this report to your postmaster."


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What is reported. ``reply`` is any text in any language; ``host`` is "" when no server was asked."""

    action: DsnAction
    recipient: str
    accepted_ms: int
    state: FailureState = FailureState.NONE
    reply: str = ""
    host: str = ""
    is_servers_reply: bool = False
    """The server at ``host`` gave the reply; otherwise the reason is ours."""
    has_expired: bool = False
    retry_until_ms: int | None = None


def subject_for(facts: Facts) -> str:
    """Write the subject."""
    return _SUBJECTS[facts.action].format(facts.recipient)


def text_for(facts: Facts) -> str:
    """Write the text: short paragraphs of at most 72 characters a line, where words allow it."""
    opening = f"Your mail to {facts.recipient}, accepted on {format_date(facts.accepted_ms)},"
    paragraphs = [_filled(f"{opening} {_what(facts)}")]
    if facts.reply and facts.action in (DsnAction.FAILED, DsnAction.DELAYED):
        paragraphs += (_who(facts), _quoted(facts.reply))
    if facts.action is DsnAction.FAILED:
        paragraphs.append(_filled(f"What you can do: {_ADVICE.get(facts.state, _ELSE)}"))
    paragraphs.append("Details for your postmaster are attached.")
    return "\n\n".join(paragraphs) + "\n"


def _what(facts: Facts) -> str:
    match facts.action:
        case DsnAction.FAILED if facts.has_expired:
            return "could not be delivered. All retries failed, and the mail has expired."
        case DsnAction.FAILED:
            return "could not be delivered. It will not be tried again."
        case DsnAction.DELAYED:
            until = "" if facts.retry_until_ms is None else f" until {format_date(facts.retry_until_ms)}"
            return f"is not delivered yet. You need not do anything: it will be tried again{until}."
        case DsnAction.DELIVERED:
            return "was delivered."
        case DsnAction.RELAYED:
            return (
                f"was passed on to the server {facts.host}, which accepted it and sends no further reports. You will"
                " be notified only if that server returns it."
            )


def _who(facts: Facts) -> str:
    if facts.is_servers_reply:
        return _filled(f"The server {facts.host} said:")
    return "The reason:"


def _quoted(reply: str) -> str:
    printable = "".join(char if char.isprintable() else " " for char in reply)
    return _filled(printable, indent=_REPLY_INDENT)


def _filled(text: str, indent: str = "") -> str:
    return textwrap.fill(
        text,
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
