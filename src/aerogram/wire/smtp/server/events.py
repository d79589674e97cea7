"""What the server machine asks of its host, or tells it. All are frozen."""

from __future__ import annotations

import msgspec

from aerogram.wire.smtp.parameters import NO_MAIL_PARAMETERS, MailParameters


class AuthRequested(msgspec.Struct, frozen=True):
    """A client gave its credentials: may it in? The standard answer is 235."""

    mechanism: str
    """``PLAIN`` or ``LOGIN``."""
    username: str
    password: str

    def __repr__(self) -> str:
        """Tell the mechanism only; logs hold reprs, and must not hold credentials."""
        return f"AuthRequested(mechanism={self.mechanism!r}, username=<redacted>, password=<redacted>)"


class MailRequested(msgspec.Struct, frozen=True):
    """A client wants to send from ``reverse_path`` ("" is the null reverse-path). The standard reply is 250."""

    reverse_path: str
    params: MailParameters = NO_MAIL_PARAMETERS


class RcptRequested(msgspec.Struct, frozen=True):
    """A client names a recipient. The standard reply is 250. ``notify``, ``orcpt``: as in `RcptTo`."""

    forward_path: str
    notify: str = ""
    orcpt: str = ""


class TlsRequested(msgspec.Struct, frozen=True):
    """The host now sends what is outgoing, shakes hands, and calls ``tls_started``; no answer is due."""


class RcptTo(msgspec.Struct, frozen=True):
    """An accepted recipient, with its RFC 3461 parameters as they were on the wire, "" when absent."""

    forward_path: str
    notify: str = ""
    orcpt: str = ""


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """Who sends to whom, and what the client said about the message."""

    reverse_path: str
    recipients: tuple[RcptTo, ...]
    smtputf8: bool = False
    dsn_ret: str = ""
    dsn_envid: str = ""


class MessageReceived(msgspec.Struct, frozen=True):
    """A whole message came. A positive answer takes responsibility for it (RFC 5321 §4.2.5).

    ``data``: as sent, dots unstuffed; holds neither NUL nor a CR or LF outside of CRLF. It ends
    with CRLF unless it is empty or came by BDAT.
    """

    envelope: Envelope
    data: bytes


Event = AuthRequested | MailRequested | RcptRequested | TlsRequested | MessageReceived
