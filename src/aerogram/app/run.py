"""Runs a server: as one process, or as several under a supervisor."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import signal
import sys
from typing import TYPE_CHECKING

import structlog

from aerogram.app.logs import set_up_logs
from aerogram.app.memory import give_large_blocks_back
from aerogram.app.processes.plan import EDGE_ROLES, alone, parts_of, workers_of
from aerogram.app.stopping import GRACE_SECONDS, FailedError, Stopping
from aerogram.store.server_lock import ServerLock

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any

    from aerogram.app.settings.settings import Settings

log = structlog.get_logger(__name__)


def run(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT. Raises `SettingsError` with one line if the server cannot start."""
    set_up_logs(settings.log_level)
    allow_many_files()
    parts = parts_of(workers_of(settings), settings.role, is_sqlite=settings.database_url is None)
    if parts:
        # The supervisor itself stays small: it imports and builds nothing of what serves.
        from aerogram.app.processes.supervisor import Supervisor  # noqa: PLC0415

        asyncio.run(Supervisor(settings, parts).run())
    else:
        give_large_blocks_back()
        run_in_loop(_serve_alone(settings))


def run_in_loop(main: Coroutine[Any, Any, None]) -> None:
    """Run the event loop of a process that serves."""
    try:
        import uvloop  # noqa: PLC0415 - it does not exist on every system

        runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
    except ImportError:
        runner = asyncio.Runner()
    with runner:
        runner.run(main)


def allow_many_files() -> None:
    """Raise the soft limit of file descriptors (usually 1,024) to the hard limit: each connection needs one."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    # Some systems refuse an unlimited value; then the soft limit stays.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


async def _serve_alone(settings: Settings) -> None:
    """Serve with one process until a signal asks to stop, then drain. Raises `FailedError` if a job failed.

    The stack closes in reverse order: doors close before delivery stops, and the store closes last.
    """
    from aerogram.app import serving  # noqa: PLC0415
    from aerogram.app.listening import bind_all  # noqa: PLC0415
    from aerogram.app.platform import open_platform  # noqa: PLC0415
    from aerogram.app.preparing import prepare  # noqa: PLC0415
    from aerogram.app.welcome import welcome  # noqa: PLC0415

    stopping = Stopping()
    _stop_on_signals(stopping)
    async with contextlib.AsyncExitStack() as stack:
        # Bind first: a port that is in use ends the process with one line, not with half a server.
        bound = bind_all(settings, stack, with_smtp=settings.role in EDGE_ROLES)
        server_lock = ServerLock(settings.data)
        stack.callback(server_lock.release)
        platform = await open_platform(settings, server_lock)
        stack.push_async_callback(platform.close)
        part = alone(settings.role)
        services = serving.build_services(platform, part, stack)
        made = await prepare(platform, services.identity.accounts, services.senders.addresses)
        await serving.make_room_in_log(platform)
        await serving.start(platform, services, part, stack, stopping, bound)
        sys.stdout.write(welcome(settings, bound.addresses, made) + "\n")
        sys.stdout.flush()
        await stopping.asked.wait()
        log.info("stopping", grace_seconds=GRACE_SECONDS)
    if stopping.is_failed:
        raise FailedError("Part of the server failed; see the log.")


def _stop_on_signals(stopping: Stopping) -> None:
    """Have SIGTERM and Ctrl-C begin to stop. A second Ctrl-C ends the process at once; no accepted mail is lost.

    A second SIGTERM is ignored: some supervisors send it to the process and to its group.
    """
    loop = asyncio.get_running_loop()

    def ask() -> None:
        stopping.ask()
        loop.remove_signal_handler(signal.SIGINT)
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, ask)
