"""The turns in which connections write to one SQLite file.

Whoever waits for SQLite's own lock sleeps and looks again, so a process that commits without a pause keeps others out
for seconds. Here the kernel wakes the next one. A connection that waits for the lock holds the gate meanwhile, so the
one that has just released the lock queues after it and cannot take it again at once.
"""

from __future__ import annotations

import fcntl
import os
import time
from typing import TYPE_CHECKING

from aerogram.base.errors import SettingsError, UnavailableError

if TYPE_CHECKING:
    from pathlib import Path


class WriteTurn:
    """The turn of one connection, which one thread at a time may take.

    Both locks end with the process, however it ends. While a process is paused that holds them, others wait without
    a limit; `waiting_since` says since when.
    """

    def __init__(self, path: Path) -> None:
        """``path`` names the SQLite file; two empty files beside it are made. Raises `SettingsError`."""
        try:
            self._gate = _opened(path.with_suffix(".gate.lock"))
            self._lock = _opened(path.with_suffix(".write.lock"))
        except OSError as error:
            raise SettingsError(f"The store {path} cannot be written: {error.strerror}.") from error
        self._is_taken = False
        self.waiting_since = 0.0
        """When the waiting began, in seconds of `time.monotonic`; 0.0 while nobody waits."""

    def take(self) -> None:
        """Wait until it is the turn of this connection, unless it is already. Raises `UnavailableError`."""
        if self._is_taken:
            return
        self.waiting_since = time.monotonic()
        try:
            fcntl.flock(self._gate, fcntl.LOCK_EX)
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX)
            finally:
                fcntl.flock(self._gate, fcntl.LOCK_UN)
        except OSError as error:
            raise UnavailableError(f"The store is not available: {error.strerror}.") from error
        finally:
            self.waiting_since = 0.0
        self._is_taken = True

    def release(self) -> None:
        """End the turn."""
        if self._is_taken:
            self._is_taken = False
            fcntl.flock(self._lock, fcntl.LOCK_UN)

    def close(self) -> None:
        """End the turn, and close the files."""
        self._is_taken = False
        os.close(self._lock)
        os.close(self._gate)


def _opened(path: Path) -> int:
    # Only to read: locks need no more.
    descriptor = os.open(path, os.O_RDONLY | os.O_CREAT, 0o600)
    owner = path.parent.stat()
    if os.geteuid() == 0 and os.fstat(descriptor).st_uid != owner.st_uid:
        # A command of root may be the first to come; the server of the folder's owner must open the file, too.
        os.fchown(descriptor, owner.st_uid, owner.st_gid)
    return descriptor
