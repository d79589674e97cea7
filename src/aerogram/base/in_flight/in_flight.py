"""What clients make a process hold: one value, made once and handed to all doors. Several processes share one budget."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from aerogram.base.errors import BusyError
from aerogram.base.in_flight.budget import SMALL_BYTES, ByteBudget
from aerogram.base.in_flight.spool import Spool
from aerogram.base.shared.layout import Number, Table

if TYPE_CHECKING:
    from collections.abc import Callable

    from aerogram.base.in_flight.budget import Holding
    from aerogram.base.shared.shared import Shared

DEFAULT_BYTES: Final = 256 * 1024 * 1024
FILES_TO_MEMORY: Final = 16
"""Bytes in files to bytes in memory: a file costs only disk, and its client may take minutes to fill it."""
SPOOLED_FROM: Final = 256 * 1024
"""A body goes to a file when more of it than this has arrived: the size from which the store keeps files."""
LONG_SECONDS: Final = 10.0
"""How long requests are refused for lack of room before the process says that it is not ready."""


class InFlight:
    """The two budgets, and the folder for the files."""

    def __init__(
        self,
        max_bytes: int = DEFAULT_BYTES,
        folder: Path | None = None,
        check_room: Callable[[], None] = lambda: None,
        note_refusal: Callable[[], None] = lambda: None,
        across: Shared | None = None,
    ) -> None:
        """``folder`` is made when it is needed; None is the system's.

        ``check_room`` and ``note_refusal`` are those of `aerogram.store.ground.Ground`. ``across`` counts with other
        processes.
        """
        max_in_files = max_bytes * FILES_TO_MEMORY
        if across is None:
            self.memory, self.files = ByteBudget(max_bytes), ByteBudget(max_in_files)
        else:
            self.memory = ByteBudget(
                max_bytes, across.number(Number.BYTES_IN_MEMORY), across.gauges(Table.BYTES_IN_MEMORY)
            )
            self.files = ByteBudget(
                max_in_files, across.number(Number.BYTES_IN_FILES), across.gauges(Table.BYTES_IN_FILES)
            )
        self._folder = folder or Path(tempfile.gettempdir())
        self._check_room = check_room
        self._note_refusal = note_refusal

    def held_for(self, client: str) -> Held:
        """Begin to hold bytes for one request or connection of the client at this address."""
        return Held(self, client)

    def spool(self, client: str) -> Spool:
        """Begin a file for the client at this address."""
        return Spool(self._folder, self.files.holding(client), self._check_room, self._note_refusal)

    def check(self) -> None:
        """Raise `BusyError` if requests have been refused for long."""
        if max(self.memory.refusing_seconds, self.files.refusing_seconds) >= LONG_SECONDS:
            raise BusyError


class Held:
    """What is held for one request or connection: bytes in memory, and at most one file."""

    __slots__ = ("_in_flight", "memory", "spool")

    def __init__(self, in_flight: InFlight, client: str) -> None:
        self._in_flight = in_flight
        self.memory: Holding = in_flight.memory.holding(client)
        self.spool: Spool | None = None

    def can_take(self, count: int) -> bool:
        """Return whether there is room now for a body of this size, in memory or in a file."""
        memory, client = self._in_flight.memory, self.memory.client
        if count <= SMALL_BYTES:
            return memory.has_room_for(count, client)
        # Its beginning is in memory, the rest in a file.
        return memory.has_room_for(SMALL_BYTES, client) and self._in_flight.files.has_room_for(count, client)

    async def put(self, piece: bytes) -> None:
        """Append a piece to the file. Raises `BusyError`, `StoreFullError` or `UnavailableError`."""
        if self.spool is None:
            self.spool = self._in_flight.spool(self.memory.client)
        await self.spool.write(piece)

    def drop_file(self) -> None:
        """Forget the file, if there is one."""
        if self.spool is not None:
            self.spool.close()
            self.spool = None

    def release(self) -> None:
        """Hold nothing; safe to call twice."""
        self.memory.release()
        self.drop_file()
