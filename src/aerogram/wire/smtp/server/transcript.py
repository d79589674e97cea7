"""The transcript of a session, for people who look into a message that went wrong.

It is kept as bytes, one piece for each line of the client and each reply, and joined and decoded only when it is
read: it is written with every command and read once for a message. The client's part of an AUTH exchange is never
recorded.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from aerogram.wire.smtp.limits import MAX_REPLY_LINE, MAX_TRANSCRIPT_BYTES

_GAP: Final = b"[...]\n"
_CUT: Final = b"[...]"
_MAX_LINE: Final = MAX_REPLY_LINE
_LAST_LINES: Final = 6
_MAX_NOTED_LINE: Final = len(b"C: ") + _MAX_LINE + len(_CUT) + len(b"\r\n")
_OPENING_BYTES: Final = MAX_TRANSCRIPT_BYTES // 4
_MESSAGE_BYTES: Final = MAX_TRANSCRIPT_BYTES - _OPENING_BYTES - 2 * len(_GAP) - _LAST_LINES * _MAX_NOTED_LINE


def noted(reply: bytes) -> bytes:
    """Write a reply, given as it is sent, as the transcript has it: each line with ``S:``, a long reply cut."""
    if reply[3:4] != b"-" and len(reply) <= _MAX_LINE:
        return b"S: " + reply[:-2] + b"\n"
    lines = reply[:-2].replace(b"\r\n", b"\r\nS: ") + b"\r\n"
    if len(lines) > _MAX_LINE:
        lines = lines[:_MAX_LINE] + _CUT + b"\r\n"
    return b"S: " + lines.replace(b"\r\n", b"\n")


class Transcript:
    """The opening of the session (greeting to AUTH), then the latest mail transaction.

    Each of the two is kept up to a number of bytes; of what a transaction has beyond it, only the last lines are.
    """

    __slots__ = ("_last", "_lines", "_opening", "_room")

    def __init__(self) -> None:
        self._opening: list[bytes] = []
        self._lines = self._opening
        """Those that are written now: the opening, or a transaction."""
        self._room = _OPENING_BYTES
        self._last: deque[bytes] | None = None
        """The last lines, once there is no room for more."""

    def start_message(self) -> None:
        """Drop the previous transaction; what follows belongs to a new one."""
        if self._last is not None and self._lines is self._opening:
            self._opening.append(_GAP)
        self._lines = []
        self._room = _MESSAGE_BYTES
        self._last = None

    def client(self, line: bytes) -> None:
        """Record a client's line, without its CRLF."""
        if len(line) > _MAX_LINE:
            line = line[:_MAX_LINE] + _CUT
        lines = b"C: " + line + b"\n"
        self._room -= len(lines)
        if self._room >= 0:
            self._lines.append(lines)
        else:
            self._add_last(lines)

    def server(self, reply: bytes) -> None:
        """Record a reply, as it is sent."""
        self.add(noted(reply))

    def add(self, lines: bytes) -> None:
        """Record lines that have their ``C:`` or ``S:``, each with its LF."""
        self._room -= len(lines)
        if self._room >= 0:
            self._lines.append(lines)
        else:
            self._add_last(lines)

    def _add_last(self, lines: bytes) -> None:
        if self._last is None:
            self._last = deque(maxlen=0 if self._lines is self._opening else _LAST_LINES)
        self._last.append(lines)

    def text(self) -> str:
        """Return the transcript: lines with ``C:`` or ``S:``, at most `MAX_TRANSCRIPT_BYTES` long."""
        lines = self._opening if self._lines is self._opening else self._opening + self._lines
        if self._last is not None:
            lines = [*lines, _GAP, *self._last]
        return b"".join(lines).decode("utf-8", "replace")
