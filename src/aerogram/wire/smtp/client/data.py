"""The bytes of an outgoing mail: what follows a 354 (RFC 5321 §4.5.2)."""

from __future__ import annotations

from typing import Final

END_OF_DATA: Final = b".\r\n"
"""The lone dot; alone it is an empty mail, for a DATA that should have been refused (RFC 2920 §3.1)."""


def has_bare_line_ends(data: bytes) -> bool:
    """Tell whether a CR or LF stands alone; a lax server could split the mail in two there."""
    pairs = data.count(b"\r\n")
    return data.count(b"\n") != pairs or data.count(b"\r") != pairs


def dot_stuffed(data: bytes) -> bytes:
    """Return ``data`` with leading dots doubled and a CRLF at its end; `END_OF_DATA` follows it."""
    if b"\r\n." in data:
        data = data.replace(b"\r\n.", b"\r\n..")
    if data.startswith(b"."):
        data = b"." + data
    if not data or data.endswith(b"\r\n"):
        return data
    return data + b"\r\n"
