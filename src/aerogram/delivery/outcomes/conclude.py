"""Turns the end of an SMTP session into the outcomes of its messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from aerogram.delivery.outcomes.classify import classify
from aerogram.model.outcome import Bounced, Deferred, Delivered, FailureState
from aerogram.wire.smtp.client.events import Stage

if TYPE_CHECKING:
    from aerogram.wire.smtp.client.events import Answered, Ended, Interrupted
    from aerogram.wire.smtp.client.replies import ServerReply


class HopFailure(msgspec.Struct, frozen=True, kw_only=True):
    """A hop accepted no mail at all. ``reply`` is the server's reason, when it gave one."""

    host: str
    stage: Stage
    reason: str
    reply: ServerReply | None = None
    tls: str = ""
    transcript: str = ""

    def deferral(self) -> Deferred:
        """Return the outcome of each letter that was to go this way."""
        if self.reply is not None:
            state = classify(self.stage, self.reply).state
            text = f"{self.reply.text} ({self.host}, in answer to {self.stage.value})"
        elif "protocol error" in self.reason:
            state, text = FailureState.PROTOCOL_ISSUE, f"451 4.5.0 {self.host}: {self.reason}"
        else:
            state, text = FailureState.CONNECTION_ISSUE, f"451 4.4.1 {self.host}: {self.reason}"
        return Deferred(
            state=state,
            reply=text,
            host=self.host,
            tls=self.tls,
            transcript=self.transcript,
            server_reply=self.reply.text if self.reply is not None else "",
        )


def outcome_of_answer(
    answer: Answered, host: str, tls: str, *, offers_dsn: bool
) -> Delivered | Deferred | Bounced:
    """Turn the server's decision about a mail into its outcome."""
    reply = answer.reply
    if answer.is_accepted:
        return Delivered(
            reply=reply.text, host=host, tls=tls, transcript=answer.transcript, dsn_passed_on=offers_dsn
        )
    return _refused(answer.stage, reply, host, tls, answer.transcript)


def outcome_of_own_refusal(reply: ServerReply, host: str, tls: str) -> Deferred | Bounced:
    """Return the outcome of a mail that must not be sent to this server."""
    return _refused(Stage.LOCAL, reply, host, tls, "")


def outcome_of_interruption(event: Interrupted, host: str, tls: str) -> Deferred:
    """Return the outcome of a mail that was on its way when the connection broke."""
    what = f"{event.reason} while waiting for the reply of {host} to {event.stage.value}"
    is_protocol = event.reason.startswith("protocol error")
    return Deferred(
        state=FailureState.PROTOCOL_ISSUE if is_protocol else FailureState.CONNECTION_ISSUE,
        reply=f"451 {'4.5.0' if is_protocol else '4.4.2'} {what}",
        host=host,
        tls=tls,
        transcript=event.transcript,
        in_doubt=event.in_doubt,
    )


def failure_of_end(event: Ended, host: str, tls: str) -> HopFailure:
    """Say why a session that ended accepted no mail."""
    return HopFailure(
        host=host,
        stage=event.stage or Stage.MAIL,
        reason=event.reason,
        reply=event.reply,
        tls=tls,
        transcript=event.transcript,
    )


def _refused(stage: Stage, reply: ServerReply, host: str, tls: str, transcript: str) -> Deferred | Bounced:
    found = classify(stage, reply)
    server_reply = "" if stage is Stage.LOCAL else reply.text
    if found.is_permanent:
        return Bounced(
            state=found.state,
            reply=reply.text,
            is_hard=found.is_hard,
            host=host,
            tls=tls,
            transcript=transcript,
            server_reply=server_reply,
        )
    return Deferred(
        state=found.state,
        reply=reply.text,
        host=host,
        tls=tls,
        transcript=transcript,
        server_reply=server_reply,
    )
