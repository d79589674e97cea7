"""STARTTLS: what was said in clear counts for nothing afterwards (RFC 3207)."""

import base64

import pytest

from aerogram.wire.smtp.replies import CLOSING
from aerogram.wire.smtp.server.events import TlsRequested
from aerogram.wire.smtp.server.server import ServerSession
from support.smtp_dialogue import Dialogue, Host, a_config

CREDENTIALS = base64.b64encode(b"\0key\0secret").decode()


def upgraded(**config):
    dialogue = Dialogue(offers_starttls=True, **config).greeted()
    return dialogue.run("""
        C: STARTTLS
        S: 220 2.0.0 Ready to start TLS
    """)


def test_after_tls_the_client_must_greet_again_and_is_offered_auth_but_no_starttls():
    upgraded(requires_auth=True).run(f"""
        C: MAIL FROM:<ann@example.com>
        S: 503 5.5.1 Error: send HELO/EHLO first
        C: EHLO c
        S: 250-mx.example.com
        S: 250-PIPELINING
        S: 250-SIZE 15728640
        S: 250-AUTH PLAIN LOGIN
        S: 250-AUTH=PLAIN LOGIN
        S: 250-ENHANCEDSTATUSCODES
        S: 250-8BITMIME
        S: 250-SMTPUTF8
        S: 250-DSN
        S: 250 CHUNKING
        C: STARTTLS
        S: 503 5.5.1 Error: TLS already active
        C: AUTH PLAIN {CREDENTIALS}
        S: 235 2.7.0 OK
    """)


def test_authentication_in_clear_does_not_survive_the_handshake():
    dialogue = Dialogue(offers_starttls=True, requires_auth=True, auth_allowed_in_clear=True).greeted()
    dialogue.run(f"""
        C: AUTH PLAIN {CREDENTIALS}
        S: 235 2.7.0 OK
        C: STARTTLS
        S: 220 2.0.0 Ready to start TLS
    """)
    assert not dialogue.session.is_authenticated
    assert dialogue.session.helo_name == ""
    assert dialogue.session.is_tls
    dialogue.greeted().run("""
        C: MAIL FROM:<ann@example.com>
        S: 530 5.7.0 Authentication required
    """)


INJECTED = b"EHLO evil\r\nMAIL FROM:<evil@example.org>\r\nRCPT TO:<victim@example.net>\r\nDATA\r\nx\r\n.\r\n"


@pytest.mark.parametrize(
    "packets",
    [
        [b"STARTTLS\r\n" + INJECTED],
        [b"STARTTLS\r\n", INJECTED],
        [b"STARTT", b"LS\r\nRSET\r\n" + INJECTED, INJECTED],
        [b"STARTTLS\r\nAUTH PLAIN " + CREDENTIALS.encode() + b"\r\n"],
        [b"STARTTLS\r\nNO", b"OP\r\n"],
        [b"STARTTLS\r\nMAIL FROM:<evil@exam"],
    ],
)
def test_what_is_injected_behind_starttls_is_thrown_away(packets):
    session = ServerSession(a_config(offers_starttls=True))
    host = Host(session, starts_tls=False)
    host.hear(b"EHLO client\r\n")
    heard = b"".join(host.hear(packet) for packet in packets)
    assert heard == b"220 2.0.0 Ready to start TLS\r\n"
    assert host.events == [TlsRequested()]
    assert not session.wants_read
    session.tls_started()
    assert host.hear(b"") == b""
    assert host.hear(b"NOOP\r\n") == b"250 2.0.0 Ok\r\n"
    assert host.events == [TlsRequested()]
    assert session.wants_read


def test_half_a_command_before_the_handshake_is_not_the_first_half_of_one_after_it():
    session = ServerSession(a_config(offers_starttls=True))
    host = Host(session)
    host.hear(b"EHLO client\r\nSTARTTLS\r\nMAIL FROM:<evil@example.org> ")
    assert host.hear(b"EHLO client\r\n").startswith(b"250-mx.example.com\r\n")


def test_tls_is_not_answered_but_started():
    session = ServerSession(a_config(offers_starttls=True))
    session.receive(b"EHLO c\r\nSTARTTLS\r\n")
    assert session.next_event() == TlsRequested()
    with pytest.raises(RuntimeError, match="no event waits"):
        session.answer()


def test_starttls_is_refused_where_it_is_not_offered_or_misspelt():
    Dialogue().greeted().run("""
        C: STARTTLS
        S: 502 5.5.1 Error: command not implemented
    """)
    Dialogue(offers_starttls=True).greeted().run("""
        C: STARTTLS now
        S: 501 5.5.4 Syntax: STARTTLS
        C: MAIL FROM:<ann@example.com>
        S: 250 2.1.0 Ok
        C: STARTTLS
        S: 503 5.5.1 Error: MAIL transaction in progress
    """)


def test_a_refused_handshake_can_end_the_session():
    dialogue = Dialogue(offers_starttls=True).greeted()
    dialogue.host.starts_tls = False
    dialogue.run("""
        C: STARTTLS
        S: 220 2.0.0 Ready to start TLS
    """)
    dialogue.session.close_with(CLOSING)
    assert dialogue.session.outgoing() == CLOSING.encoded()
