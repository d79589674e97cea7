"""The main function of each process that the supervisor starts: ``python -m aerogram.app.child N``.

``N`` is the descriptor of the socket to the supervisor.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import stat
import sys
from typing import TYPE_CHECKING, Final

import msgspec
import structlog

from aerogram.app.logs import set_up_logs
from aerogram.app.memory import give_large_blocks_back
from aerogram.app.platform import open_platform
from aerogram.app.processes.plan import Kind
from aerogram.app.processes.task import BEAT_SECONDS, FromChild, ToChild, receive_task, say
from aerogram.app.processes.wakes import Wakes, WakeSocket
from aerogram.app.readiness import Whole
from aerogram.app.run import allow_many_files, run_in_loop
from aerogram.app.stopping import FailedError, Stopping
from aerogram.base.errors import AerogramError, UnavailableError
from aerogram.queue.leases import LEASE_MS
from aerogram.store.records import nodes
from aerogram.store.records.messages import queue
from aerogram.store.server_lock import ServerLock

if TYPE_CHECKING:
    from aerogram.app.platform import Platform
    from aerogram.app.processes.task import Predecessor, Task
    from aerogram.store.sql import Unit

ORPHAN_GRACE_SECONDS: Final = 5.0
"""How long a process drains whose supervisor was killed: another server may be waiting for the data folder."""
FAILED: Final = 1

log = structlog.get_logger(__name__)


def main() -> None:
    """Do what the supervisor says, until it asks to stop or is gone."""
    # Ctrl-C goes to all processes of a terminal, and some supervisors send SIGTERM to a whole group. Our own
    # supervisor gets it too, and stops us when our turn comes.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.umask(stat.S_IRWXG | stat.S_IRWXO)
    control = socket.socket(fileno=int(sys.argv[1]))
    try:
        task = receive_task(control)
    except (EOFError, OSError):
        sys.exit(FAILED)
    set_up_logs(task.settings.log_level)
    structlog.contextvars.bind_contextvars(process=task.part.name)
    allow_many_files()
    give_large_blocks_back()
    try:
        run_in_loop(_run(task, control))
    except FailedError:
        sys.exit(FAILED)


async def _run(task: Task, control: socket.socket) -> None:
    line = await Line.opened(control)
    try:
        if task.part.kind is Kind.PREPARATION:
            await _prepare(task, line)
        else:
            await _serve(task, line)
    except AerogramError as error:
        if line.stopping.is_failed or line.stopping.asked.is_set():
            raise FailedError(str(error)) from error
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


async def _prepare(task: Task, line: Line) -> None:
    """Migrate, make the first account and the certificate, and say so."""
    from aerogram.app.command_services import CommandServices  # noqa: PLC0415
    from aerogram.app.preparing import prepare  # noqa: PLC0415
    from aerogram.app.welcome import welcome  # noqa: PLC0415
    from aerogram.net.tls import self_signed  # noqa: PLC0415

    settings = task.settings
    platform = await open_platform(settings, ServerLock(settings.data, task.locks))
    try:
        services = CommandServices(platform)
        made = await prepare(platform, services.accounts, services.senders)
        if settings.tls_cert is None:
            self_signed(settings.data, settings.hostname)
        line.say(FromChild(is_ready=True, welcome=welcome(settings, task.addresses, made)))
    finally:
        await platform.close()


async def _serve(task: Task, line: Line) -> None:
    """Serve until the supervisor asks to stop, or is gone."""
    from aerogram.app import serving  # noqa: PLC0415 - the preparation needs none of it

    stopping, part = line.stopping, task.part
    async with contextlib.AsyncExitStack() as stack:
        platform = line.platform = await open_platform(task.settings, is_server=True)
        stack.push_async_callback(platform.close)
        await _bury(platform, task.predecessors)
        if part.keeps_log_short and not task.predecessors:
            await serving.make_room_in_log(platform)
        sockets = {name: WakeSocket.inherited(each) for name, each in task.wakes.items()}
        wakes = Wakes(sockets, part.name, task.deliverers, task.background)
        services = serving.build_services(platform, part, stack, wakes)
        bound = task.bound()
        stack.callback(bound.close)
        if not part.listens:
            # Before it delivers anything: a server that cannot start sends nothing.
            await line.let_in()
        await serving.start(
            platform,
            services,
            part,
            stack,
            stopping,
            bound,
            serving.Others(wakes, line.whole, line.let_in),
        )
        line.say(FromChild(is_ready=True, node=platform.node, owner=platform.node_owner))
        await stopping.asked.wait()
    if stopping.is_failed:
        raise FailedError("Part of the server failed; see the log.")


async def _bury(platform: Platform, predecessors: tuple[Predecessor, ...]) -> None:
    """Free the leases of processes that died, so that what they held is sent now; see `queue.free_of_node`."""
    now = platform.clock.now_ms()

    def unit(node: int, owner: str) -> Unit[None]:
        # Else its number may be another process's by now; its leases have ended long before.
        if (yield from nodes.bury(node, owner)):
            yield from queue.free_of_node(node, now, now + 2 * LEASE_MS)

    for node, owner in predecessors:
        # The leases then end by themselves.
        with contextlib.suppress(UnavailableError):
            await platform.database.write(lambda node=node, owner=owner: unit(node, owner))  # type: ignore[misc]


if __name__ == "__main__":
    main()
