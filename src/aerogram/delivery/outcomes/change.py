"""Turns an attempt's outcome into the change that is recorded: pure rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, assert_never

from aerogram.base.clock import DAY
from aerogram.delivery.outcomes.simulate import is_simulated
from aerogram.delivery.retry import Schedule, next_attempt
from aerogram.model.message_states import ATTEMPTED_STATE, Happening, Transition, transition
from aerogram.model.outcome import Blocked, Bounced, Deferred, Delivered, FailureState, Held, Outcome
from aerogram.store.records.messages.outcomes import Change
from aerogram.wire.address import suppression_key
from aerogram.wire.mime.reading.scan import scan

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aerogram.model.message import Letter

SUPPRESSION_MS: Final = 90 * DAY
"""How long no mail is sent to an address after a hard bounce."""

_DELIVERED: Final = transition(ATTEMPTED_STATE, Happening.DELIVERED)
_DEFERRED: Final = transition(ATTEMPTED_STATE, Happening.DEFERRED)
_BOUNCED: Final = transition(ATTEMPTED_STATE, Happening.BOUNCED)
_BLOCKED: Final = transition(ATTEMPTED_STATE, Happening.BLOCKED)
_HELD: Final = transition(ATTEMPTED_STATE, Happening.HELD)

_SUPPRESSING: Final = frozenset(
    {FailureState.USER_UNKNOWN, FailureState.MAILBOX_INACTIVE, FailureState.INVALID_DOMAIN}
)
_SUPPRESSION_STATES: Final[Mapping[str, FailureState]] = {
    "spam": FailureState.SPAM_REPORTER,
    "manual": FailureState.BLACKLISTED,
}


def blocked(letter: Letter) -> Blocked | None:
    """Return the outcome of a letter that must not be attempted, from what its claim found; else None.

    Simulated recipients bounce, complain and unsubscribe each time, so none of that blocks their mail.
    """
    if letter.suppressed and not is_simulated(letter.recipient):
        state = _SUPPRESSION_STATES.get(letter.suppressed, FailureState.PREBLOCKED)
        return Blocked(state=state, reply=f"The recipient is suppressed: {letter.suppressed}.")
    if letter.has_unsubscribed and not is_simulated(letter.recipient):
        return Blocked(state=FailureState.PREBLOCKED, reply="The recipient unsubscribed from bulk mail.")
    if letter.is_duplicate:
        reply = f"The campaign {letter.campaign!r} was already sent to this recipient."
        return Blocked(state=FailureState.DUPLICATE_IN_CAMPAIGN, reply=reply)
    return None


def change_for(letter: Letter, outcome: Outcome, now_ms: int, schedule: Schedule) -> Change:
    """Decide the message's next state and its event."""
    match outcome:
        case Delivered():
            return _delivered(letter, outcome, now_ms)
        case Deferred():
            due_ms = next_attempt(
                letter.message_id, letter.attempts + 1, letter.accepted_ms, now_ms, schedule
            )
            if due_ms is not None and outcome.retry_ms:
                due_ms = now_ms + outcome.retry_ms
            if due_ms is None:
                return _bounced(letter, _expired(outcome), now_ms)
            return _deferred(letter, outcome, due_ms)
        case Bounced():
            return _bounced(letter, outcome, now_ms)
        case Blocked():
            return _change(
                letter,
                _BLOCKED,
                due_ms=now_ms,
                failure=outcome.state,
                is_permanent=True,
                reply=outcome.reply,
            )
        case Held():
            return _change(
                letter,
                _HELD,
                due_ms=now_ms,
                reply=outcome.reason,
            )
    assert_never(outcome)


def _change(letter: Letter, follows: Transition, **facts: Any) -> Change:
    """Make the change of a letter that was not attempted."""
    return Change(
        **{
            "message_id": letter.message_id,
            "account_id": letter.account_id,
            "lease": letter.lease,
            "state": follows.to,
            "attempts": letter.attempts,
            "event_kind": follows.event_kind,
            "is_live": _is_live(letter),
            **facts,
        }
    )


def _attempted(
    letter: Letter,
    outcome: Deferred | Bounced,
    follows: Transition,
    **facts: Any,
) -> Change:
    """Make the change of a letter that was attempted: one more attempt, and its result."""
    return _change(
        letter,
        follows,
        attempts=letter.attempts + 1,
        host=outcome.host,
        tls=outcome.tls,
        transcript=outcome.transcript,
        **{"reply": outcome.reply, **facts},
    )


def _delivered(letter: Letter, outcome: Delivered, now_ms: int) -> Change:
    # Written out: it is the end of nearly every letter.
    captured = outcome.captured
    return Change(
        message_id=letter.message_id,
        account_id=letter.account_id,
        lease=letter.lease,
        state=_DELIVERED.to,
        due_ms=now_ms,
        attempts=letter.attempts + 1,
        reply=outcome.reply,
        event_kind=_DELIVERED.event_kind,
        is_live=_is_live(letter),
        host=outcome.host,
        tls=outcome.tls,
        transcript=outcome.transcript,
        captured_body=captured,
        captured_size=len(captured or b""),
        captured_subject=_made_subject(letter, captured),
    )


def _is_live(letter: Letter) -> bool:
    """Mail from the null reverse-path notifies a sender; it is not mail to the account's recipients."""
    return letter.reverse_path != "" and not letter.send_options.is_sandboxed


def _made_subject(letter: Letter, mail: bytes | None) -> str:
    """Return the subject of a captured mail if its templates made one."""
    return scan(mail).subject if mail and letter.send_options.has_language else ""


def _deferred(letter: Letter, outcome: Deferred, due_ms: int) -> Change:
    return _attempted(
        letter,
        outcome,
        _DEFERRED,
        due_ms=due_ms,
        failure=outcome.state,
        reply=f"in doubt: {outcome.reply}" if outcome.in_doubt else outcome.reply,
    )


def _bounced(letter: Letter, outcome: Bounced, now_ms: int) -> Change:
    suppresses = outcome.is_hard and outcome.state in _SUPPRESSING
    return _attempted(
        letter,
        outcome,
        _BOUNCED,
        due_ms=now_ms,
        failure=outcome.state,
        is_permanent=outcome.is_hard,
        is_hard=outcome.is_hard,
        is_blocked=suppresses,
        suppress_address=suppression_key(letter.recipient) if suppresses else "",
        suppress_reason="bounce" if suppresses else "",
        suppress_until_ms=now_ms + SUPPRESSION_MS if suppresses else None,
    )


def _expired(outcome: Deferred) -> Bounced:
    """Turn a deferral whose retries are over into a soft bounce for the same reason.

    Except that a server that greylists to the end has a rule against the sender: clients read ``greylisted`` as
    "still on its way" (decision 6), which is no longer so.
    """
    is_greylisted = outcome.state is FailureState.GREYLISTED
    return Bounced(
        state=FailureState.POLICY_ISSUE if is_greylisted else outcome.state,
        reply=f"expired: {outcome.reply}",
        is_hard=False,
        host=outcome.host,
        tls=outcome.tls,
        transcript=outcome.transcript,
        server_reply=outcome.server_reply,
    )
