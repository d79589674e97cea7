"""Ids: 64-bit, time-ordered, and below 2^53, so that JavaScript clients read them exactly.

An id is 40 bits of milliseconds since 2026-01-01 UTC (until 2060), 5 bits of node and 8 bits of
sequence. A node that makes more than 256 ids in a millisecond borrows from the next one. Ids never go
back, even when the clock does.

A message's UUID contains its id in the leading bits, so that a message can be found by its UUID
without a second index; 66 random bits make it unguessable.
"""

from __future__ import annotations

import secrets
import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from aerogram.base.clock import Clock

EPOCH_MS: Final = 1_767_225_600_000
NODE_BITS: Final = 5
SEQUENCE_BITS: Final = 8
MAX_ID: Final = 2**53 - 1
MAX_NODE: Final = 2**NODE_BITS - 1
_SEQUENCE_MASK: Final = 2**SEQUENCE_BITS - 1
_SHIFT: Final = NODE_BITS + SEQUENCE_BITS
_UUID_HEX_DIGITS: Final = 32
_RANDOM_BYTES: Final = 9
_RANDOM_BATCH: Final = 512


class IdGenerator:
    """Generates the ids of one process. Thread-safe."""

    def __init__(self, clock: Clock, node: int = 0, *, after: int = 0) -> None:
        """Start above ``after``, the largest known id, even if the clock was set back since."""
        if not 0 <= node <= MAX_NODE:
            raise ValueError(f"node must be between 0 and {MAX_NODE}, not {node}")
        self._clock = clock
        self._node = node << SEQUENCE_BITS
        self._tick = (after >> _SHIFT) + 1
        self._sequence = 0
        self._lock = threading.Lock()
        self._random = b""
        self._random_at = 0

    def next_id(self) -> int:
        """Return the next id, greater than all earlier ones of this generator."""
        return self.next_ids(1)[0]

    def next_ids(self, count: int) -> list[int]:
        """Return ``count`` ids in ascending order."""
        with self._lock:
            tick, sequence = self._tick, self._sequence
            now = self._clock.now_ms() - EPOCH_MS
            if now > tick:
                tick, sequence = now, 0
            ids = []
            for _ in range(count):
                if sequence > _SEQUENCE_MASK:
                    tick, sequence = tick + 1, 0
                ids.append((tick << _SHIFT) | self._node | sequence)
                sequence += 1
            self._tick, self._sequence = tick, sequence
            return ids

    def move_to(self, node: int) -> None:
        """Continue as another node, because another process now has this node's number."""
        with self._lock:
            self._node = node << SEQUENCE_BITS

    def uuid_for(self, message_id: int) -> str:
        """Make a UUID (version 8, RFC 9562 §5.8) with ``message_id`` and 66 random bits."""
        with self._lock:
            if self._random_at >= len(self._random):
                self._random = secrets.token_bytes(_RANDOM_BYTES * _RANDOM_BATCH)
                self._random_at = 0
            tail = self._random[self._random_at : self._random_at + _RANDOM_BYTES].hex()
            self._random_at += _RANDOM_BYTES
        head = f"{message_id:014x}"
        variant = "89ab"[int(tail[0], 16) & 3]
        return f"{head[:8]}-{head[8:12]}-8{head[12:]}{tail[1]}-{variant}{tail[2:5]}-{tail[5:17]}"


def id_of_uuid(uuid: str) -> int | None:
    """Return the message id in a UUID made by `IdGenerator.uuid_for`; None if it contains none."""
    digits = uuid.replace("-", "")
    if len(digits) != _UUID_HEX_DIGITS or digits[12] != "8":
        return None
    try:
        found = int(digits[:12] + digits[13:15], 16)
    except ValueError:
        return None
    return found if found <= MAX_ID else None


def moment_of_id(some_id: int) -> int:
    """Return the time when an id was made, in milliseconds since the Unix epoch."""
    return (some_id >> _SHIFT) + EPOCH_MS
