"""AUTH: who may try, the exchanges of PLAIN and LOGIN, and what is kept out of sight."""

import base64

import pytest

from aerogram.wire.smtp.replies import AUTHENTICATION_FAILED
from aerogram.wire.smtp.server.events import AuthRequested
from support.smtp_dialogue import Dialogue

KEY, SECRET = "0123456789abcdef", "s3cret-pässword"


def b64(text):
    return base64.b64encode(text.encode()).decode()


def plain(acting_for="", username=KEY, password=SECRET):
    return b64(f"{acting_for}\0{username}\0{password}")


def protected(answers=None, **config):
    return Dialogue(answers, is_tls=True, requires_auth=True, **config).greeted()


def test_plain_with_an_initial_response():
    dialogue = protected().run(f"""
        C: AUTH PLAIN {plain()}
        S: 235 2.7.0 OK
        C: MAIL FROM:<ann@example.com>
        S: 250 2.1.0 Ok
    """)
    assert dialogue.events[0] == AuthRequested("PLAIN", KEY, SECRET)
    assert dialogue.session.is_authenticated


def test_plain_with_a_challenge():
    dialogue = protected().run(f"""
        C: auth plain
        S: 334
        C: {plain(acting_for=KEY)}
        S: 235 2.7.0 OK
    """)
    assert dialogue.events == [AuthRequested("PLAIN", KEY, SECRET)]


def test_login_prompts_for_name_and_password():
    dialogue = protected().run(f"""
        C: AUTH LOGIN
        S: 334 VXNlcm5hbWU6
        C: {b64(KEY)}
        S: 334 UGFzc3dvcmQ6
        C: {b64(SECRET)}
        S: 235 2.7.0 OK
    """)
    assert dialogue.events == [AuthRequested("LOGIN", KEY, SECRET)]


def test_login_with_the_name_as_initial_response():
    dialogue = protected().run(f"""
        C: AUTH LOGIN {b64(KEY)}
        S: 334 UGFzc3dvcmQ6
        C: {b64(SECRET)}
        S: 235 2.7.0 OK
    """)
    assert dialogue.events == [AuthRequested("LOGIN", KEY, SECRET)]


def test_an_equals_sign_is_an_empty_initial_response():
    dialogue = protected().run("""
        C: AUTH LOGIN =
        S: 334 UGFzc3dvcmQ6
        C:
        S: 235 2.7.0 OK
        C: AUTH PLAIN =
        S: 503 5.5.1 Error: already authenticated
    """)
    assert dialogue.events == [AuthRequested("LOGIN", "", "")]


def test_wrong_credentials_are_refused_and_may_be_tried_again():
    wrong = {AuthRequested: lambda event: None if event.password == SECRET else AUTHENTICATION_FAILED}
    protected(wrong).run(f"""
        C: AUTH PLAIN {plain(password="guess")}
        S: 535 5.7.8 Error: authentication failed: Authentication failed
        C: MAIL FROM:<ann@example.com>
        S: 530 5.7.0 Authentication required
        C: AUTH PLAIN {plain()}
        S: 235 2.7.0 OK
    """)


def test_guessing_ends_with_421():
    dialogue = protected({AuthRequested: AUTHENTICATION_FAILED}, max_errors=3)
    attempt = f"AUTH PLAIN {plain()}\r\n".encode()
    dialogue.say(attempt * 4).run("""
        S: 535 5.7.8 ...
        S: 535 5.7.8 ...
        S: 535 5.7.8 ...
        S: 421 4.7.0 too many errors
        S: (closed)
    """)
    assert len(dialogue.events) == 3


@pytest.mark.parametrize("first", ["AUTH PLAIN", "AUTH LOGIN", f"AUTH LOGIN {b64(KEY)}"])
def test_the_client_may_cancel(first):
    dialogue = protected().say(f"{first}\r\n".encode())
    dialogue.heard.clear()
    dialogue.run("""
        C: *
        S: 501 5.7.0 Error: authentication cancelled
        C: NOOP
        S: 250 2.0.0 Ok
    """)
    assert dialogue.events == []


@pytest.mark.parametrize(
    ("response", "reply"),
    [
        ("!!!!", "501 5.5.2 Error: the response is not valid base64"),
        ("QUI", "501 5.5.2 Error: the response is not valid base64"),
        ("QQ==QQ==", "501 5.5.2 Error: the response is not valid base64"),
        ("QUJD QUJD", "501 5.5.2 Error: the response is not valid base64"),
        ("QUJD\nQUJD", "501 5.5.2 Error: the response is not valid base64"),
        (b64("no fields"), "501 5.5.2 Error: malformed authentication response"),
        (b64("a\0b\0c\0d"), "501 5.5.2 Error: malformed authentication response"),
        ("/w==", "501 5.5.2 Error: malformed authentication response"),
        ("", "501 5.5.2 Error: malformed authentication response"),
        (plain(acting_for="someone else"), "535 5.7.8 Error: authentication failed: acting for another..."),
    ],
)
def test_a_malformed_response_is_refused_and_ends_the_exchange(response, reply):
    dialogue = protected().say(b"AUTH PLAIN\r\n" + response.encode() + b"\r\n")
    dialogue.expect("334")
    dialogue.run(f"""
        S: {reply}
        C: NOOP
        S: 250 2.0.0 Ok
    """)
    assert dialogue.events == []


def test_a_login_name_with_nul_is_refused():
    protected().run(f"""
        C: AUTH LOGIN {b64("a" + chr(0))}
        S: 501 5.5.2 Error: malformed authentication response
    """)


def test_other_mechanisms_are_not_known():
    protected().run("""
        C: AUTH CRAM-MD5
        S: 504 5.5.4 Error: authentication mechanism not supported
        C: AUTH
        S: 501 5.5.4 Syntax: AUTH mechanism [initial-response]
        C: AUTH PLAIN LOGIN X
        S: 501 5.5.2 Error: the response is not valid base64
    """)


def test_credentials_in_clear_are_refused_by_default():
    dialogue = Dialogue(requires_auth=True, offers_starttls=True).run("""
        S: 220 ...
        C: EHLO c
        S: 250-mx.example.com
        S: 250-PIPELINING
        S: 250-SIZE 15728640
        S: 250-STARTTLS
        S: 250-ENHANCEDSTATUSCODES
        S: 250-8BITMIME
        S: 250-SMTPUTF8
        S: 250-DSN
        S: 250 CHUNKING
        C: AUTH PLAIN AGEAYg==
        S: 538 5.7.11 Encryption required for requested authentication mechanism
        C: MAIL FROM:<ann@example.com>
        S: 530 5.7.0 Authentication required
    """)
    assert dialogue.events == []


def test_credentials_in_clear_can_be_allowed_as_mailjet_does():
    Dialogue(requires_auth=True, auth_allowed_in_clear=True).run(f"""
        S: 220 ...
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
        C: AUTH PLAIN {plain()}
        S: 235 2.7.0 OK
    """)


def test_a_long_token_fits_into_an_auth_line():
    """RFC 4954 §4: 12,288 octets, where other commands have far fewer."""
    token = "t" * 9_000
    dialogue = protected().run(f"""
        C: AUTH PLAIN {plain(password=token)}
        S: 235 2.7.0 OK
    """)
    assert dialogue.events[0].password == token


def test_credentials_show_neither_in_reprs_nor_in_the_transcript():
    dialogue = protected({AuthRequested: AUTHENTICATION_FAILED})
    dialogue.say(f"AUTH PLAIN {plain()}\r\n".encode())
    dialogue.say(f"AUTH LOGIN\r\n{b64(KEY)}\r\n{b64(SECRET)}\r\n".encode())
    dialogue.say(f"{b64(SECRET)}\r\nAUTH {b64(SECRET)}\r\n".encode())
    shown = dialogue.session.transcript() + "".join(repr(event) for event in dialogue.events)
    for secret in (KEY, SECRET, b64(KEY), b64(SECRET), plain()):
        assert secret not in shown
    assert "C: AUTH PLAIN ***\nS: 535 5.7.8" in shown
    assert "C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: ***\nS: 334 UGFzc3dvcmQ6\nC: ***\nS: 535" in shown
