"""The states of a session and the transitions between them, as tables.

A command that is neither in `LEGAL` nor in `REFUSED` for a state does not exist. Conditions other than
sequence (TLS offered, authentication required, limits) are checked by the server. Nothing else changes the
state, with one exception: every state can end, by a 421 from either side or when the client disconnects.
"""

from __future__ import annotations

import enum
from typing import Final

from aerogram.wire.smtp.replies import (
    IN_CHUNKS,
    IN_TRANSACTION,
    NEED_EHLO,
    NEED_MAIL,
    NEED_RCPT,
    NESTED_MAIL,
    NOT_IMPLEMENTED,
    Reply,
)


class State(enum.StrEnum):
    """The states of a session."""

    CONNECTED = "Connected"
    """The server has sent its greeting; the client has not said EHLO. Also after the TLS handshake."""
    GREETED = "Greeted"
    """The client said EHLO or HELO; no mail transaction is open."""
    AUTHENTICATING = "Authenticating"
    """Lines are responses of the AUTH exchange."""
    HANDSHAKE = "Handshake"
    """The host negotiates TLS; bytes in clear are discarded."""
    MAIL = "Mail"
    """A transaction is open and has no recipient."""
    RECIPIENTS = "Recipients"
    """A transaction is open and has recipients."""
    DATA = "Data"
    """Bytes are the message, until the lone dot."""
    CHUNK = "Chunk"
    """The octets that BDAT announced are a part of the message."""
    CHUNKS = "Chunks"
    """Some chunks arrived, but not the last."""
    CLOSED = "Closed"


class Verb(enum.StrEnum):
    """The known commands."""

    EHLO = "EHLO"
    HELO = "HELO"
    STARTTLS = "STARTTLS"
    AUTH = "AUTH"
    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    BDAT = "BDAT"
    RSET = "RSET"
    NOOP = "NOOP"
    VRFY = "VRFY"
    EXPN = "EXPN"
    HELP = "HELP"
    QUIT = "QUIT"


class Turn(enum.StrEnum):
    """The ends of the states in which no commands are read."""

    AUTH_ENDED = "exchange answered"
    TLS_STARTED = "TLS started"
    MESSAGE_ANSWERED = "message answered"
    CHUNK_TAKEN = "chunk taken"
    CHUNK_REFUSED = "chunk refused"


_ANYWHERE: Final = (Verb.NOOP, Verb.VRFY, Verb.HELP)


def _legal(state: State, moves: dict[Verb, State]) -> dict[Verb, State]:
    """Add the commands that are legal in every state."""
    after_reset = State.CONNECTED if state is State.CONNECTED else State.GREETED
    return {
        Verb.EHLO: State.GREETED,
        Verb.HELO: State.GREETED,
        **moves,
        Verb.RSET: after_reset,
        **dict.fromkeys(_ANYWHERE, state),
        Verb.QUIT: State.CLOSED,
    }


LEGAL: Final[dict[State, dict[Verb, State]]] = {
    state: _legal(state, moves)
    for state, moves in {
        State.CONNECTED: {},
        State.GREETED: {
            Verb.STARTTLS: State.HANDSHAKE,
            Verb.AUTH: State.AUTHENTICATING,
            Verb.MAIL: State.MAIL,
        },
        State.MAIL: {Verb.RCPT: State.RECIPIENTS},
        State.RECIPIENTS: {
            Verb.RCPT: State.RECIPIENTS,
            Verb.DATA: State.DATA,
            Verb.BDAT: State.CHUNK,
        },
        State.CHUNKS: {Verb.BDAT: State.CHUNK},
    }.items()
}
"""The states in which commands are read, and the next state for each accepted command (RFC 5321 §4.1.4)."""

REFUSED: Final[dict[State, dict[str, Reply]]] = {
    State.CONNECTED: {
        Verb.STARTTLS: NEED_EHLO,
        Verb.AUTH: NEED_EHLO,
        Verb.MAIL: NEED_EHLO,
        Verb.RCPT: NEED_EHLO,
        Verb.DATA: NEED_EHLO,
        Verb.BDAT: NEED_EHLO,
        Verb.EXPN: NOT_IMPLEMENTED,
    },
    State.GREETED: {
        Verb.RCPT: NEED_MAIL,
        Verb.DATA: NEED_MAIL,
        Verb.BDAT: NEED_MAIL,
        Verb.EXPN: NOT_IMPLEMENTED,
    },
    State.MAIL: {
        Verb.STARTTLS: IN_TRANSACTION,
        Verb.AUTH: IN_TRANSACTION,
        Verb.MAIL: NESTED_MAIL,
        Verb.DATA: NEED_RCPT,
        Verb.BDAT: NEED_RCPT,
        Verb.EXPN: NOT_IMPLEMENTED,
    },
    State.RECIPIENTS: {
        Verb.STARTTLS: IN_TRANSACTION,
        Verb.AUTH: IN_TRANSACTION,
        Verb.MAIL: NESTED_MAIL,
        Verb.EXPN: NOT_IMPLEMENTED,
    },
    State.CHUNKS: {
        Verb.STARTTLS: IN_TRANSACTION,
        Verb.AUTH: IN_TRANSACTION,
        Verb.MAIL: NESTED_MAIL,
        Verb.RCPT: IN_CHUNKS,
        Verb.DATA: IN_CHUNKS,
        Verb.EXPN: NOT_IMPLEMENTED,
    },
}
"""The reply to a command out of sequence. The state does not change."""

TURNS: Final[dict[State, dict[Turn, State]]] = {
    State.AUTHENTICATING: {Turn.AUTH_ENDED: State.GREETED},
    State.HANDSHAKE: {Turn.TLS_STARTED: State.CONNECTED},
    State.DATA: {Turn.MESSAGE_ANSWERED: State.GREETED},
    State.CHUNK: {
        Turn.CHUNK_TAKEN: State.CHUNKS,
        Turn.CHUNK_REFUSED: State.GREETED,
        Turn.MESSAGE_ANSWERED: State.GREETED,
    },
}
"""The next states after those in which no commands are read."""


def mermaid() -> str:
    """Draw the tables as a Mermaid state diagram, without commands that keep the state."""
    lines = ["stateDiagram-v2", f"    [*] --> {State.CONNECTED}"]
    for table in (LEGAL, TURNS):
        for state, moves in table.items():
            labels: dict[State, list[str]] = {}
            for cause, target in moves.items():
                if cause is not Verb.QUIT and (target is not state or cause not in LEGAL[State.CONNECTED]):
                    labels.setdefault(target, []).append(str(cause))
            lines += [f"    {state} --> {target}: {', '.join(words)}" for target, words in labels.items()]
    lines += [f"    {state} --> {State.CLOSED}: {Verb.QUIT}" for state in LEGAL]
    lines.append(f"    {State.CLOSED} --> [*]")
    return "\n".join(lines)
