"""Bodies too large for a row: files named by chance, in two levels of folders.

A file is written and synced, and so is its folder, before the row that names it is committed; or a row names it
beforehand that says itself when it is whole. A name is given out once, to the rows of one transaction: so a file that no row
names, and that came so long ago that its transaction is over, will never be named again. It takes
room until `aerogram.store.orphans` removes it. Only the service's own user may read files.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import secrets
import tempfile
from typing import IO, TYPE_CHECKING, Final

from aerogram.base.errors import NotFoundError, StoreFullError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

INLINE_LIMIT_BYTES: Final = 256 * 1024
"""A body up to this stands in its row: one commit is cheaper than a file with its two syncs."""


class DiskBlobs:
    """Blobs in a folder of the data folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def folder(self) -> Path:
        """Where the files lie."""
        return self._folder

    async def put(self, data: bytes) -> str:
        """Keep the bytes durably; give the file's name, 64 hexadecimal digits that no other file has."""
        return await asyncio.to_thread(self._put, data)

    async def get(self, name: str) -> bytes:
        """Give the bytes back; `NotFoundError` when they are gone."""
        return await asyncio.to_thread(self.read, name)

    def read(self, name: str) -> bytes:
        """Do as `get`, from a thread that may wait."""
        try:
            return self._path(name).read_bytes()
        except FileNotFoundError as error:
            raise NotFoundError(f"The stored body {name} is gone.") from error
        except OSError as error:
            raise UnavailableError(f"The stored body {name} cannot be read: {error.strerror}.") from error

    async def begin(self) -> Upload:
        """Begin a file that comes in pieces; it is named by chance, and so is nobody else's."""
        return await asyncio.to_thread(Upload, self._path(self.new_name()), self._folder)

    @staticmethod
    def new_name() -> str:
        """Give the name of a file that is nobody else's, by chance."""
        return secrets.token_hex(32)

    async def write(self, name: str, data: bytes) -> None:
        """Write a file of a name that a row has already, durably; whoever reads it before knows that it is not whole.

        Raises `StoreFullError` or `UnavailableError`.
        """
        await asyncio.to_thread(self._write, self._path(name), data)

    def open(self, name: str) -> IO[bytes]:
        """Open a file for reading, from a thread that may wait. Raises as `get` does."""
        try:
            return self._path(name).open("rb")
        except FileNotFoundError as error:
            raise NotFoundError(f"The stored file {name} is gone.") from error
        except OSError as error:
            raise UnavailableError(f"The stored file {name} cannot be read: {error.strerror}.") from error

    async def remove(self, name: str) -> None:
        """Take a file away; one that is gone already does not matter."""
        await asyncio.to_thread(self._path(name).unlink, missing_ok=True)

    async def touch(self, name: str) -> None:
        """Say of a file whose row is not committed yet that it is still meant to be: it counts as new."""
        with contextlib.suppress(OSError):
            await asyncio.to_thread(os.utime, self._path(name))

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / name[2:4] / name

    def _put(self, data: bytes) -> str:
        name = self.new_name()
        self._write(self._path(name), data)
        return name

    def _write(self, path: Path, data: bytes) -> None:
        with _telling():
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                with open(path, "wb", opener=_for_owner_alone) as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
            except OSError:
                with contextlib.suppress(OSError):
                    path.unlink()
                raise
            _sync_folders(path, self._folder)


class Upload:
    """A file on its way in: written piece by piece, then kept under its name, or dropped."""

    def __init__(self, path: Path, folder: Path) -> None:
        """Open it, from a thread that may wait. Raises `StoreFullError` or `UnavailableError`."""
        self._path = path
        self._folder = folder
        self.size = 0
        with _telling():
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, self._written = tempfile.mkstemp(dir=path.parent)
            self._file = os.fdopen(handle, "wb")

    async def write(self, piece: bytes) -> None:
        """Add bytes. Raises `StoreFullError` or `UnavailableError`."""
        self.size += len(piece)
        with _telling():
            await asyncio.to_thread(self._file.write, piece)

    async def keep(self) -> str:
        """Make the bytes durable and give the file's name. Raises `StoreFullError` or `UnavailableError`."""
        await asyncio.to_thread(self._keep)
        return self._path.name

    async def drop(self) -> None:
        """Take it away; for a file that is kept this does nothing."""
        await asyncio.to_thread(self._drop)

    def _keep(self) -> None:
        with _telling():
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            os.rename(self._written, self._path)  # noqa: PTH104 - beside os.fsync, the same family of calls
            _sync_folders(self._path, self._folder)

    def _drop(self) -> None:
        with contextlib.suppress(OSError):
            self._file.close()
            os.unlink(self._written)  # noqa: PTH108


@contextlib.contextmanager
def _telling() -> Iterator[None]:
    """Turn what the system says into an error of ours."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise StoreFullError("The disk that holds the store is full.") from error
        raise UnavailableError(f"A body cannot be stored: {error.strerror}.") from error


def _for_owner_alone(path: str, flags: int) -> int:
    """Open a file that nobody else may read, whatever the system's mask lets others do."""
    return os.open(path, flags, 0o600)


def _sync_folders(path: Path, root: Path) -> None:
    """Make the entries of a file and of its folders durable."""
    for folder in (path.parent, path.parent.parent, root):
        _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
