"""The state of one session and its replies, shared by the verbs and the input reader.

Nothing in here reads input. Every end of a session goes through `Conversation.close_with`, and every reply
through `Conversation.say`, so that the transcript is complete.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aerogram.wire.smtp.limits import MAX_COMMANDS_WITHOUT_MESSAGE
from aerogram.wire.smtp.replies import CLOSING, TOO_MANY_ERRORS
from aerogram.wire.smtp.server.encoded import encoded
from aerogram.wire.smtp.server.extensions import greeting
from aerogram.wire.smtp.server.input import InputBuffer
from aerogram.wire.smtp.server.states import LEGAL, TURNS, State, Turn, Verb
from aerogram.wire.smtp.server.transaction import Transaction
from aerogram.wire.smtp.server.transcript import Transcript

if TYPE_CHECKING:
    from aerogram.wire.smtp.replies import Reply
    from aerogram.wire.smtp.server.auth import AuthExchange
    from aerogram.wire.smtp.server.content import ChunkReader, DataReader
    from aerogram.wire.smtp.server.encoded import EncodedReply
    from aerogram.wire.smtp.server.events import Event
    from aerogram.wire.smtp.server.extensions import ServerConfig


class Conversation:
    """The state of a session. At most one of ``exchange``, ``data``, ``chunk`` and ``waiting`` is set."""

    __slots__ = (
        "_errors", "_idle_commands", "chunk", "config", "data", "exchange", "helo_name", "input",
        "is_authenticated", "is_esmtp", "is_tls", "said", "state", "transaction", "transcript", "waiting",
    )  # fmt: skip

    def __init__(self, config: ServerConfig) -> None:
        self.config = config
        self.state = State.CONNECTED
        self.is_tls = config.is_tls
        self.is_authenticated = False
        self.helo_name = ""
        self.is_esmtp = False
        self.transaction = Transaction()
        self.input = InputBuffer()
        self.transcript = Transcript()
        self.exchange: AuthExchange | None = None
        self.data: DataReader | None = None
        self.chunk: ChunkReader | None = None
        self.waiting: Event | None = None
        self.said: list[bytes] = []
        """The replies that the host has not taken yet."""
        self._errors = 0
        self._idle_commands = 0
        self.say_encoded(greeting(config))

    def reset_transaction(self) -> None:
        """Close the transaction, if one is open, without a message."""
        if not self.transaction.is_untouched:
            self.transaction = Transaction()

    def enter(self, verb: Verb) -> None:
        """Move to the state that the table gives for an accepted command."""
        self.state = LEGAL[self.state][verb]

    def turn(self, turn: Turn) -> None:
        """Move to the state that the table gives for the end of a state that reads no commands."""
        self.state = TURNS[self.state][turn]

    def say(self, reply: Reply) -> None:
        """Send a reply that is not a refusal; nothing follows a 421 or 221."""
        self.say_encoded(encoded(reply))

    def say_encoded(self, reply: EncodedReply) -> None:
        """Send a reply that is encoded already."""
        self.said.append(reply.sent)
        self.transcript.add(reply.noted)
        if reply.ends_session:
            self._close()

    def refuse(self, reply: Reply) -> None:
        """Send a refusal, and count it as an error of the client."""
        self.say(reply)
        self._count_error()

    def count_idle_command(self) -> None:
        """Count a command that brings no message closer; too many of them are errors."""
        self._idle_commands += 1
        if self._idle_commands > MAX_COMMANDS_WITHOUT_MESSAGE:
            self._count_error()

    def message_answered(self) -> None:
        """Close the transaction after its message."""
        self._idle_commands = 0
        self.transaction = Transaction()
        self.turn(Turn.MESSAGE_ANSWERED)

    def hang_up(self, reply: Reply) -> None:
        """Refuse input after which commands cannot be told from other bytes, and close."""
        self.say(reply)
        self.close_with(CLOSING)

    def close_with(self, reply: Reply) -> None:
        """Send a last reply, unless one was sent."""
        if self.state is not State.CLOSED:
            self.say(reply)
            self._close()

    def begin_within_tls(self) -> None:
        """Discard what was said in clear (RFC 3207 §4.2), but keep the number of errors."""
        self.turn(Turn.TLS_STARTED)
        self.waiting = None
        self.is_tls = True
        self.is_authenticated = False
        self.helo_name = ""
        self.is_esmtp = False
        self.reset_transaction()
        self.input.clear()

    def _count_error(self) -> None:
        self._errors += 1
        if self._errors >= self.config.max_errors:
            self.close_with(TOO_MANY_ERRORS)

    def _close(self) -> None:
        self.state = State.CLOSED
        self.exchange = self.data = self.chunk = self.waiting = None
        self.reset_transaction()
        self.input.clear()
