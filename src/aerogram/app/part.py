"""A process that accepts or delivers, one of several of a server."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from aerogram.app import serving
from aerogram.app.line import connected
from aerogram.app.platform import open_platform
from aerogram.app.processes.task import FromChild
from aerogram.app.processes.wakes import Wakes, WakeSocket
from aerogram.app.processes.writer_socket import address_in
from aerogram.app.stopping import FailedError
from aerogram.base.errors import UnavailableError
from aerogram.base.shared.shared import Shared
from aerogram.store.records import nodes
from aerogram.store.records.messages import queue
from aerogram.store.writer.remote import RemoteRowWriter

if TYPE_CHECKING:
    import socket

    from aerogram.app.line import Line
    from aerogram.app.platform import Platform
    from aerogram.app.processes.task import Predecessor, Task
    from aerogram.store.sql import Unit


async def run_part(task: Task, control: socket.socket) -> None:
    """Serve until the supervisor asks to stop, or is gone. Raises `FailedError`."""
    async with connected(control) as line:
        await _serve(task, line)


async def _serve(task: Task, line: Line) -> None:
    """Serve until the supervisor asks to stop, or is gone."""
    stopping, part = line.stopping, task.part
    async with contextlib.AsyncExitStack() as stack:
        shared = Shared.enter(task.shared, task.slot, part.kind)
        platform = line.platform = await open_platform(
            task.settings, across=shared, is_checkpointing=part.keeps_log_short
        )
        stack.push_async_callback(platform.close)
        await _bury(platform, task.predecessors)
        if part.keeps_log_short and not task.is_again:
            await serving.make_room_in_log(platform)
        writer = None
        if task.writer >= 0:
            writer = RemoteRowWriter(address_in(task.writer))
            stack.push_async_callback(writer.close)
        sockets = {name: WakeSocket.inherited(each) for name, each in task.wakes.items()}
        wakes = Wakes(sockets, part.name, task.deliverers, task.background)
        services = serving.build_services(platform, part, stack, wakes, writer)
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
    """Free the leases of processes that died, so that what they held is sent now; see `queue.free_of`."""
    now = platform.clock.now_ms()

    def unit(node: int, owner: str) -> Unit[None]:
        # Else its number may be another process's by now; its leases have ended long before.
        if (yield from nodes.bury(node, owner)):
            yield from queue.free_of(node, node, now)

    for node, owner in predecessors:
        # The leases then end by themselves.
        with contextlib.suppress(UnavailableError):
            await platform.database.write(lambda node=node, owner=owner: unit(node, owner))  # type: ignore[misc]
