"""The permission that each SMTP command needs. Before login, clients get no further than AUTH."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aerogram.identity.gate import Public
from aerogram.submission.authorize import NEEDS
from aerogram.wire.smtp.server.states import Verb

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aerogram.identity.gate import Guard

SEND: Final = NEEDS
_GREETING: Final = Public("Clients send EHLO before they authenticate (RFC 5321 §4.1.1.1).")
_IDLE: Final = Public("It changes nothing and reveals nothing about any account.")
GUARDS: Final[Mapping[Verb, Guard]] = {
    Verb.EHLO: _GREETING,
    Verb.HELO: _GREETING,
    Verb.STARTTLS: Public("TLS comes before authentication, so that no password is sent in clear."),
    Verb.AUTH: Public("It is the authentication itself."),
    Verb.MAIL: SEND,
    Verb.RCPT: SEND,
    Verb.DATA: SEND,
    Verb.BDAT: SEND,
    Verb.RSET: _IDLE,
    Verb.NOOP: _IDLE,
    Verb.VRFY: _IDLE,
    Verb.EXPN: _IDLE,
    Verb.HELP: _IDLE,
    Verb.QUIT: _IDLE,
}
