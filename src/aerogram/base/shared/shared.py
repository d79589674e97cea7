"""What the processes of one server count together.

A supervisor creates it and hands the descriptor to each child with a slot of its own; the child that replaces a dead
one gets the same slot. Failed logins, rates and counters stay in the slot; what a process held ends with it.

Nothing here waits for another process. A sum may miss what happens in the same microseconds, and never drifts.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Self

from aerogram.base.shared.board import Board
from aerogram.base.shared.counters import Counters, Generations
from aerogram.base.shared.file import SharedFile, make_file
from aerogram.base.shared.gauges import SharedGauges, SharedNumber
from aerogram.base.shared.layout import (
    NUMBERS_WORD,
    PAGE,
    SHAPES,
    SLOT_BYTES,
    TABLE_BYTES,
    WRITTEN_WORD,
    Kind,
    Number,
    Table,
)
from aerogram.base.shared.moments import SharedMoments
from aerogram.base.shared.rates import SharedRates
from aerogram.base.shared.windows import SharedWindows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aerogram.base.shared.board import Process
    from aerogram.base.shared.layout import Topic


class Shared:
    """The shared file, as the supervisor or one of its children sees it."""

    def __init__(self, file: SharedFile) -> None:
        self._file = file
        self._board = Board(file)
        self._counters = Counters(file)
        self._generations = Generations(file)

    @classmethod
    def create(cls, slots: int, counters: Sequence[str] = ()) -> Self:
        """Make the memory for so many processes, at most `layout.MAX_SLOTS`; for the supervisor.

        ``counters`` are the names that `count` takes. Pass `descriptor` to the children.
        """
        return cls(SharedFile(make_file(slots, counters), None))

    @classmethod
    def enter(cls, descriptor: int, slot: int, kind: str = "") -> Self:
        """Take a slot, as a child; ``kind`` says what it does, as "edge".

        Raises `file.SharedError` if another release made the memory. No other process may have the slot.
        """
        file = SharedFile(descriptor, slot)
        entered = cls(file)
        entered.left(slot)
        entered._board.enter(kind)
        return entered

    @property
    def descriptor(self) -> int:
        """The open file; a child inherits it."""
        return self._file.descriptor

    @property
    def slots(self) -> int:
        """How many processes there may be."""
        return self._file.slots

    def close(self) -> None:
        """Close the descriptor; what is mapped stays mapped. A child may do so at once, the supervisor at its end."""
        os.close(self._file.descriptor)

    def left(self, slot: int) -> None:
        """Count no more what the process of a slot held. Call it when that process has ended, and only then."""
        self._board.leave(slot)
        first = self._file.word_of(slot)
        for number in Number:
            self._file.words[first + NUMBERS_WORD + number.value] = 0
        for table, shape in SHAPES.items():
            if shape.kind is Kind.GAUGES and self._file.words[first + WRITTEN_WORD + table.value]:
                at, size = PAGE + slot * SLOT_BYTES + TABLE_BYTES[table], shape.buckets * shape.bucket_bytes
                self._file.bytes[at : at + size] = bytes(size)
                self._file.words[first + WRITTEN_WORD + table.value] = 0

    def processes(self) -> list[Process]:
        """Return the processes that the server has or had, by slot."""
        return self._board.processes()

    def changed(self, topic: Topic) -> None:
        """Say that something was changed in the store, after the commit."""
        self._generations.changed(topic)

    def generation(self, topic: Topic) -> int:
        """Return a number that is another one after each change."""
        return self._generations.generation(topic)

    def count(self, name: str, amount: int = 1) -> None:
        """Add to a counter. Raises `KeyError` for a name that `create` did not get."""
        self._counters.count(name, amount)

    def counts(self) -> Mapping[str, int]:
        """Return the counters over all processes, also of those that have ended; without those that are 0."""
        return self._counters.counts()

    def number(self, number: Number) -> SharedNumber:
        """Return an amount that each process holds."""
        return SharedNumber(self._file, number, NUMBERS_WORD)

    def gauges(self, table: Table) -> SharedGauges:
        """Return a table of amounts by key."""
        return SharedGauges(self._file, table)

    def moments(self, table: Table) -> SharedMoments:
        """Return a table of times by key."""
        return SharedMoments(self._file, table)

    def rates(self, table: Table, price: int, most: int) -> SharedRates:
        """Return a table of token buckets by key; see `aerogram.base.shared.rates`."""
        return SharedRates(self._file, table, price, most)

    def windows(self, table: Table, limit: int, window_ms: int) -> SharedWindows:
        """Return a table of counts in windows by key; see `aerogram.base.shared.windows`."""
        return SharedWindows(self._file, table, limit, window_ms)
