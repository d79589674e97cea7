"""The header section taken apart: nothing is lost, and nothing of the body is taken for a header."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aerogram.wire.mime.reading.fields import end_of_head, is_private, split_fields


@pytest.mark.parametrize(
    ("mail", "head", "body"),
    [
        (b"A: 1\r\n\r\nx", b"A: 1\r\n", b"x"),
        (b"A: 1\r\n\r\n", b"A: 1\r\n", b""),
        (b"A: 1\r\n", b"A: 1\r\n", b""),
        (b"A: 1", b"A: 1", b""),
        (b"\r\nA: 1\r\n\r\nx", b"", b"A: 1\r\n\r\nx"),
        (b"", b"", b""),
    ],
)
def test_the_empty_line_divides(mail, head, body):
    head_end, body_start = end_of_head(mail)
    assert (mail[:head_end], mail[body_start:]) == (head, body)


def test_folded_lines_stay_with_their_field():
    assert split_fields(b"A: 1\r\n 2\r\n\t3\r\nB: 4\r\n") == [b"A: 1\r\n 2\r\n\t3", b"B: 4"]


@given(st.lists(st.sampled_from([b"A: 1", b"\r\n", b" ", b"\t", b"x"]), max_size=20).map(b"".join))
def test_fields_joined_again_are_the_header_section(head):
    assert b"\r\n".join([*split_fields(head), b""]).removesuffix(b"\r\n") == head.removesuffix(b"\r\n")


def test_orders_and_blind_copies_are_private():
    assert all(
        map(
            is_private,
            [
                b"x-mj-anything",
                b"x-mailjet-prio",
                b"x-mailpace-tags",
                b"x-idempotency-key",
                b"bcc",
                b"return-path",
            ],
        )
    )
    assert not any(map(is_private, [b"x-mailer", b"subject", b"list-unsubscribe"]))
