"""The mail transaction that a session has open: from MAIL to the end of its message (RFC 5321 §3.3)."""

from __future__ import annotations

from aerogram.wire.smtp.server.events import Envelope, MailRequested, RcptRequested, RcptTo


class Transaction:
    """What was said since MAIL. Without a reverse-path none is open."""

    __slots__ = ("_recipients", "_sender", "chunks", "refused_recipients")

    def __init__(self) -> None:
        self._sender: MailRequested | None = None
        self._recipients: list[RcptTo] = []
        self.refused_recipients = 0
        self.chunks = bytearray()
        """The octets that came by BDAT so far."""

    @property
    def recipient_count(self) -> int:
        """How many recipients were accepted."""
        return len(self._recipients)

    @property
    def smtputf8(self) -> bool:
        """Tell whether MAIL said SMTPUTF8."""
        return self._sender is not None and self._sender.params.smtputf8

    def begin(self, sender: MailRequested) -> None:
        """Open it: MAIL was accepted."""
        self._sender = sender

    def add(self, recipient: RcptRequested) -> None:
        """Take in a recipient that was accepted."""
        self._recipients.append(RcptTo(recipient.forward_path, recipient.notify, recipient.orcpt))

    def envelope(self) -> Envelope:
        """Give what is known of the message, apart from its bytes."""
        sender = self._sender or MailRequested("")
        params = sender.params
        return Envelope(
            reverse_path=sender.reverse_path,
            recipients=tuple(self._recipients),
            smtputf8=params.smtputf8,
            dsn_ret=params.ret,
            dsn_envid=params.envid,
        )
