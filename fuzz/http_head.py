"""Fuzz the heads of HTTP requests on the socket of a real server: made by grammar, damaged, cut into packets.

A request fails when the server ends, when its answer is none of HTTP, when it says 5xx, or when the server does not
answer an honest request within a second afterwards.
"""

# ruff: noqa: INP001, PLR2004 - a script, whose numbers are odds

from __future__ import annotations

import atexit
import contextlib
import re
import socket
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from loop import main, mutated

from support.server import ServerProcess

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable

TARGETS: Final = (
    b"/livez",
    b"/v3/send",
    b"/v3.1/send",
    b"/v3/REST/contact",
    b"/",
    b"/v3/DATA/x",
    b"*",
    b"http://x/livez",
    b"/%00",
    b"/../..",
    b"/" + b"a" * 9_000,
    b"/?" + b"b=c&" * 500,
)
METHODS: Final = (b"GET", b"POST", b"HEAD", b"PUT", b"OPTIONS", b"CONNECT", b"get", b"X" * 300, b"")
FIELDS: Final = (
    b"Host: localhost", b"Content-Length: 5", b"Content-Length: 5\r\nContent-Length: 6", b"Transfer-Encoding: chunked", b"Transfer-Encoding: gzip, chunked",
    b"Content-Length: -1", b"Content-Length: " + b"9" * 400, b"Expect: 100-continue", b"Connection: close", b"Connection: Upgrade\r\nUpgrade: h2c",
    b"Authorization: Basic " + b"A" * 3_000, b"Authorization: Basic \xff", b"X: " + b"y" * 30_000, b"X" * 9_000 + b": y", b" folded", b"No colon", b"Cookie: " + b"a=b; " * 900,
    b"Content-Type: application/json", b"Content-Encoding: gzip", b"Trailer: X", b"Accept: \0", b"Sec-WebSocket-Version: 13\r\nUpgrade: websocket\r\nConnection: Upgrade",
)  # fmt: skip
BODIES: Final = (
    b"",
    b"hello",
    b"5\r\nhello\r\n0\r\n\r\n",
    b"0\r\nX: y\r\n\r\n",
    b"ffffffffffffffff\r\n",
    b"5;x=" + b"y" * 9_000 + b"\r\n",
)
PIECES: Final = (
    b"\r\n",
    b"\n",
    b"\r",
    b"\0",
    b":",
    b" ",
    b"\t",
    b"\xff",
    b"HTTP/1.1",
    b"HTTP/9.9",
    b"GET / HTTP/1.1\r\n\r\n",
    b"\r\n\r\n",
)
_ANSWER: Final = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})")
HONEST: Final = b"GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
WAIT_SECONDS: Final = 0.05
"""How long to wait for an answer that may not come, because the request is not at its end."""


class Broken(AssertionError):  # noqa: N818 - it says what the server is
    """The server did something it must never do."""


class HttpHead:
    """Requests to a server that is started for the run, and grows no more than this process may."""

    name = "http_head"
    noun = "requests"

    def __init__(self) -> None:
        folder = tempfile.TemporaryDirectory()
        atexit.register(folder.cleanup)
        self._server = ServerProcess(Path(folder.name) / "data")
        self._server.start()
        atexit.register(self._server.kill)
        host, _, port = self._server.settings["http"].rpartition(":")
        self._address = (host, int(port))

    def make(self, rng: random.Random) -> bytes:
        """Make a request; two of three are then damaged, and some are pipelined."""
        requests = b""
        for _ in range(rng.choice((1, 1, 1, 2, 5))):
            fields = b"".join(each + b"\r\n" for each in rng.sample(FIELDS, rng.randrange(5)))
            version = rng.choice((b"HTTP/1.1", b"HTTP/1.1", b"HTTP/1.0", b"HTTP/2.0", b""))
            requests += b"%b %b %b\r\n%b\r\n%b" % (
                rng.choice(METHODS),
                rng.choice(TARGETS),
                version,
                fields,
                rng.choice(BODIES),
            )
        return mutated(rng, requests, PIECES) if rng.randrange(3) else requests

    def test(self, rng: random.Random, given: bytes) -> Iterable[str]:
        """Send it in packets, read what comes, and see that others are answered."""
        heard = self._exchange(given, rng.randrange(1, 4), WAIT_SECONDS)
        if heard and not _ANSWER.match(heard):
            raise Broken(f"no answer of HTTP: {heard[:80]!r}")
        codes = [code.decode() for code in _ANSWER.findall(heard)]
        if any(code in {"500", "502"} for code in codes):
            raise Broken(f"the server failed: {heard[:300]!r}")
        started = time.monotonic()
        honest = self._exchange(HONEST, 1, 5.0)
        if not honest.startswith(b"HTTP/1.1 200") or time.monotonic() - started > 1.0:
            raise Broken(f"an honest request waited {time.monotonic() - started:.1f} s: {honest[:80]!r}")
        return codes or ("no answer",)

    def _exchange(self, data: bytes, packets: int, seconds: float) -> bytes:
        if not self._server.is_running:
            raise Broken("the server has ended")
        heard = b""
        with socket.create_connection(self._address, 5.0) as connection, contextlib.suppress(OSError):
            size = max(1, -(-len(data) // packets))
            for at in range(0, len(data), size):
                connection.sendall(data[at : at + size])
            connection.settimeout(seconds)
            while (block := connection.recv(65_536)) and len(heard) < 1_000_000:
                heard += block
        return heard


if __name__ == "__main__":
    sys.exit(main(HttpHead(), "Fuzz the heads of HTTP requests."))
