"""The configuration of one listening port, and the extensions of its EHLO reply."""

from __future__ import annotations

import functools
from typing import Final

import msgspec

from aerogram.wire.smtp.limits import MAX_ERRORS, MAX_MESSAGE_BYTES, MAX_RECIPIENTS
from aerogram.wire.smtp.replies import Reply
from aerogram.wire.smtp.server.auth import MECHANISMS
from aerogram.wire.smtp.server.encoded import EncodedReply

_MECHANISMS: Final = " ".join(MECHANISMS)


class ServerConfig(msgspec.Struct, frozen=True, kw_only=True, cache_hash=True):
    """The configuration of one port, shared by all its sessions."""

    hostname: str
    """The name in the greeting and in the reply to EHLO."""
    banner: str = "ESMTP Aerogram"
    max_message_bytes: int = MAX_MESSAGE_BYTES
    max_recipients: int = MAX_RECIPIENTS
    max_errors: int = MAX_ERRORS
    offers_starttls: bool = False
    is_tls: bool = False
    """TLS from the first byte (port 465)."""
    requires_auth: bool = True
    auth_allowed_in_clear: bool = False


def permits_auth(config: ServerConfig, *, is_tls: bool) -> bool:
    """Tell whether credentials may be sent on a connection that is, or is not, encrypted."""
    return is_tls or config.auth_allowed_in_clear


@functools.lru_cache(maxsize=64)
def greeting(config: ServerConfig) -> EncodedReply:
    """Write the reply to a new connection (RFC 5321 §4.3.1)."""
    return EncodedReply(Reply(220, "", f"{config.hostname} {config.banner}"))


@functools.lru_cache(maxsize=64)
def ehlo_reply(config: ServerConfig, *, is_tls: bool) -> EncodedReply:
    """Write the reply to EHLO (RFC 5321 §4.1.1.1).

    AUTH is listed twice, as by Mailjet; the form with ``=`` is for clients older than RFC 2554.
    """
    lines = [config.hostname, "PIPELINING", f"SIZE {config.max_message_bytes}"]
    if config.offers_starttls and not is_tls:
        lines.append("STARTTLS")
    if permits_auth(config, is_tls=is_tls):
        lines += [f"AUTH {_MECHANISMS}", f"AUTH={_MECHANISMS}"]
    lines += ["ENHANCEDSTATUSCODES", "8BITMIME", "SMTPUTF8", "DSN", "CHUNKING"]
    return EncodedReply(Reply(250, "", "\n".join(lines)))
