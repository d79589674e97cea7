"""The watermark: accept stops before the disk is full, so that what was accepted can still be sent."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Final

from aerogram.base.errors import StoreFullError

if TYPE_CHECKING:
    from pathlib import Path

LOOK_SECONDS: Final = 1.0


class Watermark:
    """Looks at the free space of the data folder at most once a second."""

    def __init__(self, folder: Path, min_free_bytes: int) -> None:
        self._folder = folder
        self._min_free_bytes = min_free_bytes
        self._looked_at = float("-inf")
        self._has_room = True

    def has_room(self) -> bool:
        """Tell whether the disk has more free space than the reserve."""
        now = time.monotonic()
        if now - self._looked_at >= LOOK_SECONDS:
            self._looked_at = now
            try:
                disk = os.statvfs(self._folder)
            except OSError:
                # A folder that is gone, or a disk that fails, has no room for anything.
                self._has_room = False
            else:
                self._has_room = disk.f_bavail * disk.f_frsize >= self._min_free_bytes
        return self._has_room

    def has_room_for(self, more_bytes: int) -> bool:
        """Tell whether the reserve would stay free after so much more was written."""
        disk = os.statvfs(self._folder)
        return disk.f_bavail * disk.f_frsize - more_bytes >= self._min_free_bytes

    def check(self) -> None:
        """Raise `StoreFullError` when the reserve is reached."""
        if not self.has_room():
            raise StoreFullError(
                "The disk that holds the store is nearly full; nothing is accepted until it has room."
            )
