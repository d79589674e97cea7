"""The watermark: mail is refused before the disk is full, so that accepted mail can still be sent."""

from __future__ import annotations

import os
import tempfile
import time
from typing import TYPE_CHECKING, Final

from aerogram.base.errors import StoreFullError

if TYPE_CHECKING:
    from pathlib import Path

LOOK_SECONDS: Final = 1.0
PROBE_BYTES: Final = 1024 * 1024
"""What must fit after a write has failed: more than the commit of usual mail, less than a large one."""


class Watermark:
    """Checks the free space of the data folder at most once a second, and after a failed write whether one succeeds again."""

    def __init__(self, folder: Path, min_free_bytes: int, bodies: Path | None = None) -> None:
        """``bodies`` is the folder of large bodies, which may be on a disk of its own."""
        self._folder = folder
        self._bodies = bodies or folder
        self._min_free_bytes = min_free_bytes
        self._looked_at = float("-inf")
        self._has_room = True
        self._has_refused = False

    def has_room(self) -> bool:
        """Return whether the disks have more free space than the reserve, and room for another file."""
        now = time.monotonic()
        if now - self._looked_at >= LOOK_SECONDS:
            self._looked_at = now
            self._has_room = self._is_roomy(self._folder) and self._is_roomy(self._bodies)
        return self._has_room

    def has_room_for(self, more_bytes: int) -> bool:
        """Return whether the reserve would still be free after writing ``more_bytes``."""
        disk = os.statvfs(self._folder)
        return disk.f_bavail * disk.f_frsize - more_bytes >= self._min_free_bytes

    def check(self) -> None:
        """Raise `StoreFullError` when the reserve is reached."""
        if not self.has_room():
            raise _full()

    def note_refusal(self) -> None:
        """Note that a write failed for lack of space, even if the disk seems to have room: quotas do not show there."""
        self._has_refused = True

    def check_after_refusal(self) -> None:
        """Raise `StoreFullError` if a write failed and one like it fails still. Blocking; call it from a thread."""
        if not self._has_refused:
            return
        try:
            for folder in {self._folder, self._bodies}:
                with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
                    if file.write(bytes(PROBE_BYTES)) < PROBE_BYTES:
                        raise _full()
                    os.fsync(file.fileno())
        except OSError as error:
            raise _full() from error
        self._has_refused = False

    def _is_roomy(self, folder: Path) -> bool:
        try:
            disk = os.statvfs(folder)
        except OSError:
            # A missing folder or a failing disk counts as full.
            return False
        # Some file systems have no fixed number of files, and say 0 of 0.
        has_files = disk.f_favail > 0 or not disk.f_files
        return has_files and disk.f_bavail * disk.f_frsize >= self._min_free_bytes


def _full() -> StoreFullError:
    return StoreFullError(
        "The disk that holds the store is nearly full; nothing is accepted until space is freed."
    )
