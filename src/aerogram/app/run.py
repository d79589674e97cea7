"""Runs a server process: bind, build, serve, drain."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import ipaddress
import resource
import signal
import sys
from typing import TYPE_CHECKING, Final

import structlog

from aerogram.app.doors import build_http, build_smtp
from aerogram.app.http.server import HttpServers
from aerogram.app.listening import bind_all
from aerogram.app.logs import set_up_logs
from aerogram.app.memory import Trimmer, give_large_blocks_back
from aerogram.app.platform import open_platform
from aerogram.app.services import EVERYTHING, build
from aerogram.app.setup import apply_settings, set_up
from aerogram.app.welcome import welcome
from aerogram.base.errors import AerogramError, SettingsError
from aerogram.net.connections import ConnectionLimiter
from aerogram.net.tls import self_signed, server_context
from aerogram.store.records.messages import queue
from aerogram.store.server_lock import ServerLock
from aerogram.store.sql import Engine
from aerogram.store.sqlite import SqliteDatabase

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Awaitable, Callable

    from aerogram.app.platform import Platform
    from aerogram.app.services import Services
    from aerogram.app.settings.settings import Settings

    Job = Callable[[], Awaitable[None]]

GRACE_SECONDS: Final = 20.0
"""How long a stop takes at most: pending replies, requests in progress, letters on the wire."""
LEAST_GRACE_SECONDS: Final = 0.5
"""What each part gets when the others have used up the grace."""
ROOM_FOR_LOG_BYTES: Final = 1024 * 1024 * 1024
"""With less free disk space than this, the log is not allocated in advance."""
EDGE_ROLES: Final = frozenset({EVERYTHING, "edge"})
BACKGROUND_ROLES: Final = frozenset({EVERYTHING, "background"})
LOOPBACK: Final = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))
"""Programs of this machine share these addresses, load tools and relays too, so one client may have any number of
connections. Those that wait lose their places to others like everybody's."""
_GC_THRESHOLD: Final = (20_000, 20, 100)
"""The road of mail makes almost no reference cycles, so the collector may run less often."""

log = structlog.get_logger(__name__)


def run(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT. Raises `SettingsError` with one line if the server cannot start."""
    set_up_logs(settings.log_level)
    _allow_many_files()
    give_large_blocks_back()
    try:
        import uvloop  # noqa: PLC0415 - it does not exist on every system

        runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
    except ImportError:
        runner = asyncio.Runner()
    with runner:
        runner.run(serve(settings))


def _allow_many_files() -> None:
    """Raise the soft limit of file descriptors (usually 1,024) to the hard limit: each connection needs one."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    # Some systems refuse an unlimited value; then the soft limit stays.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _max_descriptors() -> int | None:
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return None if most == resource.RLIM_INFINITY else most


async def serve(settings: Settings) -> None:
    """Serve until a signal asks to stop, then drain. Raises `FailedError` if a job ended with an error.

    The stack closes in reverse order: doors close before delivery stops, and the store closes last.
    """
    stopping = _Stopping()
    async with contextlib.AsyncExitStack() as stack:
        # Bind first: a port that is in use ends the process with one line, not with half a server.
        bound = bind_all(settings, stack, with_smtp=settings.role in EDGE_ROLES)
        server_lock = ServerLock(settings.data)
        stack.callback(server_lock.release)
        platform = await open_platform(settings, server_lock)
        stack.push_async_callback(platform.close)
        if platform.made_private:
            log.warning("data_folder_made_private", paths=[str(path) for path in platform.made_private])
        if platform.database.engine is Engine.SQLITE:
            await platform.database.write(lambda: queue.free_all(platform.clock.now_ms()))
        services = build(platform)
        stack.push_async_callback(services.http.close)
        accounts, senders = services.identity.accounts, services.senders.addresses
        made = await set_up(platform, accounts, senders)
        await apply_settings(platform, accounts, senders)
        if isinstance(platform.database, SqliteDatabase) and platform.room.has_room_for(ROOM_FOR_LOG_BYTES):
            await platform.database.make_room_in_log()
        if not platform.room.has_room():
            raise SettingsError(
                f"min_free_disk: the disk of {settings.data} has less free space than that; free some space."
            )
        await stack.enter_async_context(_together(_jobs(platform, services), stopping))
        if services.worker is not None:
            worker = services.worker
            stack.push_async_callback(lambda: worker.stop(stopping.seconds_left()))
        tls = _tls(settings)
        stack.push_async_callback(lambda: services.reporting.engagements.drain(stopping.seconds_left()))
        connections = ConnectionLimiter(
            platform.clock, shared=(*LOOPBACK, *settings.trusted_proxies), max_descriptors=_max_descriptors()
        )
        http = HttpServers(settings.trusted_proxies, platform.in_flight, connections)
        stack.push_async_callback(lambda: http.close(stopping.seconds_left()))
        app = build_http(platform, services, bound.addresses, stopping.asked)
        if bound.https is not None:
            await http.start(app, bound.https, tls)
        smtp = await build_smtp(platform, services, tls, connections)
        stack.push_async_callback(lambda: smtp.close(stopping.seconds_left()))
        for listening, config in bound.smtp:
            await smtp.listen(listening, config)
        gc.freeze()
        gc.set_threshold(*_GC_THRESHOLD)
        # Last: readiness probes connect here.
        await http.start(app, bound.http, None)
        sys.stdout.write(welcome(settings, bound.addresses, made) + "\n")
        sys.stdout.flush()
        await stopping.asked.wait()
        log.info("stopping", grace_seconds=GRACE_SECONDS)
    if stopping.is_failed:
        raise FailedError("Part of the server failed; see the log.")


class FailedError(AerogramError):
    """The process ends because part of it failed; the exit status tells a supervisor."""


class _Stopping:
    """Whether to stop, and how much time is left for it."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.is_failed = False
        self._loop = asyncio.get_running_loop()
        self._deadline = 0.0
        for each in (signal.SIGTERM, signal.SIGINT):
            self._loop.add_signal_handler(each, self.ask)

    def ask(self) -> None:
        """Begin to stop. A second Ctrl-C then ends the process at once; no accepted mail is lost.

        A second SIGTERM is ignored: some supervisors send it to the process and to its group.
        """
        if self.asked.is_set():
            return
        self._deadline = self._loop.time() + GRACE_SECONDS
        self._loop.remove_signal_handler(signal.SIGINT)
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        self.asked.set()

    def fail(self) -> None:
        """Begin to stop because of an error."""
        self.is_failed = True
        self.ask()

    def seconds_left(self) -> float:
        """Return the seconds of grace that are left for the next part."""
        return max(LEAST_GRACE_SECONDS, self._deadline - self._loop.time())


def _jobs(platform: Platform, services: Services) -> list[Job]:
    """Return the background tasks that run as long as the process."""
    jobs: list[Job] = [platform.keep_node, Trimmer(platform.in_flight).run]
    if services.worker is not None:
        jobs.append(services.worker.run)
    if platform.settings.role in BACKGROUND_ROLES:
        jobs += [
            services.reporting.webhook_sender.run,
            services.jobs.runner.run,
            services.readers.run,
            services.sweep.run,
            services.orphan_sweep.run,
        ]
    return jobs


@contextlib.asynccontextmanager
async def _together(jobs: list[Job], stopping: _Stopping) -> AsyncIterator[None]:
    """Run jobs beside the body. A job that fails is logged with its traceback and stops the process."""
    tasks = [asyncio.create_task(_watched(job, stopping)) for job in jobs]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _watched(job: Job, stopping: _Stopping) -> None:
    try:
        await job()
    except Exception:
        # Without its worker the process would look alive and do nothing; a supervisor restarts it.
        log.exception("a background job failed; stopping")
        stopping.fail()


def _tls(settings: Settings) -> ssl.SSLContext:
    if settings.tls_cert is not None and settings.tls_key is not None:
        return server_context(settings.tls_cert, settings.tls_key)
    return server_context(*self_signed(settings.data, settings.hostname))
