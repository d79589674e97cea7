"""The socket at which the writer process listens: a file in the data folder.

The address of such a socket has at most about a hundred characters, and a path may be longer. So it is reached
through a descriptor of its folder, which every process has.
"""

from __future__ import annotations

import contextlib
import os
import socket
from typing import TYPE_CHECKING, Final

from aerogram.base.errors import SettingsError

if TYPE_CHECKING:
    from pathlib import Path

NAME: Final = "writer.socket"
_BACKLOG: Final = 64


class WriterSocket:
    """The socket, as the supervisor holds it: it lasts while the writer is started again."""

    def __init__(self, data: Path) -> None:
        """Listen in the data folder, which must be locked. Raises `SettingsError`."""
        self._path = data / NAME
        self.folder = os.open(data, os.O_RDONLY | os.O_DIRECTORY)
        self.listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            # A server that was killed leaves its file.
            self._path.unlink(missing_ok=True)
            self.listening.bind(address_in(self.folder))
            self._path.chmod(0o600)
            self.listening.listen(_BACKLOG)
        except OSError as error:
            self.close()
            raise SettingsError(f"data: {self._path} cannot be made: {error.strerror}.") from error

    def close(self) -> None:
        """Remove it."""
        self.listening.close()
        os.close(self.folder)
        with contextlib.suppress(OSError):
            self._path.unlink()


def address_in(folder: int) -> str:
    """Return the address of the socket, by a descriptor of the data folder."""
    return f"/proc/self/fd/{folder}/{NAME}"
