"""Guess passwords over HTTP as fast as the server answers, from many networks, and measure the server meanwhile."""

import asyncio
import base64
import time
from collections import Counter

from support.process_tree import memory_of


def basic(name, secret):
    """Give the value of an Authorization header."""
    return "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()


class Client:
    """One connection that is kept open; ``network`` is the address that the proxy in front would report."""

    def __init__(self, port):
        self._port = port
        self._reader = self._writer = None

    async def status(self, path, authorization, network=None):
        """Ask once; give the status."""
        if self._writer is None:
            self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        forwarded = f"X-Forwarded-For: {network}\r\n" if network else ""
        self._writer.write(
            f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: {authorization}\r\n{forwarded}\r\n".encode()
        )
        try:
            head = await self._reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            self._writer = None
            return 0
        for line in head.split(b"\r\n"):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                await self._reader.readexactly(int(value))
        return int(head.split()[1])

    def close(self):
        if self._writer is not None:
            self._writer.close()


async def attack(port, calls, clients=8):
    """Make calls of path, Authorization and network; give how often each status was answered."""
    found, waiting = Counter(), iter(calls)

    async def work():
        client = Client(port)
        for call in waiting:
            found[await client.status(*call)] += 1
        client.close()

    await asyncio.gather(*(work() for _ in range(clients)))
    return found


async def honest(port, path, authorization, network, over):
    """Ask again and again until ``over``; give the statuses and the seconds of each answer."""
    client, found, seconds = Client(port), Counter(), []
    while not over.is_set():
        began = time.perf_counter()
        found[await client.status(path, authorization, network)] += 1
        seconds.append(time.perf_counter() - began)
        await asyncio.sleep(0.02)
    client.close()
    return found, sorted(seconds)


def megabytes(pid, what="VmRSS"):
    """Give the memory of a server: ``VmRSS`` is now, ``VmHWM`` its peak."""
    return memory_of(pid, what) / 1024 / 1024
