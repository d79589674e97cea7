"""What each process of a server of several does, by its task."""

from __future__ import annotations

import contextlib
import ctypes
import sys
from typing import TYPE_CHECKING, Final

import structlog

from aerogram.app.logs import set_up_logs
from aerogram.app.part import run_part
from aerogram.app.preparing import run_preparation
from aerogram.app.processes.plan import Kind
from aerogram.app.run import allow_many_files, run_in_loop
from aerogram.app.stopping import FailedError
from aerogram.app.writing import run_writer

if TYPE_CHECKING:
    import socket

    from aerogram.app.processes.task import Task

FAILED: Final = 1
_PR_SET_NAME: Final = 15


def run_child(task: Task, control: socket.socket) -> None:
    """Do what the task says, until the supervisor asks to stop or is gone. Exits with status 1 if that failed."""
    _name(task.part.name.replace(" ", "-"))
    set_up_logs(task.settings.log_level)
    structlog.contextvars.bind_contextvars(process=task.part.name)
    allow_many_files()
    try:
        if task.part.kind is Kind.WRITER:
            run_writer(task, control)
        elif task.part.kind is Kind.PREPARATION:
            run_in_loop(run_preparation(task, control))
        else:
            run_in_loop(run_part(task, control))
    except FailedError:
        sys.exit(FAILED)


def _name(name: str) -> None:
    """Set the name that ``ps`` and ``top`` show."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_NAME, name.encode()[:15], 0, 0, 0)
