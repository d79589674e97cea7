"""The bytes that one SMTP client makes us hold: its input ahead, and its message until the reply.

A large message goes to a file while it arrives. When it is whole, it is read back as soon as the budget has room
for it, so many clients that send slowly cost little memory, and those that send fast wait for each other.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import msgspec

from aerogram.base.errors import BusyError, StoreFullError, UnavailableError
from aerogram.base.in_flight.in_flight import SPOOLED_FROM
from aerogram.doors.smtp.refusals import NO_MEMORY, NO_ROOM, NOT_NOW

if TYPE_CHECKING:
    from collections.abc import Callable

    from aerogram.base.in_flight.in_flight import Held
    from aerogram.wire.smtp.replies import Reply
    from aerogram.wire.smtp.server.events import MessageReceived
    from aerogram.wire.smtp.server.server import ServerSession

COPIES: Final = 2
"""How often a large message is in memory while it is checked and stored: as sent, and with its headers edited."""
ROOM_SECONDS: Final = 60.0
"""How long a whole message waits for room. A client waits ten minutes for the reply (RFC 5321 §4.5.3.2.6)."""
_UNKNOWN_SIZE: Final = 1
"""Bytes for which a message without SIZE needs room: small ones may use the reserve."""


class Incoming:
    """What one connection holds.

    The host calls `measure` after it fed the session and handled its events, unless the session holds just
    ``measured`` bytes.
    """

    __slots__ = (
        "_held", "_is_closed", "_on_written", "_refusal", "_session", "_submitted", "measured", "writing",
    )  # fmt: skip

    def __init__(self, held: Held, session: ServerSession, on_written: Callable[[], None]) -> None:
        """``on_written`` is called when a piece is in its file, and reading may go on."""
        self._held = held
        self._session = session
        self._on_written = on_written
        self.writing: asyncio.Task[None] | None = None
        """Set while a piece is on its way to the file: the client must wait."""
        self.measured = 0
        """The bytes of the session that are counted now; -1 when that must be found out."""
        self._submitted = 0
        self._refusal: Reply | None = None
        self._is_closed = False

    def has_room_for(self, size: int) -> bool:
        """Return whether a message of this size, 0 if unknown, can be taken now."""
        return self._held.can_take(size or _UNKNOWN_SIZE)

    def measure(self) -> None:
        """Count what is held now, and write to the file what is too much for memory."""
        self.measured = -1
        held_bytes = self._session.held_bytes
        held = held_bytes + self._submitted
        memory = self._held.memory
        if held == memory.count:
            self.measured = held_bytes
            return
        if self._is_closed:
            return
        if memory.set_to(held) and held <= SPOOLED_FROM:
            self.measured = held_bytes
            return
        if self.writing is not None:
            return
        if not self._session.ahead_bytes:
            # The file of a message before, which the client gave up.
            self._held.drop_file()
            self._refusal = None
        piece = self._session.take_ahead()
        memory.note(self._session.held_bytes + self._submitted + len(piece))
        if piece:
            self.writing = asyncio.get_running_loop().create_task(self._write(piece))

    def submitted(self, size: int) -> bool:
        """Count a whole message of this size until `answered`; return False if there is no room for it now."""
        self.measured = -1
        if not self._held.memory.set_to(self._session.held_bytes + size):
            return False
        self._submitted = size
        return True

    def answered(self) -> None:
        """Forget the message: it has its reply."""
        self.measured = -1
        self._submitted = 0
        self._held.drop_file()
        if self._is_closed:
            self._held.release()

    def close(self) -> None:
        """Forget everything, when the connection is lost; a message that is being stored counts until `answered`."""
        self._is_closed = True
        # The connection would be kept by what it keeps, until the garbage collector comes.
        self._on_written = _nothing
        if not self._submitted:
            self._held.release()

    async def whole(self, event: MessageReceived) -> MessageReceived | Reply:
        """Read a message back from its file, when there is room for it; or give the reply that refuses it."""
        if self.writing is not None:
            await asyncio.wait((self.writing,))
        if self._refusal is not None:
            return self._refusal
        size = event.ahead + len(event.data)
        try:
            self.measured = -1
            await self._held.memory.wait_for(size * COPIES, ROOM_SECONDS)
            self.measured = -1
            self._submitted = size * COPIES
            if not event.ahead:
                return event
            if self._held.spool is None:
                return NOT_NOW
            data = await self._held.spool.read(event.data)
        except UnavailableError as error:
            return _reply_of(error)
        self._held.drop_file()
        return msgspec.structs.replace(event, data=data, ahead=0)

    async def _write(self, piece: bytes) -> None:
        try:
            await self._held.put(piece)
        except UnavailableError as error:
            self._refusal = _reply_of(error)
            self._session.refuse_message(self._refusal)
            self._held.drop_file()
        finally:
            self.writing = None
            if self._is_closed:
                self.close()
            else:
                self._on_written()


def _nothing() -> None:
    """Take the place of what a lost connection would do."""


def _reply_of(error: UnavailableError) -> Reply:
    if isinstance(error, BusyError):
        return NO_MEMORY
    return NO_ROOM if isinstance(error, StoreFullError) else NOT_NOW
