"""Serves: builds what one process does, opens its doors, and drains it."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import ipaddress
import resource
from typing import TYPE_CHECKING, Final, NamedTuple

import structlog

from aerogram.app.doors import build_http, build_smtp
from aerogram.app.http.server import HttpServers
from aerogram.app.memory import Trimmer
from aerogram.app.processes.wakes import DELIVERY, JOBS, READERS
from aerogram.app.services import build
from aerogram.net.connections import ConnectionLimiter
from aerogram.net.tls import self_signed, server_context
from aerogram.store.sqlite import SqliteDatabase

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Awaitable, Callable

    from aerogram.app.listening import Bound
    from aerogram.app.platform import Platform
    from aerogram.app.processes.plan import Part
    from aerogram.app.processes.wakes import Wakes
    from aerogram.app.readiness import Whole
    from aerogram.app.services import Services
    from aerogram.app.settings.settings import Settings
    from aerogram.app.stopping import Stopping
    from aerogram.store.writer.rows import RowWriter

    Job = Callable[[], Awaitable[None]]

ROOM_FOR_LOG_BYTES: Final = 1024 * 1024 * 1024
"""With less free disk space than this, the log is not allocated in advance."""
LOOPBACK: Final = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))
"""Programs of this machine share these addresses, load tools and relays too, so one client may have any number of
connections. Those that wait lose their places to others like everybody's."""
_GC_THRESHOLD: Final = (20_000, 20, 100)
"""The road of mail makes almost no reference cycles, so the collector may run less often."""

log = structlog.get_logger(__name__)


class Others(NamedTuple):
    """What a process of several has from the others."""

    wakes: Wakes
    whole: Whole
    let_in: Callable[[], Awaitable[None]]
    """Waits until clients may connect."""


async def make_room_in_log(platform: Platform) -> None:
    """Grow the log of an SQLite store to its full size, if the disk has room for it."""
    if isinstance(platform.database, SqliteDatabase) and platform.room.has_room_for(ROOM_FOR_LOG_BYTES):
        await platform.database.make_room_in_log()


def build_services(
    platform: Platform,
    part: Part,
    stack: contextlib.AsyncExitStack,
    wakes: Wakes | None = None,
    writer: RowWriter | None = None,
) -> Services:
    """Build the services of a process; the stack closes them. ``wakes`` and ``writer`` as `services.build`."""
    services = build(platform, part, wakes, writer)
    stack.push_async_callback(services.http.close)
    return services


async def start(
    platform: Platform,
    services: Services,
    part: Part,
    stack: contextlib.AsyncExitStack,
    stopping: Stopping,
    bound: Bound,
    others: Others | None = None,
) -> None:
    """Start what a process does; the stack drains it: doors close before delivery stops."""
    await stack.enter_async_context(_together(_jobs(platform, services, part), stopping))
    if services.worker is not None:
        worker = services.worker
        stack.push_async_callback(lambda: worker.stop(stopping.seconds_left()))
    if others is not None:
        others.wakes.listen(asyncio.get_running_loop(), _loops(services))
    if bound.sockets:
        await _open_doors(platform, services, stack, stopping, bound, others)
    else:
        _settle_garbage()


async def _open_doors(
    platform: Platform,
    services: Services,
    stack: contextlib.AsyncExitStack,
    stopping: Stopping,
    bound: Bound,
    others: Others | None,
) -> None:
    tls = _tls(platform.settings)
    stack.push_async_callback(lambda: services.reporting.engagements.drain(stopping.seconds_left()))
    shared = (*LOOPBACK, *platform.settings.trusted_proxies)
    connections = ConnectionLimiter(
        platform.clock, shared=shared, max_descriptors=_max_descriptors(), across=platform.across
    )
    http = HttpServers(platform.settings.trusted_proxies, platform.in_flight, connections)
    stack.push_async_callback(lambda: http.close(stopping.seconds_left()))
    app = build_http(platform, services, bound.addresses, stopping.asked, others and others.whole)
    smtp = None
    if bound.named("smtp", "smtps"):
        smtp = await build_smtp(platform, services, tls, connections)
        stack.push_async_callback(lambda: smtp.close(stopping.seconds_left()))
    _settle_garbage()
    if others is not None:
        await others.let_in()
    bound.listen()
    for each in bound.named("https"):
        await http.start(app, each.socket, tls)
    if smtp is not None:
        for each in bound.named("smtp", "smtps"):
            if each.config is not None:
                await smtp.listen(each.socket, each.config)
    # Last: readiness probes connect here.
    for each in bound.named("http"):
        await http.start(app, each.socket, None)


def _settle_garbage() -> None:
    """Take what was built so far out of the garbage collector's sight."""
    gc.freeze()
    gc.set_threshold(*_GC_THRESHOLD)


def _max_descriptors() -> int | None:
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return None if most == resource.RLIM_INFINITY else most


def _loops(services: Services) -> dict[bytes, Callable[[], None]]:
    """Return what other processes may wake."""
    loops = {READERS: services.readers.wake, JOBS: services.jobs.runner.wake}
    if services.worker is not None:
        loops[DELIVERY] = services.worker.wake
    return loops


def _jobs(platform: Platform, services: Services, part: Part) -> list[Job]:
    """Return the background tasks that run as long as the process."""
    jobs: list[Job] = [platform.keep_node, Trimmer(platform.in_flight).run]
    if services.worker is not None:
        jobs.append(services.worker.run)
    if part.is_background:
        jobs += [
            services.reporting.webhook_sender.run,
            services.jobs.runner.run,
            services.readers.run,
            services.sweep.run,
            services.orphan_sweep.run,
        ]
    return jobs


@contextlib.asynccontextmanager
async def _together(jobs: list[Job], stopping: Stopping) -> AsyncIterator[None]:
    """Run jobs beside the body. A job that fails is logged with its traceback and stops the process."""
    tasks = [asyncio.create_task(_watched(job, stopping)) for job in jobs]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _watched(job: Job, stopping: Stopping) -> None:
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
