"""Files for bodies that are too large for a row. Names are random; two levels of folders hold the files.

A file and its folder are synced before the row that names the file is committed. Only a row that itself
records when its file is complete may be committed first. A name is used once, by the rows of one transaction.
So a file without a row whose transaction ended long ago never gets a row again; `aerogram.store.orphans`
removes it. Only the service's own user may read the files.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import tempfile
from typing import IO, TYPE_CHECKING, Final

from aerogram.base.disk_errors import translating_errors
from aerogram.base.errors import NotFoundError, UnavailableError

if TYPE_CHECKING:
    from pathlib import Path

INLINE_LIMIT_BYTES: Final = 256 * 1024
"""A body up to this size is stored in its row: one commit is cheaper than a file with two syncs."""

_FAILED: Final = "A body cannot be stored"


class DiskBlobs:
    """Blobs in a subfolder of the data folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def folder(self) -> Path:
        """The folder that holds the files."""
        return self._folder

    async def put(self, data: bytes) -> str:
        """Store the bytes durably. Return the unique name of the file, 64 hexadecimal digits."""
        return await asyncio.to_thread(self._put, data)

    async def get(self, name: str) -> bytes:
        """Return the bytes; `NotFoundError` when the file is missing."""
        return await asyncio.to_thread(self.read, name)

    def read(self, name: str) -> bytes:
        """Do what `get` does, blocking; call it from a thread."""
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError as error:
            raise NotFoundError(f"The stored body {name} is missing.") from error
        except OSError as error:
            raise UnavailableError(f"The stored body {name} cannot be read: {error.strerror}.") from error

    async def begin(self) -> Upload:
        """Start a file that is written in pieces, under a new random name."""
        return await asyncio.to_thread(Upload, self._path(self.new_name()), self._folder)

    @staticmethod
    def new_name() -> str:
        """Return a new random name, which no other file has."""
        return secrets.token_hex(32)

    async def write(self, name: str, data: bytes) -> None:
        """Write a file durably under a name that a row already has. The row says that the file is incomplete.

        Raises `StoreFullError` or `UnavailableError`.
        """
        await asyncio.to_thread(self._write, self._path(name), data)

    def open(self, name: str) -> IO[bytes]:
        """Open a file for reading, blocking; call it from a thread. Raises the errors of `get`."""
        try:
            return self._path(name).open("rb")
        except FileNotFoundError as error:
            raise NotFoundError(f"The stored file {name} is missing.") from error
        except OSError as error:
            raise UnavailableError(f"The stored file {name} cannot be read: {error.strerror}.") from error

    async def remove(self, name: str) -> None:
        """Delete a file; do nothing when it is already gone."""
        await asyncio.to_thread(self._path(name).unlink, missing_ok=True)

    async def touch(self, name: str) -> None:
        """Make a file count as new, because the row that names it is not committed yet."""
        with contextlib.suppress(OSError):
            await asyncio.to_thread(os.utime, self._path(name))

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / name[2:4] / name

    def _put(self, data: bytes) -> str:
        name = self.new_name()
        self._write(self._path(name), data)
        return name

    def _write(self, path: Path, data: bytes) -> None:
        with translating_errors(_FAILED):
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                with open(path, "wb", opener=_open_private) as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
            except OSError:
                with contextlib.suppress(OSError):
                    path.unlink()
                raise
            _sync_folders(path, self._folder)


class Upload:
    """A file that is written piece by piece, then kept under its name or dropped."""

    def __init__(self, path: Path, folder: Path) -> None:
        """Open the file, blocking; call it from a thread. Raises `StoreFullError` or `UnavailableError`."""
        self._path = path
        self._folder = folder
        self.size = 0
        with translating_errors(_FAILED):
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, self._written = tempfile.mkstemp(dir=path.parent)
            self._file = os.fdopen(handle, "wb")

    async def write(self, piece: bytes) -> None:
        """Append bytes. Raises `StoreFullError` or `UnavailableError`."""
        self.size += len(piece)
        with translating_errors(_FAILED):
            await asyncio.to_thread(self._file.write, piece)

    async def keep(self) -> str:
        """Make the bytes durable; return the file's name. Raises `StoreFullError` or `UnavailableError`."""
        await asyncio.to_thread(self._keep)
        return self._path.name

    async def drop(self) -> None:
        """Delete the file, unless it was kept."""
        await asyncio.to_thread(self._drop)

    def _keep(self) -> None:
        with translating_errors(_FAILED):
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            os.rename(self._written, self._path)  # noqa: PTH104 - beside os.fsync, the same family of calls
            _sync_folders(self._path, self._folder)

    def _drop(self) -> None:
        with contextlib.suppress(OSError):
            self._file.close()
            os.unlink(self._written)  # noqa: PTH108


def _open_private(path: str, flags: int) -> int:
    """Open a file that only its owner may read, regardless of the umask."""
    return os.open(path, flags, 0o600)


def _sync_folders(path: Path, root: Path) -> None:
    """Make the directory entries of a file and of its folders durable."""
    for folder in (path.parent, path.parent.parent, root):
        _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
