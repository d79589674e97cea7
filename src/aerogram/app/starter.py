"""The process that starts the others: ``python -m aerogram.app.starter N``, with the socket to the supervisor.

It imports everything once, has one thread, and forks a process for each task that arrives. So a process starts within
milliseconds, also when it replaces one that died, and all share the memory of the modules. The processes become
children of the supervisor.
"""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import socket
import stat
import sys
from typing import Final

# All that the processes need, before they exist.
from aerogram.app import part, preparing, writing  # noqa: F401
from aerogram.app.child import run_child
from aerogram.app.memory import give_large_blocks_back
from aerogram.app.processes.task import MAX_DESCRIPTORS, MAX_TASK_BYTES, received

FAILED: Final = 1


def main() -> None:
    """Fork until the supervisor is gone."""
    # Ctrl-C goes to all processes of a terminal, and some supervisors send SIGTERM to a whole group. Our own
    # supervisor gets it too, and stops everybody in turn.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.umask(stat.S_IRWXG | stat.S_IRWXO)
    give_large_blocks_back()
    gc.freeze()
    orders = socket.socket(fileno=int(sys.argv[1]))
    while True:
        data, descriptors, _, _ = socket.recv_fds(orders, MAX_TASK_BYTES, MAX_DESCRIPTORS)
        if not data:
            return
        try:
            number = _forked(orders, data, descriptors)
        except OSError:
            number = -1
        for each in descriptors:
            os.close(each)
        with contextlib.suppress(OSError):
            orders.send(str(number).encode())


def _forked(orders: socket.socket, data: bytes, descriptors: list[int]) -> int:
    """Fork twice: the process in between ends at once, so that the supervisor becomes the parent of the other.

    Return its number; -1, or `OSError`, if there can be no more processes.
    """
    reading, writing_end = os.pipe()
    try:
        between = os.fork()
    except OSError:
        os.close(reading)
        os.close(writing_end)
        raise
    if not between:
        os.close(reading)
        try:
            number = os.fork()
        except OSError:
            # The limit of processes; nothing written says so.
            os._exit(FAILED)
        if number:
            os.write(writing_end, str(number).encode())
            os._exit(0)
        os.close(writing_end)
        orders.close()
        _become(data, descriptors)
    os.close(writing_end)
    number = int(os.read(reading, 32) or b"-1")
    os.close(reading)
    os.waitpid(between, 0)
    return number


def _become(data: bytes, descriptors: list[int]) -> None:
    """Be the process of a task, and end with it."""
    status = FAILED
    try:
        task, control = received(data, descriptors)
        run_child(task, control)
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else FAILED
    except BaseException:  # noqa: BLE001 - as the interpreter does with what nobody caught
        sys.excepthook(*sys.exc_info())
    finally:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    main()
