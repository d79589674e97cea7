"""The lock by which a server marks its SQLite data folder as used."""

from __future__ import annotations

import fcntl
from typing import TYPE_CHECKING, Final

from aerogram.base.errors import SettingsError

if TYPE_CHECKING:
    from pathlib import Path
    from typing import TextIO

LOCK_FILE: Final = "serve.lock"


class ServerLock:
    """The lock of a data folder. It ends with the process, however the process ends."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._file: TextIO | None = None

    def take(self) -> None:
        """Lock the folder. Raises `SettingsError` if another process has locked it."""
        file = (self._data / LOCK_FILE).open("w")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.close()
            raise SettingsError(
                f"data: another server uses the folder {self._data}; stop it, or choose another folder."
            ) from error
        except BaseException:
            file.close()
            raise
        self._file = file

    def check_free(self) -> None:
        """Raise `SettingsError` if a server has locked the folder."""
        try:
            with (self._data / LOCK_FILE).open("r+") as file:
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
        if self._file is not None:
            self._file.close()
            self._file = None
