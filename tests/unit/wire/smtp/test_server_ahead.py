"""A host takes the beginning of a message before its end has arrived: nothing else changes."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aerogram.wire.smtp.replies import Reply
from aerogram.wire.smtp.server.events import MessageReceived
from aerogram.wire.smtp.server.server import ServerSession
from support.smtp_dialogue import a_config

MAX_MESSAGE = 200
BEGINNING = b"EHLO c\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\n"
LATER = Reply(452, "4.3.1", "later")
LINES = st.lists(
    st.sampled_from(
        [
            b"text\r\n", b".\r\n", b"..\r\n", b"\r\n", b".", b"\r", b"\n", b"\r\n", b"x", b"\0",
            b"x" * 60, b"\r\r\n", b".\r", b"\r\n.\r", b"\r\n.\r\n", b"QUIT\r\n", b"NOOP\r\n", b"RSET\r\n",
            b"MAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\nDATA\r\n",
            b"BDAT 7\r\n", b"BDAT 0 LAST\r\n", b"BDAT 70\r\n", b"BDAT 5 LAST\r\n",
        ]
    ),
    max_size=25,
).map(b"".join)  # fmt: skip
CUTS = st.lists(st.tuples(st.integers(1, 40), st.booleans()), min_size=1, max_size=12)


class Taker:
    """A host that takes messages ahead, or not."""

    def __init__(self):
        self.session = ServerSession(a_config(max_message_bytes=MAX_MESSAGE))
        self.said = self.session.outgoing()
        self.messages = []
        self.taken = b""

    def hear(self, data, *, takes):
        session = self.session
        session.receive(data)
        while (event := session.next_event()) is not None:
            if isinstance(event, MessageReceived):
                assert event.ahead == len(self.taken)
                self.messages.append(self.taken + event.data)
                self.taken = b""
            session.answer()
            self.taken = self.taken if session.ahead_bytes else b""
        self.taken = self.taken if session.ahead_bytes else b""
        if takes:
            self.taken += session.take_ahead()
        self.said += session.outgoing()


def told(data, cuts):
    host, at, number = Taker(), 0, 0
    while at < len(data):
        count, takes = cuts[number % len(cuts)]
        host.hear(data[at : at + count], takes=takes)
        at, number = at + count, number + 1
    return host


@given(LINES, CUTS, st.sampled_from([b"DATA\r\n", b"BDAT 40\r\n", b"BDAT 90 LAST\r\n"]))
@example(b"a\r\r\n.\r\n", [(1, True)], b"DATA\r\n")
@example(b"x" * 60 + b"\r\n.\r\n", [(1, True)], b"DATA\r\n")
@example(b"..\r\n...\r\n.\r\nNOOP\r\n", [(1, True)], b"DATA\r\n")
@example(b"\r\n" * 30 + b".\r\n", [(3, True)], b"DATA\r\n")
@example(b"\r" * 39 + b"\r\nBDAT 1 LAST\r\n\n", [(1, True)], b"BDAT 40\r\n")
def test_the_same_bytes_give_the_same_replies_and_mails_whatever_is_taken_ahead(text, cuts, verb):
    data = BEGINNING + verb + text
    plain = told(data, [(len(data), False)])
    other = told(data, cuts)
    assert other.said == plain.said
    assert other.messages == plain.messages


@pytest.mark.parametrize("size", [0, 1, 50])
@pytest.mark.parametrize("takes", [True, False])
def test_a_message_that_the_host_cannot_keep_is_refused_at_its_end_and_the_session_goes_on(size, takes):
    host = Taker()
    host.hear(BEGINNING + b"DATA\r\n" + b"x" * size + b"\r\n", takes=takes)
    host.session.refuse_message(LATER)
    host.hear(b"more\r\n" * 90 + b".\r\nNOOP\r\n", takes=takes)
    assert host.said.endswith(b"452 4.3.1 later\r\n250 2.0.0 Ok\r\n")
    assert (host.messages, host.session.ahead_bytes) == ([], 0)


@pytest.mark.parametrize("takes", [True, False])
def test_a_chunk_that_the_host_cannot_keep_is_refused_in_its_reply(takes):
    host = Taker()
    host.hear(BEGINNING + b"BDAT 50\r\n" + b"x" * 20, takes=takes)
    host.session.refuse_message(LATER)
    host.hear(b"x" * 30, takes=takes)
    assert host.said.endswith(b"452 4.3.1 later\r\n")
    host.hear(b"NOOP\r\n", takes=takes)
    assert re.search(rb"250 2.0.0 Ok\r\n$", host.said)
    assert host.messages == []


def test_after_a_chunk_the_next_one_is_refused_and_its_octets_are_no_commands():
    host = Taker()
    host.hear(BEGINNING + b"BDAT 6\r\nabcdef", takes=True)
    host.session.refuse_message(LATER)
    host.hear(b"BDAT 6 LAST\r\nQUIT\r\nNOOP\r\n", takes=True)
    assert host.said.endswith(b"452 4.3.1 later\r\n250 2.0.0 Ok\r\n")
    assert host.messages == []


def test_a_lack_of_room_is_no_error_of_the_client():
    host = Taker()
    for _ in range(30):
        host.hear(BEGINNING + b"DATA\r\n", takes=True)
        host.session.refuse_message(LATER)
        host.hear(b"x\r\n.\r\n", takes=True)
    assert not host.session.is_closed


def test_little_memory_is_kept_after_a_large_message():
    host = Taker()
    host.session = ServerSession(a_config(max_message_bytes=10_000_000))
    for _ in range(2):
        host.hear(BEGINNING + b"DATA\r\n" + b"x" * 76 + b"\r\n" * 1_000_000 + b".\r\n", takes=False)
        assert host.session._talk.input._bytes.__sizeof__() < 100_000
    host.hear(BEGINNING + b"BDAT 1000000\r\n" + b"x" * 900_000, takes=True)
    assert host.session._talk.input._bytes.__sizeof__() < 100_000
    assert host.session.held_bytes < 10
