"""What all tables share: the place of a key, and an entry of our own for it.

A key has its place in one bucket, of `WAYS` entries. When the bucket is full, the entry that matters least makes room.
The bucket follows from a digest with a secret key, so nobody can aim at one: to displace a given entry, one must
make about as many keys that matter more as the table has entries.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from aerogram.base.shared.layout import (
    KEY_BYTES,
    KEYS_BYTES,
    PAGE,
    SHAPES,
    SLOT_BYTES,
    TABLE_BYTES,
    WAYS,
    WORD,
    WRITTEN_WORD,
)

if TYPE_CHECKING:
    from aerogram.base.shared.file import SharedFile
    from aerogram.base.shared.layout import Table

_PLACES: Final = 4096
"""Places of keys that are remembered; clients come again."""


class Buckets(ABC):
    """One table in all slots. Only the event loop may write."""

    def __init__(self, file: SharedFile, table: Table) -> None:
        self._file = file
        self._words = file.words
        self._find = file.bytes.find
        self._values = SHAPES[table].values
        self._mask = SHAPES[table].buckets - 1
        self._bucket_bytes = SHAPES[table].bucket_bytes
        self._written_word = WRITTEN_WORD + table.value
        self._written = file.column(self._written_word)
        first = PAGE + TABLE_BYTES[table]
        regions = [
            (first + slot * SLOT_BYTES, file.word_of(slot) + self._written_word) for slot in range(file.slots)
        ]
        self._regions = regions
        """For each slot where its table begins, and the word that says whether there is anything in it."""
        self._own_base = -1 if file.slot is None else regions[file.slot][0]
        self._others = [region for slot, region in enumerate(regions) if slot != file.slot]
        self._place = lru_cache(maxsize=_PLACES)(self._new_place)

    def __bool__(self) -> bool:
        """Tell whether any process has ever written an entry."""
        return any(self._written)

    def _new_place(self, key: bytes) -> tuple[bytes, int]:
        digest = self._file.digest(key)
        return digest, (int.from_bytes(digest[:4], "little") & self._mask) * self._bucket_bytes

    def _own_entry(self, key: bytes) -> int:
        """Return the word of our own values for a key; -1 if there are none."""
        digest, offset = self._place(key)
        base, written = self._regions[self._file.own]
        if not self._words[written]:
            return -1
        start = base + offset
        found = self._find(digest, start, start + KEYS_BYTES)
        return -1 if found < 0 else (start + KEYS_BYTES) // WORD + (found - start) // KEY_BYTES * self._values

    def _new_entry(self, key: bytes, rank: int) -> int:
        """Make an entry for a key that has none, and return the word of its values, which are 0.

        An entry with a lower rank makes room; -1 if there is none.
        """
        digest, offset = self._place(key)
        base, written = self._regions[self._file.own]
        start = base + offset
        words, values = self._words, (start + KEYS_BYTES) // WORD
        lowest, way = min((self._rank(values + each * self._values), each) for each in range(WAYS))
        if lowest >= rank:
            return -1
        entry = values + way * self._values
        # Readers ignore an entry without a value, so they never see one key with the value of another.
        words[entry] = 0
        at = start + way * KEY_BYTES
        self._file.bytes[at : at + KEY_BYTES] = digest
        words[written] += 1
        return entry

    @abstractmethod
    def _rank(self, entry: int) -> int:
        """Return how much an entry matters; 0 for one that may go."""
