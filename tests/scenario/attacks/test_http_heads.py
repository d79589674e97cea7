"""What comes before and between the bytes of a body has a bound, whatever its shape, and is refused with a sentence."""

import asyncio
import contextlib
import ssl

import pytest

from aerogram.app.http import connection as http_connection
from aerogram.app.http.connection import MAX_DRAINED_BYTES, MAX_HEAD_BYTES, MAX_HEAD_FIELDS, PIECE_BYTES
from support.raw_http import Recorder, say, serving, statuses

GET = b"GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
CHUNKED = b"POST /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.fixture
async def app():
    return Recorder()


@pytest.fixture(params=["plain", "tls"])
async def port(app, request, tmp_path, monkeypatch):
    # TLS has no end of one direction: a client that does not read waits so long.
    monkeypatch.setattr(http_connection, "DRAIN_SECONDS", 0.3)
    async with serving(app, folder=tmp_path if request.param == "tls" else None) as port:
        yield port


@pytest.fixture
def said_to(port, request):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    is_tls = "tls" in request.node.name

    async def said(*pieces):
        return await say(port, *pieces, **({"ssl": context} if is_tls else {}))

    return said


def head_of(size, begins=GET):
    """Give a whole head of exactly this many bytes."""
    rest = size - len(begins) - len(b"X: \r\n\r\n")
    return begins + b"X: " + b"y" * rest + b"\r\n\r\n"


ENDLESS = {
    "value": GET + b"X: " + b"y" * 100_000,
    "value of blanks": GET + b"X: " + b" " * 100_000,
    "value of tabs at the end": GET + b"X: y" + b"\t" * 100_000,
    "name": GET + b"X" * 100_000,
    "target": b"GET /" + b"a" * 100_000,
    "query": b"GET /?" + b"a=b&" * 25_000,
    "absolute target": b"GET http://x/" + b"a" * 100_000,
    "many headers": GET + b"X: y\r\n" * 20_000,
    "many empty headers": GET + b"X:\r\n" * 30_000,
    "blank lines before the request": b"\r\n" * 50_000,
    "cookies": GET + b"Cookie: a=b\r\n" * 10_000,
    "credentials": GET + b"Authorization: Basic " + b"QQ" * 50_000,
    "host": b"GET / HTTP/1.1\r\nHost: " + b"x" * 100_000,
}


@pytest.mark.parametrize("head", ENDLESS.values(), ids=ENDLESS.keys())
async def test_a_head_that_does_not_end_is_refused_and_the_application_is_not_called(said_to, app, head):
    received = await said_to(head)
    assert statuses(received) == [431]
    assert b"connection: close" in received
    assert b"64 KiB" in received
    assert app.calls == []


@pytest.mark.parametrize("step", [1_000, 4_000, 30_000])
async def test_a_head_that_comes_in_pieces_is_counted_as_a_whole(said_to, app, step):
    head = ENDLESS["value"]
    received = await said_to(*(head[start : start + step] for start in range(0, len(head), step)))
    assert statuses(received) == [431]
    assert app.calls == []


async def test_the_bound_is_exact(said_to):
    assert statuses(await said_to(head_of(MAX_HEAD_BYTES))) == [200]
    assert statuses(await said_to(head_of(MAX_HEAD_BYTES + 1))) == [431]
    assert statuses(await said_to(head_of(MAX_HEAD_BYTES) + b"GET / HTTP/1.1\r\n\r\n")) == [200]


async def test_so_is_the_number_of_headers(said_to):
    more = MAX_HEAD_FIELDS - GET.count(b": ")
    assert statuses(await said_to(GET + b"X: y\r\n" * more + b"\r\n")) == [200]
    assert statuses(await said_to(GET + b"X: y\r\n" * (more + 1) + b"\r\n")) == [431]


FRAMING = {
    "chunk extension": b"1;" + b"x" * 100_000,
    "chunk extension with a value": b'1;a="' + b"x" * 100_000,
    "zeros before a chunk size": b"0" * 100_000,
    "extensions of many chunks": (b"1;" + b"x" * 1_000 + b"\r\nA\r\n") * 100,
    "trailer value": b"1\r\nA\r\n0\r\nX: " + b"y" * 100_000,
    "trailer name": b"1\r\nA\r\n0\r\n" + b"y" * 100_000,
    "many trailers": b"1\r\nA\r\n0\r\n" + b"X: y\r\n" * 20_000,
}


@pytest.mark.parametrize("framing", FRAMING.values(), ids=FRAMING.keys())
async def test_what_stands_between_the_bytes_of_a_body_is_bounded(said_to, app, framing):
    received = await said_to(CHUNKED + framing)
    assert statuses(received) in ([431], [400])
    assert [call["body"] for call in app.calls] == [None]


async def test_a_large_body_of_chunks_of_one_byte_is_read(said_to, app):
    received = await said_to(CHUNKED, b"1\r\nA\r\n" * 100_000, b"0\r\n\r\n")
    assert statuses(received) == [200]
    assert app.calls[0]["body"] == b"A" * 100_000


async def test_a_large_body_of_one_piece_is_read(said_to, app):
    body = b"A" * 1_000_000
    assert statuses(
        await said_to(GET.replace(b"GET", b"POST") + b"Content-Length: 1000000\r\n\r\n", body)
    ) == [200]
    assert app.calls[0]["body"] == body


async def test_trailers_are_no_headers(said_to, app):
    trailers = b"0\r\nAuthorization: Basic QTpC\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n"
    assert statuses(await said_to(CHUNKED + b"1\r\nA\r\n" + trailers)) == [200]
    assert {name for name, _ in app.calls[0]["headers"]} == {b"host", b"connection", b"transfer-encoding"}


async def test_many_small_requests_on_one_connection_are_served(said_to, app):
    one = head_of(8_000, b"GET /a HTTP/1.1\r\nHost: x\r\n")
    received = await said_to(*[one] * 30, GET + b"\r\n")
    assert statuses(received) == [200] * 31
    assert len(app.calls) == 31


async def test_an_endless_head_after_a_request_is_refused_after_the_response_to_it(said_to, app):
    app.gate.clear()
    asyncio.get_running_loop().call_later(0.2, app.gate.set)
    received = await said_to(b"GET /first HTTP/1.1\r\nHost: x\r\n\r\n" + ENDLESS["value"])
    assert statuses(received) == [200, 431]
    assert received.index(b"/first:") < received.index(b"431")
    assert app.paths == ["/first"]


async def test_what_follows_a_refusal_is_discarded_and_no_request(said_to, app):
    received = await said_to(ENDLESS["value"], b"\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n")
    assert statuses(received) == [431]
    assert app.calls == []


async def test_a_client_that_sends_on_after_a_refusal_is_cut_off(said_to, monkeypatch):
    seen = []
    discard = http_connection.HttpConnection._discard
    monkeypatch.setattr(
        http_connection.HttpConnection, "_discard", lambda self, n: (seen.append(n), discard(self, n))
    )
    with contextlib.suppress(ConnectionError, ssl.SSLError):
        await said_to(GET + b"X: ", *[b"y" * 100_000] * 100)
    assert sum(seen) <= MAX_DRAINED_BYTES + 512 * 1024


async def test_the_parser_is_given_no_more_than_the_bound(said_to, monkeypatch):
    given = []
    feed = http_connection.HttpConnection._feed
    monkeypatch.setattr(
        http_connection.HttpConnection,
        "_feed",
        lambda self, piece: (given.append(len(piece)), feed(self, piece)),
    )
    with contextlib.suppress(ConnectionError, ssl.SSLError):
        await said_to(GET + b"X: ", *[b"y" * 100_000] * 50)
    assert MAX_HEAD_BYTES < sum(given) <= MAX_HEAD_BYTES + PIECE_BYTES


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(100),
        b"EHLO x\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\nBad Name: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nX: a\x00b\r\n\r\n",
        b"GET / HTTP/1.1\nX: y\n\n",
        b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET http:// HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n",
    ],
)
async def test_what_is_no_http_is_refused_without_a_line_in_the_log(said_to, app, caplog, sent):
    received = await said_to(sent)
    assert statuses(received) == [400]
    assert b"not valid HTTP/1.1" in received
    assert app.calls == []
    assert caplog.records == []


async def test_connect_is_refused(said_to, app):
    assert statuses(await said_to(b"CONNECT x:25 HTTP/1.1\r\nHost: x:25\r\n\r\nEHLO x\r\n")) == [501]
    assert app.calls == []


@pytest.mark.parametrize("offered", [b"h2c", b"websocket", b"TLS/1.0"])
async def test_an_offer_of_another_protocol_changes_nothing(said_to, app, offered):
    """Java's HTTP client asks for HTTP/2 in its first request, with a body."""
    upgrade = b"Connection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAE\r\nUpgrade: " + offered + b"\r\n"
    first = b"POST /a HTTP/1.1\r\nHost: x\r\n" + upgrade + b"Content-Length: 5\r\n\r\nhello"
    second = b"POST /b HTTP/1.1\r\nHost: x\r\n" + upgrade + b"Transfer-Encoding: chunked\r\n\r\n"
    received = await said_to(first + second, b"5\r\nhe", b"llo\r\n0\r\n\r\n", GET + b"\r\n")
    assert statuses(received) == [200] * 3
    assert [(call["path"], call["body"]) for call in app.calls] == [
        ("/a", b"hello"),
        ("/b", b"hello"),
        ("/a", b""),
    ]


async def test_a_tls_listener_that_hears_no_tls_says_nothing_in_the_log(app, tmp_path, caplog):
    async with serving(app, folder=tmp_path) as port:
        for sent in (b"GET / HTTP/1.1\r\n\r\n", bytes(500), b"\x16\x03\x01\x00\x05hello"):
            with contextlib.suppress(ConnectionError):
                await say(port, sent)
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.close()
        await asyncio.sleep(0.1)
    assert app.calls == []
    assert caplog.records == []
