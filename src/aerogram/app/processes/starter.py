"""The starter (`aerogram.app.starter`), as the supervisor sees it."""

from __future__ import annotations

import asyncio
import ctypes
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from aerogram.app.processes.task import MAX_TASK_BYTES, packed
from aerogram.base.errors import AerogramError, SettingsError

if TYPE_CHECKING:
    from aerogram.app.processes.task import Task

MODULE: Final = "aerogram.app.starter"
ANSWER_SECONDS: Final = 10.0
"""How long a fork may take. A starter that hangs would keep the supervisor from all else."""
FIRST_ANSWER_SECONDS: Final = 120.0
"""A new starter imports everything first, on a machine that may be busy."""
_PR_SET_CHILD_SUBREAPER: Final = 36
_ROOT: Final = Path(__file__).parents[3]
"""The folder that the package is in."""
_INSTALLED: Final = frozenset({"site-packages", "dist-packages"})


class StarterEndedError(AerogramError):
    """The starter ended before it had started the process."""


class Starter:
    """The process that forks the others. It is started again when it is needed and has died."""

    def __init__(self) -> None:
        """Make this process the parent of those whose parent ends. Raises `SettingsError`."""
        if ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
            raise SettingsError(
                "workers: this system does not let one process watch others; set workers = 1."
            )
        self._process: subprocess.Popen[bytes] | None = None
        self._orders: socket.socket | None = None
        self._turn = asyncio.Lock()

    async def start(self, task: Task, control: socket.socket) -> int:
        """Start a process, and return its number. Raises `StarterEndedError`."""
        async with self._turn:
            try:
                answer = await self._ask(task, control)
            except OSError:
                # No process can be made, or it does not answer in time.
                answer = b""
            if not answer or answer == b"-1":
                self.close()
                if self._orders is not None:
                    self._orders.close()
                    self._orders = None
                raise StarterEndedError("The process that starts the others ended; see the log.")
            return int(answer)

    async def _ask(self, task: Task, control: socket.socket) -> bytes:
        """Give a task to the starter, and return its answer. Raises `OSError`."""
        seconds = ANSWER_SECONDS if self._orders is not None else FIRST_ANSWER_SECONDS
        orders = self._running()
        data, descriptors = packed(task, control)
        socket.send_fds(orders, [data], descriptors)
        async with asyncio.timeout(seconds):
            return await asyncio.get_running_loop().sock_recv(orders, MAX_TASK_BYTES)

    def _running(self) -> socket.socket:
        if self._orders is None:
            self._orders, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            self._orders.setblocking(False)
            # Of the interpreter's path, only what the environment and the installation say: not the current folder.
            command = [sys.executable, "-P", "-m", MODULE, str(its.fileno())]
            with its:
                self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                    command, pass_fds=(its.fileno(),), stdin=subprocess.DEVNULL, env=_environment()
                )
        return self._orders

    def close(self) -> None:
        """End it, even while it starts; a `start` that waits fails."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
        if self._orders is not None and not self._turn.locked():
            self._orders.close()
            self._orders = None


def _environment() -> dict[str, str]:
    """Return the environment in which the module is found, wherever this process found it."""
    environment = dict(os.environ)
    if not _INSTALLED & set(_ROOT.parts):
        paths = [each for each in environment.get("PYTHONPATH", "").split(os.pathsep) if each]
        if str(_ROOT) not in paths:
            environment["PYTHONPATH"] = os.pathsep.join([*paths, str(_ROOT)])
    return environment
