"""The events of the server machine, for its host to answer. All are frozen."""

from __future__ import annotations

import msgspec

from aerogram.wire.smtp.envelope_parameters import NO_MAIL_PARAMETERS, MailParameters


class AuthRequested(msgspec.Struct, frozen=True):
    """A client gave its credentials. The standard reply is 235."""

    mechanism: str
    """``PLAIN`` or ``LOGIN``."""
    username: str
    password: str

    def __repr__(self) -> str:
        """Show the mechanism only: logs hold reprs, and must not hold credentials."""
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
    """The host must send what is outgoing, do the handshake, and call ``tls_started``; no reply is due."""


class RcptTo(msgspec.Struct, frozen=True):
    """An accepted recipient, with its RFC 3461 parameters as they were on the wire, "" when absent."""

    forward_path: str
    notify: str = ""
    orcpt: str = ""


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """The sender, the recipients, and the parameters of the message."""

    reverse_path: str
    recipients: tuple[RcptTo, ...]
    smtputf8: bool = False
    dsn_ret: str = ""
    dsn_envid: str = ""


class MessageReceived(msgspec.Struct, frozen=True):
    """A whole message arrived. A positive reply takes responsibility for it (RFC 5321 §4.2.5).

    ``data`` is as sent, with dots unstuffed; it has neither NUL nor a CR or LF outside of CRLF. It ends with
    CRLF unless it is empty or came by BDAT. The host already has the first ``ahead`` octets of the message, from
    `ServerSession.take_ahead`, and ``data`` is the rest.
    """

    envelope: Envelope
    data: bytes
    ahead: int = 0


Event = AuthRequested | MailRequested | RcptRequested | TlsRequested | MessageReceived
