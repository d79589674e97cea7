"""HTTP clients that connect and send nothing, or a byte now and then, are let go; others are not."""

import asyncio

import pytest

from aerogram.app.http import patience as http_patience
from aerogram.app.http import server as http_server
from aerogram.app.http.server import HttpServers
from aerogram.app.listening import _bind
from aerogram.app.settings.values import HostPort


async def slow_app(scope, receive, send):
    """Read the request, think for longer than anyone's patience, answer."""
    while (await receive()).get("more_body"):
        pass
    await asyncio.sleep(0.5)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


@pytest.fixture
async def port(monkeypatch):
    monkeypatch.setattr(http_patience, "SWEEP_SECONDS", 0.05)
    monkeypatch.setattr(http_patience, "HEAD_SECONDS", 0.2)
    monkeypatch.setattr(http_patience, "BODY_SECONDS", 0.3)
    listening = _bind("http", HostPort("127.0.0.1", 0))
    servers = HttpServers()
    await servers.start(slow_app, listening, None)
    yield listening.getsockname()[1]
    await servers.close()
    listening.close()


HEAD = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n"


@pytest.mark.parametrize("sent", [b"", b"GET / HT", HEAD, HEAD + b"12345"])
async def test_a_client_that_stops_in_the_middle_is_let_go(port, sent):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    assert await is_let_go(reader)
    writer.close()


async def is_let_go(reader):
    try:
        return await asyncio.wait_for(reader.read(), 5) == b""
    except ConnectionResetError:
        # A byte of ours crossed the end of the connection.
        return True


async def test_a_connection_that_stays_idle_after_an_answer_is_closed(monkeypatch):
    monkeypatch.setattr(http_patience, "SWEEP_SECONDS", 0.05)
    monkeypatch.setattr(http_server, "KEEP_ALIVE_SECONDS", 0.2)
    listening = _bind("http", HostPort("127.0.0.1", 0))
    servers = HttpServers()
    await servers.start(slow_app, listening, None)
    reader, writer = await asyncio.open_connection(*listening.getsockname())
    for _ in range(2):
        # The next request comes in time.
        writer.write(HEAD + b"1234567890")
        assert (await asyncio.wait_for(reader.readuntil(b"\r\n\r\nok"), 5)).startswith(b"HTTP/1.1 200")
    assert await is_let_go(reader)
    writer.close()
    await servers.close()
    listening.close()


async def test_a_client_that_sends_a_byte_now_and_then_is_let_go(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    async def trickle():
        for byte in b"GET / HTTP/1.1\r\n" + b"X-Padding: x\r\n" * 100:
            writer.write(bytes([byte]))
            await asyncio.sleep(0.02)

    trickling = asyncio.create_task(trickle())
    assert await is_let_go(reader)
    trickling.cancel()
    writer.close()


async def test_a_client_that_waits_for_a_slow_answer_gets_it(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(HEAD + b"1234567890")
    assert (await asyncio.wait_for(reader.read(), 5)).endswith(b"ok")
    writer.close()
