"""The connection of a process to its supervisor, in the event loop."""

from __future__ import annotations

import asyncio
import contextlib
import os
from typing import TYPE_CHECKING, Final

import msgspec
import structlog

from aerogram.app.processes.task import BEAT_SECONDS, FromChild, ToChild, say
from aerogram.app.readiness import Whole
from aerogram.app.stopping import FailedError, Stopping
from aerogram.base.errors import AerogramError

if TYPE_CHECKING:
    import socket
    from collections.abc import AsyncIterator

    from aerogram.app.platform import Platform

ORPHAN_GRACE_SECONDS: Final = 5.0
"""How long a process drains whose supervisor was killed: another server may be waiting for the data folder."""
FAILED: Final = 1

log = structlog.get_logger(__name__)


@contextlib.asynccontextmanager
async def connected(control: socket.socket) -> AsyncIterator[Line]:
    """Have a line while the body runs; errors of the body are reported. Raises `FailedError`."""
    line = await Line.opened(control)
    try:
        yield line
    except AerogramError as error:
        if not line.stopping.asked.is_set():
            await line.fail(str(error))
        raise FailedError(str(error)) from error


class Line:
    """The connection to the supervisor."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.stopping = Stopping()
        self.whole = Whole()
        self._reader, self._writer = reader, writer
        self._opened = asyncio.Event()
        self._is_built = False
        self.platform: Platform | None = None
        self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._beat())]

    @classmethod
    async def opened(cls, control: socket.socket) -> Line:
        """Begin to listen and to beat."""
        control.setblocking(False)
        return cls(*await asyncio.open_connection(sock=control))

    def say(self, message: FromChild) -> None:
        """Send a message."""
        say(self._writer, message)

    async def fail(self, reason: str) -> None:
        """Say why this process cannot start, and wait until it was sent."""
        self.say(FromChild(failure=reason))
        with contextlib.suppress(OSError):
            await self._writer.drain()

    async def let_in(self) -> None:
        """Say that everything is built, and wait until clients may connect or the server stops."""
        self._is_built = True
        self.say(FromChild(is_built=True))
        stopped = asyncio.create_task(self.stopping.asked.wait())
        opened = asyncio.create_task(self._opened.wait())
        await asyncio.wait([stopped, opened], return_when=asyncio.FIRST_COMPLETED)
        for each in (stopped, opened):
            each.cancel()

    async def _listen(self) -> None:
        while line := await self._read():
            message = msgspec.json.decode(line, type=ToChild)
            if message.opens:
                self._opened.set()
            if message.troubles is not None:
                self.whole.troubles = message.troubles
            if message.stops_within:
                self._stop(message.stops_within)
        if not self.stopping.asked.is_set():
            log.error("supervisor_ended", grace_seconds=ORPHAN_GRACE_SECONDS)
            self._stop(ORPHAN_GRACE_SECONDS)

    async def _read(self) -> bytes:
        try:
            return await self._reader.readline()
        except (OSError, ValueError):
            return b""

    def _stop(self, grace_seconds: float) -> None:
        if not self._is_built:
            # Nothing was accepted, and what was begun in the store is undone.
            os._exit(FAILED)
        self.stopping.ask(grace_seconds)

    async def _beat(self) -> None:
        while True:
            node, owner = (
                (-1, "") if self.platform is None else (self.platform.node, self.platform.node_owner)
            )
            self.say(FromChild(node=node, owner=owner))
            await asyncio.sleep(BEAT_SECONDS)
