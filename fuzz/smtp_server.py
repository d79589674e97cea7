"""Fuzz the SMTP server's state machine: conversations made by grammar, broken at random, cut at random.

    python fuzz/smtp_server.py --seconds 60 --seed 7
    python fuzz/smtp_server.py --sessions 100000

Each session is played three times: in one packet, in random packets, and octet by octet when it is
short. It fails when the machine raises, hears more of a message than its limits allow, writes
anything but reply lines, takes longer than a session may, takes a flawed message, or sees another
conversation when the packets are cut elsewhere. A failing input is printed with the seed that makes
it, and written to ``--crashes``. The exit status is 1 when there was one.
"""

# ruff: noqa: INP001, PLR2004 - a script, whose numbers are odds

from __future__ import annotations

import itertools
import re
import sys
import time
from typing import TYPE_CHECKING, Final

from loop import main

from aerogram.wire.smtp.limits import MAX_AUTH_LINE, MAX_REPLY_LINE, MAX_TRANSCRIPT_BYTES
from aerogram.wire.smtp.replies import AUTHENTICATION_FAILED, Reply
from aerogram.wire.smtp.server.data import flaw_of
from aerogram.wire.smtp.server.events import (
    AuthRequested,
    Event,
    MailRequested,
    MessageReceived,
    RcptRequested,
    TlsRequested,
)
from aerogram.wire.smtp.server.server import ServerConfig, ServerSession

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator

MAX_SESSION_SECONDS: Final = 5.0
MAX_PLAYED_BY_OCTET: Final = 600
MAX_MESSAGE: Final = 500
REPLIES: Final = re.compile(rb"(?:[2-5][0-9]{2}[ -][ -~]*\r\n)*")

CONFIGS: Final = tuple(
    ServerConfig(
        hostname="mx.example.com",
        max_message_bytes=max_message_bytes,
        max_recipients=5,
        max_errors=max_errors,
        offers_starttls=True,
        requires_auth=requires_auth,
        auth_allowed_in_clear=True,
    )
    for max_message_bytes in (0, MAX_MESSAGE)
    for max_errors in (3, 20)
    for requires_auth in (False, True)
)

LOCAL_PARTS: Final = (
    "ann",
    "no",
    "a.b+c",
    '"a b"',
    '"a\\"b"',
    '"a@b"',
    "é",
    "a" * 64,
    "a" * 65,
    "",
    ".",
    "%",
)
DOMAINS: Final = ("b.example", "[192.0.2.1]", "[IPv6:::1]", "é.example", "b" * 64, "-b", "b.", "", "b" * 300)
PARAMETERS: Final = (
    *("SIZE=10", "SIZE=999999", "SIZE=x", "BODY=8BITMIME", "BODY=BINARYMIME", "SMTPUTF8", "SMTPUTF8=1"),
    *("RET=FULL", "RET=x", "ENVID=a+2Bb", "ENVID=+", "AUTH=<>", "NOTIFY=NEVER", "NOTIFY=SUCCESS,DELAY"),
    *("NOTIFY=NEVER,DELAY", "ORCPT=rfc822;a@b", "ORCPT=;", "X=1", "=", "SIZE=1 SIZE=1"),
)
LINES: Final = (
    *(b"EHLO c", b"HELO c", b"EHLO", b"RSET", b"NOOP", b"NOOP x", b"VRFY ann", b"VRFY", b"EXPN x", b"HELP"),
    *(
        b"STARTTLS",
        b"STARTTLS x",
        b"AUTH PLAIN AGEAYg==",
        b"AUTH PLAIN AGEAeA==",
        b"AUTH PLAIN",
        b"AUTH LOGIN",
    ),
    *(b"AUTH LOGIN YQ==", b"AUTH LOGIN =", b"AUTH X", b"AUTH", b"YQ==", b"Yg==", b"*", b"=", b"!", b"QUIT"),
    *(
        b"GET / HTTP/1.1",
        b"DATA",
        b"DATA x",
        b"BDAT",
        b"BDAT x",
        b"BDAT 0",
        b"BDAT 99999999999",
        b"",
        b" ",
        b"X",
    ),
)
LINE_ENDS: Final = (
    b"\r\n",
    b"\r\n",
    b"\r\n",
    b"\r\n",
    b"\n",
    b"\r",
    b"\r\r\n",
    b"\n\r",
    b"\r\n\r\n",
    b"\0\r\n",
)
TEXT: Final = (
    b"Subject: x",
    b"",
    b".",
    b"..",
    b".x",
    b"x" * 200,
    b"\xff\xfe",
    b"text",
    b"\0",
    b"RSET",
    b"DATA",
)
OCTETS: Final = b'\r\n.\0 <>"@:=\\*\xff\xc3\x16aA0'

Outcome = tuple[bytes, list[Event], bool, str]


class Broken(AssertionError):  # noqa: N818 - it says what the machine is
    """The machine did something it must never do."""


def a_path(rng: random.Random) -> bytes:
    """Make a path, mostly a good one."""
    if rng.random() < 0.7:
        return rng.choice((b"<ann@b.example>", b"<no@b.example>", b"<>", b"<c@d.example>"))
    return f"<{rng.choice(LOCAL_PARTS)}@{rng.choice(DOMAINS)}>".encode()


def a_text(rng: random.Random) -> bytes:
    """Make the lines of a message."""
    ends = LINE_ENDS if rng.random() < 0.3 else LINE_ENDS[:1]
    return b"".join(rng.choice(TEXT) + rng.choice(ends) for _ in range(rng.randrange(8)))


def a_step(rng: random.Random) -> bytes:
    """Make one command, with what follows it."""
    kind = rng.randrange(8)
    end = rng.choice(LINE_ENDS) if rng.random() < 0.1 else b"\r\n"
    parameters = b"".join(b" " + rng.choice(PARAMETERS).encode() for _ in range(rng.choice((0, 0, 0, 1, 2))))
    if kind == 0:
        return b"MAIL FROM:" + a_path(rng) + parameters + end
    if kind == 1:
        return b"RCPT TO:" + a_path(rng) + parameters + end
    if kind == 2:
        return b"DATA" + end + a_text(rng) + rng.choice((b".\r\n", b"\r\n.\r\n", b"\n.\n", b""))
    if kind == 3:
        text = a_text(rng)
        size = len(text) + rng.choice((0, 0, 0, 1, -1, 50))
        return b"BDAT %d%s" % (size, rng.choice((b"", b" LAST", b" LAST", b" last", b" X"))) + end + text
    if kind == 4:
        text = a_text(rng)
        return b"MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nBDAT %d LAST\r\n" % len(text) + text
    if kind == 5:
        return b"MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n" + a_text(rng) + b".\r\n"
    return rng.choice(LINES) + end


def a_conversation(rng: random.Random) -> bytes:
    """Make all that one client says; every third is then damaged."""
    beginning = rng.choice((b"", b"EHLO c\r\n", b"EHLO c\r\n", b"EHLO c\r\nAUTH PLAIN AGEAYg==\r\n"))
    stream = bytearray(beginning + b"".join(a_step(rng) for _ in range(rng.randrange(1, 12))))
    if rng.random() < 0.02:
        at = rng.randrange(len(stream))
        stream[at:at] = rng.choice((b"x", b" ", b".")) * rng.choice((2_000, 13_000, 70_000))
    if rng.randrange(3) == 0:
        for _ in range(rng.randrange(1, 6)):
            damage(rng, stream)
    return bytes(stream)


def damage(rng: random.Random, stream: bytearray) -> None:
    """Change, insert, remove, or repeat some octets."""
    if not stream:
        return
    at = rng.randrange(len(stream))
    kind = rng.randrange(4)
    if kind == 0:
        stream[at] = rng.choice(OCTETS)
    elif kind == 1:
        stream.insert(at, rng.choice(OCTETS))
    elif kind == 2:
        del stream[at : at + rng.randrange(1, 6)]
    else:
        stream[at:at] = stream[max(0, at - rng.randrange(1, 40)) : at]


def answer_to(event: Event) -> Reply | None:
    """Answer as a host would: the same event always in the same way."""
    if isinstance(event, AuthRequested):
        return None if event.password == "b" else AUTHENTICATION_FAILED  # noqa: S105 - of the grammar above
    if isinstance(event, MailRequested | RcptRequested):
        address = event.reverse_path if isinstance(event, MailRequested) else event.forward_path
        return Reply(550, "5.7.1", f"<{address}>: no") if address.startswith("no@") else None
    return None


def play(config: ServerConfig, packets: list[bytes]) -> Outcome:
    """Play one session and give all that can be seen of it from outside."""
    session = ServerSession(config)
    said = [session.outgoing()]
    events: list[Event] = []
    for packet in packets:
        session.receive(packet)
        while (event := session.next_event()) is not None:
            events.append(event)
            if isinstance(event, TlsRequested):
                break
            session.answer(answer_to(event))
        said.append(session.outgoing())
        check_memory(session)
    return b"".join(said), events, session.is_closed, session.transcript()


def check_memory(session: ServerSession) -> None:
    """See that no more is kept than the limits allow."""
    talk = session._talk  # noqa: SLF001 - memory cannot be seen from outside
    if len(talk.input) > max(MAX_AUTH_LINE, 4 * MAX_MESSAGE):
        raise Broken(f"{len(talk.input)} octets of input are kept")
    if len(talk.transaction.chunks) > MAX_MESSAGE:
        raise Broken(f"{len(talk.transaction.chunks)} octets of chunks are kept")


def check(config: ServerConfig, outcome: Outcome) -> None:
    """See that what was said and seen keeps the promises that hold for every client."""
    said, events, is_closed, transcript = outcome
    if not REPLIES.fullmatch(said):
        raise Broken(f"these are no replies: {said!r}")
    if any(len(line) > MAX_REPLY_LINE for line in said.splitlines(keepends=True)):
        raise Broken("a reply line is too long")
    if is_closed != (said.splitlines()[-1][:3] in {b"221", b"421"}):
        raise Broken("the end and the last reply disagree")
    if len(transcript.encode()) > MAX_TRANSCRIPT_BYTES:
        raise Broken("the transcript is too long")
    may_send = not config.requires_auth
    for event in events:
        may_send = may_send or (isinstance(event, AuthRequested) and answer_to(event) is None)
        if isinstance(event, MailRequested | RcptRequested | MessageReceived) and not may_send:
            raise Broken("mail without authentication")
        if isinstance(event, MessageReceived):
            check_message(config, event)


def check_message(config: ServerConfig, message: MessageReceived) -> None:
    """See that a message is within the limits and free of flaws."""
    if flaw_of(message.data):
        raise Broken(f"a message with {flaw_of(message.data)} was taken")
    if len(message.data) > config.max_message_bytes:
        raise Broken("a message above the limit was taken")
    if not 1 <= len(message.envelope.recipients) <= config.max_recipients:
        raise Broken(f"a message with {len(message.envelope.recipients)} recipients was taken")


def cut(rng: random.Random, stream: bytes) -> list[bytes]:
    """Cut a stream into packets, often within a CRLF."""
    places = {rng.randrange(len(stream) + 1) for _ in range(rng.randrange(1, 10))}
    places |= {found.start() + 1 for found in re.finditer(rb"\r\n", stream) if rng.random() < 0.5}
    edges = [0, *sorted(places), len(stream)]
    return [stream[a:b] for a, b in itertools.pairwise(edges)]


def one_session(config: ServerConfig, rng: random.Random, stream: bytes) -> Outcome:
    """Play a conversation in all ways and compare; raises whatever goes wrong."""
    started = time.perf_counter()
    whole = play(config, [stream])
    check(config, whole)
    if play(config, cut(rng, stream)) != whole:
        raise Broken("random packets make a difference")
    if len(stream) <= MAX_PLAYED_BY_OCTET and (
        play(config, [stream[at : at + 1] for at in range(len(stream))]) != whole
    ):
        raise Broken("single octets make a difference")
    if time.perf_counter() - started > MAX_SESSION_SECONDS:
        raise Broken("the session took too long")
    return whole


class SmtpServer:
    """The target."""

    name = "smtp_server"
    noun = "sessions"

    def make(self, rng: random.Random) -> bytes:
        """Make a conversation."""
        return a_conversation(rng)

    def test(self, rng: random.Random, given: bytes) -> Iterator[str]:
        """Play it with some limits; give the events and reply codes that were seen."""
        said, events, _, _ = one_session(rng.choice(CONFIGS), rng, given)
        yield from (type(event).__name__ for event in events)
        yield from (line[:3].decode() for line in said.splitlines())


if __name__ == "__main__":
    sys.exit(main(SmtpServer(), "Fuzz the SMTP server's state machine."))
