"""The transcript of a session, for people who look into a message that went wrong.

It is kept as bytes from the wire, and decoded only when it is read. The client's part of an AUTH exchange is
never recorded.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from aerogram.wire.smtp.limits import MAX_REPLY_LINE, MAX_TRANSCRIPT_BYTES

_GAP: Final = b"[...]\r\n"
_CUT: Final = b"[...]"
_MAX_LINE: Final = MAX_REPLY_LINE
_LAST_LINES: Final = 6
_MAX_NOTED_LINE: Final = len(b"C: ") + _MAX_LINE + len(_CUT) + len(b"\r\n")
_OPENING_BYTES: Final = MAX_TRANSCRIPT_BYTES // 4
_MESSAGE_BYTES: Final = MAX_TRANSCRIPT_BYTES - _OPENING_BYTES - 2 * len(_GAP) - _LAST_LINES * _MAX_NOTED_LINE


class _Part:
    """Lines up to a number of bytes; of further lines only the last few are kept."""

    __slots__ = ("_first", "_last", "_last_lines", "_room")

    def __init__(self, room: int, last_lines: int) -> None:
        self._first: list[bytes] = []
        self._last: deque[bytes] | None = None
        self._last_lines = last_lines
        self._room = room

    def add(self, line: bytes) -> None:
        if self._last is not None:
            self._last.append(line)
            return
        self._room -= len(line)
        if self._room >= 0:
            self._first.append(line)
        else:
            self._last = deque((line,), maxlen=self._last_lines)

    def lines(self) -> list[bytes]:
        return self._first if self._last is None else [*self._first, _GAP, *self._last]


class Transcript:
    """The opening of the session (greeting to AUTH), then the latest mail transaction."""

    __slots__ = ("_message", "_opening", "_part")

    def __init__(self) -> None:
        self._opening = self._part = _Part(_OPENING_BYTES, 0)
        self._message: _Part | None = None

    def start_message(self) -> None:
        """Drop the previous transaction; what follows belongs to a new one."""
        self._message = self._part = _Part(_MESSAGE_BYTES, _LAST_LINES)

    def client(self, line: bytes) -> None:
        """Record a client's line, without its CRLF."""
        if len(line) > _MAX_LINE:
            line = line[:_MAX_LINE] + _CUT
        self._part.add(b"C: " + line + b"\r\n")

    def server(self, reply: bytes) -> None:
        """Record a reply, as it is sent."""
        if reply[3:4] == b"-":
            reply = reply[:-2].replace(b"\r\n", b"\r\nS: ") + b"\r\n"
        if len(reply) > _MAX_LINE:
            reply = reply[:_MAX_LINE] + _CUT + b"\r\n"
        self._part.add(b"S: " + reply)

    def text(self) -> str:
        """Return the transcript: lines with ``C:`` or ``S:``, at most `MAX_TRANSCRIPT_BYTES` long."""
        lines = self._opening.lines()
        if self._message is not None:
            lines = [*lines, *self._message.lines()]
        return b"".join(lines).decode("utf-8", "replace").replace("\r\n", "\n")
