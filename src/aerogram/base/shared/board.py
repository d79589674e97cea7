"""What each process says of itself: that it is alive, what it does, and whether it is ready."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Final, NamedTuple

from aerogram.base.shared.layout import (
    BEAT_WORD,
    KIND_BYTE,
    MAX_KIND_BYTES,
    MAX_REASON_BYTES,
    PID_WORD,
    REASON_AREA,
    REASONS_BYTE,
    STATE_WORD,
    WORD,
)

if TYPE_CHECKING:
    from aerogram.base.shared.file import SharedFile

SILENT_MS: Final = 5_000
"""A process that has not beaten for so long answers nobody: it is stopped, or its event loop is blocked."""
_READY: Final = 1
_SECOND_AREA: Final = 2


class Process(NamedTuple):
    """A process of the server."""

    slot: int
    pid: int
    kind: str
    """What it does, as "accept"."""
    is_ready: bool
    """What it said of itself."""
    reason: str
    """Why it is not ready."""
    silent_ms: int
    """How long ago it beat."""

    @property
    def trouble(self) -> str:
        """Say in one line why it does not serve now; "" if it does."""
        who = f"the {self.kind or 'unnamed'} process {self.pid}"
        if self.silent_ms >= SILENT_MS:
            return f"{who} has not answered for {self.silent_ms // 1000} seconds"
        return "" if self.is_ready else f"{who} is not ready: {self.reason or 'it starts'}"


class Board:
    """What all processes say."""

    def __init__(self, file: SharedFile) -> None:
        self._file = file
        self._words = file.words

    def enter(self, kind: str) -> None:
        """Say that we have begun; not ready yet."""
        first = self._file.word_of(self._file.own)
        text = _cut(kind, MAX_KIND_BYTES)
        at = first * WORD + KIND_BYTE
        self._file.bytes[at : at + MAX_KIND_BYTES] = text.ljust(MAX_KIND_BYTES, b"\0")
        self.beat(is_ready=False, reason="")
        self._words[first + PID_WORD] = os.getpid()

    def beat(self, *, is_ready: bool, reason: str) -> None:
        """Say that we are alive, and whether we are ready."""
        first = self._file.word_of(self._file.own)
        # Readers see the area that was written before, until the state names this one.
        area = _SECOND_AREA & ~self._words[first + STATE_WORD]
        at = first * WORD + REASONS_BYTE + (REASON_AREA if area else 0)
        text = _cut(reason, MAX_REASON_BYTES)
        self._file.bytes[at : at + len(text) + 1] = text + b"\0"
        self._words[first + STATE_WORD] = area | (_READY if is_ready else 0)
        self._words[first + BEAT_WORD] = _now_ms()

    def leave(self, slot: int) -> None:
        """Forget the process of a slot."""
        self._words[self._file.word_of(slot) + PID_WORD] = 0

    def processes(self) -> list[Process]:
        """Return the processes that are there, by slot."""
        return [found for slot in range(self._file.slots) if (found := self._process(slot)) is not None]

    def _process(self, slot: int) -> Process | None:
        first = self._file.word_of(slot)
        pid, state = self._words[first + PID_WORD], self._words[first + STATE_WORD]
        if not pid:
            return None
        reason = first * WORD + REASONS_BYTE + (REASON_AREA if state & _SECOND_AREA else 0)
        return Process(
            slot=slot,
            pid=pid,
            kind=self._text(first * WORD + KIND_BYTE, MAX_KIND_BYTES),
            is_ready=bool(state & _READY),
            reason=self._text(reason, MAX_REASON_BYTES),
            silent_ms=max(0, _now_ms() - self._words[first + BEAT_WORD]),
        )

    def _text(self, at: int, most: int) -> str:
        return self._file.bytes[at : at + most].partition(b"\0")[0].decode(errors="replace")


def _cut(text: str, most: int) -> bytes:
    return text.replace("\0", "").encode()[:most].decode(errors="ignore").encode()


def _now_ms() -> int:
    # The monotonic clock is one for all processes of a machine, and nobody sets it.
    return time.monotonic_ns() // 1_000_000
