"""Wakes loops in other processes: one socket for each process that can be woken, of datagrams of one byte.

The supervisor makes the sockets, and all processes have both ends. So a process that is started again is woken
as before, nobody connects, and there is no file. A wake that finds the socket full is not needed: earlier ones wait.
"""

from __future__ import annotations

import contextlib
import itertools
import socket
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Mapping, Sequence

_MOST_AT_ONCE: Final = 64
DELIVERY: Final = b"d"
READERS: Final = b"r"
JOBS: Final = b"j"


class WakeSocket(NamedTuple):
    """The two ends."""

    sending: socket.socket
    receiving: socket.socket

    @classmethod
    def made(cls) -> WakeSocket:
        """Make one."""
        pair = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        for each in pair:
            each.setblocking(False)
        return cls(*pair)

    @property
    def descriptors(self) -> tuple[int, int]:
        """Return the numbers for a process that inherits it."""
        return self.sending.fileno(), self.receiving.fileno()

    @classmethod
    def inherited(cls, descriptors: Sequence[int]) -> WakeSocket:
        """Return one that the supervisor made."""
        sending, receiving = (socket.socket(fileno=each) for each in descriptors)
        return cls(sending, receiving)


class Wakes:
    """What a process wakes elsewhere, and what others wake in it."""

    def __init__(
        self, sockets: Mapping[str, WakeSocket], own: str, deliverers: Sequence[str], background: str
    ) -> None:
        """``sockets`` are by the name of the process that they wake; ``own`` is the name of this one.

        ``deliverers`` deliver mail and are woken in turn; ``background`` has the readers and jobs.
        """
        self._own = sockets.get(own)
        self._deliverers = itertools.cycle([sockets[name].sending for name in deliverers])
        self.deliverers = len(deliverers)
        self._background = sockets[background].sending if background else None

    def delivery(self) -> None:
        """Wake a process that delivers mail."""
        if self.deliverers:
            _send(next(self._deliverers), DELIVERY)

    def readers(self) -> None:
        """Wake the readers of the event log."""
        if self._background is not None:
            _send(self._background, READERS)

    def jobs(self) -> None:
        """Wake the runner of jobs."""
        if self._background is not None:
            _send(self._background, JOBS)

    def listen(self, loop: asyncio.AbstractEventLoop, loops: Mapping[bytes, Callable[[], None]]) -> None:
        """Call the function that belongs to each kind of wake that arrives for this process."""
        if self._own is not None:
            loop.add_reader(self._own.receiving.fileno(), _take, self._own.receiving, loops)


def _send(sending: socket.socket, what: bytes) -> None:
    with contextlib.suppress(OSError):
        sending.send(what)


def _take(receiving: socket.socket, loops: Mapping[bytes, Callable[[], None]]) -> None:
    found = set()
    with contextlib.suppress(OSError):
        for _ in range(_MOST_AT_ONCE):
            found.add(receiving.recv(1))
    for what in found:
        if what in loops:
            loops[what]()
