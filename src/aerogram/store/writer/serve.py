"""The writer process of a server on SQLite: a blocking loop that commits what the other processes accepted.

Each turn takes all calls that have arrived from all clients, commits them in one transaction, and then answers each
client once. A client that does not read its answers is not read from either, so that it costs a bounded buffer.
Calls of a client that has hung up before their commit are dropped: nobody waits for them any more.
"""

from __future__ import annotations

import contextlib
import gc
import os
import select
import selectors
import socket
import struct
from typing import TYPE_CHECKING, Any, Final, Protocol

import structlog

from aerogram.base.clock import SystemClock
from aerogram.store.sqlite_file.checkpoints import Checkpointer
from aerogram.store.writer import frames
from aerogram.store.writer.commits import RowCommits
from aerogram.store.writer.rows import MAX_CALLS_IN_COMMIT, ignore_count

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aerogram.base.clock import Clock
    from aerogram.store.writer.commits import Call

READ_BYTES: Final = 256 * 1024
"""What one read takes: more than the buffer of a Unix socket usually holds."""
READS_IN_TURN: Final = 8
"""Reads from one client before the others have their turn."""
LONG_WAIT_SECONDS: Final = 1.0
"""After a longer wait for other processes, clients may have given up."""
LAST_ANSWER_SECONDS: Final = 1.0
"""How long a client may take to read its last answers when the writer stops."""
_GC_THRESHOLD: Final = (20_000, 20, 100)
"""The loop makes no reference cycles, so the collector may run less often."""
_READ, _WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE

_log = structlog.stdlib.get_logger("aerogram.store")


class HasFileno(Protocol):
    """A socket or a pipe."""

    def fileno(self) -> int:
        """Return its descriptor."""
        ...


class _Client:
    """A process that sends rows."""

    __slots__ = ("calls", "is_gone", "socket", "splitter", "unsent")

    def __init__(self, connected: socket.socket) -> None:
        self.socket = connected
        self.splitter = frames.Splitter(frames.MAX_CALL_BYTES)
        self.calls: list[Call] = []
        self.unsent = b""
        """Answers that the client has not read yet; meanwhile nothing is read from it."""
        self.is_gone = False

    def read(self, buffer: bytearray, view: memoryview) -> None:
        """Take the calls that have arrived. Raises `frames.GarbageError`."""
        for _ in range(READS_IN_TURN):
            try:
                size = self.socket.recv_into(buffer)
            except BlockingIOError:
                return
            except OSError:
                size = 0
            if not size:
                self.is_gone = True
                return
            self.calls += map(frames.call_of, self.splitter.split(view[:size]))

    def has_hung_up(self) -> bool:
        """Return whether the client has closed the connection, whatever it sent before."""
        poll = select.poll()
        poll.register(self.socket, 0)
        return bool(poll.poll(0))

    def send(self, data: bytes) -> None:
        """Send answers as far as the client takes them now."""
        try:
            sent = self.socket.send(data)
        except BlockingIOError:
            sent = 0
        except OSError:
            self.is_gone = True
            return
        self.unsent = data[sent:]

    def send_last(self) -> None:
        """Wait a moment for the client to take the rest of its answers."""
        if self.unsent and not self.is_gone:
            with contextlib.suppress(OSError):
                self.socket.settimeout(LAST_ANSWER_SECONDS)
                self.socket.sendall(self.unsent)


def serve_writer(
    path: Path,
    listening: socket.socket,
    stop: HasFileno,
    *,
    clock: Clock | None = None,
    on_committed: Callable[[int], None] = ignore_count,
    fills_log: bool = False,
) -> None:
    """Commit rows into the SQLite file at ``path`` until ``stop`` is readable; then answer all that was read.

        ``listening`` is a Unix stream socket; ``stop`` is a socket or pipe. ``on_committed`` is called after each commit
        with the number of messages, when the answers are on their way. ``fills_log`` is True where the disk has room for
    a WAL of full size from the start.

        The schema must be up to date. Raises `SettingsError` if the file cannot be opened.
    """
    commits = RowCommits(path, clock or SystemClock())
    gc.freeze()
    gc.set_threshold(*_GC_THRESHOLD)
    checkpointer = Checkpointer(path)
    try:
        if fills_log:
            commits.fill_log()
        _Server(commits, listening, stop, on_committed).run()
    finally:
        checkpointer.close()
        commits.close()


class _Server:
    def __init__(
        self,
        commits: RowCommits,
        listening: socket.socket,
        stop: HasFileno,
        on_committed: Callable[[int], None],
    ) -> None:
        self._commits = commits
        self._listening = listening
        self._stop = stop
        self._on_committed = on_committed
        self._clients: dict[socket.socket, _Client] = {}
        self._selector = selectors.DefaultSelector()
        self._buffer = bytearray(READ_BYTES)
        self._view = memoryview(self._buffer)

    def run(self) -> None:
        """Serve until asked to stop."""
        self._listening.setblocking(False)
        self._selector.register(self._listening, _READ)
        self._selector.register(self._stop, _READ)
        try:
            while self._turn():
                pass
            clients = list(self._clients.values())
            self._commit([client for client in clients if not client.unsent and self._read(client)])
            for client in clients:
                client.send_last()
        finally:
            for client in list(self._clients.values()):
                self._forget(client)
            self._selector.close()

    def _turn(self) -> bool:
        """Wait for calls, commit and answer them; return False when asked to stop."""
        is_asked = False
        ready: list[_Client] = []
        for key, _ in self._selector.select():
            client: _Client | None = key.data
            if client is not None:
                if client.unsent:
                    self._send(client, client.unsent)
                elif self._read(client):
                    ready.append(client)
            elif key.fileobj is self._listening:
                self._accept()
            else:
                is_asked = True
        if ready:
            self._commit(ready)
        return not is_asked

    def _accept(self) -> None:
        try:
            connected, _ = self._listening.accept()
        except OSError:
            return
        if not _is_ours(connected):
            _log.error("stranger_at_writer_process")
            connected.close()
            return
        connected.setblocking(False)
        client = _Client(connected)
        self._clients[connected] = client
        self._selector.register(connected, _READ, client)
        self._send(client, frames.framed(frames.FORMAT))

    def _read(self, client: _Client) -> bool:
        """Read what a client has sent; return whether it waits for the commit of calls."""
        try:
            client.read(self._buffer, self._view)
        except frames.GarbageError as error:
            _log.error("garbage_at_writer_process", error=str(error))
            client.is_gone = True
        if client.is_gone:
            self._forget(client)
        return bool(client.calls)

    def _commit(self, ready: list[_Client]) -> None:
        """Commit what the clients have sent, and answer them."""
        calls = [(client, call) for client in ready for call in client.calls]
        for client in ready:
            client.calls = []
        for start in range(0, len(calls), MAX_CALLS_IN_COMMIT):
            if self._commits.wait_for_turn() > LONG_WAIT_SECONDS:
                for client in ready:
                    if client.has_hung_up():
                        self._forget(client)
            group = [each for each in calls[start : start + MAX_CALLS_IN_COMMIT] if not each[0].is_gone]
            if group:
                self._commit_group(group)
            else:
                self._commits.end_turn()

    def _commit_group(self, group: list[tuple[_Client, Call]]) -> None:
        done = self._commits.commit([call for _, call in group])
        answers: dict[_Client, list[Any]] = {}
        for (client, _), answer in zip(group, done.answers, strict=True):
            frames.append_answer(answers.setdefault(client, []), answer)
        for client, found in answers.items():
            self._send(client, client.unsent + frames.framed(found))
        if done.added:
            self._on_committed(done.added)

    def _send(self, client: _Client, data: bytes) -> None:
        """Send answers as far as the client takes them; then wait until it reads, and read nothing from it."""
        client.send(data)
        if client.is_gone:
            self._forget(client)
            return
        wanted = _WRITE if client.unsent else _READ
        if self._selector.get_key(client.socket).events != wanted:
            self._selector.modify(client.socket, wanted, client)

    def _forget(self, client: _Client) -> None:
        client.is_gone = True
        client.calls = []
        if self._clients.pop(client.socket, None) is not None:
            self._selector.unregister(client.socket)
            client.socket.close()


def _is_ours(connected: socket.socket) -> bool:
    """Return whether the other end belongs to the user of this process, where the system says so."""
    if not hasattr(socket, "SO_PEERCRED"):
        return True
    _, user, _ = struct.unpack("3i", connected.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
    return bool(user == os.geteuid())
