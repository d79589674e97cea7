"""Mails over SMTP from many clients at once, one connection for each mail.

Postfix's ``smtp-source`` when it is there, else our own clients in a process of their own
(``python -m bench.smtp_load``). Both wait for each reply and know no AUTH, TLS or pipelining.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import threading
import time

import uvloop

from bench.programs import find

SENDER = "alice@example.org"
RECIPIENT = "bob@example.net"
TIME_LIMIT = 120.0


def submit(port: int, sessions: int, count: int, size: int) -> float:
    """Submit ``count`` mails of ``size`` bytes over ``sessions`` clients; give the seconds it took."""
    if tool := find("smtp-source"):
        command = [tool, "-s", sessions, "-l", size, "-m", count, "-N", "-C", 3, "-M", "client.example.org"]
        command += ["-f", SENDER, "-t", RECIPIENT, f"127.0.0.1:{port}"]
    else:
        command = [sys.executable, "-m", "bench.smtp_load", port, sessions, count, size]
    began = time.monotonic()
    wait_to_succeed(subprocess.Popen([str(word) for word in command]))
    return time.monotonic() - began


def wait_to_succeed(process: subprocess.Popen[bytes]) -> None:
    """Wait for a load tool to the millisecond (a wait with a timeout polls) and no longer than the limit."""
    watchdog = threading.Timer(TIME_LIMIT, process.kill)
    watchdog.start()
    try:
        status = process.wait()
    finally:
        watchdog.cancel()
    if status:
        raise RuntimeError(f"{process.args} ended with {status}")


async def _clients(port: int, sessions: int, count: int, size: int) -> None:
    numbers = iter(range(count))
    async with asyncio.TaskGroup() as group:
        for _ in range(sessions):
            group.create_task(_client(port, numbers, size))


async def _client(port: int, numbers: object, size: int) -> None:
    line = b"x" * 78 + b"\r\n"
    body = line * (size // len(line))
    for number in numbers:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        recipient = f"{number}{RECIPIENT}"
        header = f"From: {SENDER}\r\nTo: {recipient}\r\nSubject: bench\r\nDate: Thu, 1 Jan 2026 00:00:00 +0000\r\n\r\n"
        await _expect(reader, b"220")
        for command, code in (
            (b"EHLO client.example.org\r\n", b"250"),
            (f"MAIL FROM:<{SENDER}>\r\n".encode(), b"250"),
            (f"RCPT TO:<{recipient}>\r\n".encode(), b"250"),
            (b"DATA\r\n", b"354"),
            (header.encode() + body + b".\r\n", b"250"),
            (b"QUIT\r\n", b"221"),
        ):
            writer.write(command)
            await _expect(reader, code)
        writer.close()


async def _expect(reader: asyncio.StreamReader, code: bytes) -> None:
    while (line := await reader.readline())[3:4] == b"-":
        pass
    if not line.startswith(code):
        raise RuntimeError(f"expected {code!r}, got {line!r}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("port", "sessions", "count", "size"):
        parser.add_argument(name, type=int)
    chosen = parser.parse_args()
    uvloop.run(_clients(chosen.port, chosen.sessions, chosen.count, chosen.size))


if __name__ == "__main__":
    main()
