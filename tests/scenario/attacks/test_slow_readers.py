"""Clients that send requests or commands and never read: they cost little, and are cut off after a while.

``ATTACK_SIZE=full`` has 200 readers that pipeline 20,000 requests each, as in the report.
"""

import asyncio
import contextlib
import os
import socket

import pytest

from aerogram.app.http import patience as http_patience
from aerogram.app.http.server import HttpServers
from aerogram.app.listening import _bind
from aerogram.app.settings.values import HostPort
from aerogram.base.in_flight.in_flight import InFlight
from aerogram.base.sealing import Sealer, new_master_key
from aerogram.doors.smtp import listener
from support.held_memory import MEGABYTE, Honest, forget_peak, peak_bytes, resident_bytes
from support.server import running
from support.smtp_door import SmtpHouse
from support.waiting import until
from support.whole_server import OPEN_DOOR

IS_FULL = os.environ.get("ATTACK_SIZE") == "full"
READERS, SECONDS = (200, 20.0) if IS_FULL else (30, 3.0)


@pytest.fixture
def database_url():
    return None


async def push(port, data, seconds):
    """Send the same bytes again and again without reading; give how many the server took."""
    loop = asyncio.get_running_loop()
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.setblocking(False)
    taken = 0
    try:
        with contextlib.suppress(OSError, TimeoutError):
            await loop.sock_connect(client, ("127.0.0.1", port))
            async with asyncio.timeout(seconds):
                while True:
                    taken += await _send(loop, client, data)
    finally:
        client.close()
    return taken


async def _send(loop, client, data):
    await loop.sock_sendall(client, data)
    return len(data)


@pytest.mark.parametrize("path", ["/", "/openapi.json", "/livez", "/nothing"])
async def test_readers_that_pipeline_and_never_read_cost_little(tmp_path, path):
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode() * 100
    with running(tmp_path / "data", **OPEN_DOOR) as server:
        http_port = int(server.settings["http"].rpartition(":")[2])
        before = resident_bytes(server.pid)
        forget_peak(server.pid)
        honest = Honest(server.smtp_port)
        async with honest.sending():
            await asyncio.gather(*(push(http_port, request, SECONDS) for _ in range(READERS)))
        assert peak_bytes(server.pid) - before < 100 * MEGABYTE
        assert {reply[:3] for reply in honest.replies} == {"250"}
        assert server.stop() == 0
        assert "Traceback" not in server.log.read_text()


async def large_answers(scope, receive, send):
    body = b"x" * (8 * MEGABYTE)
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]}
    )
    for at in range(0, len(body), 65_536):
        await send({"type": "http.response.body", "body": body[at : at + 65_536], "more_body": True})
    await send({"type": "http.response.body", "body": b""})


@pytest.fixture
async def served(monkeypatch):
    """An HTTP server of little patience, and its port and budget."""
    monkeypatch.setattr(http_patience, "SWEEP_SECONDS", 0.05)
    monkeypatch.setattr(http_patience, "MAX_UNREAD_SECONDS", 0.5)
    async with serving(large_answers) as opened:
        yield opened


@contextlib.asynccontextmanager
async def serving(app):
    listening = _bind("http", HostPort("127.0.0.1", 0))
    in_flight = InFlight()
    servers = HttpServers(in_flight=in_flight)
    await servers.start(app, listening, None)
    yield listening.getsockname()[1], in_flight, servers
    await servers.close()
    listening.close()


class Pages:
    """Answers with pages of a size, and counts how many it made."""

    def __init__(self, size, piece=65_536):
        self.size = size
        self.piece = piece
        self.made = 0

    async def __call__(self, _scope, _receive, send):
        self.made += 1
        headers = [(b"content-length", b"%d" % self.size)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        for at in range(0, self.size, self.piece):
            body = b"x" * min(self.piece, self.size - at)
            await send({"type": "http.response.body", "body": body, "more_body": at + self.piece < self.size})


HEAD_SIZE = 100
"""Bytes of a head of `Pages`, about."""
BUFFERS = 256 * 1024
"""What the systems of both sides may hold of responses that nobody reads; without bounds it is 2 to 6 MB."""


@pytest.mark.parametrize("size", [1, 150, 1_000, 4_000, 10_000, 16_384, 40_000, 70_000, 300_000, 1_000_000])
async def test_a_client_that_pipelines_without_reading_is_served_only_what_the_buffers_hold(size):
    pages = Pages(size)
    async with serving(pages) as (port, _, _):
        await push(port, GET * 500, 1.0)
    assert 1 <= pages.made <= BUFFERS // (size + HEAD_SIZE) + 42  # those parsed at once


@pytest.mark.parametrize(("size", "requests"), [(1, 2_000), (10_000, 300), (70_000, 60), (300_000, 20)])
@pytest.mark.parametrize("pause", [0, 0.002])
async def test_a_client_that_pipelines_and_reads_gets_every_response(size, requests, pause):
    pages = Pages(size)
    async with serving(pages) as (port, in_flight, _):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=65_536)
        last = GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
        writer.write(GET * (requests - 1) + last)
        count = taken = 0
        while piece := await asyncio.wait_for(reader.read(65_536), 20):
            count += piece.count(b"x")
            taken += 1
            if taken % 10 == 0:
                await asyncio.sleep(pause)
        writer.close()
        assert (pages.made, count) == (requests, requests * size)
        assert in_flight.memory.used == 0


GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


async def test_a_client_that_does_not_read_its_response_is_cut_off(served):
    port, _, servers = served
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
    writer.write(GET)
    connections = servers._running[0][0].server_state.connections

    async def is_cut():
        return not connections

    await until(lambda: is_open(connections), "connected")
    await until(is_cut, "cut off")
    with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
        await reader.readexactly(9 * MEGABYTE)
    writer.close()


async def is_open(connections):
    return bool(connections)


async def test_a_client_that_reads_slowly_but_steadily_gets_everything(served):
    port, _, _ = served
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=65_536)
    writer.write(GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
    count = 0
    while piece := await reader.read(262_144):
        count += len(piece)
        await asyncio.sleep(0.02)
    assert count > 8 * MEGABYTE
    writer.close()


@pytest.mark.parametrize("requests", [2, 50, 300])
async def test_pipelined_requests_are_all_answered_in_order(served, requests):
    port, in_flight, _ = served
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    last = GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    writer.write(GET * (requests - 1) + last)
    count = 0
    while piece := await asyncio.wait_for(reader.read(MEGABYTE), 20):
        count += piece.count(b"HTTP/1.1 200")
        if count >= 5:
            break
    assert count == min(requests, 5) or requests == 2
    writer.close()

    async def is_released():
        return in_flight.memory.used == 0

    await until(is_released, "released")


async def test_an_smtp_client_that_never_reads_replies_is_cut_off(
    database, ids, clock, tmp_path, monkeypatch
):
    monkeypatch.setattr(listener, "SWEEP_SECONDS", 0.05)
    monkeypatch.setattr(listener, "MAX_UNREAD_SECONDS", 0.5)
    house = SmtpHouse(database, Sealer(new_master_key()), ids, clock, tmp_path)
    async with house.opened(max_errors=10**9) as door:
        pushing = asyncio.create_task(push(house.port, b"HELP\r\n" * 1000, 20))

        async def is_cut():
            return pushing.done()

        await until(is_cut, "cut off")
        assert await pushing < 20 * MEGABYTE
        assert door.connections == 0
        assert house.in_flight.memory.used == 0
        client = await house.client()
        assert (await client.say("NOOP"))[:3] == "250"
