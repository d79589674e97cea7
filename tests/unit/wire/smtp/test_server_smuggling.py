r"""Nothing but ``<CR><LF>.<CR><LF>`` ends a message, so no mail can hide a second one.

Each vector is what an attacker puts into the text of one mail, hoping that we see an end where the
server before us saw none. The mail that follows in it must never become one.
"""

import itertools

import pytest

from aerogram.wire.smtp.server.events import MailRequested
from aerogram.wire.smtp.server.server import ServerSession
from support.smtp_dialogue import Dialogue, Host, a_config

EVIL = b"MAIL FROM:<evil@example.org>\r\nRCPT TO:<victim@example.net>\r\nDATA\r\nsmuggled\r\n.\r\n"

LINE_ENDS = {
    "LF": b"\n",
    "CR": b"\r",
    "CRLF": b"\r\n",
    "LFCR": b"\n\r",
    "CRCRLF": b"\r\r\n",
    "LFLF": b"\n\n",
    "CRNUL": b"\r\0",
    "NULLF": b"\0\n",
    "CRNULLF": b"\r\0\n",
}
AROUND_A_DOT = {
    f"{before}.{after}": LINE_ENDS[before] + b"." + LINE_ENDS[after]
    for before, after in itertools.product(LINE_ENDS, LINE_ENDS)
    if (before, after) != ("CRLF", "CRLF")
}
DISGUISED = {
    "NUL before the dot": b"\r\n\0.\r\n",
    "NUL behind the dot": b"\r\n.\0\r\n",
    "space before the dot": b"\r\n .\r\n",
    "space behind the dot": b"\r\n. \r\n",
    "tab behind the dot": b"\r\n.\t\r\n",
    "two dots": b"\r\n..\r\n",
    "two dots, bare LF": b"\n..\n",
    "full-width dot": b"\r\n\xef\xbc\x8e\r\n",
    "overlong dot": b"\r\n\xc0\xae\r\n",
    "next line, U+0085": b"\xc2\x85.\xc2\x85",
    "line separator, U+2028": b"\xe2\x80\xa8.\xe2\x80\xa8",
    "vertical tab and form feed": b"\x0b.\x0c",
    "backspace": b"\r\n.x\x08\r\n",
    "escaped in text": rb"\r\n.\r\n",
    "percent-encoded": b"%0D%0A.%0D%0A",
    "quoted-printable": b"=0D=0A.=0D=0A",
    "CR of the end missing, text before": b"text\n.\r\n",
    "LF of the end missing, text behind": b"\r\n.\rtext",
    "LF only, twice": b"\n.\n\n.\n",
}
VECTORS = AROUND_A_DOT | DISGUISED


def after_data(wire, step):
    session = ServerSession(a_config())
    host = Host(session)
    host.hear(b"EHLO c\r\nMAIL FROM:<ann@example.com>\r\nRCPT TO:<bob@example.net>\r\nDATA\r\n")
    for at in range(0, len(wire), step):
        host.hear(wire[at : at + step])
    return host


def test_there_are_vectors_enough():
    assert len(VECTORS) >= 60


@pytest.mark.parametrize("step", [1, 100_000])
@pytest.mark.parametrize("name", VECTORS)
def test_a_disguised_end_of_data_smuggles_no_mail(name, step):
    host = after_data(b"Subject: x\r\n\r\nfirst" + VECTORS[name] + EVIL, step)
    senders = [event.reverse_path for event in host.events if isinstance(event, MailRequested)]
    assert senders == ["ann@example.com"]
    assert len(host.messages) <= 1
    assert all(b"smuggled" in message.data for message in host.messages)


@pytest.mark.parametrize("step", [1, 100_000])
@pytest.mark.parametrize("name", AROUND_A_DOT)
def test_a_mail_that_tries_is_not_taken_at_all(name, step):
    host = after_data(b"Subject: x\r\n\r\nfirst" + VECTORS[name] + EVIL, step)
    assert host.messages == []


def test_a_bare_cr_before_the_true_end_closes_the_connection():
    """Whoever reads CR CR LF as no line's end takes what follows for text: we must not read it."""
    dialogue = Dialogue().ready_for_data()
    dialogue.say(b"text\r\r\n.\r\n" + EVIL).run("""
        S: 550 5.6.0 Message refused: it contains a bare <CR>; ...
        S: 421 4.7.0 closing the connection
        S: (closed)
    """)
    assert dialogue.messages == []


def test_the_same_holds_for_a_mail_that_was_too_big_to_keep():
    dialogue = Dialogue(max_message_bytes=100).ready_for_data()
    for piece in (b"x" * 500, b"x" * 500 + b"\r\r", b"\n.\r\n" + EVIL):
        dialogue.say(piece)
    dialogue.run("""
        S: 552 5.3.4 Message size exceeds fixed limit
        S: 421 4.7.0 closing the connection
        S: (closed)
    """)


@pytest.mark.parametrize(
    ("line", "reply"),
    [
        (b"NOOP\nMAIL FROM:<evil@example.org>", "500 5.5.2 Error: bare <LF> in the command; ..."),
        (b"\nNOOP", "500 5.5.2 Error: bare <LF> in the command; ..."),
        (b"NOOP\n", "500 5.5.2 Error: bare <LF> in the command; ..."),
        (b"NOOP\rMAIL FROM:<evil@example.org>", "500 5.5.2 Error: bare <CR> in the command; ..."),
        (b"NOOP\r", "500 5.5.2 Error: bare <CR> in the command; ..."),
        (b"MAIL FROM:<evil@example.org\0>", "500 5.5.2 Error: control character in the command"),
        (b"MAIL FROM:<evil@example.org\n>", "500 5.5.2 Error: bare <LF> in the command; ..."),
        (b"RCPT TO:<a@b\rRCPT TO:<c@d>>", "500 5.5.2 Error: bare <CR> in the command; ..."),
        (b"NOOP\x0bx", "500 5.5.2 Error: control character in the command"),
        (b"NOOP \xc2\x85x", "500 5.5.2 Error: control character in the command"),
        (b"NOOP \xe2\x80\xa8x", "500 5.5.2 Error: control character in the command"),
        (b"NOOP \xff", "500 5.5.2 Error: the command is not valid UTF-8"),
        (b"NOOP \x7f", "500 5.5.2 Error: control character in the command"),
    ],
)
def test_a_command_line_holds_no_other_line_end(line, reply):
    dialogue = Dialogue().greeted()
    dialogue.say(line + b"\r\nNOOP\r\n").run(f"""
        S: {reply}
        S: 250 2.0.0 Ok
    """)
    assert dialogue.events == []


def test_a_line_feed_alone_ends_no_command():
    dialogue = Dialogue().greeted()
    dialogue.say(b"MAIL FROM:<ann@example.com>\nRCPT TO:<bob@example.net>\nDATA\n")
    dialogue.expect_silence()
    assert dialogue.events == []


CHUNKS = {
    "an end of data within the chunk": b"BDAT 110 LAST\r\n" + (b"x\r\n.\r\n" + EVIL).ljust(110, b" "),
    "chunk without MAIL": b"RSET\r\nBDAT %d LAST\r\n" % len(EVIL) + EVIL,
    "chunk in the middle of the greeting": b"HELO c\r\nBDAT %d\r\n" % len(EVIL) + EVIL,
    "bare LF in the chunk": b"BDAT %d LAST\r\nx\n.\n" % (len(EVIL) + 4) + EVIL,
    "bare CR at the end": b"BDAT %d LAST\r\n" % (len(EVIL) + 1) + EVIL + b"\r",
    "NUL in the chunk": b"BDAT %d LAST\r\n\0" % (len(EVIL) + 1) + EVIL,
    "size missing": b"BDAT\r\n" + EVIL,
    "size not a number": b"BDAT x LAST\r\n" + EVIL,
    "size negative": b"BDAT -1 LAST\r\n" + EVIL,
    "size with sign": b"BDAT +1 LAST\r\nx" + EVIL,
    "size in hexadecimal": b"BDAT 0x10 LAST\r\n" + EVIL,
    "size in other digits": "BDAT ٣ LAST\r\nabc".encode() + EVIL,
    "size too long to be one": b"BDAT 000000000000000000001 LAST\r\nx" + EVIL,
    "size beyond all limits": b"BDAT 99999999999999999999 LAST\r\n" + EVIL,
    "two sizes": b"BDAT 1 1 LAST\r\nx" + EVIL,
    "word other than LAST": b"BDAT 1 FIRST\r\nx" + EVIL,
    "LAST twice": b"BDAT 1 LAST LAST\r\nx" + EVIL,
    "DATA between chunks": b"BDAT 1\r\nxDATA\r\nBDAT %d LAST\r\n" % len(EVIL) + EVIL,
    "BDAT within DATA": b"DATA\r\nBDAT 1 LAST\r\nx\r\n" + EVIL,
}


@pytest.mark.parametrize("step", [1, 100_000])
@pytest.mark.parametrize("name", CHUNKS)
def test_chunks_smuggle_no_mail(name, step):
    host = Host(ServerSession(a_config()))
    wire = b"EHLO c\r\nMAIL FROM:<ann@example.com>\r\nRCPT TO:<bob@example.net>\r\n" + CHUNKS[name]
    for at in range(0, len(wire), step):
        host.hear(wire[at : at + step])
    assert [event.reverse_path for event in host.events if isinstance(event, MailRequested)] == [
        "ann@example.com"
    ]
    assert len(host.messages) <= 1


def test_a_refused_chunk_is_swallowed_where_nobody_is_a_valid_recipient():
    dialogue = Dialogue().greeted()
    dialogue.say(b"MAIL FROM:<ann@example.com>\r\nBDAT %d LAST\r\n" % len(EVIL) + EVIL + b"NOOP\r\n").run("""
        S: 250 2.1.0 Ok
        S: 503 5.5.1 Error: need RCPT command
        S: 250 2.0.0 Ok
    """)
