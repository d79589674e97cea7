"""The main function of each process that the supervisor starts: ``python -m aerogram.app.child N NAME``.

``N`` is the descriptor of the socket to the supervisor; the name is for those who list processes. Each kind of process
imports only what it needs.
"""

from __future__ import annotations

import os
import signal
import socket
import stat
import sys

import structlog

from aerogram.app.logs import set_up_logs
from aerogram.app.memory import give_large_blocks_back
from aerogram.app.processes.plan import Kind
from aerogram.app.processes.task import receive_task
from aerogram.app.run import allow_many_files, run_in_loop
from aerogram.app.stopping import FailedError

FAILED = 1


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
        if task.part.kind is Kind.WRITER:
            from aerogram.app.writing import run_writer  # noqa: PLC0415

            run_writer(task, control)
        elif task.part.kind is Kind.PREPARATION:
            from aerogram.app.preparing import run_preparation  # noqa: PLC0415

            run_in_loop(run_preparation(task, control))
        else:
            from aerogram.app.part import run_part  # noqa: PLC0415

            run_in_loop(run_part(task, control))
    except FailedError:
        sys.exit(FAILED)


if __name__ == "__main__":
    main()
