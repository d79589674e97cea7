"""What holds for every client, however it speaks and however its bytes are cut."""

import itertools
import re
import subprocess
import sys
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from aerogram.wire.smtp.replies import AUTHENTICATION_FAILED, Reply
from aerogram.wire.smtp.server.events import AuthRequested, MailRequested, MessageReceived, RcptRequested
from aerogram.wire.smtp.server.server import ServerSession
from support.package import PACKAGE_PATH
from support.smtp_dialogue import Host, a_config

MAX_MESSAGE = 120
CONFIG = a_config(
    offers_starttls=True,
    auth_allowed_in_clear=True,
    max_message_bytes=MAX_MESSAGE,
    max_recipients=3,
    max_errors=6,
)
REPLY_LINES = re.compile(rb"(?:[2-5][0-9]{2}[ -][ -~]*\r\n)*")

ANSWERS = {
    MailRequested: lambda event: Reply(550, "5.7.1", "no") if "no" in event.reverse_path else None,
    RcptRequested: lambda event: (
        Reply(450, "4.2.0", "later\nmuch later") if "no" in event.forward_path else None
    ),
    AuthRequested: lambda event: None if event.password == "b" else AUTHENTICATION_FAILED,
    MessageReceived: lambda event: Reply(421, "4.3.2", "closing") if b"close" in event.data else None,
}

BEGINNING = b"EHLO c\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@d.example>\r\n"
PIECES = st.sampled_from(
    [
        BEGINNING,
        BEGINNING + b"DATA\r\n",
        BEGINNING + b"BDAT 5\r\nabc\r\n",
        b"EHLO c\r\n",
        b"HELO\r\n",
        b"MAIL FROM:<a@b.example>\r\n",
        b"MAIL FROM:<no@b.example> SIZE=7\r\n",
        b"MAIL FROM:<> SMTPUTF8 BODY=8BITMIME\r\n",
        "RCPT TO:<é@d.example>\r\n".encode(),
        b"RCPT TO:<no@d.example>\r\n",
        b"RCPT TO:<c@d.example> NOTIFY=NEVER\r\n",
        b"DATA\r\n",
        b"text\r\n",
        b".\r\n",
        b"\r\n.\r\n",
        b"close\r\n.\r\n",
        b"..\r\n.\r\n",
        b"x" * 70 + b"\r\n",
        b"..\r\n" * 40,
        b"x" * 150 + b"\r\n",
        b"\n.\n",
        b"\r",
        b"\n",
        b"\r\r\n.\r\n",
        b"\0",
        b".",
        b"BDAT 3\r\n",
        b"BDAT 7 LAST\r\n",
        b"BDAT 200\r\n",
        b"BDAT x\r\n",
        b"AUTH PLAIN AGEAYg==\r\n",
        b"AUTH LOGIN\r\n",
        b"YQ==\r\n",
        b"Yg==\r\n",
        b"*\r\n",
        b"RSET\r\n",
        b"NOOP\r\n",
        b"QUIT\r\n",
        b"STARTTLS\r\n",
        b"GET / HTTP/1.1\r\n",
        b"\x16\x03\x01",
        b"\xff\r\n",
        b"WHAT\r\n",
        b"x" * 3_000,
        b"x" * 13_000,
    ]
)
CONVERSATIONS = st.one_of(
    st.lists(PIECES, max_size=25).map(b"".join),
    st.lists(st.one_of(PIECES, st.binary(max_size=5)), max_size=15).map(
        lambda rest: BEGINNING + b"".join(rest)
    ),
    st.binary(max_size=200),
)


def outcome(packets):
    """Give all that can be seen from outside, for one way of cutting a stream."""
    session = ServerSession(CONFIG)
    host = Host(session, ANSWERS, starts_tls=False)
    heard = session.outgoing()
    for packet in packets:
        heard += host.hear(packet)
    return heard, host.events, session.is_closed, session.state, session.transcript()


@settings(max_examples=400, deadline=None)
@given(CONVERSATIONS, st.data())
def test_how_the_bytes_are_cut_makes_no_difference(stream, data):
    whole = outcome([stream])
    assert (
        outcome([stream[at : at + 1] for at in range(len(stream))] if len(stream) < 2_000 else [stream])
        == whole
    )
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=12)))
    edges = [0, *cuts, len(stream)]
    assert outcome([stream[a:b] for a, b in itertools.pairwise(edges)]) == whole


@settings(max_examples=300, deadline=None)
@given(st.lists(CONVERSATIONS, max_size=6))
def test_any_client_gets_replies_and_never_an_exception(packets):
    session = ServerSession(CONFIG)
    host = Host(session, ANSWERS, starts_tls=False)
    heard = session.outgoing()
    for packet in packets:
        heard += host.hear(packet)
        assert len(session._talk.input) <= max(12_288, 4 * MAX_MESSAGE)
        assert len(session._talk.transaction.chunks) <= MAX_MESSAGE
    assert REPLY_LINES.fullmatch(heard)
    assert all(len(line) <= 512 for line in heard.splitlines(keepends=True))
    assert len(session.transcript().encode()) <= 8_192
    for message in host.messages:
        assert len(message.data) <= MAX_MESSAGE
        assert 1 <= len(message.envelope.recipients) <= 3
        assert message.data.replace(b"\r\n", b"").translate(None, b"\r\n\0") == message.data.replace(
            b"\r\n", b""
        )


@settings(max_examples=100, deadline=None)
@given(CONVERSATIONS)
def test_one_command_gets_one_reply(stream):
    """Unless the session ends: then its last reply is a 221 or 421."""
    heard, _, is_closed, _, _ = outcome([stream])
    last_lines = re.findall(rb"^([2-5][0-9]{2}) ", heard, re.MULTILINE)
    assert [code for code in last_lines[:-1] if code in {b"221", b"421"}] == []
    assert (last_lines[-1] in {b"221", b"421"}) == is_closed


def test_the_fuzzer_finds_nothing_in_a_few_hundred_sessions():
    root = Path(__file__).parents[4]
    fuzzer = subprocess.run(
        [
            sys.executable,
            "-W",
            "error",
            root / "fuzz" / "smtp_server.py",
            "--sessions",
            "300",
            "--seed",
            "11",
        ],
        env={"PYTHONPATH": PACKAGE_PATH},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert fuzzer.returncode == 0, fuzzer.stdout + fuzzer.stderr
    assert "seed 11: 300 sessions, 0 crashes" in fuzzer.stdout
