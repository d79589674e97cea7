from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aerogram.wire.smtp.client.data import END_OF_DATA, dot_stuffed, has_bare_line_ends

lines = st.lists(
    st.one_of(st.sampled_from([b"", b".", b"..", b".a"]), st.binary(max_size=20)).map(
        lambda line: re.sub(rb"[\r\n]", b"", line)
    ),
    max_size=12,
)


def unstuffed(wire: bytes) -> bytes:
    """Read DATA as RFC 5321 §4.5.2 tells the receiver to, line by line."""
    received = []
    for line in wire.split(b"\r\n"):
        if line == b".":
            return b"".join(each + b"\r\n" for each in received)
        received.append(line[1:] if line.startswith(b".") else line)
    raise AssertionError("no end of data")


@given(lines)
def test_a_receiver_reads_back_what_was_stuffed(message):
    data = b"".join(line + b"\r\n" for line in message)
    wire = dot_stuffed(data) + END_OF_DATA
    assert unstuffed(wire) == data
    assert wire.endswith(b".\r\n")
    assert not has_bare_line_ends(wire)


def test_a_missing_last_line_end_is_added():
    assert dot_stuffed(b"a: b\r\n\r\nlast") == b"a: b\r\n\r\nlast\r\n"


def test_an_empty_mail_is_a_lone_dot():
    assert dot_stuffed(b"") + END_OF_DATA == b".\r\n"


@pytest.mark.parametrize(
    ("data", "bare"),
    [
        (b"", False),
        (b"a\r\nb\r\n", False),
        (b"a\nb\r\n", True),
        (b"a\rb\r\n", True),
        (b"a\r\r\nb", True),
        (b"a\r\n\nb", True),
        (b"a\n\r\n", True),
        (b"a\n\rb", True),
        (b"a\r", True),
        (b"\r\n.\r\r\n", True),
    ],
)
def test_bare_line_ends_are_found(data, bare):
    assert has_bare_line_ends(data) is bare
