"""Where relayed mail goes: Postfix's ``smtp-sink``, or our own sink where that is not installed."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

from bench.programs import find
from bench.smtp_load import wait_to_succeed
from support.waiting import wait_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextlib.contextmanager
def next_hop(port: int, count: int) -> Iterator[Callable[[], None]]:
    """Run a sink that ends after ``count`` mails; give the call that waits for that."""
    address = f"127.0.0.1:{port}"
    if tool := find("smtp-sink"):
        user = ["-u", "nobody"] if os.geteuid() == 0 else []
        command = [tool, *user, "-M", str(count), "-h", "sink.example.net", address, "1000"]
    else:
        command = [sys.executable, "-m", "support.fast_sink", address, "--quit-after", str(count)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            wait_for(lambda: _answers(port), "the next hop")
            yield lambda: wait_to_succeed(process)
        finally:
            process.kill()


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
