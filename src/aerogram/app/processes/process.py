"""One process, as the supervisor sees it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
from typing import TYPE_CHECKING

import msgspec

from aerogram.app.processes.task import FromChild, Predecessor, ToChild, say

if TYPE_CHECKING:
    from collections.abc import Callable

    from aerogram.app.processes.plan import Part
    from aerogram.app.processes.starter import Starter
    from aerogram.app.processes.task import Task


class Process:
    """A process that may be started again each time it ended."""

    def __init__(self, part: Part, changed: Callable[[], None]) -> None:
        """Take the function to call when it has said something new."""
        self.part = part
        self.deaths = 0
        """How often it has died without running well in between."""
        self.starts_at = 0.0
        """When it is started again, if it does not run; by the clock of the event loop."""
        self.predecessors: list[Predecessor] = []
        self.welcome = ""
        self._changed = changed
        self.pid = 0
        """Its number, while it runs."""
        self._talking: asyncio.Task[None] | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._begin()

    def _begin(self) -> None:
        self.is_built = self.is_ready = self.is_let_in = False
        self.failure = ""
        self.ready_at = 0.0
        self.said_at = asyncio.get_running_loop().time()
        self._node, self._owner = -1, ""

    @property
    def is_running(self) -> bool:
        """Return whether it was started and has not been seen to end."""
        return self.pid > 0

    async def start(self, starter: Starter, task: Task) -> None:
        """Start it with a task. Raises `StarterEndedError`."""
        self._begin()
        ours, its = socket.socketpair()
        with its:
            try:
                self.pid = await starter.start(task, its)
            except BaseException:
                ours.close()
                raise
        ours.setblocking(False)
        reader, self._writer = await asyncio.open_connection(sock=ours)
        self._talking = asyncio.create_task(self._listen(reader))

    def say(self, message: ToChild) -> None:
        """Send it a message, if it runs."""
        if self._writer is not None:
            say(self._writer, message)

    def let_in(self) -> None:
        """Let it listen."""
        self.is_let_in = True
        self.say(ToChild(opens=True))

    def kill(self) -> None:
        """End it at once, even if it is stopped."""
        if self.pid:
            # It keeps its number until `reaped` has seen the end.
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)

    async def reaped(self) -> int | None:
        """Return its exit status, or minus the number of the signal that ended it; None if it runs, or never did."""
        if not self.pid:
            return None
        pid, status = os.waitpid(self.pid, os.WNOHANG)  # noqa: ASYNC222 - it does not wait
        if not pid:
            return None
        self.pid = 0
        if self._talking is not None:
            # All that it has said is in the socket.
            await self._talking
            self._talking = None
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        if self._node >= 0:
            self.predecessors.append(Predecessor(self._node, self._owner))
        self.is_built = self.is_ready = False
        return os.waitstatus_to_exitcode(status)

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        try:
            while line := await reader.readline():
                self._take(msgspec.json.decode(line, type=FromChild))
        except (OSError, ValueError):
            # Half a line of a process that was killed.
            pass

    def _take(self, message: FromChild) -> None:
        now = asyncio.get_running_loop().time()
        self.said_at = now
        self.failure = message.failure or self.failure
        self.welcome = message.welcome or self.welcome
        if message.node >= 0:
            self._node, self._owner = message.node, message.owner
        if message.is_built:
            self.is_built = True
        if message.is_ready:
            self.is_ready, self.ready_at = True, now
            self.predecessors.clear()
        self._changed()


def how(status: int) -> str:
    """Describe how a process ended."""
    if status >= 0:
        return f"status {status}"
    try:
        return f"signal {signal.Signals(-status).name}"
    except ValueError:
        return f"signal {-status}"
