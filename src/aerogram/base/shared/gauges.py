"""How much the processes hold for a key now: each says what it holds itself, and sees what the others do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aerogram.base.shared.buckets import Buckets
from aerogram.base.shared.layout import KEY_BYTES, KEYS_BYTES, WORD

if TYPE_CHECKING:
    from aerogram.base.shared.file import SharedFile
    from aerogram.base.shared.layout import Number


class SharedGauges(Buckets):
    """Amounts by key.

    What does not fit into a full bucket, the smallest amount first, is not seen by the others until it changes again;
    the process that holds it must not rely on this table for its own amounts.
    """

    def set(self, key: bytes, amount: int) -> None:
        """Say how much we hold for a key; 0 for nothing."""
        entry = self._own_entry(key)
        if entry < 0 and amount:
            entry = self._new_entry(key, amount)
        if entry >= 0:
            self._words[entry] = amount

    def of_others(self, key: bytes) -> int:
        """Return how much the other processes hold for a key, together."""
        total = 0
        words, find = self._words, self._find
        for base, written in self._others:
            if words[written]:
                digest, offset = self._place(key)
                start = base + offset
                found = find(digest, start, start + KEYS_BYTES)
                if found >= 0:
                    total += words[(start + KEYS_BYTES) // WORD + (found - start) // KEY_BYTES]
        return total

    def _rank(self, entry: int) -> int:
        return self._words[entry]


class SharedNumber:
    """One amount of each process."""

    def __init__(self, file: SharedFile, number: Number, first_word: int) -> None:
        self._file = file
        self._column = file.column(first_word + number.value)

    def set(self, amount: int) -> None:
        """Say how much we hold."""
        self._column[self._file.own] = amount

    def total(self) -> int:
        """Return how much all processes hold together."""
        return sum(self._column)
