"""Times by key, of which the latest that any process wrote counts."""

from __future__ import annotations

from aerogram.base.shared.buckets import Buckets
from aerogram.base.shared.layout import KEY_BYTES, KEYS_BYTES, WORD


class SharedMoments(Buckets):
    """Times in a unit of the caller. A full bucket forgets the earliest time."""

    def put(self, key: bytes, moment: int) -> None:
        """Write a time of our own for a key. It outlives the process."""
        entry = self._own_entry(key)
        if entry < 0:
            entry = self._new_entry(key, moment)
        if entry >= 0:
            self._words[entry] = moment

    def forget(self, key: bytes) -> None:
        """Forget our own time for a key; those of the others stay."""
        entry = self._own_entry(key)
        if entry >= 0:
            self._words[entry] = 0

    def latest(self, key: bytes, not_after: int) -> int:
        """Return the latest time for a key; 0 for none.

        Times after ``not_after`` were written before the clock was set back, and count for nothing.
        """
        best = 0
        words, find = self._words, self._find
        for base, written in self._regions:
            if words[written]:
                digest, offset = self._place(key)
                start = base + offset
                found = find(digest, start, start + KEYS_BYTES)
                if found >= 0:
                    moment = words[(start + KEYS_BYTES) // WORD + (found - start) // KEY_BYTES]
                    if best < moment <= not_after:
                        best = moment
        return best

    def _rank(self, entry: int) -> int:
        return self._words[entry]
