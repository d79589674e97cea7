"""Calls of ``/v3.1/send`` from many keep-alive clients at once.

``wrk`` when it is there, else our own clients in a process of their own (``python -m bench.http_load``).
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import httptools
import uvloop

from bench.programs import find

_SCRIPT = Path(__file__).with_name("send.lua")


@dataclass(frozen=True)
class Answers:
    """What the clients saw. Latencies are of whole calls, in milliseconds."""

    requests: int
    seconds: float
    refused: int
    broken: int
    p50_ms: float
    p99_ms: float


def body_of(batch: int, size: int) -> bytes:
    """Write a call of ``batch`` messages whose text is ``size`` bytes each."""
    line = "x" * 78 + "\r\n"
    message = {
        "From": {"Email": "alice@example.org"},
        "To": [{"Email": "bob@example.net"}],
        "Subject": "bench",
        "TextPart": line * (size // len(line)),
    }
    return json.dumps({"Messages": [message] * batch}).encode()


def call(url: str, key: tuple[str, str], body: Path, clients: int, seconds: int) -> Answers:
    """Post the body in a file for so many seconds over so many connections."""
    authorization = "Basic " + base64.b64encode(":".join(key).encode()).decode()
    if tool := find("wrk"):
        command = [
            tool,
            "-t1",
            f"-c{clients}",
            f"-d{seconds}s",
            "-s",
            _SCRIPT,
            url,
            "--",
            body,
            authorization,
        ]
    else:
        command = [sys.executable, "-m", "bench.http_load", url, body, authorization, clients, seconds]
    done = subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, timeout=seconds + 30, check=True
    )
    answers = Answers(**json.loads(done.stdout.splitlines()[-1]))
    if answers.refused or answers.broken:
        raise RuntimeError(f"not every call was a success: {answers}")
    return answers


class _Client(asyncio.Protocol):
    """One connection that sends the next request when the last one is answered."""

    def __init__(self, request: bytes, deadline: float, seen: list[float]) -> None:
        self._request = request
        self._deadline = deadline
        self._seen = seen
        self.refused = 0
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._send()

    def _send(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._began = time.monotonic()
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        now = time.monotonic()
        self._seen.append(now - self._began)
        self.refused += self._parser.get_status_code() != 200
        if now < self._deadline:
            # The parser must not be replaced while it calls us.
            asyncio.get_running_loop().call_soon(self._send)
        else:
            self._transport.close()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(error is not None or time.monotonic() < self._deadline)


async def _calls(url: str, body: bytes, authorization: str, clients: int, seconds: int) -> Answers:
    loop = asyncio.get_running_loop()
    host, _, path = url.removeprefix("http://").partition("/")
    name, _, port = host.rpartition(":")
    head = f"POST /{path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: {authorization}\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    seen: list[float] = []
    began = time.monotonic()
    made = [
        await loop.create_connection(
            lambda: _Client(head.encode() + body, began + seconds, seen), name, int(port)
        )
        for _ in range(clients)
    ]
    broken = sum([await client.done for _, client in made])
    hundredths = statistics.quantiles(seen, n=100)
    return Answers(
        requests=len(seen),
        seconds=time.monotonic() - began,
        refused=sum(client.refused for _, client in made),
        broken=broken,
        p50_ms=hundredths[49] * 1e3,
        p99_ms=hundredths[98] * 1e3,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("body", type=Path)
    parser.add_argument("authorization")
    parser.add_argument("clients", type=int)
    parser.add_argument("seconds", type=int)
    chosen = parser.parse_args()
    body = chosen.body.read_bytes()
    answers = uvloop.run(_calls(chosen.url, body, chosen.authorization, chosen.clients, chosen.seconds))
    print(json.dumps(vars(answers)))


if __name__ == "__main__":
    main()
