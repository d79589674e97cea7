"""Bodies too large for a row: files named by their SHA-256, in two levels of folders.

A file is written under another name, synced, renamed, and its folder synced, before the row that
names it is committed; a file that no row names (its commit failed) takes room and does no harm.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import hashlib
import os
import tempfile
from typing import TYPE_CHECKING, Final

from aerogram.base.errors import NotFoundError, StoreFullError, UnavailableError

if TYPE_CHECKING:
    from pathlib import Path

INLINE_LIMIT_BYTES: Final = 256 * 1024
"""A body up to this stands in its row: one commit is cheaper than a file with its two syncs."""


class DiskBlobs:
    """Blobs in a folder of the data folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, data: bytes) -> str:
        """Keep the bytes durably; give their SHA-256 in hexadecimal. Equal bytes are kept once."""
        return await asyncio.to_thread(self._put, data)

    async def get(self, digest: str) -> bytes:
        """Give the bytes back; `NotFoundError` when they are gone."""
        return await asyncio.to_thread(self.read, digest)

    def read(self, digest: str) -> bytes:
        """Do as `get`, from a thread that may wait."""
        try:
            return self._path(digest).read_bytes()
        except FileNotFoundError as error:
            raise NotFoundError(f"The stored body {digest} is gone.") from error
        except OSError as error:
            raise UnavailableError(f"The stored body {digest} cannot be read: {error.strerror}.") from error

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest[2:4] / digest

    def _put(self, data: bytes) -> str:
        digest = hashlib.sha256(data).hexdigest()
        path = self._path(digest)
        if path.exists():
            return digest
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=path.parent)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                os.rename(name, path)  # noqa: PTH104 - beside os.fsync, the same family of calls
            except OSError:
                with contextlib.suppress(OSError):
                    os.unlink(name)  # noqa: PTH108
                raise
            for folder in (path.parent, path.parent.parent, self._folder):
                _sync_folder(folder)
        except OSError as error:
            if error.errno in {errno.ENOSPC, errno.EDQUOT}:
                raise StoreFullError("The disk that holds the store is full.") from error
            raise UnavailableError(f"A body cannot be stored: {error.strerror}.") from error
        return digest


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
