"""Which processes the server has, and how often each was started."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from aerogram.base.shared.layout import KIND_BYTE, MAX_KIND_BYTES, PID_WORD, STARTS_WORD, WORD

if TYPE_CHECKING:
    from aerogram.base.shared.file import SharedFile


class Process(NamedTuple):
    """A slot that has or had a process."""

    slot: int
    kind: str
    """What it does, as "edge"."""
    pid: int
    """0 when none has the slot now."""
    starts: int
    """How many processes have had the slot."""


class Board:
    """What all processes say."""

    def __init__(self, file: SharedFile) -> None:
        self._file = file
        self._words = file.words

    def enter(self, kind: str) -> None:
        """Say that we have begun."""
        first = self._file.word_of(self._file.own)
        text = kind.encode()[:MAX_KIND_BYTES]
        at = first * WORD + KIND_BYTE
        self._file.bytes[at : at + MAX_KIND_BYTES] = text.ljust(MAX_KIND_BYTES, b"\0")
        self._words[first + STARTS_WORD] += 1
        self._words[first + PID_WORD] = os.getpid()

    def leave(self, slot: int) -> None:
        """Say that the process of a slot has ended."""
        self._words[self._file.word_of(slot) + PID_WORD] = 0

    def processes(self) -> list[Process]:
        """Return the slots that have or had a process."""
        every = (self._process(slot) for slot in range(self._file.slots))
        return [process for process in every if process.starts]

    def _process(self, slot: int) -> Process:
        first = self._file.word_of(slot)
        at = first * WORD + KIND_BYTE
        kind = self._file.bytes[at : at + MAX_KIND_BYTES].partition(b"\0")[0].decode(errors="replace")
        return Process(slot, kind, self._words[first + PID_WORD], self._words[first + STARTS_WORD])
