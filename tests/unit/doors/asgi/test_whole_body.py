"""Reading a request body: whatever its pieces, its encoding and its size, within the budget."""

import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aerogram.base.errors import BusyError
from aerogram.base.in_flight.budget import SMALL_BYTES
from aerogram.base.in_flight.in_flight import SPOOLED_FROM, InFlight
from aerogram.doors.asgi import held as counting
from aerogram.doors.asgi.bodies import BodyEncodingError, BodyTooLargeError, ClientGoneError
from aerogram.doors.asgi.held import begin
from aerogram.doors.asgi.whole_body import COPIES, read_body

MEGABYTE = 1024 * 1024
MAX_BYTES = 4 * MEGABYTE


def raw_deflate(data):
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


ENCODINGS = {
    b"": lambda data: data,
    b"identity": lambda data: data,
    b"gzip": lambda data: gzip.compress(data, mtime=0),
    b" GZIP ": lambda data: gzip.compress(data, mtime=0),
    b"x-gzip": lambda data: gzip.compress(data, mtime=0),
    b"deflate": zlib.compress,
    b"Deflate": raw_deflate,
}


def a_scope(**headers):
    pairs = [(name.replace("_", "-").encode(), value) for name, value in headers.items()]
    return {"headers": pairs, "client": ("127.0.0.1", 1)}


def source(data, piece=65_536, *, leaves=False):
    pieces = [data[at : at + piece] for at in range(0, len(data), piece)] or [b""]
    messages = [{"type": "http.request", "body": each, "more_body": True} for each in pieces]
    messages[-1]["more_body"] = leaves
    if leaves:
        messages.append({"type": "http.disconnect"})

    async def receive():
        return messages.pop(0)

    return receive


async def body_of(data, in_flight, *, piece=65_536, leaves=False, **headers):
    scope = a_scope(**headers)
    held = begin(scope, in_flight)
    try:
        return await read_body(scope, source(data, piece, leaves=leaves), MAX_BYTES)
    finally:
        held.release()
        assert (in_flight.memory.used, in_flight.files.used) == (0, 0)


@given(st.binary(max_size=300), st.sampled_from(sorted(ENCODINGS)), st.integers(1, 300))
async def test_a_body_comes_through_whatever_its_encoding_and_pieces(data, encoding, piece):
    sent = ENCODINGS[encoding](data)
    assert await body_of(sent, InFlight(), piece=piece, content_encoding=encoding) == data


@pytest.mark.parametrize("encoding", sorted(ENCODINGS))
@pytest.mark.parametrize("size", [SMALL_BYTES, SMALL_BYTES + 1, SPOOLED_FROM, SPOOLED_FROM + 1, 3 * MEGABYTE])
async def test_a_large_body_comes_through_by_way_of_a_file(tmp_path, encoding, size):
    data = bytes(range(251)) * (size // 251 + 1)
    data = data[:size]
    in_flight = InFlight(64 * MEGABYTE, tmp_path)
    assert await body_of(ENCODINGS[encoding](data), in_flight, content_encoding=encoding) == data


@pytest.mark.parametrize(
    ("encoding", "sent", "error"),
    [
        (b"br", b"x", BodyEncodingError),
        (b"br", b"", BodyEncodingError),
        (b"gzip, gzip", b"x", BodyEncodingError),
        (b"gzip", b"", BodyEncodingError),
        (b"gzip", b"x", BodyEncodingError),
        (b"gzip", b"no gzip at all", BodyEncodingError),
        (b"gzip", gzip.compress(b"x" * 100, mtime=0)[:-9], BodyEncodingError),
        (b"deflate", b"x", BodyEncodingError),
        (b"deflate", zlib.compress(b"x" * 100)[:-5], BodyEncodingError),
        (b"gzip", gzip.compress(bytes(MAX_BYTES + 1)), BodyTooLargeError),
        (b"deflate", raw_deflate(bytes(MAX_BYTES + 1)), BodyTooLargeError),
        (b"", b"x" * (MAX_BYTES + 1), BodyTooLargeError),
    ],
)
@pytest.mark.parametrize("piece", [1_000, MAX_BYTES * 2])
async def test_a_body_that_cannot_be_read_is_refused(tmp_path, encoding, sent, error, piece):
    with pytest.raises(error):
        await body_of(sent, InFlight(64 * MEGABYTE, tmp_path), piece=piece, content_encoding=encoding)


@pytest.mark.parametrize("announced", [b"4194305", b"9" * 19, b"99999999999999999999999"])
async def test_a_body_announced_too_large_is_refused_unread(announced):
    with pytest.raises(BodyTooLargeError):
        await body_of(b"", InFlight(), content_length=announced)


@pytest.mark.parametrize("sent", [b"", b"x", b"x" * 100_000, b"x" * 1_000_000])
@pytest.mark.parametrize("encoding", [b"", b"gzip"])
async def test_a_client_that_leaves_leaves_nothing_behind(tmp_path, sent, encoding):
    packed = ENCODINGS[encoding](sent)
    with pytest.raises(ClientGoneError):
        await body_of(packed, InFlight(64 * MEGABYTE, tmp_path), leaves=True, content_encoding=encoding)


async def test_while_large_bodies_fill_memory_others_wait_and_small_ones_pass(tmp_path, monkeypatch):
    monkeypatch.setattr(counting, "ROOM_SECONDS", 0.01)
    monkeypatch.setattr("aerogram.doors.asgi.whole_body.ROOM_SECONDS", 0.01)
    in_flight = InFlight(16 * MEGABYTE, tmp_path)
    hog = in_flight.memory.holding("127.0.0.1")
    assert hog.set_to(13 * MEGABYTE)
    scope = a_scope()
    held = begin(scope, in_flight)
    with pytest.raises(BusyError):
        await read_body(scope, source(b"x" * MEGABYTE), MAX_BYTES)
    held.release()
    small = a_scope()
    assert await read_body(small, source(b"x" * 50_000), MAX_BYTES) == b"x" * 50_000
    hog.release()
    begin(scope, in_flight)
    assert len(await read_body(scope, source(b"x" * MEGABYTE), MAX_BYTES)) == MEGABYTE
    assert in_flight.memory.used == MEGABYTE * COPIES


async def test_a_body_that_no_file_has_room_for_is_refused_before_it_is_read(tmp_path):
    in_flight = InFlight(MEGABYTE, tmp_path)
    assert in_flight.files.holding("").set_to(14 * MEGABYTE)
    scope = a_scope(content_length=b"2000000")
    begin(scope, in_flight)

    async def unread():
        raise AssertionError("the body was read")

    with pytest.raises(BusyError):
        await read_body(scope, unread, MAX_BYTES)
