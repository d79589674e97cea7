"""Counts of events by key in fixed windows, over all processes.

It answers what `aerogram.identity.bounded_counts.BoundedCounts` answers in one process. Each process counts what it
has seen itself, in the window that the first of them began. An entry also has an *era*: who resets a key begins a new
era for it, and the counts of older eras are ignored, because nobody can erase what another has written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from aerogram.base.shared.buckets import Buckets
from aerogram.base.shared.layout import KEY_BYTES, KEYS_BYTES, WORD

if TYPE_CHECKING:
    from aerogram.base.shared.file import SharedFile
    from aerogram.base.shared.layout import Table

_ERA: Final = 32
"""Bits of the count; the era is above them."""
_COUNT: Final = (1 << _ERA) - 1
_MOMENT: Final = 44
"""Bits of a time in milliseconds, until the year 2527."""
_FIRST: Final = 1 << 64
"""The rank of a new key: it is always counted, or a full table would let its client guess."""


class _Seen(NamedTuple):
    """What all processes have of a key in its latest era."""

    era: int
    events: int
    first_ms: int
    last_ms: int
    """When the windows of the processes began, the first and the last; they differ when two began at once."""


_NOTHING: Final = _Seen(0, 0, 0, 0)


class SharedWindows(Buckets):
    """Counts by key; a window begins with the first event of a key.

    ``limit`` is the highest count that is told apart; ``window_ms`` is the length of a window. A full bucket forgets
    ended windows first, then the lowest count.
    """

    def __init__(self, file: SharedFile, table: Table, limit: int, window_ms: int) -> None:
        super().__init__(file, table)
        self._limit = limit
        self._window_ms = window_ms
        self._now_ms = 0

    def full_until(self, key: bytes, now_ms: int) -> int:
        """Return when the window of a key ends whose count has reached the limit; 0 for any other key."""
        seen = self._seen(key, now_ms)
        return seen.last_ms + self._window_ms if seen.events >= self._limit else 0

    def add(self, key: bytes, now_ms: int) -> None:
        """Count one event."""
        seen = self._seen(key, now_ms)
        if seen.events >= self._limit:
            return
        start_ms = seen.first_ms if seen.events else now_ms
        words, entry = self._words, self._own_entry(key)
        if entry >= 0:
            value = words[entry]
            if value >> _ERA == seen.era and value & _COUNT and self._is_open(words[entry + 1], now_ms):
                words[entry] = value + 1
                return
        self._write(key, seen.era, 1, start_ms, now_ms)

    def forget(self, key: bytes, now_ms: int) -> None:
        """Forget the events of a key."""
        seen = self._seen(key, now_ms)
        if seen.events:
            # For as long as the counts of the old era could be seen.
            self._write(key, seen.era + 1, 0, seen.last_ms, now_ms)

    def _seen(self, key: bytes, now_ms: int) -> _Seen:
        seen = _NOTHING
        words, find = self._words, self._find
        for base, written in self._regions:
            if words[written]:
                digest, offset = self._place(key)
                start = base + offset
                found = find(digest, start, start + KEYS_BYTES)
                if found >= 0:
                    entry = (start + KEYS_BYTES) // WORD + (found - start) // KEY_BYTES * 2
                    value, start_ms = words[entry], words[entry + 1]
                    if value and self._is_open(start_ms, now_ms):
                        seen = _with(seen, value >> _ERA, value & _COUNT, start_ms)
        return seen

    def _write(self, key: bytes, era: int, count: int, start_ms: int, now_ms: int) -> None:
        self._now_ms = now_ms
        entry = self._own_entry(key)
        if entry < 0:
            entry = self._new_entry(key, _FIRST)
        if entry >= 0:
            # Empty while its parts do not belong together: an event too few is better than a false count.
            self._words[entry] = 0
            self._words[entry + 1] = start_ms
            self._words[entry] = era << _ERA | count

    def _rank(self, entry: int) -> int:
        value, start_ms = self._words[entry], self._words[entry + 1]
        if not value or not self._is_open(start_ms, self._now_ms):
            return 0
        # The lowest count goes first, the oldest of those before others.
        return (value & _COUNT) << _MOMENT | start_ms

    def _is_open(self, start_ms: int, now_ms: int) -> bool:
        return 0 <= now_ms - start_ms < self._window_ms


def _with(seen: _Seen, era: int, count: int, start_ms: int) -> _Seen:
    if era < seen.era:
        return seen
    if era > seen.era or not seen.events:
        return _Seen(era, count, start_ms, start_ms)
    if not count:
        return seen
    return _Seen(era, seen.events + count, min(seen.first_ms, start_ms), max(seen.last_ms, start_ms))
