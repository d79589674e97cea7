"""The relaxed canonical forms, checked against the standard's examples and another implementation."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aerogram.wire.dkim.canonical import relaxed_body, relaxed_fields

BODIES = {
    b" C \r\nD \t E\r\n\r\n\r\n": b" C\r\nD E\r\n",  # RFC 6376 §3.4.5
    b"": b"",
    b"\r\n": b"",
    b"\r\n\r\n": b"",
    b" \t\r\n \r\n": b"",
    b"a": b"a\r\n",
    b"a\r\n": b"a\r\n",
    b"a \t": b"a\r\n",
    b"a\t\tb": b"a b\r\n",
    b"\r\n\r\na\r\n": b"\r\n\r\na\r\n",
    b"a\n\r\n\r\n": b"a\n\r\n",
    b"a\r\n\n": b"a\r\n\n\r\n",
    b"a\r\r\n\r\n": b"a\r\r\n",
}


@pytest.mark.parametrize("body", BODIES)
def test_a_body_in_relaxed_form(body):
    assert relaxed_body(body) == BODIES[body]


def test_fields_in_relaxed_form():
    head = b"A: X\r\nB : Y\t\r\n\tZ  \r\n"  # RFC 6376 §3.4.5
    assert relaxed_fields(head) == [(b"a", b"X"), (b"b", b"Y Z"), (b"", b"")]


@given(
    st.lists(st.sampled_from([b" ", b"\t", b"\r\n", b"a", b"=20", b"\r", b"\n", b"."]), max_size=40).map(
        b"".join
    )
)
def test_a_body_follows_the_words_of_the_standard(body):
    """RFC 6376 §3.4.4, step by step and slowly."""
    lines = body.split(b"\r\n")
    lines = [re.sub(rb"[ \t]+", b" ", line).rstrip(b" ") for line in lines]
    while lines and not lines[-1]:
        lines.pop()
    assert relaxed_body(body) == b"".join(line + b"\r\n" for line in lines)


@pytest.mark.parametrize("piece", [b" ", b"\t", b"\r\n", b"\n", b" \r\n", b"\r\n\n", b"\r"])
def test_a_hostile_body_takes_no_more_time_than_its_length(piece):
    relaxed_body(b"a" + piece * 1_000_000)
