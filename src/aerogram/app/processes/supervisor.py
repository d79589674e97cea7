"""Starts the processes of a server, watches them, starts those again that die, and stops them in order.

It is small and has one thread: it opens no store and accepts no connection. It binds the sockets of all processes,
so that a port in use ends it before anything starts.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import structlog

from aerogram.app.listening import Bound, SharedPorts
from aerogram.app.processes.counted import COUNTED
from aerogram.app.processes.plan import EDGE_ROLES, PREPARATION, Kind, cores, workers_of
from aerogram.app.processes.process import Process, how
from aerogram.app.processes.starter import Starter, StarterEndedError
from aerogram.app.processes.task import Task, ToChild
from aerogram.app.processes.troubles import SILENT_SECONDS, troubles_of
from aerogram.app.processes.wakes import WakeSocket
from aerogram.app.processes.writer_socket import WriterSocket
from aerogram.app.stopping import GRACE_SECONDS, Stopping
from aerogram.base.errors import SettingsError
from aerogram.base.shared.shared import Shared
from aerogram.store.private_folder import prepare_folder
from aerogram.store.server_lock import ServerLock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aerogram.app.processes.plan import Part
    from aerogram.app.settings.settings import Settings

PAUSES_SECONDS: Final = (0.0, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
"""How long to wait before a process is started again, by how often it died without running well in between."""
WELL_AFTER_SECONDS: Final = 60.0
"""A process that has been ready for so long runs well: its next death counts as the first."""
MOST_STARTS: Final = 3
"""How often a process may die while the server starts."""
LOOK_SECONDS: Final = 1.0
KILL_AFTER_SECONDS: Final = 5.0
"""What a process gets beyond its grace: recording outcomes and closing the store have limits of their own."""

log = structlog.get_logger(__name__)


class Supervisor:
    """One server of several processes."""

    def __init__(self, settings: Settings, parts: Sequence[Part]) -> None:
        """``parts`` are the processes in the order in which they must be ready."""
        self._settings = settings
        self._parts = tuple(parts)
        self._slots = {part.name: slot for slot, part in enumerate(part for part in parts if part.counts)}
        self._processes: dict[str, Process] = {}
        self._wakes: dict[str, WakeSocket] = {}
        self._locks: tuple[int, ...] = ()
        self._changed = asyncio.Event()
        """Something happened to a process."""
        self._writer: WriterSocket | None = None
        self._is_ready = False
        self._looked_at = 0.0
        self._told: list[str] = []

    async def run(self) -> None:
        """Serve until SIGTERM or SIGINT. Raises `SettingsError` with one line if the server cannot start."""
        settings = self._settings
        if sys.platform != "linux":
            raise SettingsError("workers: only Linux shares a port among processes; set workers = 1.")
        if (workers := workers_of(settings)) > cores():
            log.warning("more_workers_than_cores", workers=workers, cores=cores())
        self._stopping = Stopping()
        with contextlib.ExitStack() as stack:
            # Bind first: a port that is in use ends the server with one line, before anything starts.
            self._ports = SharedPorts(settings, with_smtp=settings.role in EDGE_ROLES)
            stack.callback(self._ports.close)
            prepare_folder(settings.data)
            server_lock = ServerLock(settings.data)
            self._locks = server_lock.open()
            stack.callback(server_lock.release)
            self._shared = Shared.create(max(1, sum(part.counts for part in self._parts)), COUNTED)
            stack.callback(self._shared.close)
            self._wakes = {part.name: WakeSocket.made() for part in self._parts if part.delivers}
            self._others = os.pipe()
            for end in self._others:
                stack.callback(os.close, end)
            self._starter = Starter()
            stack.callback(self._starter.close)
            self._watch_signals()
            try:
                if await self._start(stack):
                    await self._watch()
                log.info("stopping", grace_seconds=GRACE_SECONDS)
            finally:
                self._stopping.ask()
                try:
                    await self._stop()
                finally:
                    self._kill_all()

    def _watch_signals(self) -> None:
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGCHLD, self._changed.set)
        loop.add_signal_handler(signal.SIGTERM, self._ask)
        loop.add_signal_handler(signal.SIGINT, self._interrupt)

    def _ask(self) -> None:
        self._stopping.ask()
        # Nobody is started any more; one that waits to be started does not wait for the imports.
        self._starter.close()
        self._changed.set()

    def _interrupt(self) -> None:
        """Begin to stop; a second Ctrl-C ends everything at once. No accepted mail is lost."""
        if self._stopping.asked.is_set():
            self._kill_all()
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            os.kill(os.getpid(), signal.SIGINT)
        self._ask()

    async def _start(self, stack: contextlib.ExitStack) -> bool:
        """Start all; return False if the server is to stop meanwhile. Raises `SettingsError` if one cannot start."""
        welcome = await self._prepare()
        if self._stopping.asked.is_set():
            return False
        if any(part.kind is Kind.WRITER for part in self._parts):
            # Not before: the preparation has locked the folder.
            self._writer = WriterSocket(self._settings.data)
            stack.callback(self._writer.close)
        for part in self._parts:
            self._processes[part.name] = Process(part, self._changed.set)
        while not self._stopping.asked.is_set():
            await self._look_after()
            if all(process.is_ready for process in self._processes.values()):
                self._is_ready = True
                sys.stdout.write(welcome + "\n")
                sys.stdout.flush()
                return True
            await self._wait()
        return False

    async def _prepare(self) -> str:
        """Let one process do what must be done before the others start; return the text that it leaves."""
        process = self._processes[PREPARATION.name] = Process(PREPARATION, self._changed.set)
        task = Task(self._settings, PREPARATION, addresses=self._ports.addresses, locks=self._locks)
        try:
            await process.start(self._starter, task)
        except StarterEndedError as error:
            if self._stopping.asked.is_set():
                return ""
            raise SettingsError(str(error)) from error
        while True:
            status = await process.reaped()
            if status is not None:
                break
            if self._stopping.asked.is_set():
                return ""
            await self._wait()
        del self._processes[PREPARATION.name]
        if status != 0 or not process.welcome:
            raise SettingsError(process.failure or f"The preparation of the store ended with {how(status)}.")
        return process.welcome

    async def _watch(self) -> None:
        while not self._stopping.asked.is_set():
            await self._wait()
            await self._look_after()
            self._tell()

    async def _wait(self) -> None:
        """Wait until something happened, and at most until the next look."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LOOK_SECONDS):
                await self._changed.wait()
        self._changed.clear()

    async def _look_after(self) -> None:
        """Note who ended, start who is due, and let in who is ready for it."""
        now = asyncio.get_running_loop().time()
        processes = self._processes.values()
        for process in processes:
            status = await process.reaped()
            if status is not None:
                self._note_end(process, status, now)
            if not process.is_running and now >= process.starts_at and not self._stopping.asked.is_set():
                await self._start_one(process)
        # When a server starts, nobody is let in before all are built.
        if self._is_ready or all(process.is_built for process in processes):
            for process in processes:
                if process.is_built and not process.is_let_in:
                    process.let_in()
                    process.say(ToChild(troubles=self._told))

    def _note_end(self, process: Process, status: int, now: float) -> None:
        """Say how a process ended, and when it is started again. Raises `SettingsError` if the server cannot start."""
        name = process.part.name
        if name in self._slots:
            self._shared.left(self._slots[name])
        if process.ready_at and now - process.ready_at >= WELL_AFTER_SECONDS:
            process.deaths = 0
        process.deaths += 1
        if not self._is_ready and process.failure:
            raise SettingsError(process.failure)
        if not self._is_ready and process.deaths >= MOST_STARTS:
            raise SettingsError(
                f"The process {name} ended {process.deaths} times before the server was ready, the last time with"
                f" {how(status)}; see the log."
            )
        pause = PAUSES_SECONDS[min(process.deaths, len(PAUSES_SECONDS)) - 1]
        process.starts_at = now + pause
        facts = {"reason": process.failure} if process.failure else {}
        log.error(
            "process_ended", of=name, how=how(status), times=process.deaths, restart_seconds=pause, **facts
        )

    async def _start_one(self, process: Process) -> None:
        bound = Bound()
        try:
            if process.part.listens:
                bound = self._ports.bind()
            await process.start(self._starter, self._task_of(process, bound))
        except (StarterEndedError, SettingsError, OSError) as error:
            if isinstance(error, SettingsError) and not self._is_ready:
                raise
            # The others go on: what is missing now, as processes or descriptors, may be there later.
            if not self._stopping.asked.is_set():
                log.warning(
                    "process_not_started", of=process.part.name, reason=str(error), retry_seconds=LOOK_SECONDS
                )
                process.starts_at = asyncio.get_running_loop().time() + LOOK_SECONDS
            return
        finally:
            # Only the process itself listens: when it dies, its connections do not wait for the next one.
            bound.close()
        if process.deaths:
            log.warning("process_started_again", of=process.part.name, pid=process.pid, times=process.deaths)

    def _task_of(self, process: Process, bound: Bound) -> Task:
        part = process.part
        common = Task(self._settings, part, is_again=process.deaths > 0, locks=self._locks[1:])
        if part.kind is Kind.WRITER:
            listening = self._writer.listening.fileno() if self._writer else -1
            return replace(common, writer=listening, others=self._others[0])
        return replace(
            common,
            sockets=tuple((each.name, each.config, each.socket.fileno()) for each in bound.sockets),
            addresses=self._ports.addresses,
            wakes={name: wake.descriptors for name, wake in self._wakes.items()},
            deliverers=tuple(self._wakes),
            background=next((part.name for part in self._parts if part.is_background), ""),
            shared=self._shared.descriptor,
            slot=self._slots[part.name],
            writer=self._writer.folder if self._writer is not None and part.listens else -1,
            others=self._others[1],
            predecessors=tuple(process.predecessors),
        )

    def _tell(self) -> None:
        """Tell all processes why the server as a whole is not ready, if that has changed."""
        now = asyncio.get_running_loop().time()
        # After a pause of our own, what they have said meanwhile has yet to be read.
        was_away, self._looked_at = now - self._looked_at > SILENT_SECONDS / 2, now
        if was_away:
            return
        troubles = troubles_of(list(self._processes.values()), now)
        if troubles != self._told:
            self._told = troubles
            if troubles:
                log.error("server_not_ready", reasons=troubles)
            else:
                log.warning("server_ready_again")
            for process in self._processes.values():
                process.say(ToChild(troubles=troubles))

    async def _stop(self) -> None:
        """Drain all: first those that accept, then those that deliver, and the writer for both last."""
        for kind in (Kind.PREPARATION, Kind.EDGE, Kind.DELIVERY, Kind.WRITER):
            processes = [each for each in self._processes.values() if each.part.kind is kind]
            grace = self._stopping.seconds_left()
            for process in processes:
                if process.is_built:
                    process.say(ToChild(stops_within=grace))
                else:
                    # It has begun nothing that is not undone in the store.
                    process.kill()
            end = asyncio.get_running_loop().time() + grace + KILL_AFTER_SECONDS
            while await self._are_running(processes):
                if asyncio.get_running_loop().time() >= end:
                    for process in processes:
                        if process.is_running:
                            log.error("process_killed", of=process.part.name, after_seconds=grace)
                            process.kill()
                await self._wait()

    @staticmethod
    async def _are_running(processes: Sequence[Process]) -> bool:
        for process in processes:
            await process.reaped()
        return any(process.is_running for process in processes)

    def _kill_all(self) -> None:
        for process in self._processes.values():
            process.kill()
