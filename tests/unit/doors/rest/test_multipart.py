"""Forms read part by part, in whatever pieces they come."""

import asyncio
import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aerogram.doors.rest.v1.multipart import MAX_HEADER_BYTES, MAX_PARTS, MultipartError, parts_of

TYPE = "multipart/form-data; boundary=b"


def a_part(name, data, quote='"'):
    return b"--b\r\nContent-Disposition: form-data; name=%b\r\n\r\n%b\r\n" % (
        f"{quote}{name}{quote}".encode(),
        data,
    )


def read(body, content_type=TYPE, size=None):
    """The parts of a body, each name with all of its bytes."""

    async def run():
        async def pieces():
            step = size or max(1, len(body))
            for start in range(0, len(body), step):
                yield body[start : start + step]

        found, current = [], b""
        async for name, piece in parts_of(content_type, pieces()):
            current += piece
            if not piece:
                found.append((name, current))
                current = b""
        return found

    return asyncio.run(run())


def test_parts_come_in_order_with_their_names_in_lower_case():
    body = (
        a_part("Metadata", b'{"Name": "x"}')
        + a_part("file", b"\x89PNG")
        + a_part("empty", b"")
        + b"--b--\r\n"
    )
    assert read(body) == [("metadata", b'{"Name": "x"}'), ("file", b"\x89PNG"), ("empty", b"")]


@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/mixed; boundary=b",
        'Multipart/Form-Data; charset=utf-8; boundary="b"',
    ],
)
def test_both_types_of_forms_are_read(content_type):
    assert read(a_part("file", b"x") + b"--b--", content_type) == [("file", b"x")]


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "application/json",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "text/plain; boundary=b",
        "é",
    ],
)
def test_another_type_is_refused(content_type):
    with pytest.raises(MultipartError, match="must be multipart/form-data"):
        read(a_part("file", b"x") + b"--b--", content_type)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"x",
        b"--c\r\n\r\nx\r\n--c--",
        a_part("file", b"x"),
        b"--b\r\nno header\r\n\r\nx\r\n--b--",
        b"--b\r\nContent-Disposition: form-data; name=" + b"x" * MAX_HEADER_BYTES + b"\r\n\r\nx\r\n--b--",
        b"--b\r\n" + b"A: b\r\n" * 100 + b"\r\nx\r\n--b--",
    ],
)
def test_what_is_no_form_is_refused(body):
    with pytest.raises(MultipartError):
        read(body)


def test_a_form_has_no_more_parts_than_it_may():
    whole = a_part("x", b"1") * MAX_PARTS
    assert len(read(whole + b"--b--")) == MAX_PARTS
    with pytest.raises(MultipartError, match=f"{MAX_PARTS} parts"):
        read(whole + a_part("x", b"1") + b"--b--")


def test_a_boundary_is_no_longer_than_it_may_be():
    with pytest.raises(MultipartError):
        read(b"--b--", "multipart/form-data; boundary=" + "b" * 5_000)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.binary(max_size=60).filter(lambda data: b"\r\n--b" not in data), max_size=4),
    st.integers(1, 40),
)
def test_bytes_arrive_as_they_were_in_any_pieces(values, size):
    body = b"".join(a_part(f"p{place}", data) for place, data in enumerate(values)) + b"--b--\r\n"
    assert read(body, size=size) == [(f"p{place}", data) for place, data in enumerate(values)]


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200), st.integers(1, 20))
def test_any_bytes_are_read_or_refused(body, size):
    with contextlib.suppress(MultipartError):
        read(b"--b\r\n" + body, size=size)
