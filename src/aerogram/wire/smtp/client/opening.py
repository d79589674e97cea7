"""The opening of a session: greeting, EHLO, STARTTLS, AUTH (RFC 5321 §3.1, RFC 3207, RFC 4954).

`Opening` decides the next step from each reply and stores the server's extensions. A step is a line to send,
`Ready` for mails, `TlsDue` for the handshake, or the sentence why the opening failed.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Final

import msgspec

from aerogram.wire.smtp.client.events import Ready, Stage, TlsDue, TlsUse
from aerogram.wire.smtp.client.extensions import NO_EXTENSIONS, Extensions, read_extensions

if TYPE_CHECKING:
    from aerogram.wire.smtp.client.replies import ServerReply

Line = tuple[Stage, str, str]
"""The stage that a line belongs to, the line, and how a transcript shows it."""
Step = Line | Ready | TlsDue | str

_CONTINUE: Final = 334
"""RFC 4954 §4: the server's challenge."""
_HIDDEN: Final = "***"


class OpeningPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """What the client requires of the server before any mail.

    ``is_encrypted``: the connection is TLS from its first byte. A password is sent in clear only with
    ``cleartext_password``.
    """

    hostname: str
    tls: TlsUse = TlsUse.IF_OFFERED
    is_encrypted: bool = False
    username: str = ""
    password: str = ""
    cleartext_password: bool = False


class Opening:
    """The opening of one session."""

    def __init__(self, policy: OpeningPolicy) -> None:
        self._policy = policy
        self._is_encrypted = policy.is_encrypted
        self._challenge_answers: list[str] = []
        self.offered: Extensions = NO_EXTENSIONS

    def after_tls(self) -> Line:
        """Start again after the handshake."""
        self._is_encrypted = True
        self.offered = NO_EXTENSIONS
        return self._hello(Stage.EHLO)

    def answer(self, stage: Stage, reply: ServerReply) -> Step:
        """Decide the next step from the reply to ``stage``."""
        match stage:
            case Stage.GREETING:
                return self._hello(Stage.EHLO) if reply.is_positive else "the server refused the connection"
            case Stage.EHLO:
                return self._after_ehlo(reply)
            case Stage.HELO:
                return self._authenticate() if reply.is_positive else "the server refused HELO"
            case Stage.STARTTLS:
                return self._after_starttls(reply)
            case _:
                return self._after_auth(reply)

    def _hello(self, stage: Stage) -> Line:
        line = f"{stage.value} {self._policy.hostname}"
        return stage, line, line

    def _after_ehlo(self, reply: ServerReply) -> Step:
        if reply.is_positive:
            self.offered = read_extensions(reply)
            if self._is_encrypted or self._policy.tls is TlsUse.NEVER:
                return self._authenticate()
            if self.offered.starttls:
                return Stage.STARTTLS, "STARTTLS", "STARTTLS"
        elif reply.code // 100 == 5:  # noqa: PLR2004 (permanent: an old server knows only HELO, RFC 5321 §3.2)
            if self._is_encrypted or self._policy.tls is not TlsUse.REQUIRED:
                return self._hello(Stage.HELO)
        else:
            return "the server refused EHLO"
        if self._policy.tls is TlsUse.REQUIRED:
            return "the server does not offer STARTTLS, which the settings require"
        return self._authenticate()

    def _after_starttls(self, reply: ServerReply) -> Step:
        if reply.is_positive:
            return TlsDue()
        if self._policy.tls is TlsUse.REQUIRED:
            return "the server refused STARTTLS, which the settings require"
        return self._authenticate()

    def _authenticate(self) -> Step:
        policy = self._policy
        if not policy.username:
            return Ready()
        if not self._is_encrypted and not policy.cleartext_password:
            return "the server offers no TLS, and the password is not sent in clear"
        if "PLAIN" in self.offered.auth:
            secret = _base64(f"\0{policy.username}\0{policy.password}")
            return Stage.AUTH, f"AUTH PLAIN {secret}", f"AUTH PLAIN {_HIDDEN}"
        if "LOGIN" in self.offered.auth:
            self._challenge_answers = [_base64(policy.username), _base64(policy.password)]
            return Stage.AUTH, "AUTH LOGIN", "AUTH LOGIN"
        return "the server offers neither AUTH PLAIN nor AUTH LOGIN"

    def _after_auth(self, reply: ServerReply) -> Step:
        if reply.code == _CONTINUE and self._challenge_answers:
            return Stage.AUTH, self._challenge_answers.pop(0), _HIDDEN
        if not reply.is_positive:
            return "the server refused the user name and password"
        return Ready()


def _base64(secret: str) -> str:
    return base64.b64encode(secret.encode()).decode()
