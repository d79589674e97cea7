"""Count events by key in fixed windows and in bounded memory.

A stranger chooses the keys, so memory has a limit, and a full table must not be a way to be forgotten. The entry
with the lowest count goes first, the oldest of those before others: to displace an entry of count n, one must make
`MAX_KEYS` others reach n within the window.
"""

from __future__ import annotations

from typing import Final

MAX_KEYS: Final = 50_000
"""Keys in one table, about 10 MB when full. A window of 15 minutes has room for 55 new keys a second."""

_Moment = tuple[int, int]


class BoundedCounts:
    """Counts by key; a window begins with the first event of a key.

    ``limit`` is the highest count that is told apart; ``window_ms`` is the length of a window.
    """

    def __init__(self, limit: int, window_ms: int, max_keys: int = MAX_KEYS) -> None:
        self._limit = limit
        self._window_ms = window_ms
        self._max_keys = max_keys
        # Count and start of the window by key, in the order of the starts.
        self._found: dict[bytes, _Moment] = {}
        # The keys of each count, in the order in which they reached it.
        self._of_count: list[dict[bytes, None]] = [{} for _ in range(limit + 1)]

    def __len__(self) -> int:
        return len(self._found)

    def full_until(self, key: bytes, now_ms: int) -> int:
        """Return when the window of a key ends whose count has reached the limit; 0 for any other key."""
        count, start_ms = self._found.get(key, (0, 0))
        if count < self._limit or not self._is_open(start_ms, now_ms):
            return 0
        return start_ms + self._window_ms

    def add(self, key: bytes, now_ms: int) -> None:
        """Count one event."""
        self._drop_ended(now_ms)
        count, start_ms = self._found.get(key, (0, now_ms))
        if count and not self._is_open(start_ms, now_ms):
            # After the clock was set back, the window would not end in time.
            self._drop(key)
            count, start_ms = 0, now_ms
        if not count and len(self._found) >= self._max_keys:
            self._drop_lowest()
        if count < self._limit:
            self._of_count[count].pop(key, None)
            self._of_count[count + 1][key] = None
            self._found[key] = (count + 1, start_ms)

    def forget(self, key: bytes, now_ms: int) -> None:  # noqa: ARG002 - counts across processes need the time
        """Forget the events of a key."""
        self._drop(key)

    def _drop(self, key: bytes) -> None:
        count, _ = self._found.pop(key, (0, 0))
        self._of_count[count].pop(key, None)

    def _is_open(self, start_ms: int, now_ms: int) -> bool:
        return 0 <= now_ms - start_ms < self._window_ms

    def _drop_ended(self, now_ms: int) -> None:
        while self._found:
            key = next(iter(self._found))
            if self._is_open(self._found[key][1], now_ms):
                return
            self._drop(key)

    def _drop_lowest(self) -> None:
        lowest = next(keys for keys in self._of_count if keys)
        self._drop(next(iter(lowest)))
