"""A client cannot cost more than the limits say, in memory, in replies or in patience."""

import tracemalloc

import pytest

from aerogram.wire.smtp import limits
from aerogram.wire.smtp.replies import Reply
from aerogram.wire.smtp.server.events import MailRequested, MessageReceived, RcptRequested
from aerogram.wire.smtp.server.input import InputBuffer
from support.smtp_dialogue import Dialogue

MIB = 1 << 20


def test_too_many_errors_end_the_session_after_the_last_ones_reply():
    dialogue = Dialogue().greeted()
    dialogue.say(b"WHAT\r\n" * 30)
    assert dialogue.heard == ["502 5.5.2 Error: command not recognized"] * limits.MAX_ERRORS + [
        "421 4.7.0 too many errors"
    ]
    assert dialogue.session.is_closed


def test_a_refusal_by_the_host_is_no_error_of_the_client():
    """A batch whose senders are all unknown must be told so for each, and not be cut off."""
    dialogue = Dialogue({MailRequested: Reply(550, "5.7.1", "no")}).greeted()
    dialogue.say(b"MAIL FROM:<a@example.com>\r\n" * 100)
    assert dialogue.heard == ["550 5.7.1 no"] * 100


def test_a_list_longer_than_allowed_is_not_taken_for_an_attack():
    dialogue = Dialogue(max_recipients=100).greeted()
    dialogue.say(b"MAIL FROM:<a@example.com>\r\n" + b"RCPT TO:<b@example.net>\r\n" * 600 + b"DATA\r\n.\r\n")
    assert dialogue.heard.count("250 2.1.5 Ok") == 100
    assert dialogue.heard.count("452 4.5.3 Error: too many recipients") == 500
    assert len(dialogue.message.envelope.recipients) == 100


def test_an_endless_list_is():
    dialogue = Dialogue(max_recipients=10).greeted()
    dialogue.say(b"MAIL FROM:<a@example.com>\r\n" + b"RCPT TO:<b@example.net>\r\n" * 2_000)
    assert dialogue.heard[-1] == "421 4.7.0 too many errors"
    assert len(dialogue.heard) == 1 + 10 + limits.MAX_RECIPIENTS_OVERSHOOT + limits.MAX_ERRORS + 1


@pytest.mark.parametrize("command", ["NOOP", "RSET", "VRFY x", "HELP", "HELO c", "EHLO c"])
def test_commands_that_lead_nowhere_are_errors_in_the_end(command):
    dialogue = Dialogue().greeted()
    dialogue.say(command.encode() + b"\r\n" + b"RSET\r\n" * 200)
    assert dialogue.heard[-1] == "421 4.7.0 too many errors"
    assert dialogue.heard.count("250 2.0.0 Ok") <= limits.MAX_COMMANDS_WITHOUT_MESSAGE + limits.MAX_ERRORS


def test_empty_chunks_lead_nowhere():
    dialogue = Dialogue().greeted()
    dialogue.say(b"MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.net>\r\n" + b"BDAT 0\r\n" * 200)
    assert dialogue.session.is_closed
    assert len(dialogue.heard) < 150


def test_each_message_pardons_the_commands_before_it():
    dialogue = Dialogue().greeted()
    mail = b"MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.net>\r\nDATA\r\n.\r\n"
    for _ in range(5):
        dialogue.say(b"NOOP\r\n" * 90 + mail)
    assert len(dialogue.messages) == 5
    assert not dialogue.session.is_closed


@pytest.mark.parametrize(
    ("length", "reply"),
    [
        (2_048, "250 2.0.0 Ok"),
        (2_049, "500 5.5.2 Error: line too long"),
        (12_288, "500 5.5.2 Error: line too long"),
    ],
)
@pytest.mark.parametrize("step", [1, 1_000, 20_000])
def test_the_length_of_a_command_line(length, reply, step):
    dialogue = Dialogue().greeted()
    line = b"NOOP ".ljust(length - 2, b"x") + b"\r\n"
    for at in range(0, length, step):
        dialogue.say(line[at : at + step])
    dialogue.run(f"""
        S: {reply}
        C: NOOP
        S: 250 2.0.0 Ok
    """)


@pytest.mark.parametrize("step", [1, 1_000, 20_000])
def test_a_line_without_end_is_not_waited_for(step):
    dialogue = Dialogue().greeted()
    line = b"x" * 12_287 + b"\r\nNOOP\r\n"
    for at in range(0, len(line), step):
        dialogue.say(line[at : at + step])
    dialogue.run("""
        S: 500 5.5.2 Error: line too long
        S: 421 4.7.0 closing the connection
        S: (closed)
    """)


def test_what_is_sent_ahead_of_an_answer_is_bounded_and_the_answer_still_comes():
    session = Dialogue().ready_for_data().session
    session.receive(b"text\r\n.\r\n")
    assert isinstance(session.next_event(), MessageReceived)
    assert session.wants_read
    session.receive(b"NOOP\r\n" * 11_000)
    assert not session.wants_read
    for _ in range(20):
        session.receive(b"NOOP\r\n" * 10_000)
    assert len(session._talk.input) == 0
    assert session.outgoing() == b""
    session.answer(Reply(250, text="OK queued as x"))
    assert session.is_closed
    assert session.outgoing() == (
        b"250 OK queued as x\r\n421 4.7.0 too much input without waiting for replies\r\n"
    )


def test_reading_goes_on_when_the_answer_came():
    session = Dialogue().greeted().session
    session.receive(b"MAIL FROM:<a@example.com>\r\n" + b"RCPT TO:<b@example.net>\r\n" * 4_000)
    session.next_event()
    assert not session.wants_read
    session.answer()
    assert session.wants_read
    assert session.next_event() == RcptRequested("b@example.net")


def test_a_message_that_is_too_big_takes_no_memory():
    dialogue = Dialogue(max_message_bytes=MIB).ready_for_data()
    piece = b"x" * 65_534 + b"\r\n"
    tracemalloc.start()
    for _ in range(320):
        dialogue.say(piece)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * MIB
    dialogue.say(b".\r\n").run("S: 552 5.3.4 Message size exceeds fixed limit")


def test_a_chunk_that_is_too_big_takes_no_memory():
    dialogue = Dialogue(max_message_bytes=MIB).greeted()
    dialogue.say(b"MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.net>\r\nBDAT 20971520 LAST\r\n")
    tracemalloc.start()
    for _ in range(320):
        dialogue.say(b"x" * 65_536)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < MIB
    dialogue.run("""
        S: 250 2.1.0 Ok
        S: 250 2.1.5 Ok
        S: 552 5.3.4 Message size exceeds fixed limit
    """)


@pytest.mark.parametrize("step", [1, 9, 400, 5_000])
@pytest.mark.parametrize("size", [998, 999, 1_000, 1_001])
def test_the_end_of_a_far_too_big_message_is_not_waited_for_forever(step, size):
    """The bound lies 884 octets above what is kept of a message of at most 75: 884 + 116."""
    dialogue = Dialogue(max_message_bytes=75).ready_for_data()
    dialogue.session._talk.data.max_discarded = 884
    # The first CRLF of the end of data stands after ``size`` octets, one of them the DATA line's CRLF.
    wire = b"x" * (size - 2) + b"\r\n.\r\n"
    for at in range(0, len(wire), step):
        dialogue.say(wire[at : at + step])
    dialogue.expect("552 5.3.4 Message size exceeds fixed limit")
    if size > 1_000:
        dialogue.expect("421 4.7.0 closing the connection")
    dialogue.expect_silence()
    assert dialogue.session.is_closed == (size > 1_000)


def test_a_message_that_trickles_in_is_searched_once():
    """A search from the start for each octet would look at two billion of them here."""
    dialogue = Dialogue().ready_for_data()
    for _ in range(65_536):
        dialogue.host.session.receive(b"x")
        assert dialogue.host.session.next_event() is None
    dialogue.say(b"\r\n.\r\n").run("S: 250 2.0.0 Ok: queued")
    assert len(dialogue.message.data) == 65_538


def test_the_input_remembers_how_far_it_was_searched():
    source = InputBuffer()
    for octet in b"one\r":
        source.feed(bytes([octet]))
        assert source.take_line() is None
    source.feed(b"\ntwo\r\nabc\r\n.\r")
    assert source.take_line() == b"one"
    assert source.take_line() == b"two"
    source.step_back(2)
    assert source.find(b"\r\n.\r\n") == -1
    source.feed(b"\nrest")
    assert source.find(b"\r\n.\r\n") == 5
    assert source.take(7) == b"\r\nabc\r\n"
    source.skip(3)
    assert len(source) == 4
    assert source.keep_last(9) == 0
    assert source.keep_last(3) == 1
    assert source.byte_at(0) == ord("e")
