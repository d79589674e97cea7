"""The extensions that a server offers: its EHLO reply as a value (RFC 5321 §4.1.1.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from aerogram.wire.smtp.client.replies import ServerReply


class Extensions(msgspec.Struct, frozen=True):
    """The extensions that a sending client uses. ``max_bytes`` is 0 when no limit is announced."""

    pipelining: bool = False
    starttls: bool = False
    size: bool = False
    max_bytes: int = 0
    eight_bit: bool = False
    smtputf8: bool = False
    dsn: bool = False
    auth: frozenset[str] = frozenset()


NO_EXTENSIONS = Extensions()
"""The extensions of a server that supports only HELO."""

_FLAGS = {
    "PIPELINING": "pipelining",
    "STARTTLS": "starttls",
    "SIZE": "size",
    "8BITMIME": "eight_bit",
    "SMTPUTF8": "smtputf8",
    "DSN": "dsn",
}


def read_extensions(reply: ServerReply) -> Extensions:
    """Parse a positive EHLO reply. Keywords are case-insensitive; the old form ``AUTH=LOGIN`` counts too."""
    flags: dict[str, bool] = {}
    max_bytes = 0
    mechanisms: set[str] = set()
    for line in reply.lines[1:]:
        keyword, *parameters = line.upper().replace("AUTH=", "AUTH ").split() or [""]
        if keyword == "AUTH":
            mechanisms.update(parameters)
        elif keyword in _FLAGS:
            flags[_FLAGS[keyword]] = True
            if keyword == "SIZE" and parameters and parameters[0].isascii() and parameters[0].isdigit():
                max_bytes = int(parameters[0])
    return Extensions(**flags, max_bytes=max_bytes, auth=frozenset(mechanisms))
