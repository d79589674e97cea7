"""A next hop made with aiosmtpd, which keeps what it takes and can be told to misbehave."""

from __future__ import annotations

import asyncio
import collections
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from aiosmtpd.controller import Controller

from support.ports import free_port
from support.waiting import wait_for

if TYPE_CHECKING:
    from aiosmtpd.smtp import SMTP, Envelope, Session

HANG = "hang"
"""A reply that never comes."""


@dataclass(frozen=True)
class Mail:
    """What came over one transaction: envelope and bytes."""

    sender: str
    recipients: list[str]
    content: bytes


class Sink:
    """Takes every mail, except that `script` gives a recipient's next replies to RCPT in advance."""

    def __init__(self, port: int | None = None) -> None:
        self.mails: list[Mail] = []
        self._cuts: set[str] = set()
        self._scripts: dict[str, collections.deque[str]] = collections.defaultdict(collections.deque)
        self._controller = Controller(
            self, hostname="127.0.0.1", port=port or free_port(), enable_SMTPUTF8=True, ident="sink"
        )

    @property
    def port(self) -> int:
        return self._controller.port

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    def script(self, recipient: str, *replies: str) -> None:
        """Answer the next RCPTs of a recipient so; afterwards with 250 again."""
        self._scripts[recipient].extend(replies)

    def cut_after_data(self, recipient: str) -> None:
        """Take the next mail to a recipient, but drop the connection instead of saying so."""
        self._cuts.add(recipient)

    def mail_to(self, recipient: str) -> Mail:
        """Wait for a mail to this recipient."""
        return wait_for(
            lambda: next((mail for mail in self.mails if recipient in mail.recipients), None),
            f"a mail to {recipient}",
        )

    async def handle_RCPT(  # noqa: N802 - aiosmtpd looks for this name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        script = self._scripts[address]
        reply = script.popleft() if script else "250 2.1.5 Ok"
        if reply == HANG:
            await asyncio.Event().wait()
        if reply.startswith("2"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        self.mails.append(Mail(envelope.mail_from, list(envelope.rcpt_tos), envelope.original_content))
        if self._cuts.intersection(envelope.rcpt_tos):
            self._cuts.difference_update(envelope.rcpt_tos)
            server.transport.abort()
        return "250 2.0.0 Ok: queued as SINK"
