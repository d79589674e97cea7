"""What each command of SMTP needs. Whoever has not logged in may get to AUTH, and no further."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aerogram.identity.gate import Public
from aerogram.submission.authorize import NEEDS
from aerogram.wire.smtp.server.states import Verb

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aerogram.identity.gate import Guard

SEND: Final = NEEDS
_GREETING: Final = Public("A client greets and asks what is offered before it logs in (RFC 5321 §4.1.1.1).")
_IDLE: Final = Public("It changes nothing and tells nothing of any account.")
GUARDS: Final[Mapping[Verb, Guard]] = {
    Verb.EHLO: _GREETING,
    Verb.HELO: _GREETING,
    Verb.STARTTLS: Public("TLS comes before the login, so that no password goes in clear."),
    Verb.AUTH: Public("It is the login."),
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
