"""Next hops that change what they cannot take, as real servers do: long lines, and 8-bit mail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support.sinks import Sink

if TYPE_CHECKING:
    from aiosmtpd.smtp import SMTP, Envelope, Session

WIDTH = 998


class FoldingHop(Sink):
    """Breaks lines of more than 998 octets as Postfix does, with CRLF and a space."""

    def __init__(self) -> None:
        super().__init__()
        self.body_parameters: list[str] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd looks for this name
        lines = envelope.original_content.split(b"\r\n")
        envelope.original_content = b"\r\n".join(map(_folded, lines))
        self.body_parameters += [each for each in envelope.mail_options if each.startswith("BODY=")] or [""]
        return await super().handle_DATA(server, session, envelope)


class SevenBitHop(FoldingHop):
    """Takes 7-bit mail only: it does not announce 8BITMIME, and clears the eighth bit."""

    async def handle_EHLO(  # noqa: N802 - as above
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [line for line in responses if line[4:] not in ("8BITMIME", "SMTPUTF8")]

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        envelope.original_content = bytes(octet & 0x7F for octet in envelope.original_content)
        return await super().handle_DATA(server, session, envelope)


def _folded(line: bytes) -> bytes:
    pieces = [line[:WIDTH]]
    at = WIDTH
    while at < len(line):
        pieces.append(b" " + line[at : at + WIDTH - 1])
        at += WIDTH - 1
    return b"\r\n".join(pieces)
