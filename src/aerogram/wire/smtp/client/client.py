"""The client side of SMTP as a state machine without IO (RFC 5321, 2920, 3207, 4954).

Pass the server's bytes to `ClientSession.receive`, which returns events; fetch the bytes to send with
`take_output`. The machine holds a queue of due replies: each command adds its stage to the queue, and each
reply answers the first stage in it.

::

    greeting ─> EHLO ──┬─> STARTTLS ─> handshake ─> EHLO ─┬─> AUTH ─┬─> Ready ─> mails … ─> QUIT
         (HELO, if refused) └─────────────────────────────┴─────────┘

    a mail, with PIPELINING:     MAIL RCPT DATA ──> data and final dot ──> Answered
    the next mail, when allowed to overlap:         └─ MAIL RCPT DATA in the same write (RFC 2920 §3.1)

Mails are answered in the order in which they were started, each by one `Answered` or `Interrupted`.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from aerogram.wire.smtp.client.commands import mail_command, rcpt_command, refusal_of
from aerogram.wire.smtp.client.data import END_OF_DATA, dot_stuffed
from aerogram.wire.smtp.client.events import (
    Answered,
    ClientEvent,
    Ended,
    Interrupted,
    OutgoingMail,
    Ready,
    Stage,
)
from aerogram.wire.smtp.client.opening import Opening, OpeningPolicy
from aerogram.wire.smtp.client.replies import BadReply, ReplyReader, ServerReply
from aerogram.wire.smtp.client.transcript import Transcript

_CLOSING: Final = 421
"""RFC 5321 §3.8: the server may send this reply to any command before it closes the connection."""
_COMMANDED: Final = (Stage.RSET, Stage.MAIL, Stage.RCPT, Stage.DATA)
"""The stages of a mail whose commands PIPELINING allows in one write."""
# A class's members are found more slowly than names of the module, and these are asked for with each reply.
_HANDSHAKE: Final = Stage.HANDSHAKE
_DATA: Final = Stage.DATA
_FINAL: Final = Stage.FINAL
_POSITIVE: Final = 2
_INTERMEDIATE: Final = 3


class _Transaction:
    """One mail on its way. ``refusal`` is the first reply that refused it, with its stage.

    ``commands`` are those of `_COMMANDED`.
    """

    __slots__ = ("commands", "data_sent", "mail", "refusal", "transcript", "was_heard")

    def __init__(self, mail: OutgoingMail, commands: tuple[str, ...], transcript: Transcript) -> None:
        self.mail = mail
        self.commands = commands
        self.refusal: tuple[Stage, ServerReply] | None = None
        self.was_heard = False
        self.data_sent = False
        self.transcript = transcript


class ClientSession:
    """One SMTP session over one connection."""

    def __init__(self, policy: OpeningPolicy, *, may_overlap: bool = False, label: str = "") -> None:
        """Start a session whose transcript begins with ``label``.

        ``may_overlap``: the next mail's commands may follow the data of the last one at once.
        """
        self._replies = ReplyReader()
        self._transcript = Transcript(label)
        self._output: list[bytes] = []
        self._due: deque[tuple[Stage, _Transaction | None]] = deque([(Stage.GREETING, None)])
        self._running: deque[_Transaction] = deque()
        self._opening = Opening(policy)
        self._reused = f"{label} (connection reused)"
        self._may_overlap = may_overlap
        self._needs_rset = False
        self._said_goodbye = False
        self._has_ended = False
        self.mails_answered = 0
        self.is_ready = False

    @property
    def is_over(self) -> bool:
        """Tell whether the session has ended, or QUIT was sent."""
        return self._has_ended or self._said_goodbye

    @property
    def awaiting(self) -> Stage | None:
        """The stage whose reply is due next; None when no reply is due."""
        return self._due[0][0] if self._due else None

    @property
    def has_mails(self) -> bool:
        """Tell whether a mail is on its way."""
        return bool(self._running)

    @property
    def may_start(self) -> bool:
        """Tell whether `start` may be called now."""
        if not self.is_ready or self.is_over:
            return False
        running = self._running
        if not running:
            return True
        if not self._may_overlap or not self._opening.offered.pipelining:
            return False
        return len(running) == 1 and running[0].data_sent

    @property
    def offers_dsn(self) -> bool:
        """Tell whether the server supports the parameters of RFC 3461."""
        return self._opening.offered.dsn

    @property
    def offers_eight_bit(self) -> bool:
        """Tell whether the server takes 8-bit mail (RFC 6152)."""
        return self._opening.offered.eight_bit

    @property
    def transcript(self) -> str:
        """The opening of the session, up to the first mail."""
        return str(self._transcript)

    def start(self, mail: OutgoingMail) -> ServerReply | None:
        """Begin to send ``mail``; only while `may_start`.

        Returns None when the mail is on its way, or our own reply when it must not be sent to this server.
        """
        offered = self._opening.offered
        if (refusal := refusal_of(mail, offered)) is not None:
            return refusal
        commands = ("RSET", mail_command(mail, offered), rcpt_command(mail, offered), "DATA")
        transaction = _Transaction(mail, commands, self._transcript)
        self._transcript = Transcript(self._reused)
        self._running.append(transaction)
        self._command(0 if self._needs_rset else 1, transaction)
        self._needs_rset = False
        return None

    def quit(self) -> None:
        """Send QUIT; only while no mail is on its way."""
        if not self.is_over:
            self._said_goodbye = True
            self._speak(Stage.QUIT, "QUIT", "QUIT")

    def tls_established(self) -> None:
        """Start again over TLS: what the server said before is discarded (RFC 3207 §4.2)."""
        self._replies = ReplyReader()
        self._transcript.note("TLS established")
        self._due.clear()
        self._speak(*self._opening.after_tls())

    def take_output(self) -> list[bytes]:
        """Return the bytes to send now, in pieces, and clear them."""
        output, self._output = self._output, []
        return output

    def receive(self, data: bytes) -> list[ClientEvent]:
        """Take bytes from the server; return their events."""
        events: list[ClientEvent] = []
        for reply in self._replies.feed(data):
            if isinstance(reply, BadReply):
                if self.awaiting is Stage.HANDSHAKE:
                    return self._end(_INJECTION, stage=Stage.STARTTLS)
                events += self._end(f"protocol error: {reply.reason}")
            elif not self._due:
                events += self._end("the server ended the conversation", reply)
            elif self._output:
                events += self._end("protocol error: the server answered before it was asked")
            else:
                stage, transaction = self._due[0]
                if transaction is None:
                    self._on_session_reply(stage, reply, events)
                else:
                    self._on_mail_reply(stage, transaction, reply, events)
            if self._has_ended:
                return events
        if self._replies.has_unread and self.awaiting is _HANDSHAKE:
            return self._end(_INJECTION, stage=Stage.STARTTLS)
        return events

    def give_up(self, reason: str) -> list[ClientEvent]:
        """End the session from our side, as after a timeout or a lost connection."""
        return self._end(reason)

    # The opening, and QUIT

    def _on_session_reply(self, stage: Stage, reply: ServerReply, events: list[ClientEvent]) -> None:
        if stage is Stage.HANDSHAKE:
            events[:] = self._end(_INJECTION, stage=Stage.STARTTLS)
            return
        self._due.popleft()
        self._transcript.reply(reply)
        if stage is Stage.QUIT:
            events += self._end("goodbye")
            return
        step = self._opening.answer(stage, reply)
        if isinstance(step, str):
            is_refusal = not (reply.is_positive or reply.is_intermediate)
            events += self._end(step, reply if is_refusal else None, stage)
        elif isinstance(step, tuple):
            self._speak(*step)
        else:
            if isinstance(step, Ready):
                self.is_ready = True
            else:
                self._due.append((Stage.HANDSHAKE, None))
            events.append(step)

    def _speak(self, stage: Stage, line: str, shown: str) -> None:
        self._output.append(f"{line}\r\n".encode())
        self._transcript.command(shown)
        self._due.append((stage, None))

    # The mails

    def _command(self, first: int, transaction: _Transaction) -> None:
        """Send one of `_COMMANDED`; with PIPELINING also all that follow, in one write."""
        end = None if self._opening.offered.pipelining else first + 1
        lines = transaction.commands[first:end]
        self._output.append(("\r\n".join(lines) + "\r\n").encode())
        transaction.transcript.commands(*lines)
        for stage in _COMMANDED[first:end]:
            self._due.append((stage, transaction))

    def _on_mail_reply(
        self, stage: Stage, transaction: _Transaction, reply: ServerReply, events: list[ClientEvent]
    ) -> None:
        transaction.transcript.reply(reply)
        if reply.code == _CLOSING:
            if transaction.was_heard or not self._served_before(transaction):
                self._conclude(transaction, transaction.refusal or (stage, reply), events)
            events += self._end("the server ended the conversation", reply)
            return
        kind = reply.code // 100
        is_odd = kind == (_POSITIVE if stage is _DATA else _INTERMEDIATE)
        if is_odd or (stage is Stage.RSET and kind != _POSITIVE):
            events += self._end(f"protocol error: {reply.text} in answer to {stage.value}")
            return
        self._due.popleft()
        transaction.was_heard = True
        if stage is _FINAL:
            self._conclude(transaction, transaction.refusal or (stage, reply), events)
        elif kind == _INTERMEDIATE:
            self._send_data(transaction)
        elif kind != _POSITIVE:
            self._refused(stage, transaction, reply, events)
        elif not self._opening.offered.pipelining:
            self._command(_COMMANDED.index(stage) + 1, transaction)

    def _send_data(self, transaction: _Transaction) -> None:
        self._due.appendleft((_FINAL, transaction))
        if transaction.refusal is not None:
            # RFC 2920 §3.1: the server accepts DATA although it refused the recipient; send it an empty mail.
            self._output.append(END_OF_DATA)
            transaction.transcript.command(".")
            return
        transaction.data_sent = True
        data = transaction.mail.data
        self._output += (dot_stuffed(data), END_OF_DATA)
        transaction.transcript.commands(f"<{len(data)} bytes>", ".")

    def _refused(
        self, stage: Stage, transaction: _Transaction, reply: ServerReply, events: list[ClientEvent]
    ) -> None:
        if transaction.refusal is None:
            transaction.refusal = (stage, reply)
        if stage is Stage.DATA or not self._opening.offered.pipelining:
            self._needs_rset = True
            self._conclude(transaction, transaction.refusal, events)

    def _conclude(
        self, transaction: _Transaction, decision: tuple[Stage, ServerReply], events: list[ClientEvent]
    ) -> None:
        self._running.popleft()
        self.mails_answered += 1
        events.append(Answered(*decision, str(transaction.transcript)))

    def _served_before(self, transaction: _Transaction) -> bool:
        """Tell whether the connection carried another mail before this one."""
        return self.mails_answered > 0 or transaction is not self._running[0]

    def _end(
        self, reason: str, reply: ServerReply | None = None, stage: Stage | None = None
    ) -> list[ClientEvent]:
        """End the session: every mail on its way is interrupted, unless it was refused already."""
        if self._has_ended:
            return []
        self._has_ended = True
        awaited = stage or self.awaiting
        events: list[ClientEvent] = []
        for transaction in self._running:
            if transaction.refusal is not None:
                events.append(Answered(*transaction.refusal, str(transaction.transcript)))
                continue
            transaction.transcript.note(reason)
            events.append(
                Interrupted(
                    stage=next(
                        (due for due, whose in self._due if whose is transaction), awaited or Stage.MAIL
                    ),
                    reason=reason,
                    in_doubt=transaction.data_sent and not self._output,
                    transcript=str(transaction.transcript),
                )
            )
        self._running.clear()
        self._due.clear()
        self._output.clear()
        self._transcript.note(reason)
        events.append(Ended(awaited, reason, reply, self.transcript))
        return events


_INJECTION: Final = "protocol error: the server sent more than its answer to STARTTLS in clear"
"""RFC 3207 §6: bytes between the reply and the handshake may come from an attacker, and are never read."""
