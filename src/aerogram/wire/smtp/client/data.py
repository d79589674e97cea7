"""The bytes of a mail on their way out: what follows a 354 (RFC 5321 §4.5.2)."""

from __future__ import annotations

from typing import Final

END_OF_DATA: Final = b".\r\n"
"""The lone dot; alone it is an empty mail, which ends a DATA that nobody should have allowed (RFC 2920 §3.1)."""


def has_bare_line_ends(data: bytes) -> bool:
    """Tell whether a CR or LF stands alone; such bytes could smuggle a second mail into a lax server."""
    pairs = data.count(b"\r\n")
    return data.count(b"\n") != pairs or data.count(b"\r") != pairs


def dot_stuffed(data: bytes) -> bytes:
    """Give ``data`` with every leading dot doubled, a CRLF at its end, and the lone dot after it."""
    if b"\r\n." in data:
        data = data.replace(b"\r\n.", b"\r\n..")
    if data.startswith(b"."):
        data = b"." + data
    if not data or data.endswith(b"\r\n"):
        return data + END_OF_DATA
    return data + b"\r\n" + END_OF_DATA
