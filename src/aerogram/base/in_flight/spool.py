"""Files for large bodies while they arrive. They have no name, so that none is left when the process ends."""

from __future__ import annotations

import asyncio
import tempfile
from typing import IO, TYPE_CHECKING

from aerogram.base.disk_errors import translating_errors
from aerogram.base.errors import BusyError, StoreFullError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aerogram.base.in_flight.budget import Holding


class Spool:
    """One file, written piece by piece and read back once. Close it in any case."""

    def __init__(
        self,
        folder: Path,
        holding: Holding,
        check_room: Callable[[], None],
        note_refusal: Callable[[], None],
    ) -> None:
        """Begin a file in ``folder``, which is made when it is needed; ``holding`` counts the bytes.

        ``check_room`` raises `StoreFullError` while the disk is nearly full; ``note_refusal`` is called when a
        write found it full.
        """
        self._folder = folder
        self._holding = holding
        self._check_room = check_room
        self._note_refusal = note_refusal
        self._file: IO[bytes] | None = None
        self._is_closed = False
        self._is_busy = False
        self.size = 0

    async def write(self, piece: bytes) -> None:
        """Append bytes. Raises `BusyError`, `StoreFullError` or `UnavailableError`."""
        self._check_room()
        if not self._holding.set_to(self.size + len(piece)):
            raise BusyError
        self.size += len(piece)
        try:
            await self._in_thread(self._write, piece)
        except StoreFullError:
            self._note_refusal()
            raise

    async def read(self, rest: bytes = b"") -> bytes:
        """Return all bytes, and what follows them in memory. Raises `UnavailableError`."""
        data: bytes = await self._in_thread(self._read, rest)
        return data

    def close(self) -> None:
        """Forget the file; safe to call twice, and during a write."""
        self._is_closed = True
        self._holding.release()
        if self._file is not None and not self._is_busy:
            self._file.close()

    async def _in_thread(self, work: Callable[[bytes], bytes], piece: bytes) -> bytes:
        self._is_busy = True
        try:
            with translating_errors("A body cannot be kept while it arrives"):
                # A shield: a cancelled caller must not close the file under the thread.
                return await asyncio.shield(asyncio.to_thread(self._and_close, work, piece))
        finally:
            self._is_busy = False

    def _and_close(self, work: Callable[[bytes], bytes], piece: bytes) -> bytes:
        try:
            return work(piece)
        finally:
            if self._is_closed and self._file is not None:
                self._file.close()

    def _write(self, piece: bytes) -> bytes:
        if self._file is None:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            self._file = tempfile.TemporaryFile(dir=self._folder, buffering=0)  # noqa: SIM115 - `close` closes it
        left = memoryview(piece)
        while left:
            left = left[self._file.write(left) :]
        return b""

    def _read(self, rest: bytes) -> bytes:
        if self._file is None:
            return rest
        self._file.seek(0)
        return self._file.read() + rest
