"""How long a server may take at each stage (RFC 5321 §4.5.3.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from aerogram.wire.smtp.client.events import Stage

if TYPE_CHECKING:
    from collections.abc import Mapping


class Timeouts(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds for each stage. The defaults are the RFC's where it sets one."""

    connect: float = 30.0
    """Ours: the RFC leaves it to TCP, which takes minutes and would delay the try of the next hop."""
    greeting: float = 300.0
    hello: float = 300.0
    """Ours, for EHLO, STARTTLS, AUTH and RSET, which the RFC does not name: the same as for the greeting."""
    handshake: float = 30.0
    """Ours: a TLS handshake is two round trips."""
    mail: float = 300.0
    rcpt: float = 300.0
    data: float = 120.0
    data_block: float = 180.0
    """How long the sending of the mail may stall."""
    final: float = 600.0
    quit: float = 5.0
    """Ours: all mails are answered by then, so nothing depends on the reply to QUIT."""

    def by_stage(self) -> Mapping[Stage, float]:
        """Return the seconds for the reply to each stage."""
        return {
            Stage.GREETING: self.greeting,
            Stage.EHLO: self.hello,
            Stage.HELO: self.hello,
            Stage.STARTTLS: self.hello,
            Stage.HANDSHAKE: self.handshake,
            Stage.AUTH: self.hello,
            Stage.RSET: self.hello,
            Stage.MAIL: self.mail,
            Stage.RCPT: self.rcpt,
            Stage.DATA: self.data,
            Stage.FINAL: self.final,
            Stage.QUIT: self.quit,
        }
