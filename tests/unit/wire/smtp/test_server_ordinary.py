"""Ordinary lines are read by one pattern each, and mean what the parsers of all lines read from them."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aerogram.wire.smtp.parameters import MailParameters
from aerogram.wire.smtp.server.commands import parse_greeting_name, parse_mail, parse_rcpt, split_command
from aerogram.wire.smtp.server.events import MailRequested, RcptRequested
from aerogram.wire.smtp.server.ordinary import ordinary_ehlo, ordinary_mail, ordinary_rcpt
from support.smtp_dialogue import Dialogue

LOCAL_PARTS = st.one_of(
    st.sampled_from(
        ["ann", "Ann.O'Hara+tag", "a..n", ".ann", "ann.", ".", "", "a" * 62, "a" * 65, '"ann"', "é"]
    ),
    st.text('aZ0.+-_!=@"\\ ', max_size=12),
)
DOMAINS = st.one_of(
    st.sampled_from(
        [
            *(
                "example.net",
                "localhost",
                "b",
                "xn--bcher-kva.example",
                "a_b.example",
                "b" * 63,
                "b" * 64 + ".c",
            ),
            *(
                "example.net.",
                "-b",
                "b-",
                "b..c",
                "192.0.2.1",
                "[192.0.2.1]",
                "é.example",
                "",
                "b." * 120 + "c",
            ),
        ]
    ),
    st.text("aZ0.-_[]", max_size=12),
)
MAILBOXES = st.one_of(
    st.builds("{}@{}".format, LOCAL_PARTS, DOMAINS), st.sampled_from(["", "postmaster", "@a:b@c"])
)
VERBS = [
    "MAIL FROM:",
    "mail FROM:",
    "Mail From:",
    "MAIL FROM: ",
    "RCPT TO:",
    "rcpt TO:",
    "rcpt to:",
    " RCPT TO:",
]
PARAMETERS = [
    "",
    " SIZE=0",
    " size=12",
    " SIZE=0012",
    " SIZE=" + "9" * 20,
    " SIZE=" + "9" * 21,
    " SIZE=",
    " SIZE=-1",
]
BODIES = [
    "",
    " BODY=8BITMIME",
    " BODY=7BIT",
    " body=8bitmime",
    " BODY=BINARYMIME",
    " SMTPUTF8",
    " ",
    " SIZE=1",
]


@st.composite
def lines(draw):
    """Commands of clients, some of them changed in a place or two."""
    line = draw(st.sampled_from(VERBS)) + draw(st.sampled_from(["<{}>", "<{}>", "{}", "<{}", "< {} >"]))
    line = line.format(draw(MAILBOXES)) + draw(st.sampled_from(PARAMETERS)) + draw(st.sampled_from(BODIES))
    octets = bytearray(line.encode())
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 2]))):
        at = draw(st.integers(0, len(octets)))
        octets[at : at + draw(st.integers(0, 2))] = draw(
            st.sampled_from([b"", b"<", b">", b"\n", b"\r", b".", b"\0"])
        )
    return bytes(octets)


def general(line):
    """What the parsers of all lines read from a line."""
    verb, argument = split_command(line)
    if verb == "MAIL":
        mail = parse_mail(argument)
        return MailRequested(mail.reverse_path, mail.parameters)
    rcpt = parse_rcpt(argument, utf8=False)
    assert rcpt == parse_rcpt(argument, utf8=True)
    return RcptRequested(rcpt.forward_path, rcpt.parameters.notify, rcpt.parameters.orcpt)


@given(lines())
@example(b"MAIL FROM:<ann@example.net>\n")
@example(b"RCPT TO:<" + b"a" * 54 + b"@b.example>")
@example(b"RCPT TO:<" + b"a" * 55 + b"@b.example>")
def test_whatever_is_taken_for_ordinary_means_what_all_lines_mean(line):
    for read in (ordinary_mail(line), ordinary_rcpt(line)):
        assert read is None or read == general(line)


@given(st.binary(max_size=20).map(b"EHLO ".__add__) | st.binary(max_size=8))
@example(b"ehlo " + b"x" * 255)
@example(b"ehlo " + b"x" * 256)
@example(b"EHLO x\n")
def test_an_ordinary_ehlo_names_the_client_as_any_ehlo_does(line):
    name = ordinary_ehlo(line)
    if name is not None:
        verb, argument = split_command(line)
        assert (verb, parse_greeting_name(verb, argument)) == ("EHLO", name)


@pytest.mark.parametrize(
    ("line", "read"),
    [
        (b"MAIL FROM:<ann@example.net>", MailRequested("ann@example.net")),
        (
            b"MAIL FROM:<ann@a-b.example> SIZE=7 BODY=8BITMIME",
            MailRequested("ann@a-b.example", MailParameters(7)),
        ),
        (b"mail FROM:<ann@example.net> size=33", MailRequested("ann@example.net", MailParameters(33))),
        (b"MAIL FROM:<ann@xn--bcher-kva.example> BODY=7BIT", MailRequested("ann@xn--bcher-kva.example")),
        (b"RCPT TO:<a.n+n@example.net>", RcptRequested("a.n+n@example.net")),
        (b"rcpt TO:<ann@localhost>", RcptRequested("ann@localhost")),
    ],
)
def test_what_clients_usually_write_is_ordinary(line, read):
    assert [found for found in (ordinary_mail(line), ordinary_rcpt(line)) if found is not None] == [read]


@pytest.mark.parametrize(
    "line",
    [
        b"MAIL FROM:<>",
        b"MAIL FROM:<ann@example.net> SMTPUTF8",
        b"MAIL FROM:<ann@example.net>\n",
        b"MAIL FROM:<" + b"a" * 54 + b"@example.net>",
        b"RCPT TO:<.ann@example.net>",
        b"RCPT TO:<ann@example.net.>",
        b"RCPT TO:<ann@example.net> NOTIFY=NEVER",
        b"RCPT TO:<postmaster>",
        "RCPT TO:<josé@example.net>".encode(),
    ],
)
def test_the_rest_is_left_to_the_parsers_of_all_lines(line):
    assert ordinary_mail(line) is ordinary_rcpt(line) is None


def test_the_names_of_commands_may_be_small_as_pythons_smtplib_writes_them():
    dialogue = Dialogue()
    for line in (
        b"ehlo c",
        b"mail FROM:<a@b.example> size=5",
        b"rcpt TO:<c@d.example>",
        b"data",
        b"abc\r\n.",
        b"quit",
    ):
        dialogue.say(line + b"\r\n")
    assert [reply[:3] for reply in dialogue.heard[-5:]] == ["250", "250", "354", "250", "221"]
    assert dialogue.message.envelope.reverse_path == "a@b.example"


@pytest.mark.parametrize("early", [b"MAIL FROM:<a@b.example>", b"RCPT TO:<a@b.example>", b"DATA"])
def test_an_ordinary_command_before_its_time_is_refused(early):
    dialogue = Dialogue().say(early + b"\r\n")
    assert dialogue.heard[-1] == "503 5.5.1 Error: send HELO/EHLO first"
    assert dialogue.events == []
