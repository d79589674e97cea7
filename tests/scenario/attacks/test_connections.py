"""Strangers fill the process with connections, over SMTP and HTTP, with and without TLS: others are still served."""

import asyncio
import base64
import errno
import ssl

import pytest

from aerogram.base.clock import ManualClock
from aerogram.base.sealing import Sealer, new_master_key
from aerogram.net import connections, tls_listener
from aerogram.net.connections import ConnectionLimiter
from support.raw_http import Recorder, say, serving, statuses
from support.smtp_door import Client, SmtpHouse
from support.waiting import until

PLACES = 20
GET = b"GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
SILENT = {
    "nothing": b"",
    "half a head": b"GET / HT",
    "half a body": b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n12345",
    "half a chunk": b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
    "a request, then nothing": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
}


@pytest.fixture
def database_url():
    return None


@pytest.fixture
async def limiter(monkeypatch):
    monkeypatch.setattr(connections, "MAX_CONNECTIONS", PLACES)
    monkeypatch.setattr(connections, "MAX_CONNECTIONS_OF_PROVEN", 4)
    monkeypatch.setattr(connections, "MAX_CONNECTIONS_PER_CLIENT", 5)
    return ConnectionLimiter(ManualClock())


async def becomes(condition):
    async def asked():
        return condition()

    await until(asked, "the connections")


class Flood:
    """Connections of many clients that stay open."""

    def __init__(self):
        self.open = []

    async def connect(self, port, sent=b"", count=3 * PLACES, networks=200, **options):
        """Connect from 127.0.1.1 and so on: each address is another client."""
        for number in range(count):
            local = (f"127.0.1.{1 + number % networks}", 0)
            opened = await asyncio.open_connection("127.0.0.1", port, local_addr=local, **options)
            opened[1].write(sent)
            self.open.append(opened)

    async def close(self):
        for _, writer in self.open:
            writer.transport.abort()


@pytest.fixture
async def flood():
    made = Flood()
    yield made
    await made.close()


@pytest.fixture
async def installation(database, ids, clock, tmp_path, limiter):
    house = SmtpHouse(database, Sealer(new_master_key()), ids, clock, tmp_path)
    house.connections = limiter
    return house


@pytest.mark.parametrize("sent", SILENT.values(), ids=SILENT.keys())
async def test_a_newcomer_is_served_over_http_while_strangers_hold_all_places(limiter, flood, sent):
    app = Recorder()
    async with serving(app, limiter) as port:
        await flood.connect(port, sent)
        for _ in range(5):
            assert statuses(await say(port, GET)) == [200]
        assert limiter.count <= PLACES
        await flood.close()
        await becomes(lambda: limiter.count == 0)


async def test_so_it_is_while_they_never_begin_tls(limiter, flood, tmp_path):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    async with serving(Recorder(), limiter, tmp_path) as port:
        await flood.connect(port)
        assert statuses(await say(port, GET, ssl=context)) == [200]
        await flood.connect(port, b"\x16\x03\x01\x00\xff")
        assert statuses(await say(port, GET, ssl=context)) == [200]
        assert limiter.count <= PLACES
        await flood.close()
        await becomes(lambda: limiter.count == 0)


async def test_one_client_has_no_more_than_its_share_and_takes_it_from_itself(limiter, flood):
    async with serving(Recorder(), limiter) as port:
        reader, _ = other = await asyncio.open_connection("127.0.0.1", port, local_addr=("127.0.0.9", 0))
        flood.open.append(other)
        await flood.connect(port, networks=1)
        await becomes(lambda: limiter.count == 6)
        assert statuses(await say(port, GET, local_addr=("127.0.1.1", 0))) == [200]
        assert not reader.at_eof()


async def test_a_client_with_all_its_places_in_use_is_told_so(limiter, flood):
    app = Recorder()
    app.gate.clear()
    async with serving(app, limiter) as port:
        await flood.connect(port, GET, count=5, networks=1)
        await becomes(lambda: len(app.calls) == 5)
        received = await say(port, local_addr=("127.0.1.1", 0))
        assert statuses(received) == [503]
        assert b"retry-after: 5" in received
        assert b"too many connections" in received
        app.gate.set()
        await becomes(lambda: limiter.count == 0)
        assert statuses(await say(port, GET, local_addr=("127.0.1.1", 0))) == [200]


async def test_smtp_and_http_share_the_places(limiter, flood, installation):
    async with installation.opened(), serving(Recorder(), limiter) as port:
        await flood.connect(port)
        client = await installation.client()
        assert (await client.say("NOOP")).startswith("250")
        await flood.connect(installation.port)
        assert statuses(await say(port, GET)) == [200]
        assert limiter.count <= PLACES


async def test_a_session_that_has_signed_in_keeps_its_place_and_its_network_is_proven(
    limiter, flood, installation
):
    async with installation.opened(), serving(Recorder(), limiter) as port:
        client = await installation.client()
        await client.say("EHLO client.example")
        assert (await client.say(f"AUTH PLAIN {installation.plain()}")).startswith("235")
        await flood.connect(port, count=2 * PLACES)
        await flood.connect(installation.port, count=2 * PLACES)
        assert (await client.send_mail(b"From: ann@example.org\r\n\r\nx\r\n")).startswith("250")
        again = await installation.client()
        await flood.connect(port, count=2 * PLACES)
        assert (await again.say("NOOP")).startswith("250")


async def test_a_silent_stranger_of_smtp_is_told_421_when_it_makes_room(limiter, flood, installation):
    async with installation.opened() as door:
        await flood.connect(installation.port)
        first = Client(*flood.open[0])
        assert (await first.reply()).startswith("220")
        assert (await first.reply()).startswith("421 4.3.2")
        assert await first.is_cut()
        assert door.connections <= PLACES


async def test_strangers_that_never_begin_tls_over_smtp_make_room_too(limiter, flood, installation):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    async with installation.opened(is_tls=True, offers_starttls=False):
        await flood.connect(installation.port)
        client = Client(*await asyncio.open_connection("127.0.0.1", installation.port, ssl=context))
        assert (await client.reply()).startswith("220")
        await client.say("EHLO client.example")
        assert (await client.say(f"AUTH PLAIN {installation.plain()}")).startswith("235")
        await flood.connect(installation.port)
        assert (await client.say("NOOP")).startswith("250")
        client.writer.close()


async def test_a_client_that_signs_in_over_http_keeps_room_when_all_places_are_in_use(limiter, flood):
    app = Recorder()

    async def signing_in(scope, receive, send):
        if (b"authorization", b"Basic " + base64.b64encode(b"a:b")) in scope["headers"]:
            scope["visit"].prove()
        await app(scope, receive, send)

    async with serving(signing_in, limiter) as port:
        known = GET.replace(b"\r\n\r\n", b"\r\nAuthorization: Basic YTpi\r\n\r\n")
        assert statuses(await say(port, known)) == [200]
        app.gate.clear()
        await flood.connect(port, GET, count=PLACES)
        await becomes(lambda: limiter.count == PLACES)
        assert statuses(await say(port, local_addr=("127.0.0.7", 0))) == [503]
        asyncio.get_running_loop().call_later(0.2, app.gate.set)
        assert statuses(await say(port, known)) == [200]


async def test_when_no_descriptor_is_left_a_tls_listener_pauses_and_goes_on(limiter, tmp_path, monkeypatch):
    monkeypatch.setattr(tls_listener, "PAUSE_SECONDS", 0.05)
    async with serving(Recorder(), limiter, tmp_path) as port:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        accept, tries = tls_listener.socket.socket.accept, []

        def exhausted(listening):
            tries.append(1)
            if len(tries) < 4:
                raise OSError(errno.EMFILE, "Too many open files")
            return accept(listening)

        monkeypatch.setattr(tls_listener.socket.socket, "accept", exhausted)
        assert statuses(await say(port, GET, ssl=context)) == [200]
        assert len(tries) < 10


async def test_a_reset_in_the_middle_of_a_handshake_leaves_no_place_taken(limiter, tmp_path):
    async with serving(Recorder(), limiter, tmp_path) as port:
        for _ in range(30):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"\x16\x03\x01")
            writer.transport.abort()
        await becomes(lambda: limiter.count == 0)
