"""The watermark: mail is refused before the disk is full, so that accepted mail can still be sent."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Final

from aerogram.base.errors import StoreFullError

if TYPE_CHECKING:
    from pathlib import Path

LOOK_SECONDS: Final = 1.0


class Watermark:
    """Checks the free space of the data folder at most once a second."""

    def __init__(self, folder: Path, min_free_bytes: int) -> None:
        self._folder = folder
        self._min_free_bytes = min_free_bytes
        self._looked_at = float("-inf")
        self._has_room = True

    def has_room(self) -> bool:
        """Return whether the disk has more free space than the reserve."""
        now = time.monotonic()
        if now - self._looked_at >= LOOK_SECONDS:
            self._looked_at = now
            try:
                disk = os.statvfs(self._folder)
            except OSError:
                # A missing folder or a failing disk counts as full.
                self._has_room = False
            else:
                self._has_room = disk.f_bavail * disk.f_frsize >= self._min_free_bytes
        return self._has_room

    def has_room_for(self, more_bytes: int) -> bool:
        """Return whether the reserve would still be free after writing ``more_bytes``."""
        disk = os.statvfs(self._folder)
        return disk.f_bavail * disk.f_frsize - more_bytes >= self._min_free_bytes

    def check(self) -> None:
        """Raise `StoreFullError` when the reserve is reached."""
        if not self.has_room():
            raise StoreFullError(
                "The disk that holds the store is nearly full; nothing is accepted until space is freed."
            )
