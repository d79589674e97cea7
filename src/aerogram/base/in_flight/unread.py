"""Notices clients that do not read what we send them."""

from __future__ import annotations


class Unread:
    """Counts the sweeps during which a client took nothing, or nearly nothing, of what waits for it."""

    __slots__ = ("_bytes", "_drains", "sweeps")

    def __init__(self) -> None:
        self._bytes = 0
        self._drains = 0
        self.sweeps = 0

    def look(self, unread_bytes: int, drains: int) -> None:
        """Note how many bytes wait now, and how often the buffer has emptied so far.

        While more than a buffer full waits, only emptying it counts: a client that takes a byte now and then is
        as costly as one that takes none.
        """
        took_nothing = drains == self._drains and 0 < self._bytes <= unread_bytes
        self.sweeps = self.sweeps + 1 if took_nothing else 0
        self._bytes = unread_bytes
        self._drains = drains
