"""What the SMTP door refuses, as smtplib sees it: the code and the words."""

import smtplib

import pytest

from clients.sample import SENDER, Sample

LIMIT = 15 * 2**20
MANY = 1_001


@pytest.fixture
def client(capturing, certificate):
    """A session over STARTTLS, not logged in."""
    with smtplib.SMTP("localhost", capturing.server.smtp_port, timeout=60) as session:
        session.starttls(context=certificate.client_context())
        session.ehlo()
        yield session


@pytest.fixture
def logged_in(client, capturing):
    settings = capturing.server.settings
    client.login(settings["api_key"], settings["secret_key"])
    return client


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_a_wrong_secret_is_refused(client, capturing, mechanism):
    client.user, client.password = capturing.server.settings["api_key"], "wrong"
    with pytest.raises(smtplib.SMTPAuthenticationError) as refused:
        client.auth(mechanism, getattr(client, f"auth_{mechanism.lower()}"))
    assert refused.value.smtp_code == 535
    assert refused.value.smtp_error.startswith(b"5.7.8 ")
    assert b"uthentication failed" in refused.value.smtp_error


def test_mail_before_auth_is_refused(client):
    code, text = client.mail(SENDER)
    assert code == 530
    assert text == b"5.7.0 Authentication required"


def test_a_from_address_that_is_not_validated_is_refused(logged_in):
    mail = b"From: eve@elsewhere.example\r\nSubject: x\r\n\r\nx\r\n"
    with pytest.raises(smtplib.SMTPResponseException) as refused:
        logged_in.sendmail(SENDER, [Sample().recipient], mail)
    assert refused.value.smtp_code == 550
    assert b"eve@elsewhere.example" in refused.value.smtp_error
    assert b"Sender address rejected" in refused.value.smtp_error


def test_a_size_over_the_limit_is_refused_when_declared(logged_in):
    code, text = logged_in.mail(SENDER, [f"size={LIMIT + 1}"])
    assert code == 552
    assert text.startswith(b"5.3.4 ")


def test_a_size_over_the_limit_is_refused_after_data_when_not_declared(logged_in):
    logged_in.mail(SENDER)
    logged_in.rcpt(Sample().recipient)
    line = b"x" * 998 + b"\r\n"
    head = b"From: orders@example.com\r\nSubject: too large\r\n\r\n"
    code, text = logged_in.data(head + line * (LIMIT // len(line) + 1))
    assert code == 552
    assert text.startswith(b"5.3.4 ")
    assert logged_in.noop()[0] == 250


def test_a_size_just_under_the_limit_is_taken(logged_in):
    logged_in.mail(SENDER)
    logged_in.rcpt(Sample().recipient)
    line = b"x" * 998 + b"\r\n"
    head = b"From: orders@example.com\r\nSubject: large\r\n\r\n"
    code, _ = logged_in.data(head + line * (LIMIT // len(line) - 1))
    assert code == 250


def test_the_thousand_and_first_recipient_is_too_many(logged_in):
    """RFC 5321 §4.5.3.1.8 wants room for 100 at least; the fifty of Mailjet are a rule of its API."""
    logged_in.mail(SENDER)
    codes = [logged_in.rcpt(f"ann{number}@example.net")[0] for number in range(MANY)]
    assert codes == [250] * (MANY - 1) + [452]
    logged_in.rset()
