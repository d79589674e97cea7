"""Clients that leave in the middle, at every door and in every way: no traceback, and nothing stays behind."""

import asyncio
import base64
import contextlib
import socket
import struct

import pytest

from support.server import API_KEY, SECRET_KEY, running
from support.whole_server import OPEN_DOOR, send

AUTHORIZATION = b"Authorization: Basic " + base64.b64encode(f"{API_KEY}:{SECRET_KEY}".encode())


def post(path, body=b"", kind=b"application/json", extra=b"", length=100_000):
    head = b"POST %s HTTP/1.1\r\nHost: localhost\r\n%s\r\nContent-Type: %s\r\nContent-Length: %d\r\n%s\r\n"
    return head % (path, AUTHORIZATION, kind, length, extra) + body


def get(path):
    return b"GET %s HTTP/1.1\r\nHost: localhost\r\n%s\r\n\r\n" % (path, AUTHORIZATION)


FILE = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n\x89PNG\r\n\x1a\n'
HTTP = {
    "nothing": b"",
    "half a head": b"GET / HTTP/1.1\r\nHost",
    "Send API v3.1": post(b"/v3.1/send", b"{"),
    "Send API v3.1, in a file": post(b"/v3.1/send", b"{" * 400_000, length=1_000_000),
    "Send API v3.1, compressed": post(b"/v3.1/send", b"\x1f\x8b\x08", extra=b"Content-Encoding: gzip\r\n"),
    "Send API v3.1, chunked": post(b"/v3.1/send", b'5\r\n{"Mes').replace(
        b"Content-Length: 100000", b"Transfer-Encoding: chunked"
    ),
    "Send API v3.1, expecting 100": post(b"/v3.1/send", extra=b"Expect: 100-continue\r\n"),
    "Send API v3": post(b"/v3/send", b"{"),
    "REST": post(b"/v3/REST/contact", b"{"),
    "a page of REST": get(b"/v3/REST/contact?limit=1000"),
    "CSV": post(b"/v3/DATA/contactslist/1/CSVData/text:plain", b"email\n", b"text/plain"),
    "Content API": post(b"/v1/REST/templates", b"{"),
    "an image": post(b"/v1/data/images", FILE, b"multipart/form-data; boundary=x"),
    "a long poll": get(b"/inbox/api/wait?timeout=1&to=nobody"),
    "a list": get(b"/inbox/api/messages"),
    "a page": get(b"/"),
    "a large answer": get(b"/openapi.json"),
    "many large answers": get(b"/openapi.json") * 50,
    "metrics": get(b"/metrics"),
    "a form": post(b"/signup/x", b"a="),
    "an upgrade": b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
}
MAIL = b"EHLO x\r\nMAIL FROM:<alice@example.org>\r\nRCPT TO:<bob@example.net>\r\n"
SMTP = {
    "nothing": b"",
    "EHLO": b"EHLO x\r\n",
    "MAIL": b"EHLO x\r\nMAIL FROM:<alice@example.org>\r\n",
    "AUTH": b"EHLO x\r\nAUTH PLAIN\r\n",
    "a wrong AUTH": b"EHLO x\r\nAUTH PLAIN AGEAYg==\r\n",
    "STARTTLS": b"EHLO x\r\nSTARTTLS\r\n",
    "half a handshake": b"EHLO x\r\nSTARTTLS\r\n\x16\x03\x01",
    "no handshake": b"EHLO x\r\nSTARTTLS\r\nEHLO y\r\n",
    "DATA": MAIL + b"DATA\r\nFrom: alice@example.org\r\n\r\nx",
    "DATA in a file": MAIL + b"DATA\r\n" + b"x\r\n" * 200_000,
    "BDAT in a file": MAIL + b"BDAT 900000\r\n" + b"x" * 700_000,
    "five mails": (MAIL + b"DATA\r\nFrom: alice@example.org\r\n\r\nx\r\n.\r\n") * 5,
}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running(tmp_path_factory.mktemp("left") / "data", **OPEN_DOOR | {"log_level": "info"}) as opened:
        yield opened


async def leave(port, data, how, seconds):
    """Send bytes and leave after a while: close, reset, or close one direction first."""
    loop = asyncio.get_running_loop()
    client = socket.create_connection(("127.0.0.1", port))
    client.setblocking(False)
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(1):
            await loop.sock_sendall(client, data)
    await asyncio.sleep(seconds)
    with contextlib.suppress(OSError):
        if how == "reset":
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif how == "half":
            client.shutdown(socket.SHUT_WR)
            await asyncio.sleep(0.02)
    client.close()


async def leave_in_every_way(port, data):
    ways = [(how, seconds) for how in ("close", "reset", "half") for seconds in (0, 0.001, 0.01, 0.05)]
    await asyncio.gather(*(leave(port, data, *way) for way in ways * 2))


@pytest.mark.parametrize("what", HTTP)
async def test_leaving_in_the_middle_of_http_is_not_in_the_log(server, what):
    before = len(server.log.read_text())
    await leave_in_every_way(int(server.settings["http"].rpartition(":")[2]), HTTP[what])
    await asyncio.sleep(1.2 if what == "a long poll" else 0.2)
    assert server.log.read_text()[before:].strip() == ""


@pytest.mark.parametrize("what", SMTP)
async def test_leaving_in_the_middle_of_smtp_is_not_in_the_log(server, what):
    before = len(server.log.read_text())
    await leave_in_every_way(server.smtp_port, SMTP[what])
    await asyncio.sleep(0.2)
    assert server.log.read_text()[before:].strip() == ""


def test_a_server_that_clients_left_stops_as_it_should(tmp_path):
    with running(tmp_path / "data", **OPEN_DOOR) as server:
        for data in SMTP.values():
            asyncio.run(leave_in_every_way(server.smtp_port, data))
        assert send(server, "bob@example.net") == 250
        assert server.stop() == 0
