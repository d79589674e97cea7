"""The open mail transaction of a session: from MAIL to the end of its message (RFC 5321 §3.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aerogram.wire.smtp.server.content import Ahead
from aerogram.wire.smtp.server.events import Envelope, MailRequested, RcptRequested, RcptTo

if TYPE_CHECKING:
    from aerogram.wire.smtp.replies import Reply


class Transaction:
    """The reverse-path and the recipients since MAIL. Without a reverse-path no transaction is open."""

    __slots__ = ("_recipients", "_sender", "ahead", "chunks", "refusal", "refused_recipients")

    def __init__(self) -> None:
        self._sender: MailRequested | None = None
        self._recipients: list[RcptTo] = []
        self.refused_recipients = 0
        self.chunks = bytearray()
        """The octets received by BDAT that the host did not take ahead."""
        self.ahead = Ahead()
        self.refusal: Reply | None = None
        """Why the host cannot take the message any more; the next BDAT is refused with it."""

    @property
    def is_untouched(self) -> bool:
        """True when none is open, and the host refused none."""
        return self._sender is None and self.refusal is None

    @property
    def recipient_count(self) -> int:
        """The number of accepted recipients."""
        return len(self._recipients)

    @property
    def smtputf8(self) -> bool:
        """Tell whether MAIL said SMTPUTF8."""
        return self._sender is not None and self._sender.params.smtputf8

    def begin(self, sender: MailRequested) -> None:
        """Open the transaction after an accepted MAIL."""
        self._sender = sender

    def add(self, recipient: RcptRequested) -> None:
        """Add an accepted recipient."""
        self._recipients.append(RcptTo(recipient.forward_path, recipient.notify, recipient.orcpt))

    def envelope(self) -> Envelope:
        """Return the envelope of the message."""
        sender = self._sender or MailRequested("")
        params = sender.params
        return Envelope(
            reverse_path=sender.reverse_path,
            recipients=tuple(self._recipients),
            smtputf8=params.smtputf8,
            dsn_ret=params.ret,
            dsn_envid=params.envid,
        )
