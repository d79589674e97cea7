"""Gives memory back to the system after a peak.

glibc serves large blocks from mappings of their own, which go back when they are freed. But each freed mapping
raises the size from which it does so, up to 32 MiB; from then on large blocks come from heaps that keep holes. So
the size is fixed here, and holes between small blocks are given back when a peak is over.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from aerogram.base.in_flight.in_flight import InFlight

MAPPED_FROM_BYTES: Final = 512 * 1024
"""Blocks from this size have mappings of their own: bodies that are large for us, and few besides."""
MAX_HEAPS: Final = 2
"""Heaps for threads, each with holes of its own; the interpreter's lock lets one thread allocate at a time."""
LOOK_SECONDS: Final = 5.0
PEAK_BYTES: Final = 8 * 1024 * 1024
"""Bytes in flight that make a peak."""
_M_MMAP_THRESHOLD: Final = -3
_M_ARENA_MAX: Final = -8
"""Numbers of options in glibc's malloc.h."""


def give_large_blocks_back() -> None:
    """Set up the allocator; call it before threads start. Does nothing where it is not glibc's."""
    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None)
        libc.mallopt(_M_MMAP_THRESHOLD, MAPPED_FROM_BYTES)
        libc.mallopt(_M_ARENA_MAX, MAX_HEAPS)


class Trimmer:
    """Gives memory back once after each peak of the bytes in flight."""

    def __init__(self, in_flight: InFlight) -> None:
        self._in_flight = in_flight
        self._had_peak = False

    async def run(self) -> None:
        """Look every few seconds, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            used = self._in_flight.memory.used + self._in_flight.files.used
            if used >= PEAK_BYTES:
                self._had_peak = True
            elif self._had_peak:
                self._had_peak = False
                # A thread: it takes some milliseconds, and releases the interpreter's lock.
                await asyncio.to_thread(_trim)


def _trim() -> None:
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
