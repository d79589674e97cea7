"""Token buckets by key, over all processes.

The bucket of a key is described by a *busy period*: when it began, and how many requests each process has let through
since. They are paid for, one after another, at the price of a request in time; when all are paid for, the period has
ended, and the next request begins another. Each process adds only to its own number, so none is lost when two
add at once; at the very beginning of a period, the few requests of a period that loses are free.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aerogram.base.shared.buckets import Buckets
from aerogram.base.shared.layout import KEY_BYTES, KEYS_BYTES, WORD

if TYPE_CHECKING:
    from aerogram.base.shared.file import SharedFile
    from aerogram.base.shared.layout import Table

_FIRST: Final = 1 << 64
"""The rank of a new key: it is always counted."""


class SharedRates(Buckets):
    """Requests by key, each of which costs ``price``; at most ``most`` may be owed. All times are in one unit.

    A full bucket forgets what is paid for first.
    """

    def __init__(self, file: SharedFile, table: Table, price: int, most: int) -> None:
        super().__init__(file, table)
        self._price = price
        self._most = most

    def take(self, key: bytes, now: int) -> int:
        """Count a request; return 0 if it is allowed, else how long until one is."""
        began, count, entry = self._period(key, now)
        owed_until = began + count * self._price
        if owed_until <= now:
            self._write(key, entry, now)
            return 0
        too_much = owed_until + self._price - now - self._most
        if too_much > 0:
            return too_much
        if entry >= 0 and self._words[entry + 1] == began and self._words[entry]:
            self._words[entry] += 1
        else:
            self._write(key, entry, began)
        return 0

    def _period(self, key: bytes, now: int) -> tuple[int, int, int]:
        """Return when the latest period began, its requests, and our own entry or -1.

        A period far ahead was begun before the clock was set back, and does not count.
        """
        began, count, own = 0, 0, -1
        words, find, latest = self._words, self._find, now + self._most
        digest, offset = self._place(key)
        for base, written in self._regions:
            if words[written]:
                start = base + offset
                found = find(digest, start, start + KEYS_BYTES)
                if found >= 0:
                    entry = (start + KEYS_BYTES) // WORD + (found - start) // KEY_BYTES * 2
                    if base == self._own_base:
                        own = entry
                    its_count, its_began = words[entry], words[entry + 1]
                    if its_count and began <= its_began <= latest:
                        count = its_count if its_began > began else count + its_count
                        began = its_began
        return began, count, own

    def _write(self, key: bytes, entry: int, began: int) -> None:
        if entry < 0:
            entry = self._new_entry(key, _FIRST)
        # Empty while its parts do not belong together.
        self._words[entry] = 0
        self._words[entry + 1] = began
        self._words[entry] = 1

    def _rank(self, entry: int) -> int:
        count = self._words[entry]
        return self._words[entry + 1] + count * self._price if count else 0
