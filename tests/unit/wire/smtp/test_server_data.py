"""The message itself: its end, its dots, its size, its line ends, and BDAT."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aerogram.wire.smtp.server.data import END_OF_DATA, dots_stuffed, dots_unstuffed, flaw_of
from support.smtp_dialogue import Dialogue

LINES = st.lists(st.sampled_from([b".", b"..", b"", b".x", b"x.", b"...", b"text", b"\xff"]), max_size=8)


def the_content_of(wire):
    dialogue = Dialogue().ready_for_data()
    dialogue.say(wire).run("S: 250 2.0.0 Ok: queued")
    return dialogue.message.data


@given(LINES)
def test_stuffed_dots_come_back_as_they_were(lines):
    data = b"".join(line + b"\r\n" for line in lines)
    assert dots_unstuffed(dots_stuffed(data)) == data
    assert END_OF_DATA not in b"\r\n" + dots_stuffed(data)


@given(LINES)
def test_a_message_arrives_as_the_client_had_it(lines):
    data = b"".join(line + b"\r\n" for line in lines)
    assert the_content_of(dots_stuffed(data) + b".\r\n") == data


@pytest.mark.parametrize(
    ("wire", "content"),
    [
        (b".\r\n", b""),
        (b"\r\n.\r\n", b"\r\n"),
        (b"a\r\n.\r\n", b"a\r\n"),
        (b"..\r\n.\r\n", b".\r\n"),
        (b"...\r\n.\r\n", b"..\r\n"),
        (b".a\r\n.\r\n", b"a\r\n"),
        (b"a.\r\n.\r\n", b"a.\r\n"),
        (b"a\r\n..\r\n..b\r\n.\r\n", b"a\r\n.\r\n.b\r\n"),
        (b". \r\n.\r\n", b" \r\n"),
        (b"x" * 5_000 + b"\r\n.\r\n", b"x" * 5_000 + b"\r\n"),
        (b"caf\xc3\xa9 \xff\r\n.\r\n", b"caf\xc3\xa9 \xff\r\n"),
    ],
)
def test_the_end_and_the_dots(wire, content):
    assert the_content_of(wire) == content


@pytest.mark.parametrize(
    ("data", "flaw"),
    [
        (b"", ""),
        (b"a\r\nb\r\n", ""),
        (b"a\nb\r\n", "a bare <LF>"),
        (b"a\rb\r\n", "a bare <CR>"),
        (b"a\r\r\n", "a bare <CR>"),
        (b"a\n\r\n", "a bare <LF>"),
        (b"\n\r", "a bare <LF>"),
        (b"a\r\nb\r", "a bare <CR>"),
        (b"a\0b\r\n", "a NUL"),
    ],
)
@pytest.mark.parametrize("size", [0, 100_000])
def test_flaws_have_names(data, flaw, size):
    assert flaw_of(b"x" * size + data) == flaw


@given(st.text("\r\n\0x", max_size=12))
def test_only_pairs_of_cr_and_lf_are_no_flaw(text):
    assert bool(flaw_of(text.encode())) == bool(set(text.replace("\r\n", "")) & {"\r", "\n", "\0"})


@pytest.mark.parametrize(
    ("text", "flaw"),
    [
        (b"one\ntwo\r\n", "a bare <LF>"),
        (b"\n\r\n", "a bare <LF>"),
        (b"one\rtwo\r\n", "a bare <CR>"),
        (b"one\0two\r\n", "a NUL"),
    ],
)
def test_a_flawed_message_is_refused_after_its_end_and_the_session_goes_on(text, flaw):
    dialogue = Dialogue().ready_for_data()
    dialogue.say(text + b".\r\nMAIL FROM:<ann@example.com>\r\n").run(f"""
        S: 550 5.6.0 Message refused: it contains {flaw}; lines must end with <CR><LF> and hold no NUL
        S: 250 2.1.0 Ok
    """)
    assert dialogue.messages == []


def test_the_size_is_counted_without_the_stuffing():
    """RFC 1870 §5. A message that is all dots is a third longer on the wire."""
    lines = b"..\r\n" * 100
    dialogue = Dialogue(max_message_bytes=300).ready_for_data()
    dialogue.say(lines + b".\r\n").run("S: 250 2.0.0 Ok: queued")
    assert dialogue.message.data == b".\r\n" * 100
    dialogue = Dialogue(max_message_bytes=299).ready_for_data()
    dialogue.say(lines + b".\r\n").run("S: 552 5.3.4 Message size exceeds fixed limit")


@pytest.mark.parametrize("step", [1, 7, 1_000, 10_000])
def test_too_much_is_read_to_its_end_and_refused(step):
    dialogue = Dialogue(max_message_bytes=1_000).ready_for_data()
    wire = b"x" * 78 + b"\r\n"
    wire = wire * 50 + b".\r\nMAIL FROM:<ann@example.com>\r\n"
    for at in range(0, len(wire), step):
        dialogue.say(wire[at : at + step])
    dialogue.run("""
        S: 552 5.3.4 Message size exceeds fixed limit
        S: 250 2.1.0 Ok
    """)
    assert dialogue.messages == []


def test_a_declared_size_above_the_limit_is_refused_at_once():
    Dialogue(max_message_bytes=1_000).greeted().run("""
        C: MAIL FROM:<ann@example.com> SIZE=1001
        S: 552 5.3.4 Message size exceeds fixed limit
        C: MAIL FROM:<ann@example.com> SIZE=1000
        S: 250 2.1.0 Ok
    """)


def test_a_message_in_chunks():
    """RFC 3030: octets are counted, dots are nothing special, and CRLF may be cut in two."""
    dialogue = Dialogue().greeted()
    dialogue.say(b"MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.net>\r\nBDAT 6\r\none\r\n.")
    dialogue.say(b"BDAT 4\r\n\r\n.\rBDAT 0\r\nBDAT 4 last\r\n\ntwoQUIT\r\n").run("""
        S: 250 2.1.0 Ok
        S: 250 2.1.5 Ok
        S: 250 2.0.0 Ok: 6 octets received
        S: 250 2.0.0 Ok: 4 octets received
        S: 250 2.0.0 Ok: 0 octets received
        S: 250 2.0.0 Ok: queued
        S: 221 2.0.0 Bye
        S: (closed)
    """)
    assert dialogue.message.data == b"one\r\n.\r\n.\r\ntwo"


def test_a_chunk_that_is_too_big_or_flawed_ends_its_transaction():
    dialogue = Dialogue(max_message_bytes=10).greeted()
    begin = b"MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.net>\r\n"
    dialogue.say(begin + b"BDAT 6\r\n123456BDAT 5\r\n78901BDAT 1 LAST\r\nx")
    dialogue.say(begin + b"BDAT 3 LAST\r\na\nbNOOP\r\n").run("""
        S: 250 2.1.0 Ok
        S: 250 2.1.5 Ok
        S: 250 2.0.0 Ok: 6 octets received
        S: 552 5.3.4 Message size exceeds fixed limit
        S: 503 5.5.1 Error: need MAIL command
        S: 250 2.1.0 Ok
        S: 250 2.1.5 Ok
        S: 550 5.6.0 Message refused: it contains a bare <LF>; ...
        S: 250 2.0.0 Ok
    """)
    assert dialogue.messages == []


def test_between_chunks_only_chunks_or_a_reset_make_sense():
    dialogue = Dialogue().greeted()
    dialogue.say(b"MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.net>\r\nBDAT 1\r\nx")
    dialogue.heard.clear()
    dialogue.run("""
        C: DATA
        S: 503 5.5.1 Error: the message is being sent by BDAT; finish it or send RSET
        C: RCPT TO:<c@example.net>
        S: 503 5.5.1 Error: the message is being sent by BDAT; finish it or send RSET
        C: MAIL FROM:<d@example.com>
        S: 503 5.5.1 Error: nested MAIL command
        C: RSET
        S: 250 2.0.0 Ok
    """)
    dialogue.say(b"BDAT 1 LAST\r\nx").run("S: 503 5.5.1 Error: need MAIL command")
    assert dialogue.messages == []


def test_an_empty_last_chunk_ends_the_message_though_nothing_follows_it():
    dialogue = Dialogue().greeted()
    dialogue.say(b"MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.net>\r\nBDAT 3\r\none")
    dialogue.say(b"BDAT 0 LAST\r\n")
    assert dialogue.heard[-1] == "250 2.0.0 Ok: queued"
    assert dialogue.message.data == b"one"
