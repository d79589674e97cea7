"""The server side of a session, without sockets: bytes in, events out, bytes to send (RFC 5321).

A host feeds `ServerSession.receive`, takes events until there is none, answers each, and sends the bytes of
`ServerSession.outgoing`. Commands are read one by one, and no input is read while an event is unanswered, so
replies keep the order of the commands regardless of packets. The same bytes in other packets give the same
events and the same replies.
"""

from __future__ import annotations

from typing import Final

from aerogram.wire.smtp.limits import MAX_AUTH_LINE, MAX_COMMAND_LINE, MAX_READ_AHEAD_BYTES, READ_AHEAD_BYTES
from aerogram.wire.smtp.replies import (
    AUTHENTICATED,
    LINE_TOO_LONG,
    MESSAGE_OK,
    NOT_A_WEB_SERVER,
    NOT_YET_TLS,
    RECIPIENT_OK,
    SENDER_OK,
    SENT_TOO_MUCH_AHEAD,
    UNKNOWN_COMMAND,
    Reply,
)
from aerogram.wire.smtp.server.auth import MECHANISMS
from aerogram.wire.smtp.server.commands import WEB_METHODS, split_command
from aerogram.wire.smtp.server.conversation import Conversation
from aerogram.wire.smtp.server.data import CRLF
from aerogram.wire.smtp.server.encoded import encoded
from aerogram.wire.smtp.server.events import (
    AuthRequested,
    Event,
    MailRequested,
    MessageReceived,
    RcptRequested,
)
from aerogram.wire.smtp.server.extensions import ServerConfig
from aerogram.wire.smtp.server.messages import read_chunk, read_data, refuse_message, take_ahead
from aerogram.wire.smtp.server.ordinary import read_ordinary
from aerogram.wire.smtp.server.states import State, Turn, Verb
from aerogram.wire.smtp.server.verbs import HANDLERS, IDLE_VERBS, refusal_of, step_auth

__all__ = ["ServerConfig", "ServerSession"]

_TLS_HANDSHAKE_RECORD: Final = 0x16
_MAX_LINE: Final = MAX_COMMAND_LINE - len(CRLF)
_MAX_AUTH_LINE: Final = MAX_AUTH_LINE - len(CRLF)
_SECRET: Final = b"***"
_SENDER_OK: Final = encoded(SENDER_OK)
_RECIPIENT_OK: Final = encoded(RECIPIENT_OK)

# Asking the enumeration for a member takes longer than the comparison.
_CLOSED: Final = State.CLOSED
_CONNECTED: Final = State.CONNECTED
_HANDSHAKE: Final = State.HANDSHAKE


class ServerSession:
    """One client's session. It never raises for a client's input, only for misuse by the host.

    ``peer`` is the client's address, for the session's owner; the machine does not use it.
    """

    __slots__ = ("_is_cut_off", "_talk", "peer")

    def __init__(self, config: ServerConfig, peer: str = "") -> None:
        self.peer = peer
        self._talk = Conversation(config)
        self._is_cut_off = False

    def receive(self, data: bytes) -> None:
        """Take bytes from the socket. They are dropped after the end, and from STARTTLS to the handshake."""
        talk = self._talk
        if talk.state is _CLOSED or talk.state is _HANDSHAKE or self._is_cut_off:
            return
        if talk.waiting is not None and len(talk.input) + len(data) > MAX_READ_AHEAD_BYTES:
            # The due reply is still sent, because it may acknowledge a message.
            self._is_cut_off = True
            talk.input.clear()
            return
        talk.input.feed(data)

    def next_event(self) -> Event | None:
        """Return the next event; None when more bytes are needed or an event is unanswered."""
        talk = self._talk
        waiting = talk.waiting
        if waiting is not None:
            return None
        # A chunk may be empty, and is then whole without any bytes.
        while (talk.input.unread or talk.chunk is not None) and _advance(talk):
            waiting = talk.waiting
            if waiting is not None:
                return waiting
        return None

    def answer(self, reply: Reply | None = None) -> None:
        """Answer the last event: None for the standard positive reply, a 4xx or 5xx to refuse.

        A 421 also ends the session. Does nothing when the session was closed meanwhile. Raises `RuntimeError`
        when no event is unanswered.
        """
        talk = self._talk
        event = talk.waiting
        if isinstance(event, RcptRequested):
            _answer_rcpt(talk, event, reply)
        elif isinstance(event, MailRequested):
            _answer_mail(talk, event, reply)
        elif isinstance(event, MessageReceived):
            _answer_message(talk, reply or MESSAGE_OK)
        elif isinstance(event, AuthRequested):
            _answer_auth(talk, reply or AUTHENTICATED)
        elif talk.state is not State.CLOSED:
            raise RuntimeError("no event waits for an answer")
        if self._is_cut_off:
            talk.close_with(SENT_TOO_MUCH_AHEAD)

    def tls_started(self) -> None:
        """Start again within TLS: all that was said in clear is discarded (RFC 3207 §4.2).

        Raises `RuntimeError` unless the last event is a `TlsRequested`.
        """
        if self._talk.state is State.CLOSED:
            return
        if self._talk.state is not State.HANDSHAKE:
            raise RuntimeError("the client did not ask for TLS")
        self._talk.begin_within_tls()

    def take_ahead(self) -> bytes:
        """Take what arrived of a message that has not ended, to keep it elsewhere; b"" when there is nothing.

        The event of the message then has only the rest. After a RSET or a refusal, `ahead_bytes` is 0 again.
        """
        return take_ahead(self._talk)

    def refuse_message(self, reply: Reply) -> None:
        """Refuse the message that has not ended, because the host cannot keep it; its rest is dropped.

        Does nothing when its event is unanswered: then `answer` refuses it.
        """
        refuse_message(self._talk, reply)

    @property
    def held_bytes(self) -> int:
        """The octets of input and of the message that are in memory here."""
        return self._talk.input.unread + len(self._talk.transaction.chunks)

    @property
    def ahead_bytes(self) -> int:
        """The octets of the current message that the host took ahead."""
        return self._talk.transaction.ahead.size

    def outgoing(self) -> bytes:
        """Take the bytes to send."""
        said = self._talk.said
        if not said:
            return b""
        out = said[0] if len(said) == 1 else b"".join(said)
        said.clear()
        return out

    def close_with(self, reply: Reply) -> None:
        """End the session from our side, as for a timeout or a shutdown.

        An unanswered event gets no other reply; a message must then not be kept.
        """
        self._talk.close_with(reply)

    def transcript(self) -> str:
        """Return the transcript of the current message, without credentials."""
        return self._talk.transcript.text()

    @property
    def is_closed(self) -> bool:
        """True when the host should send the outgoing bytes and close the connection."""
        return self._talk.state is _CLOSED

    @property
    def is_listening(self) -> bool:
        """True while nothing is due but the client's next bytes; `wants_read` is true then."""
        return self._talk.waiting is None and self._talk.state is not _CLOSED

    @property
    def wants_read(self) -> bool:
        """False while the host should leave bytes in the socket."""
        talk = self._talk
        if talk.state is _CLOSED or talk.state is _HANDSHAKE or self._is_cut_off:
            return False
        return talk.waiting is None or talk.input.unread < READ_AHEAD_BYTES

    @property
    def state(self) -> State:
        """The state of the session."""
        return self._talk.state

    @property
    def helo_name(self) -> str:
        """The client's name for itself; "" before EHLO or HELO."""
        return self._talk.helo_name

    @property
    def is_esmtp(self) -> bool:
        """True after EHLO, false after HELO."""
        return self._talk.is_esmtp

    @property
    def is_tls(self) -> bool:
        """True when the connection is encrypted."""
        return self._talk.is_tls

    @property
    def is_authenticated(self) -> bool:
        """True after credentials were accepted."""
        return self._talk.is_authenticated


def _advance(talk: Conversation) -> bool:
    """Read one item of the unread bytes; False when it is incomplete, or nothing more is to be read."""
    if talk.data is not None:
        return read_data(talk, talk.data)
    if talk.chunk is not None:
        return read_chunk(talk, talk.chunk)
    if talk.state is _CONNECTED and talk.input.byte_at(0) == _TLS_HANDSHAKE_RECORD:
        talk.close_with(NOT_YET_TLS)
        return False
    line = talk.input.take_line()
    if line is None:
        # A line that lacks only the last octet of its CRLF may still have the maximum length.
        if talk.input.unread > _MAX_AUTH_LINE + 1:
            talk.hang_up(LINE_TOO_LONG)
        return False
    if len(line) > _MAX_AUTH_LINE:
        talk.hang_up(LINE_TOO_LONG)
        return False
    if talk.exchange is not None:
        talk.transcript.client(_SECRET)
        step_auth(talk, talk.exchange.respond(line))
    elif not read_ordinary(talk, line):
        _read_command(talk, line)
    return True


def _read_command(talk: Conversation, line: bytes) -> None:
    command = split_command(line)
    if len(line) > _MAX_LINE and line[:5].upper() != b"AUTH ":
        command = LINE_TOO_LONG
    if isinstance(command, Reply):
        _note_unreadable(talk, line)
        talk.refuse(command)
        return
    verb, argument = command
    handler = HANDLERS.get(verb)
    if handler is None:
        _note_unreadable(talk, line)
        if verb in WEB_METHODS:
            talk.close_with(NOT_A_WEB_SERVER)
        else:
            talk.refuse(UNKNOWN_COMMAND)
        return
    if verb == Verb.MAIL and talk.state is State.GREETED:
        talk.transcript.start_message()
    talk.transcript.client(_redacted(argument) if verb == Verb.AUTH else line)
    refusal = refusal_of(talk, verb)
    if refusal is None or verb == Verb.BDAT:
        handler(talk, argument)
    else:
        talk.refuse(refusal)
    if verb in IDLE_VERBS:
        talk.count_idle_command()


def _note_unreadable(talk: Conversation, line: bytes) -> None:
    """Keep an invalid command out of the transcript: it may be credentials that arrived at the wrong time."""
    talk.transcript.client(b"(not a command, %d octets)" % len(line))


def _redacted(argument: str) -> bytes:
    """Write an AUTH command without its response, or anything else at that position."""
    mechanism, _, response = argument.partition(" ")
    shown = mechanism.upper().encode() if mechanism.upper() in MECHANISMS else _SECRET
    return b"AUTH " + shown + (b" " + _SECRET if response else b"")


def _answer_auth(talk: Conversation, reply: Reply) -> None:
    talk.waiting = None
    talk.turn(Turn.AUTH_ENDED)
    if reply.is_positive:
        talk.is_authenticated = True
        talk.say(reply)
    else:
        talk.refuse(reply)


def _answer_mail(talk: Conversation, event: MailRequested, reply: Reply | None) -> None:
    talk.waiting = None
    if reply is None or reply.is_positive:
        talk.transaction.begin(event)
        talk.enter(Verb.MAIL)
    talk.say_encoded(_SENDER_OK if reply is None else encoded(reply))


def _answer_rcpt(talk: Conversation, event: RcptRequested, reply: Reply | None) -> None:
    talk.waiting = None
    if reply is None or reply.is_positive:
        talk.transaction.add(event)
        talk.enter(Verb.RCPT)
    else:
        talk.transaction.refused_recipients += 1
    talk.say_encoded(_RECIPIENT_OK if reply is None else encoded(reply))


def _answer_message(talk: Conversation, reply: Reply) -> None:
    talk.waiting = None
    talk.message_answered()
    talk.say(reply)
