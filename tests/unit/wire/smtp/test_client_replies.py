from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aerogram.wire.smtp.client.replies import (
    MAX_LINE_BYTES,
    MAX_REPLY_LINES,
    BadReply,
    ReplyReader,
    ServerReply,
    local_reply,
    readable,
)


def read(data: bytes) -> list[ServerReply | BadReply]:
    return ReplyReader().feed(data)


def test_a_single_line_is_a_reply():
    assert read(b"250 2.1.0 Ok\r\n") == [ServerReply(250, b"250 2.1.0 Ok")]


def test_an_unfinished_line_waits_for_its_end():
    reader = ReplyReader()
    assert reader.feed(b"220 mx.exam") == []
    assert reader.has_unread
    assert reader.feed(b"ple.com\r\n") == [ServerReply(220, b"220 mx.example.com")]
    assert not reader.has_unread


def test_several_replies_in_one_packet_keep_their_order():
    assert [reply.code for reply in read(b"250 Ok\r\n250 Ok\r\n354 Go on\r\n")] == [250, 250, 354]


def test_a_reply_of_many_lines_becomes_one_text():
    (reply,) = read(
        b"550-5.7.26 This mail has been blocked\r\n550-5.7.26 because it is\r\n550 5.7.26 unauthenticated. - gsmtp\r\n"
    )
    assert reply.code == 550
    assert reply.enhanced == "5.7.26"
    assert reply.text == "550 5.7.26 This mail has been blocked because it is unauthenticated. - gsmtp"
    assert reply.lines[1] == "5.7.26 because it is"


@pytest.mark.parametrize(
    ("line", "enhanced", "text"),
    [
        (b"250 Ok", "", "250 Ok"),
        (b"250", "", "250"),
        (b"250 ", "", "250"),
        (b"550 5.1.1", "5.1.1", "550 5.1.1"),
        (b"550 5.1.1 no such user", "5.1.1", "550 5.1.1 no such user"),
        (b"550 5.1.1: no such user", "", "550 5.1.1: no such user"),
        (b"550 1.2.3.4 is listed", "", "550 1.2.3.4 is listed"),
    ],
)
def test_the_enhanced_code_is_found_where_rfc_2034_puts_it(line, enhanced, text):
    (reply,) = read(line + b"\r\n")
    assert (reply.enhanced, reply.text) == (enhanced, text)


words = st.lists(st.text(st.characters(exclude_characters="\r\n"), max_size=8), max_size=5).map(" ".join)


@given(code=st.integers(200, 599), said=words, enhanced=st.sampled_from(["", "2.0.0", "5.1.1 ", "5.7.26  "]))
def test_a_text_is_the_reply_with_one_space_between_code_enhanced_code_and_words(code, said, enhanced):
    line = f"{code} {enhanced}{said}".encode()
    (reply,) = read(line + b"\r\n")
    shown = readable(line)[4:]
    rest = shown[len(reply.enhanced) :] if reply.enhanced else shown
    assert reply.text == " ".join(word for word in (str(code), reply.enhanced, rest.strip()) if word)


@pytest.mark.parametrize(
    "garbage",
    [
        b"HTTP/1.1 400 Bad Request\r\n",
        b"\r\n",
        b"99 x\r\n",
        b"199 too low\r\n",
        b"600 too high\r\n",
        b"2500 four digits\r\n",
        b"250+odd\r\n",
        b"250-a\r\n251 b\r\n",
        b"250 a\n",
        b"250 a\nb\r\n",
        b"250 a\rb\r\n",
        b"\xff\xfe\x00\r\n",
        b"250 " + b"x" * MAX_LINE_BYTES + b"\r\n",
        b"x" * (MAX_LINE_BYTES + 1),
        b"250-x\r\n" * MAX_REPLY_LINES,
    ],
)
def test_garbage_is_a_value_and_ends_the_reading(garbage):
    reader = ReplyReader()
    assert isinstance(reader.feed(garbage)[-1], BadReply)
    assert reader.feed(b"250 Ok\r\n") == []
    assert not reader.has_unread


def test_what_cannot_be_printed_is_replaced():
    assert readable(b"caf\xc3\xa9 \x1b[31m\xff") == "café \ufffd[31m\ufffd"


def test_a_reply_of_our_own_reads_like_a_servers():
    assert local_reply(552, "5.3.4 too large").enhanced == "5.3.4"


@given(data=st.binary(max_size=400), cuts=st.lists(st.integers(0, 400), max_size=8))
def test_any_bytes_in_any_chunking_give_the_same_replies(data, cuts):
    whole = read(data)
    reader = ReplyReader()
    pieces = []
    edges = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    for start, end in itertools.pairwise(edges):
        pieces += reader.feed(data[start:end])
    assert [type(reply) for reply in pieces] == [type(reply) for reply in whole]
    assert [reply for reply in pieces if isinstance(reply, ServerReply)] == [
        reply for reply in whole if isinstance(reply, ServerReply)
    ]


reply_lines = st.lists(
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=60), min_size=1, max_size=6
)


@given(
    replies=st.lists(st.tuples(st.integers(200, 599), reply_lines), max_size=5),
    cut=st.integers(0, 500),
)
def test_written_replies_are_read_back(replies, cut):
    stream = b""
    for code, lines in replies:
        for line in lines[:-1]:
            stream += f"{code}-{line}\r\n".encode()
        stream += f"{code} {lines[-1]}\r\n".encode()
    reader = ReplyReader()
    found = reader.feed(stream[:cut]) + reader.feed(stream[cut:])
    assert [(reply.code, reply.lines) for reply in found] == [(code, lines) for code, lines in replies]
