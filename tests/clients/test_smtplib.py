"""Python's smtplib, over STARTTLS with a certificate that it checks."""

import smtplib
import ssl

import pytest

from clients.sample import SENDER, Sample


@pytest.fixture
def connect(certificate):
    """Open a session over STARTTLS, logged in with the given pair."""
    opened = []

    def connect_to(server, key=None, secret=None):
        client = smtplib.SMTP("localhost", server.smtp_port, timeout=20)
        opened.append(client)
        client.starttls(context=certificate.client_context())
        client.login(key or server.settings["api_key"], secret or server.settings["secret_key"])
        return client

    yield connect_to
    for client in opened:
        client.close()


def test_text_html_and_a_file_arrive_intact(connect, post):
    sample = Sample()
    # `send_message` would write ">From" where a line begins with "From", a habit of mailbox files.
    refused = connect(post.server).sendmail(SENDER, [sample.recipient], sample.message().as_bytes())
    assert refused == {}
    sample.assert_intact(post.mail_to(sample.recipient))


def test_the_body_is_not_changed_by_a_single_byte(connect, relaying):
    sample = Sample()
    sent = sample.message().as_bytes()
    connect(relaying.server).sendmail(SENDER, [sample.recipient], sent)
    received = relaying.mail_to(sample.recipient)
    assert received.partition(b"\r\n\r\n")[2] == sent.partition(b"\r\n\r\n")[2]


def test_fields_that_speak_to_mailjet_do_not_leave(connect, post):
    sample = Sample()
    message = sample.message()
    message["X-MJ-CustomID"] = "r-17"
    message["X-MJ-EventPayload"] = '{"secret": 1}'
    message["X-Mailjet-Campaign"] = "spring"
    message["Bcc"] = "hidden@example.net"
    connect(post.server).sendmail(SENDER, [sample.recipient], message.as_bytes())
    received = sample.assert_intact(post.mail_to(sample.recipient))
    assert not [name for name in received if name.lower().startswith(("x-mj-", "x-mailjet-", "bcc"))]


def test_the_final_reply_names_the_message(connect, capturing):
    client = connect(capturing.server)
    client.ehlo_or_helo_if_needed()
    client.mail(SENDER)
    client.rcpt(Sample().recipient)
    code, text = client.data(b"From: orders@example.com\r\nSubject: x\r\n\r\nx\r\n")
    assert code == 250
    assert text.startswith(b"OK queued as ")


def test_each_recipient_gets_a_copy(connect, relaying):
    first, second = Sample(), Sample()
    connect(relaying.server).sendmail(SENDER, [first.recipient, second.recipient], first.message().as_bytes())
    assert relaying.mail_to(first.recipient)
    assert relaying.mail_to(second.recipient)


def test_the_extensions_of_the_greeting_hold_the_size(certificate, capturing):
    with smtplib.SMTP("localhost", capturing.server.smtp_port, timeout=20) as client:
        client.ehlo()
        assert client.esmtp_features["size"] == "15728640"
        assert "starttls" in client.esmtp_features
        client.starttls(context=certificate.client_context())
        client.ehlo()
        assert "starttls" not in client.esmtp_features
        assert {"PLAIN", "LOGIN"} <= set(client.esmtp_features["auth"].split())


def test_a_client_that_checks_certificates_refuses_a_stranger(capturing):
    with (
        smtplib.SMTP("localhost", capturing.server.smtp_port, timeout=20) as client,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        client.starttls(context=ssl.create_default_context())
