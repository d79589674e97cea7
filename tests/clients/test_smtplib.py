"""Python's smtplib, over STARTTLS with a certificate that it checks."""

import email
import email.policy
import smtplib
import ssl
from contextlib import closing
from email.message import EmailMessage

import pytest
from mailjet_rest import Client
from mailjet_rest.errors import MailjetAuthError

from clients.sample import ATTACHMENT, CONTROLS, FILENAME, SENDER, Sample, assert_uncontrolled
from support.waiting import wait_for


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
    for name, value in CONTROLS.items():
        message[name] = value
    message["Bcc"] = "hidden@example.net"
    connect(post.server).sendmail(SENDER, [sample.recipient], message.as_bytes())
    assert_uncontrolled(sample.assert_intact(post.mail_to(sample.recipient)))


def test_the_custom_id_finds_the_message_over_rest(connect, capturing):
    sample = Sample()
    message = sample.message()
    message["X-MJ-CustomID"] = custom_id = f"r-17 grüße {sample.recipient}"
    connect(capturing.server).sendmail(SENDER, [sample.recipient], message.as_bytes())
    settings = capturing.server.settings
    with closing(
        Client(auth=(settings["api_key"], settings["secret_key"]), api_url=f"{capturing.server.url}/")
    ) as rest:
        answer = rest.message.get(filters={"CustomID": custom_id, "ShowCustomID": True, "ShowSubject": True})
    [found] = answer.json()["Data"]
    assert (found["CustomID"], found["Subject"]) == (custom_id, sample.subject)


def a_mail(recipient, text, *, html=None, **headers):
    message = EmailMessage(policy=email.policy.SMTP)
    message["From"], message["To"], message["Subject"] = SENDER, recipient, "Hello {{var:name}}"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text, cte="base64")
    if html:
        message.add_alternative(html, subtype="html")
    return message.as_bytes()


def read(received):
    return email.message_from_bytes(received, policy=email.policy.default)


def test_a_mail_with_variables_is_filled_in(connect, post):
    to = Sample().recipient
    orders = {"X_MJ_TemplateLanguage": "True", "X_MJ_Vars": '{"name": "Zoë", "n": [1, 2]}'}
    text = "Dear {{var:name}}{% for i in var:n %} {{i}}{% endfor %} [[var:name]]"
    mail = a_mail(to, text, html="<p>{{var:name}}</p>", **orders)
    connect(post.server).sendmail(SENDER, [to], mail)
    received = read(post.mail_to(to))
    assert received["Subject"] == "Hello Zoë"
    assert received.get_body(("plain",)).get_content().strip() == "Dear Zoë 1 2 Zoë"
    assert "<p>Zoë</p>" in received.get_body(("html",)).get_content()


def test_a_stored_template_takes_the_place_of_the_text_and_the_files_stay(connect, post, tmp_path):
    to, name = Sample().recipient, f"welcome {Sample().recipient}"
    html = tmp_path / "welcome.html"
    html.write_text("<p>Dear {{var:name}}</p>", encoding="utf-8")
    post.server.answer_of("template", "put", name, "--html", str(html))
    message = email.message_from_bytes(
        a_mail(to, "old", X_MJ_TemplateID=name, X_MJ_TemplateLanguage="1", X_MJ_Vars='{"name": "Zoë"}'),
        policy=email.policy.SMTP,
    )
    message.add_attachment(ATTACHMENT, maintype="application", subtype="octet-stream", filename=FILENAME)
    connect(post.server).sendmail(SENDER, [to], message.as_bytes())
    received = read(post.mail_to(to))
    assert received["Subject"] == "Hello Zoë"
    assert "<p>Dear Zoë</p>" in received.get_body(("html",)).get_content()
    [file] = received.iter_attachments()
    assert (file.get_filename(), file.get_payload(decode=True)) == (FILENAME, ATTACHMENT)
    assert received.get_body(("plain",)) is None


def test_a_mail_that_quotes_marks_arrives_as_it_was_written(connect, post):
    to = Sample().recipient
    mail = a_mail(to, "Write {{var:name}} or [[var:name]]", X_Mailjet_Campaign="how to")
    connect(post.server).sendmail(SENDER, [to], mail)
    received = post.mail_to(to)
    assert received.partition(b"\r\n\r\n")[2] == mail.partition(b"\r\n\r\n")[2]
    assert read(received)["Subject"] == "Hello {{var:name}}"


def test_a_mail_with_the_mark_of_the_link_is_one_that_people_can_leave(connect, post):
    first, second = Sample().recipient, Sample().recipient
    mail = a_mail(first, "Leave: [[UNSUB_LINK_EN]]")
    connect(post.server).sendmail(SENDER, [first, second], mail)
    links = set()
    for each in (first, second):
        received = read(post.mail_to(each))
        link = received.get_body(("plain",)).get_content().strip().removeprefix("Leave: ")
        assert "/u/" in link
        assert received["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        links.add(link)
    assert len(links) == 2


def test_a_deduplicated_campaign_reaches_an_address_once(connect, relaying):
    first, second = Sample().recipient, Sample().recipient
    orders = {"X_Mailjet_Campaign": f"once {first[4:20]}", "X_Mailjet_DeduplicateCampaign": "yes"}
    client = connect(relaying.server)
    client.sendmail(SENDER, [first], a_mail(first, "one", **orders))
    relaying.mail_to(first)
    client.sendmail(SENDER, [first, second], a_mail(first, "two", **orders))
    relaying.mail_to(second)
    blocked = wait_for(lambda: _blocked(relaying.server, first), "a blocked message")
    assert "campaign" in blocked["last_reply"]


def _blocked(server, recipient):
    listed = server.answer_of("queue", "ls", "--state", "blocked")["messages"]
    return next((each for each in listed if each["to"] == recipient), None)


def test_a_malformed_order_is_refused_with_all_that_is_wrong(connect, capturing):
    message = Sample().message()
    message["X-Mailjet-Prio"] = "urgent"
    message["X-MJ-Vars"] = "name=Ann"
    with pytest.raises(smtplib.SMTPDataError) as refused:
        connect(capturing.server).sendmail(SENDER, [Sample().recipient], message.as_bytes())
    assert refused.value.smtp_code == 550
    assert refused.value.smtp_error.count(b"must be") == 2


def test_a_token_of_a_domain_sends_from_it_and_opens_nothing_else(connect, capturing):
    server, sample = capturing.server, Sample()
    token = server.answer_of("domain", "token", "add", "example.com")["token"]
    client = connect(server, token, token)
    client.sendmail(SENDER, [sample.recipient], sample.message().as_bytes())
    sample.assert_intact(capturing.mail_to(sample.recipient))
    with pytest.raises(smtplib.SMTPSenderRefused):
        client.sendmail("ann@example.net", [sample.recipient], sample.message().as_bytes())
    for version, call in (
        ("v3.1", lambda api: api.send.create(data={})),
        ("v3", lambda api: api.message.get()),
    ):
        api = Client(auth=(token, token), version=version, api_url=f"{server.url}/")
        with closing(api), pytest.raises(MailjetAuthError):
            call(api)


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
