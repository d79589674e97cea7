"""A body has one length. The official Ruby client says two; it is read by its chunks, and nothing follows it."""

import asyncio
import contextlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.raw_http import Recorder, say, serving, statuses

HOST = b"Host: x\r\n"
BOTH = b"POST /a HTTP/1.1\r\n" + HOST + b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n"
BODY = b"5\r\nhello\r\n0\r\n\r\n"
NEXT = b"GET /smuggled HTTP/1.1\r\n" + HOST + b"\r\n"


@pytest.fixture
async def app():
    return Recorder()


@pytest.fixture
async def port(app):
    async with serving(app) as port:
        yield port


RUBY = (
    b"POST /v3/DATA/contactslist/5/CSVData/text:plain HTTP/1.1\r\n"
    b"Content-Type: text/plain\r\n"
    b"Accept: application/json\r\n"
    b"Accept-Encoding: gzip;q=1.0,deflate;q=0.6,identity;q=0.3\r\n"
    b"User-Agent: mailjet-api-v3-ruby/1.7.4\r\n"
    b"Authorization: Basic YTpi\r\n"
    b"Transfer-Encoding: chunked\r\n"
    b"Content-Length: 21\r\n"
    b"Host: localhost\r\n\r\n"
)
"""As net/http sends a stream whose caller set both headers."""


async def test_the_upload_of_the_ruby_client_is_read_by_its_chunks(port, app):
    received = await say(port, RUBY, b"15\r\nemail\nann@example.org\r\n0\r\n\r\n")
    assert statuses(received) == [200]
    assert b"connection: close" in received
    assert app.calls[0]["body"] == b"email\nann@example.org"


async def test_the_application_does_not_see_the_length_that_does_not_count(port, app):
    await say(port, BOTH % 999_999_999, BODY)
    assert {name for name, _ in app.calls[0]["headers"]} == {b"host", b"transfer-encoding"}


@pytest.mark.parametrize("length", [0, 1, 5, 15, 4_000])
@pytest.mark.parametrize("is_first", [True, False])
async def test_whatever_the_length_says_the_chunks_count(port, app, length, is_first):
    names = [b"Content-Length: %d\r\n" % length, b"Transfer-Encoding: chunked\r\n"]
    head = b"POST /a HTTP/1.1\r\n" + HOST + b"".join(names if is_first else names[::-1]) + b"\r\n"
    assert statuses(await say(port, head + BODY)) == [200]
    assert [call["body"] for call in app.calls] == [b"hello"]


SPLITS = {
    "at once": (BOTH % 5 + BODY + NEXT,),
    "after the body": (BOTH % 5 + BODY, NEXT),
    "in the middle": (BOTH % 5 + BODY[:7], BODY[7:] + NEXT),
    "length of all": (BOTH % len(BODY + NEXT) + BODY + NEXT,),
    "length of nothing": (BOTH % 0 + BODY + NEXT,),
    "twice": (BOTH % 5 + BODY + BOTH % 5 + BODY,),
    "byte by byte": tuple(bytes([byte]) for byte in BOTH % 5 + BODY + NEXT),
}


@pytest.mark.parametrize("pieces", SPLITS.values(), ids=SPLITS.keys())
@pytest.mark.parametrize("is_slow", [True, False])
async def test_no_request_follows_one_with_two_lengths(port, app, pieces, is_slow):
    if is_slow:
        app.gate.clear()
        asyncio.get_running_loop().call_later(0.2, app.gate.set)
    with contextlib.suppress(ConnectionResetError):
        assert statuses(await say(port, *pieces)) == [200]
    assert app.paths == ["/a"]


async def test_it_may_follow_others(port, app):
    received = await say(port, b"GET /b HTTP/1.1\r\n" + HOST + b"\r\n" + BOTH % 5 + BODY + NEXT)
    assert statuses(received) == [200, 200]
    assert app.paths == ["/b", "/a"]


async def test_a_refusal_waits_until_all_requests_before_it_are_answered(port, app):
    """One packet: two good requests and what is none. The refusal is not taken for an answer of the second."""
    posted = b"POST /%b HTTP/1.1\r\n" + HOST + b"Content-Length: 1\r\n\r\nx"
    received = await say(port, posted % b"a" + posted % b"b" + b"NO SUCH\r\n\r\n")
    assert statuses(received) == [200, 200, 400]
    assert app.paths == ["/a", "/b"]


REFUSED = {
    "two lengths that differ": (400, b"Content-Length: 5\r\nContent-Length: 6\r\n"),
    "two lengths that agree": (400, b"Content-Length: 5\r\nContent-Length: 5\r\n"),
    "a list of lengths": (400, b"Content-Length: 5, 5\r\n"),
    "a signed length": (400, b"Content-Length: +5\r\n"),
    "a length in hexadecimal": (400, b"Content-Length: 0x5\r\n"),
    "a length of blanks": (400, b"Content-Length: 5 5\r\n"),
    "a wrong length beside chunks": (400, b"Content-Length: x\r\nTransfer-Encoding: chunked\r\n"),
    "two lengths beside chunks": (
        400,
        b"Content-Length: 5\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n",
    ),
    "chunked twice": (400, b"Transfer-Encoding: chunked, chunked\r\n"),
    "chunked in two headers": (400, b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
    "compressed in transfer": (501, b"Transfer-Encoding: gzip, chunked\r\n"),
    "compressed in transfer, in two headers": (
        501,
        b"Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n",
    ),
    "compressed beside a length": (501, b"Content-Length: 5\r\nTransfer-Encoding: gzip, chunked\r\n"),
    "chunked first": (400, b"Transfer-Encoding: chunked, gzip\r\n"),
    "only compressed": (501, b"Transfer-Encoding: gzip\r\n"),
    "identity": (501, b"Transfer-Encoding: identity\r\n"),
    "identity beside a length": (501, b"Content-Length: 5\r\nTransfer-Encoding: identity\r\n"),
    "misspelt": (501, b"Transfer-Encoding: xchunked\r\n"),
    "misspelt beside a length": (501, b"Content-Length: 5\r\nTransfer-Encoding: xchunked\r\n"),
    "with a parameter": (501, b"Transfer-Encoding: chunked;q=1\r\n"),
    "empty": (400, b"Transfer-Encoding: \r\n"),
    "folded": (400, b"Transfer-Encoding:\r\n chunked\r\n"),
    "a blank before the colon": (400, b"Transfer-Encoding : chunked\r\n"),
    "a vertical tab": (400, b"Transfer-Encoding: \x0bchunked\r\n"),
    "a tab after it": (501, b"Transfer-Encoding: chunked\t\r\n"),
    "in quotes": (501, b'Transfer-Encoding: "chunked"\r\n'),
}


@pytest.mark.parametrize(("status", "fields"), REFUSED.values(), ids=REFUSED.keys())
async def test_other_ways_to_say_a_length_are_refused_and_the_connection_is_closed(port, app, status, fields):
    received = await say(port, b"POST /a HTTP/1.1\r\n" + HOST + fields + b"\r\n" + BODY + NEXT)
    assert statuses(received) == [status]
    assert b"connection: close" in received
    assert app.calls == []


@pytest.mark.parametrize("coding", [b"chunked", b"Chunked", b"CHUNKED", b"  chunked "])
async def test_the_case_of_the_coding_does_not_matter(port, app, coding):
    head = b"POST /a HTTP/1.1\r\nConnection: close\r\n" + HOST + b"Transfer-Encoding: " + coding + b"\r\n\r\n"
    assert statuses(await say(port, head + BODY)) == [200]
    assert app.calls[0]["body"] == b"hello"


@pytest.mark.parametrize("length", [b"", b"Content-Length: 5\r\n"])
async def test_http_1_0_has_no_chunks(port, app, length):
    head = b"POST /a HTTP/1.0\r\n" + HOST + length + b"Transfer-Encoding: chunked\r\n\r\n"
    assert statuses(await say(port, head + BODY + NEXT)) == [400]
    assert app.calls == []


LIKE_CHUNKED = st.lists(
    st.sampled_from(
        [b"chunked", b"Chunked", b"gzip", b",", b" ", b"\t", b";", b'"', b"x", b"\xa0", b"identity"]
    ),
    max_size=5,
).map(b"".join)


@given(fields=st.lists(LIKE_CHUNKED, min_size=1, max_size=2), has_length=st.booleans())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_the_coding_looks_like_the_body_is_that_of_the_chunks_or_the_request_is_refused(
    fields, has_length
):
    async def sent():
        app = Recorder()
        async with serving(app) as port:
            lines = b"".join(b"Transfer-Encoding: " + each + b"\r\n" for each in fields)
            lines += b"Content-Length: 5\r\n" * has_length
            head = b"POST /a HTTP/1.1\r\nConnection: close\r\n" + HOST + lines + b"\r\n"
            return statuses(await say(port, head + BODY + NEXT)), [call["body"] for call in app.calls]

    assert asyncio.run(sent()) in (([200], [b"hello"]), ([400], []), ([501], []))


CHUNKS = {
    "a size that is no number": b"x\r\nhello\r\n0\r\n\r\n",
    "a negative size": b"-5\r\nhello\r\n0\r\n\r\n",
    "a size with a prefix": b"0x5\r\nhello\r\n0\r\n\r\n",
    "a size too large to count": b"ffffffffffffffffff\r\nhello",
    "a line feed alone": b"5\nhello\n0\n\n",
    "more than the size": b"5\r\nhello world\r\n0\r\n\r\n",
    "a blank before the line end": b"5 \r\nhello\r\n0\r\n\r\n",
    "no end of a chunk": b"5\r\nhello0\r\n\r\n",
}


@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("chunks", CHUNKS.values(), ids=CHUNKS.keys())
async def test_chunks_that_are_wrong_end_the_request_without_an_answer_of_the_application(
    port, app, chunks, both
):
    head = BOTH % 5 if both else (BOTH % 5).replace(b"Content-Length: 5\r\n", b"")
    received = await say(port, head + chunks + NEXT)
    assert statuses(received) == [400]
    assert [call["body"] for call in app.calls] == [None]
