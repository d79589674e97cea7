"""What is signed survives the next hop: long lines, 8-bit mail, and sealed parts, through the whole process."""

from __future__ import annotations

import contextlib
import email
import smtplib
import sqlite3

import pytest

from aerogram.model.event import EventKind
from aerogram.model.message import MessageState
from aerogram.model.outcome import FailureState
from aerogram.store.open import FILE_NAME
from support.narrow_hops import FoldingHop, SevenBitHop
from support.server import running
from support.signatures import Verifier

BOTH = ("rsa-sha256", "ed25519-sha256")
HEAD = "From: News <news@example.org>\r\nTo: {}\r\nMIME-Version: 1.0\r\nSubject: x\r\n"
LONG = b"<p>word and word</p>" * 115
WIDE = "caf\u00e9 na\u00efve\r\n".encode()
HTML = b"Content-Type: text/html; charset=utf-8\r\n"
SIGNED = (
    b"Content-Type: multipart/signed; protocol=application/pgp-signature; boundary=s\r\n\r\n--s\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n\r\n%b\r\n--s\r\n"
    b"Content-Type: application/pgp-signature\r\n\r\nabc\r\n--s--\r\n"
)
TRACKED = b"X-Mailjet-TrackOpen: 1\r\nX-Mailjet-TrackClick: 1\r\n"


@pytest.fixture(scope="module")
def folding():
    with FoldingHop() as opened:
        yield opened


@pytest.fixture(scope="module")
def narrow():
    with SevenBitHop() as opened:
        yield opened


@pytest.fixture(scope="module")
def server(folding, narrow, tmp_path_factory):
    settings = {
        "deliver": "direct",
        "routes": f"fold.example=127.0.0.1:{folding.port},narrow.example=127.0.0.1:{narrow.port}"
        f",example.org=127.0.0.1:{folding.port}",
        "trusted_networks": "127.0.0.0/8",
        "hostname": "mail.example.org",
    }
    with running(tmp_path_factory.mktemp("signed") / "data", **settings) as served:
        served.answer_of("sender", "add", "@example.org")
        served.answer_of("domain", "add", "example.org")
        yield served


@pytest.fixture(scope="module")
def verifier(server):
    return Verifier(server, "example.org")


def submit(server, recipient, content, *, notify=""):
    with smtplib.SMTP("127.0.0.1", server.smtp_port, timeout=30) as client:
        client.sendmail(
            "news@example.org",
            [recipient],
            HEAD.format(recipient).encode() + content,
            mail_options=["BODY=8BITMIME"],
            rcpt_options=[f"NOTIFY={notify}"] if notify else [],
        )


def leaves(mail):
    return [
        each.get_payload(decode=True)
        for each in email.message_from_bytes(mail).walk()
        if not each.is_multipart()
    ]


CONTENTS = {
    "html-7bit": HTML + b"Content-Transfer-Encoding: 7bit\r\n\r\n" + LONG + b"\r\n",
    "html-8bit": HTML + b"Content-Transfer-Encoding: 8bit\r\n\r\n" + WIDE + LONG + b"\r\n",
    "short-8bit": HTML + b"Content-Transfer-Encoding: 8bit\r\n\r\n" + WIDE,
    "no-mime": b"\r\n" + WIDE + LONG + b"\r\n",
    "subject": b"Comments: " + b"word " * 400 + b"\r\n\r\nx\r\n",
    "raw-header": b"Comments: " + WIDE + HTML + b"\r\n" + WIDE,
    "mixed": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n"
    + LONG
    + b"\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: a@b.example\r\n\r\n"
    + WIDE
    + b"--b--\r\n",
    "ascii-labelled-8bit": HTML + b"Content-Transfer-Encoding: 8bit\r\n\r\na=b\r\n",
    "signed-7bit": SIGNED % b"short",
}


@pytest.mark.parametrize("name", CONTENTS)
@pytest.mark.parametrize("hop", ["fold", "narrow"])
def test_both_signatures_verify_behind_the_hop(server, verifier, folding, narrow, hop, name):
    content, recipient = CONTENTS[name], f"{name}@{hop}.example"
    submit(server, recipient, content)
    sink = folding if hop == "fold" else narrow
    arrived = sink.mail_to(recipient).content
    verifier.assert_signed(arrived, *BOTH)
    assert leaves(arrived) == leaves(b"MIME-Version: 1.0\r\n" + content)
    assert "BODY=8BITMIME" not in narrow.body_parameters


def test_tracked_mail_verifies_too(server, verifier, narrow):
    link = b'<a href="https://example.org/x">'
    submit(server, "tracked@narrow.example", TRACKED + HTML + b"\r\n" + link + WIDE + LONG)
    arrived = narrow.mail_to("tracked@narrow.example").content
    verifier.assert_signed(arrived, *BOTH)
    assert WIDE.strip() in leaves(arrived)[0]
    assert link not in leaves(arrived)[0]


def test_a_hop_with_8bitmime_gets_the_bytes_as_they_are(server, verifier, folding):
    content = HTML + b"Content-Transfer-Encoding: 8bit\r\n\r\n" + WIDE
    submit(server, "kept@fold.example", content)
    arrived = folding.mail_to("kept@fold.example").content
    verifier.assert_signed(arrived, *BOTH)
    assert arrived.endswith(content)
    assert "BODY=8BITMIME" in folding.body_parameters


@pytest.mark.parametrize("extra", [b"", TRACKED], ids=["plain", "tracked"])
def test_a_signed_part_with_a_long_line_is_refused_with_the_reason(server, extra):
    with pytest.raises(smtplib.SMTPDataError) as refused:
        submit(server, "x@fold.example", extra + SIGNED % LONG)
    assert refused.value.smtp_code == 554
    assert refused.value.smtp_error == (
        b"5.6.2 The mail is signed, and its signed part has a line of more than 998 characters; encoding it again"
        b" would break it (RFC 1847 2.1). Encode it before it is sealed."
    )


def test_a_word_that_no_line_can_hold_is_refused_with_the_reason(server):
    with pytest.raises(smtplib.SMTPDataError, match="The header references has a word of more than 998"):
        submit(server, "x@fold.example", b"References: <" + b"x" * 1200 + b"@y.example>\r\n\r\nx\r\n")


def test_8_bit_in_a_signed_part_bounces_where_it_would_have_to_be_converted(server, narrow, folding):
    submit(server, "sealed@narrow.example", SIGNED % WIDE, notify="FAILURE")
    notice = email.message_from_bytes(folding.mail_to("news@example.org").content)
    words, report, _ = notice.get_payload()
    assert "8-bit characters, and the next server takes only 7-bit mail" in " ".join(
        words.get_payload().split()
    )
    fields = report.get_payload()[1]
    assert (fields["Action"], fields["Status"]) == ("failed", "5.6.3")
    with contextlib.closing(sqlite3.connect(server.data / FILE_NAME, timeout=10)) as store:
        [(message_id, state, failure, reply)] = store.execute(
            "SELECT id, state, failure, reply FROM message WHERE recipient = 'sealed@narrow.example'"
        ).fetchall()
        kinds = store.execute(
            "SELECT kind FROM event WHERE message_id = ? ORDER BY id", (message_id,)
        ).fetchall()
    assert MessageState(state) is MessageState.BOUNCED
    assert FailureState(failure) is FailureState.PROTOCOL_ISSUE
    assert reply.startswith("554 5.6.3 The mail is signed, and its signed part has 8-bit characters")
    assert EventKind(kinds[-1][0]) is EventKind.BOUNCE
    assert not [mail for mail in narrow.mails if "sealed@narrow.example" in mail.recipients]
    submit(server, "sealed@fold.example", SIGNED % WIDE)
    assert folding.mail_to("sealed@fold.example").content.endswith(SIGNED % WIDE)


def test_the_setting_converts_for_every_hop(folding, tmp_path):
    settings = {
        "deliver": "relay",
        "relay_url": f"smtp://127.0.0.1:{folding.port}",
        "trusted_networks": "127.0.0.0/8",
        "convert_to_7bit": "true",
    }
    with running(tmp_path / "data", **settings) as server:
        server.answer_of("sender", "add", "@example.org")
        server.answer_of("domain", "add", "example.org")
        submit(server, "always@fold.example", CONTENTS["html-8bit"])
        submit(server, "labelled@fold.example", CONTENTS["ascii-labelled-8bit"])
        verifier = Verifier(server, "example.org")
        for recipient in ("always@fold.example", "labelled@fold.example"):
            arrived = folding.mail_to(recipient).content
            verifier.assert_signed(arrived, *BOTH)
            assert arrived.isascii()
            assert b"8bit" not in arrived
