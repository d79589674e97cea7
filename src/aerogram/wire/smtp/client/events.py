"""Values of the client side: the outgoing mail, the stages of a session, and its events."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from aerogram.wire.smtp.client.replies import ServerReply


class Stage(enum.Enum):
    """What a session waits for, in the words of a log."""

    CONNECT = "connecting"
    GREETING = "the greeting"
    EHLO = "EHLO"
    HELO = "HELO"
    STARTTLS = "STARTTLS"
    HANDSHAKE = "the TLS handshake"
    AUTH = "AUTH"
    LOCAL = "checking the mail"
    """Before any command: the mail does not fit this server."""
    RSET = "RSET"
    MAIL = "MAIL FROM"
    RCPT = "RCPT TO"
    DATA = "DATA"
    FINAL = "the final dot"
    QUIT = "QUIT"

    __hash__ = object.__hash__
    """Each member exists once; the hash of its name, the default, is computed each time."""


class TlsUse(enum.Enum):
    """What the client does about STARTTLS."""

    NEVER = 1
    """Also the choice when the connection is TLS from its first byte."""
    IF_OFFERED = 2
    REQUIRED = 3


class OutgoingMail(msgspec.Struct, frozen=True, kw_only=True):
    """One mail to one recipient. ``reverse_path`` is "" for the null one; ``data`` is not yet dot-stuffed.

    ``smtputf8``: the submitter said that the mail needs RFC 6531. ``notify`` to ``envid`` are the values of
    RFC 3461 parameters as they are on the wire, "" when absent.
    """

    reverse_path: str
    recipient: str
    data: bytes
    smtputf8: bool = False
    notify: str = ""
    orcpt: str = ""
    ret: str = ""
    envid: str = ""


class Ready(msgspec.Struct, frozen=True):
    """The session is open: mails can be started."""


class TlsDue(msgspec.Struct, frozen=True):
    """The server waits for the TLS handshake; call `ClientSession.tls_established` after it."""


class Answered(msgspec.Struct, frozen=True):
    """The server decided about the oldest mail on its way, at ``stage``."""

    stage: Stage
    reply: ServerReply
    transcript: str

    @property
    def is_accepted(self) -> bool:
        """Tell whether the server took responsibility for the mail."""
        return self.stage is Stage.FINAL and self.reply.is_positive


class Interrupted(msgspec.Struct, frozen=True):
    """The session ended before the server decided about the oldest mail on its way.

    ``in_doubt``: its final dot was sent, so it may have been accepted.
    """

    stage: Stage
    reason: str
    in_doubt: bool
    transcript: str


class Ended(msgspec.Struct, frozen=True):
    """Nothing more can be sent. ``reply`` is the server's reason, when it gave one."""

    stage: Stage | None
    """What was awaited; None when nothing was."""
    reason: str
    reply: ServerReply | None
    transcript: str


ClientEvent = Ready | TlsDue | Answered | Interrupted | Ended
