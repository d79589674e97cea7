"""Counters that only grow: of what happened, and of changes to the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aerogram.base.shared.layout import COUNTERS_WORD, TOPICS_WORD, Topic

if TYPE_CHECKING:
    from aerogram.base.shared.file import SharedFile


class Counters:
    """What happened, by name. A process that takes a slot counts on from where the last one ended."""

    def __init__(self, file: SharedFile) -> None:
        self._file = file
        self._columns = {name: file.column(COUNTERS_WORD + number) for number, name in enumerate(file.names)}

    def count(self, name: str, amount: int) -> None:
        """Add to a counter of our own."""
        self._columns[name][self._file.own] += amount

    def counts(self) -> dict[str, int]:
        """Return the sums that are not 0."""
        return {name: total for name, column in self._columns.items() if (total := sum(column))}


class Generations:
    """One number for each topic; it is another one after each change."""

    def __init__(self, file: SharedFile) -> None:
        self._file = file
        self._columns = [file.column(TOPICS_WORD + topic) for topic in Topic]

    def changed(self, topic: Topic) -> None:
        """Count a change."""
        self._columns[topic][self._file.own] += 1

    def generation(self, topic: Topic) -> int:
        """Return the number of changes by all processes."""
        return sum(self._columns[topic])
