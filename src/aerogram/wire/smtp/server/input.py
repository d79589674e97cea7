"""The buffer of received, unread bytes."""

from __future__ import annotations

from typing import Final

from aerogram.wire.smtp.server.data import CRLF, END_OF_DATA

_MAX_READ_KEPT: Final = 16_384
"""Octets that were read and may stay in memory until the next octets come."""
_JOINED: Final = len(CRLF)
"""Unread octets that are copied in front of the next ones: the line end of DATA stands before its message."""


class InputBuffer:
    """A queue of bytes that remembers how far it was searched, so that no byte is searched twice.

    Nearly always, a client waits for the reply, and one packet has all that is unread: then the packet itself is
    the buffer, and nothing is copied into it. Searches for different needles must not interleave without a take or
    skip between them.
    """

    __slots__ = ("_at", "_bytes", "_searched", "unread")

    def __init__(self) -> None:
        self._bytes: bytes | bytearray = b""
        self._at = 0
        self._searched = 0
        self.unread = 0
        """The number of unread bytes."""

    def __len__(self) -> int:
        return self.unread

    def feed(self, data: bytes) -> None:
        """Add bytes from the socket; bytes already read are dropped."""
        if not self.unread:
            self._bytes = data
            self._at = self._searched = 0
            self.unread = len(data)
            return
        at = self._at
        if self.unread <= _JOINED:
            self._bytes = bytes(self._bytes[at:]) + data
        else:
            if isinstance(self._bytes, bytes):
                self._bytes = bytearray(self._bytes[at:])
            elif at:
                del self._bytes[:at]
            self._bytes += data
        self._searched -= at
        self._at = 0
        self.unread += len(data)

    def clear(self) -> None:
        """Drop everything."""
        self._bytes = b""
        self._at = self._searched = self.unread = 0

    def take_line(self) -> bytes | None:
        """Take the next line, without its CRLF; None while its end has not arrived."""
        held = self._bytes
        at = self._at
        end = held.find(CRLF, self._searched)
        if end < 0:
            self._searched = max(at, len(held) - 1)
            return None
        self._at = self._searched = after = end + 2
        self.unread -= after - at
        return bytes(held[at:end])

    def peek_message(self) -> bytes | None:
        """Copy a message that is here from the CRLF before it to its end, and has no stuffed dots; else None.

        Only before any search in it. One search tells both, because a stuffed dot and the end begin alike.
        """
        at = self._at
        if self._searched != at:
            return None
        end = self._bytes.find(b"\r\n.", at)
        if end < 0 or not self._bytes.startswith(END_OF_DATA, end):
            return None
        return bytes(self._bytes[at + len(CRLF) : end + len(CRLF)])

    def find(self, needle: bytes) -> int:
        """Return the number of unread bytes before ``needle``, or -1."""
        found = self._bytes.find(needle, self._searched)
        if found < 0:
            self._searched = max(self._at, len(self._bytes) - len(needle) + 1)
            return -1
        self._searched = found
        return found - self._at

    def rfind(self, needle: bytes) -> int:
        """Return the number of unread bytes before the last ``needle``, or -1. It moves no search position."""
        found = self._bytes.rfind(needle, self._at)
        return found - self._at if found >= 0 else -1

    def byte_at(self, offset: int) -> int:
        """Return an unread byte without taking it."""
        return self._bytes[self._at + offset]

    def take(self, count: int) -> bytes:
        """Take ``count`` bytes, which must be present."""
        with memoryview(self._bytes) as view:
            taken = bytes(view[self._at : self._at + count])
        self.skip(count)
        return taken

    def skip(self, count: int) -> None:
        """Drop ``count`` bytes, which must be present."""
        self._at += count
        self._searched = self._at
        self.unread -= count

    def give_back(self) -> None:
        """Free the memory of bytes already read, if it is much: the next `feed` may be a long time off."""
        if self._at > _MAX_READ_KEPT:
            if isinstance(self._bytes, bytes):
                self._bytes = self._bytes[self._at :]
            else:
                del self._bytes[: self._at]
            self._searched -= self._at
            self._at = 0

    def step_back(self, count: int) -> None:
        """Unread the last ``count`` bytes; only before the next `feed`."""
        self.skip(-count)

    def keep_last(self, count: int) -> int:
        """Drop all but the last ``count`` bytes; return how many were dropped.

        The search position stays valid: after a failed `find` it is within the last bytes.
        """
        gone = self.unread - count
        if gone <= 0:
            return 0
        self._at += gone
        self._searched = max(self._searched, self._at)
        self.unread = count
        return gone
