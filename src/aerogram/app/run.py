"""Running a process: bind, build, serve, drain."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import gc
import resource
import signal
import sys
from typing import TYPE_CHECKING, Final

import structlog

from aerogram.app.http_app import http_app
from aerogram.app.http_server import HttpServers
from aerogram.app.listening import bind_all
from aerogram.app.logs import set_up_logs
from aerogram.app.platform import open_platform
from aerogram.app.services import EVERYTHING, build
from aerogram.app.setup import make_sure, set_up
from aerogram.app.welcome import welcome
from aerogram.base.errors import AerogramError, SettingsError
from aerogram.content.templates import Templates
from aerogram.doors.smtp.listener import SmtpDoor
from aerogram.doors.smtp.policy import SmtpPolicy
from aerogram.doors.smtp.stored_references import StoredReferences
from aerogram.doors.smtp.trusted import TrustedClients
from aerogram.identity.authenticate import defaults_of
from aerogram.net.tls import self_signed, server_context
from aerogram.store.records.accounts import accounts
from aerogram.store.records.messages import queue
from aerogram.store.sql import Engine
from aerogram.store.sqlite import SqliteDatabase

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
    from pathlib import Path

    from aerogram.app.platform import Platform
    from aerogram.app.services import Services
    from aerogram.app.settings.settings import Settings

    Job = Callable[[], Awaitable[None]]

GRACE_SECONDS: Final = 20.0
"""What a stop waits for in all: replies that are owed, requests under way, letters on the wire."""
LEAST_GRACE_SECONDS: Final = 0.5
"""What each of them gets when the others used all of it."""
ROOM_FOR_LOG_BYTES: Final = 1024 * 1024 * 1024
"""With less than this on the disk, its room is worth more than the speed of the log."""
LOCK_FILE: Final = "serve.lock"
EDGE_ROLES: Final = frozenset({EVERYTHING, "edge"})
BACKGROUND_ROLES: Final = frozenset({EVERYTHING, "background"})
_GC_THRESHOLD: Final = (20_000, 20, 100)
"""Nearly nothing on the message road makes cycles; looking for them less often costs less."""

log = structlog.get_logger(__name__)


def run(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT. `SettingsError` tells in one line what kept it from starting."""
    set_up_logs(settings.log_level)
    _allow_many_files()
    try:
        import uvloop  # noqa: PLC0415 - it does not exist on every system

        runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
    except ImportError:
        runner = asyncio.Runner()
    with runner:
        runner.run(serve(settings))


def _allow_many_files() -> None:
    """Use as many file descriptors as we may: each connection is one, and the usual soft limit is 1,024."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    # Where there is no limit the system has its own, or refuses; then the soft one stays.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


async def serve(settings: Settings) -> None:
    """Serve until a signal asks to stop, then drain; `FailedError` when a job ended by an error.

    What is entered last is left first: doors close before delivery stops, and the store closes last.
    """
    stopping = _Stopping()
    async with contextlib.AsyncExitStack() as stack:
        # Bound first, so that a port that is taken ends the process with one line instead of half a server.
        bound = bind_all(settings, stack, with_smtp=settings.role in EDGE_ROLES)
        platform = await open_platform(settings)
        stack.push_async_callback(platform.close)
        if platform.database.engine is Engine.SQLITE:
            stack.enter_context(_only_server_of(settings.data))
            await platform.database.write(lambda: queue.free_all(platform.clock.now_ms()))
        made = await set_up(platform)
        await make_sure(platform)
        services = build(platform)
        if isinstance(platform.database, SqliteDatabase) and platform.room.has_room_for(ROOM_FOR_LOG_BYTES):
            await platform.database.make_room_in_log()
        if not platform.room.has_room():
            raise SettingsError(f"min_free_disk: the disk of {settings.data} has less free space than that.")
        stack.push_async_callback(services.http.close)
        await stack.enter_async_context(_together(_jobs(platform, services), stopping))
        if services.worker is not None:
            worker = services.worker
            stack.push_async_callback(lambda: worker.stop(stopping.seconds_left()))
        tls = _tls(settings)
        stack.push_async_callback(lambda: services.engagements.drain(stopping.seconds_left()))
        http = HttpServers(settings.trusted_proxies)
        stack.push_async_callback(lambda: http.close(stopping.seconds_left()))
        app = http_app(platform, services, bound.addresses, stopping.asked)
        if bound.https is not None:
            await http.start(app, bound.https, tls)
        smtp = SmtpDoor(await _smtp_policy(platform, services), tls)
        stack.push_async_callback(lambda: smtp.close(stopping.seconds_left()))
        for listening, config in bound.smtp:
            await smtp.listen(listening, config)
        gc.freeze()
        gc.set_threshold(*_GC_THRESHOLD)
        # Last, because readiness is asked there.
        await http.start(app, bound.http, None)
        sys.stdout.write(welcome(settings, bound.addresses, made) + "\n")
        sys.stdout.flush()
        await stopping.asked.wait()
        log.info("stopping", grace_seconds=GRACE_SECONDS)
    if stopping.is_failed:
        raise FailedError("A part of the server ended by an error; the log tells which.")


class FailedError(AerogramError):
    """The process ends because it could not do its work: a supervisor sees it by the exit status."""


class _Stopping:
    """The wish to stop, and the time that is left for it."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.is_failed = False
        self._loop = asyncio.get_running_loop()
        self._deadline = 0.0
        for each in (signal.SIGTERM, signal.SIGINT):
            self._loop.add_signal_handler(each, self.ask)

    def ask(self) -> None:
        """Begin to stop. After this Ctrl-C ends the process at once, which loses nothing that was accepted.

        Another SIGTERM does not: some supervisors send it to the process and to its group.
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
        """Tell what is left of the grace for the next part that stops."""
        return max(LEAST_GRACE_SECONDS, self._deadline - self._loop.time())


def _jobs(platform: Platform, services: Services) -> list[Job]:
    """Give what runs all the time behind the doors."""
    jobs: list[Job] = [platform.keep_node]
    if services.worker is not None:
        jobs.append(services.worker.run)
    if platform.settings.role in BACKGROUND_ROLES:
        jobs += [
            services.webhooks.run,
            services.job_runner.run,
            services.readers.run,
            services.sweep.run,
            services.orphan_sweep.run,
        ]
    return jobs


@contextlib.asynccontextmanager
async def _together(jobs: list[Job], stopping: _Stopping) -> AsyncIterator[None]:
    """Run jobs beside the body; a job that fails is logged with all it says, and ends the process."""
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
        # A process that lost its worker would look alive and do nothing; a supervisor starts it anew.
        log.exception("a job ended by an error; the process stops")
        stopping.fail()


async def _smtp_policy(platform: Platform, services: Services) -> SmtpPolicy:
    account_id = await platform.database.read(accounts.first)
    if account_id is None:
        raise SettingsError("The store has no account; run: aerogram init --email you@example.org")
    await services.authorizer.remember(account_id)
    defaults = await defaults_of(platform.database, account_id)
    return SmtpPolicy(
        authenticator=services.authenticator,
        attempts=services.attempts,
        rate=services.rate,
        authorizer=services.authorizer,
        acceptor=services.acceptor,
        trusted=TrustedClients(platform.settings.trusted_networks, account_id, defaults),
        references=StoredReferences(Templates(platform.database, platform.ids, platform.clock)),
    )


def _tls(settings: Settings) -> ssl.SSLContext:
    if settings.tls_cert is not None and settings.tls_key is not None:
        return server_context(settings.tls_cert, settings.tls_key)
    return server_context(*self_signed(settings.data, settings.hostname))


@contextlib.contextmanager
def _only_server_of(data: Path) -> Iterator[None]:
    """Hold the embedded store for this server alone; the lock goes when the process does."""
    with (data / LOCK_FILE).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise SettingsError(f"data: another server uses the folder {data}.") from error
        yield
