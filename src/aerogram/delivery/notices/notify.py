"""When a sender gets a delivery status notification, and what it says: pure rules (RFC 3461).

Only senders that asked by NOTIFY get one; every failure also becomes an event and a webhook call. Mail from
the null reverse-path, such as a notification itself, never causes one (RFC 5321 §6.1).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from aerogram.base.clock import HOUR, MINUTE
from aerogram.delivery.notices.words import Facts, subject_for, text_for
from aerogram.model.actor import system_actor
from aerogram.model.message import NOTIFICATION_DOOR, MessageState, Rank, Recipient
from aerogram.model.outcome import Blocked, Bounced, Deferred, Delivered, FailureState
from aerogram.model.request import MailRequest, Mime
from aerogram.wire.address import is_email, needs_smtputf8
from aerogram.wire.dsn import MAILER_DAEMON, DsnAction, Notice, build_notice

if TYPE_CHECKING:
    from aerogram.model.message import Letter
    from aerogram.model.outcome import Outcome

DELAY_AFTER_MS: Final = 4 * HOUR
"""How old a mail must be before a delay is reported; most delays pass sooner (ours, as other servers do)."""
_AHEAD_MS: Final = MINUTE
"""An outcome is recorded a little after it is known, and the time of the record decides about a delay."""
_CLASSES: Final = {
    DsnAction.FAILED: "5",
    DsnAction.DELAYED: "4",
    DsnAction.DELIVERED: "2",
    DsnAction.RELAYED: "2",
}
_EXPIRED: Final = "4.4.7"
"""RFC 3463 §3.5: delivery time expired, a status of the fourth class although the mail failed."""
_SUPPRESSED: Final = "5.7.1"
"""RFC 3463 §3.8: delivery not authorised."""
_enhanced: Final = re.compile(r"[245]\d\d ([245]\.\d{1,3}\.\d{1,3})(?: |\Z)").match


def due(letter: Letter, outcome: Outcome, state: int, now_ms: int) -> DsnAction | None:
    """Tell whether the sender of a letter must be notified, and of what.

    ``state`` is the message's state after the outcome. Recording may still drop a delay that is due; see
    `delay_counts_from`.
    """
    if not letter.reverse_path or not is_email(letter.reverse_path):
        return None
    asked = letter.notify.split(",")
    match outcome:
        case Delivered() if "SUCCESS" in asked:
            if outcome.captured is not None:
                return DsnAction.DELIVERED
            return None if outcome.dsn_passed_on else DsnAction.RELAYED
        case Deferred() if state == MessageState.QUEUED:
            is_old = now_ms + _AHEAD_MS >= delay_counts_from(letter)
            return DsnAction.DELAYED if is_old and "DELAY" in asked else None
        case Bounced() | Blocked() | Deferred() if "FAILURE" in asked:
            return DsnAction.FAILED
        case _:
            return None


def delay_counts_from(letter: Letter) -> int:
    """Return the time from which the first recorded deferral is reported."""
    return letter.accepted_ms + DELAY_AFTER_MS


def notification(
    letter: Letter,
    outcome: Outcome,
    action: DsnAction,
    *,
    original: bytes,
    hostname: str,
    expire_ms: int,
    now_ms: int,
) -> MailRequest:
    """Write the notification that `due` asked for.

    ``original`` is the letter's mail as it went out, or b"" when it is gone. ``expire_ms`` is how long after
    its acceptance a mail expires.
    """
    facts = _facts(letter, outcome, action, letter.accepted_ms + expire_ms)
    attempt = letter.attempts + 1
    to = letter.reverse_path
    notice = Notice(
        hostname=hostname,
        sent_ms=now_ms,
        message_id=f"dsn.{letter.uuid}.{attempt}@{hostname}",
        boundary_seed=f"{letter.uuid} {attempt}".encode(),
        to=to,
        subject=subject_for(facts),
        text=text_for(facts),
        action=action,
        status=status_of(action, outcome, has_expired=facts.has_expired),
        recipient=letter.recipient,
        arrival_ms=letter.accepted_ms,
        envid=letter.dsn_envid,
        orcpt=letter.orcpt,
        remote_mta=facts.host if facts.is_servers_reply else "",
        diagnostic=facts.reply,
        diagnostic_type="smtp" if facts.is_servers_reply else "x-aerogram",
        last_attempt_ms=None if isinstance(outcome, Blocked) else now_ms,
        retry_until_ms=facts.retry_until_ms,
        original=original,
        # RFC 3461 §4.3: only a report of a failure returns the whole mail.
        returns_full=letter.dsn_ret == "FULL" and action is DsnAction.FAILED,
    )
    return MailRequest(
        actor=system_actor(letter.account_id, door=NOTIFICATION_DOOR),
        authors=(f"{MAILER_DAEMON}@{hostname}",),
        reverse_path="",
        recipients=(Recipient(to, notify="NEVER"),),
        content=Mime(data=build_notice(notice), subject=notice.subject, has_text=True),
        rank=Rank.LOW,
        smtputf8=needs_smtputf8(to),
        is_sandboxed=letter.send_options.is_sandboxed,
    )


def status_of(action: DsnAction, outcome: Outcome, *, has_expired: bool = False) -> str:
    """Return the status of RFC 3463: that of the reply when its class fits, else the class alone."""
    if has_expired:
        return _EXPIRED
    if isinstance(outcome, Blocked):
        return _SUPPRESSED
    found = _enhanced(_reply_of(outcome))
    wanted = _CLASSES[action]
    return found[1] if found and found[1].startswith(wanted) else f"{wanted}.0.0"


def _facts(letter: Letter, outcome: Outcome, action: DsnAction, expires_ms: int) -> Facts:
    host, state, is_servers = "", FailureState.NONE, False
    match outcome:
        case Delivered():
            host, is_servers = outcome.host, outcome.captured is None
        case Deferred() | Bounced():
            host, state, is_servers = outcome.host, outcome.state, bool(outcome.server_reply)
        case Blocked():
            state = outcome.state
    return Facts(
        action=action,
        recipient=letter.recipient,
        accepted_ms=letter.accepted_ms,
        state=state,
        reply=_reply_of(outcome),
        host=host,
        is_servers_reply=is_servers,
        has_expired=action is DsnAction.FAILED and isinstance(outcome, Deferred),
        retry_until_ms=expires_ms if action is DsnAction.DELAYED else None,
    )


def _reply_of(outcome: Outcome) -> str:
    """Return the reply of the server if there was one, else our own."""
    if isinstance(outcome, Deferred | Bounced):
        return outcome.server_reply or outcome.reply
    return getattr(outcome, "reply", "")
