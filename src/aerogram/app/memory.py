"""Gives memory back to the system after a peak.

glibc serves large blocks from mappings of their own, which go back when they are freed. But each freed mapping
raises the size from which it does so, up to 32 MiB; from then on large blocks come from heaps that keep holes. So
the size is fixed here, and holes between small blocks are given back when a peak is over.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from aerogram.base.in_flight.in_flight import InFlight

MAPPED_FROM_BYTES: Final = 512 * 1024
"""Blocks from this size have mappings of their own: bodies that are large for us, and few besides."""
MAX_HEAPS: Final = 2
"""Heaps for threads, each with holes of its own; the interpreter's lock lets one thread allocate at a time."""
LOOK_SECONDS: Final = 5.0
BUSY_BYTES: Final = 8 * 1024 * 1024
"""Bytes in flight during a peak: what is in use cannot be given back."""
GROWN_BYTES: Final = 16 * 1024 * 1024
"""Growth after which it is tried; memory that is really used costs one try for each time it grows so much."""
_STATM: Final = Path("/proc/self/statm")
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
    """Gives memory back after each peak."""

    def __init__(self, in_flight: InFlight) -> None:
        self._in_flight = in_flight
        self._usual_bytes = 0
        """The resident memory after the last look that found nothing to give back."""

    async def run(self) -> None:
        """Look every few seconds, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if self._in_flight.memory.used >= BUSY_BYTES:
                continue
            resident = _resident_bytes()
            if not self._usual_bytes:
                self._usual_bytes = resident
            elif resident - self._usual_bytes >= GROWN_BYTES:
                # A thread: it takes some milliseconds, and releases the interpreter's lock.
                await asyncio.to_thread(_trim)
                self._usual_bytes = _resident_bytes()


def _resident_bytes() -> int:
    """Return the resident memory of this process; 0 where the system has no such file (only Linux has it)."""
    try:
        return int(_STATM.read_bytes().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def _trim() -> None:
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
