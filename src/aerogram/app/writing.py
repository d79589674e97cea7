"""The writer process of a server: its line to the supervisor is a thread, because it has no event loop."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
from typing import TYPE_CHECKING, Final

import msgspec
import structlog

from aerogram.app.processes.task import BEAT_SECONDS, FromChild, ToChild
from aerogram.app.stopping import FailedError
from aerogram.base.errors import AerogramError
from aerogram.store.open import FILE_NAME
from aerogram.store.room import Watermark
from aerogram.store.writer.serve import serve_writer

if TYPE_CHECKING:
    from aerogram.app.processes.task import Task

ORPHAN_SECONDS: Final = 10.0
"""How long it goes on at most when the supervisor was killed, while the other processes drain."""
ROOM_FOR_LOG_BYTES: Final = 1024 * 1024 * 1024
"""With less free disk space than this, the log is not allocated in advance."""
_READ_BYTES: Final = 65_536

log = structlog.get_logger(__name__)


def run_writer(task: Task, control: socket.socket) -> None:
    """Commit what the others accepted, until the supervisor asks to stop. Raises `FailedError`."""
    settings = task.settings
    stop, asking = socket.socketpair()
    line = threading.Thread(target=_listen, args=(task, control, asking), name="supervisor", daemon=True)
    room = Watermark(settings.data, settings.min_free_disk)
    try:
        line.start()
        serve_writer(
            settings.data / FILE_NAME,
            socket.socket(fileno=task.writer),
            stop,
            fills_log=not task.is_again and room.has_room_for(ROOM_FOR_LOG_BYTES),
        )
    except AerogramError as error:
        _say(control, FromChild(failure=str(error)))
        raise FailedError(str(error)) from error


def _listen(task: Task, control: socket.socket, asking: socket.socket) -> None:
    """Say that this process is ready and alive, and close ``asking`` when the supervisor asks to stop."""
    # Processes may connect from the start: the socket listens already.
    _say(control, FromChild(is_built=True, is_ready=True))
    with contextlib.suppress(OSError):
        while True:
            readable, _, _ = select.select([control], [], [], BEAT_SECONDS)
            if not readable:
                _say(control, FromChild())
                continue
            data = control.recv(_READ_BYTES)
            if not data:
                log.error("supervisor_ended", process=task.part.name, grace_seconds=ORPHAN_SECONDS)
                # Readable when the last of the others is gone.
                select.select([task.others], [], [], ORPHAN_SECONDS)
                break
            if any(msgspec.json.decode(each, type=ToChild).stops_within for each in data.splitlines()):
                break
    asking.close()


def _say(control: socket.socket, message: FromChild) -> None:
    with contextlib.suppress(OSError):
        control.sendall(msgspec.json.encode(message) + b"\n")
