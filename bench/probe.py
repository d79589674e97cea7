"""How long one client waits for its mail to be accepted while a load tool keeps the server busy.

``smtp-source`` tells no latencies. So one more client, in a process of its own (``python -m bench.probe``), sends one mail
after the other, a connection each, and times each from connecting to the 250 after the final dot. It blocks on its socket,
so that its own waits for the processor are as short as the scheduler allows; they are part of what it measures.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import signal
import socket
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.smtp_load import RECIPIENT, SENDER

if TYPE_CHECKING:
    from collections.abc import Iterator

SIZE = 2048
PAUSE_SECONDS = 0.002
"""Between two mails: the probe looks on, and is not part of the load."""
LEAST_MAILS = 20
"""With fewer, a p99 says nothing."""


@dataclass
class Waits:
    """What the probe saw, in milliseconds; None while it has seen too little."""

    count: int = 0
    p50_ms: float | None = None
    p99_ms: float | None = None


@contextlib.contextmanager
def probing(port: int) -> Iterator[Waits]:
    """Probe while the block runs; the waits are known after it. Raises `RuntimeError` if a mail was refused."""
    waits = Waits()
    command = [sys.executable, "-m", "bench.probe", str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            yield waits
        except BaseException:
            process.kill()
            raise
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=30)
    if process.returncode:
        raise RuntimeError(f"the probe ended with {process.returncode}")
    found = json.loads(said)
    waits.count = len(found)
    if len(found) >= LEAST_MAILS:
        hundredths = statistics.quantiles(found, n=100)
        waits.p50_ms, waits.p99_ms = hundredths[49], hundredths[98]


class _Probe:
    """Sends mails until it is told to stop."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._is_over = False
        line = b"x" * 78 + b"\r\n"
        head = f"From: {SENDER}\r\nTo: {RECIPIENT}\r\nSubject: probe\r\n\r\n".encode()
        self._steps = (
            (b"EHLO client.example.org\r\n", b"250"),
            (f"MAIL FROM:<{SENDER}>\r\n".encode(), b"250"),
            (f"RCPT TO:<{RECIPIENT}>\r\n".encode(), b"250"),
            (b"DATA\r\n", b"354"),
            (head + line * (SIZE // len(line)) + b".\r\n", b"250"),
        )
        signal.signal(signal.SIGTERM, self._stop)

    def _stop(self, *_: object) -> None:
        self._is_over = True

    def run(self) -> list[float]:
        """Give the milliseconds of each mail."""
        found = []
        while not self._is_over:
            found.append(self._mail() * 1e3)
            time.sleep(PAUSE_SECONDS)
        return found

    def _mail(self) -> float:
        began = time.monotonic()
        with (
            socket.create_connection(("127.0.0.1", self._port), timeout=60) as connection,
            connection.makefile("rb") as replies,
        ):
            _expect(replies, b"220")
            for command, code in self._steps:
                connection.sendall(command)
                _expect(replies, code)
            took = time.monotonic() - began
            connection.sendall(b"QUIT\r\n")
            _expect(replies, b"221")
        return took


def _expect(replies: object, code: bytes) -> None:
    while (line := replies.readline())[3:4] == b"-":
        pass
    if not line.startswith(code):
        raise RuntimeError(f"expected {code!r}, got {line!r}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    probe = _Probe(parser.parse_args().port)
    print("ready", flush=True)
    print(json.dumps(probe.run()))


if __name__ == "__main__":
    main()
