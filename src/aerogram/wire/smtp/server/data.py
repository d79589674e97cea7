r"""The bytes of a message on the wire: its end, its dots, and its permitted line ends.

Only ``<CR><LF>.<CR><LF>`` ends a message (RFC 5321 §4.1.1.4). A server that accepts less lets one mail pass
as two ("SMTP smuggling"), so a message with a bare CR, a bare LF or a NUL is not repaired but refused (RFC
5321 §2.3.8: neither may be sent alone).
"""

from __future__ import annotations

from typing import Final

CRLF: Final = b"\r\n"
END_OF_DATA: Final = b"\r\n.\r\n"

BARE_LF: Final = "a bare <LF>"
BARE_CR: Final = "a bare <CR>"
NUL: Final = "a NUL"

_LARGE: Final = 65_536
"""Octets that are not copied to be checked."""


def flaw_of(data: bytes) -> str:
    r"""Name the byte that makes the message ambiguous: a bare LF, a bare CR or a NUL; "" when it is clean.

    A few scans at memory speed; a regular expression would take a hundred times as long.
    """
    pairs = data.count(CRLF)
    # Each pair has one CR and one LF: when there are just two such octets for each pair, none is alone.
    if len(data) <= _LARGE and len(data) - len(data.translate(None, b"\r\n\0")) == 2 * pairs:
        return ""
    if data.count(b"\n") != pairs:
        return BARE_LF
    if data.count(b"\r") != pairs:
        return BARE_CR
    if b"\0" in data:
        return NUL
    return ""


def worse_flaw(one: str, other: str) -> str:
    """Return the flaw that `flaw_of` would name for two parts of a message together."""
    return next((flaw for flaw in (BARE_LF, BARE_CR, NUL) if flaw in (one, other)), "")


def dots_unstuffed(data: bytes) -> bytes:
    """Remove the first dot of each line that begins with one (RFC 5321 §4.5.2)."""
    if b"\r\n." in data:
        data = data.replace(b"\r\n.", CRLF)
    return data[1:] if data.startswith(b".") else data


def dots_stuffed(data: bytes) -> bytes:
    """Add a dot to each line that begins with one, as a client does before sending."""
    if b"\r\n." in data:
        data = data.replace(b"\r\n.", b"\r\n..")
    return b"." + data if data.startswith(b".") else data
