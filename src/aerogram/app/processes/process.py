"""One process, as the supervisor sees it."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from aerogram.app.processes.task import FromChild, Predecessor, ToChild, say, send_task

if TYPE_CHECKING:
    from collections.abc import Callable

    from aerogram.app.processes.plan import Part
    from aerogram.app.processes.task import Task

MODULE: Final = "aerogram.app.child"
_ROOT: Final = Path(__file__).parents[3]
"""The folder that the package is in."""
_INSTALLED: Final = frozenset({"site-packages", "dist-packages"})


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
        self._running: subprocess.Popen[bytes] | None = None
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
        return self._running is not None

    @property
    def pid(self) -> int:
        """Return its number, while it runs."""
        return 0 if self._running is None else self._running.pid

    async def start(self, task: Task) -> None:
        """Start it as a fresh interpreter with the descriptors of its task."""
        self._begin()
        ours, its = socket.socketpair()
        try:
            self._running = self._spawned(its.fileno(), task)
        finally:
            its.close()
        try:
            send_task(ours, task)
            ours.setblocking(False)
            reader, self._writer = await asyncio.open_connection(sock=ours)
        except OSError:
            # It ended at once.
            ours.close()
        else:
            self._talking = asyncio.create_task(self._listen(reader))

    def _spawned(self, control: int, task: Task) -> subprocess.Popen[bytes]:
        # Of the interpreter's path, only what the environment and the installation say: not the current folder.
        command = [sys.executable, "-P", "-m", MODULE, str(control), self.part.name.replace(" ", "-")]
        return subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command,
            pass_fds=(control, *task.descriptors),
            stdin=subprocess.DEVNULL,
            env=_environment(),
        )

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
        if self._running is not None:
            self._running.kill()

    async def reaped(self) -> int | None:
        """Return the status with which it ended, as `subprocess.Popen.returncode`; None if it runs, or never did."""
        if self._running is None or (status := self._running.poll()) is None:
            return None
        self._running = None
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
        return status

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


def _environment() -> dict[str, str]:
    """Return the environment in which the module is found, wherever this process found it."""
    environment = dict(os.environ)
    if not _INSTALLED & set(_ROOT.parts):
        paths = [each for each in environment.get("PYTHONPATH", "").split(os.pathsep) if each]
        if str(_ROOT) not in paths:
            environment["PYTHONPATH"] = os.pathsep.join([*paths, str(_ROOT)])
    return environment
