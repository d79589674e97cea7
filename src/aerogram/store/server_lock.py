"""The locks by which a server marks its SQLite data folder as used.

A server has two. `LOCK_FILE` is held by the process that the operator started. `PROCESSES_FILE` is shared with the
processes that this one starts, and is held until the last of them has ended: if the first is killed, they drain for
some seconds, and the next server waits for that.
"""

from __future__ import annotations

import fcntl
import os
import time
from typing import TYPE_CHECKING, Final

from aerogram.base.errors import SettingsError

if TYPE_CHECKING:
    from pathlib import Path

LOCK_FILE: Final = "serve.lock"
PROCESSES_FILE: Final = "serve.processes.lock"
WAIT_SECONDS: Final = 30.0
"""How long a server waits for processes that its predecessor left: longer than they take to drain."""
_LOOK_SECONDS: Final = 0.05


class ServerLock:
    """The locks of a data folder. They end with the processes, however these end."""

    def __init__(self, data: Path, descriptors: tuple[int, ...] = ()) -> None:
        """``descriptors`` are those of `open` in the process that started this one."""
        self._data = data
        self._descriptors = descriptors

    def open(self) -> tuple[int, int]:
        """Open the files without locking them, so that a child may `take` the locks for both.

        Returns the descriptors; those of the second file are for all processes of a server.
        """
        flags = os.O_RDWR | os.O_CREAT
        opened = tuple(os.open(self._data / name, flags, 0o600) for name in (LOCK_FILE, PROCESSES_FILE))
        self._descriptors = opened
        return opened[0], opened[1]

    def take(self) -> None:
        """Lock the folder. Raises `SettingsError` if another server has locked it."""
        if not self._descriptors:
            self.open()
        first, processes = self._descriptors
        try:
            fcntl.flock(first, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self.release()
            raise SettingsError(
                f"data: another server uses the folder {self._data}; stop it, or choose another folder."
            ) from error
        end = time.monotonic() + WAIT_SECONDS
        while True:
            try:
                fcntl.flock(processes, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                if time.monotonic() > end:
                    self.release()
                    raise SettingsError(
                        f"data: processes of a server that was killed still use the folder {self._data};"
                        " end them, or try again."
                    ) from error
                time.sleep(_LOOK_SECONDS)
            else:
                return

    def check_free(self) -> None:
        """Raise `SettingsError` if a server has locked the folder."""
        try:
            for name in (LOCK_FILE, PROCESSES_FILE):
                with (self._data / name).open("r+") as file:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except FileNotFoundError:
            return
        except BlockingIOError as error:
            raise SettingsError(
                f"data: a running server of an older version uses the folder {self._data};"
                " stop it, then run the command again."
            ) from error

    def release(self) -> None:
        """Unlock the folder, if this object locked it."""
        for descriptor in self._descriptors:
            os.close(descriptor)
        self._descriptors = ()
