"""django-anymail's Mailjet backend."""

import pytest
from anymail.exceptions import AnymailRequestsAPIError
from django.core.mail import EmailMultiAlternatives, get_connection

from clients.sample import ATTACHMENT, FILENAME, HTML, SENDER, TEXT, Sample
from support import django_site  # noqa: F401 - Django is configured by it


@pytest.fixture
def backend():
    """Make Anymail's Mailjet backend for a server."""

    def make(server, **changes):
        return get_connection(
            "anymail.backends.mailjet.EmailBackend",
            api_url=f"{server.url}/v3.1/",
            **(
                {"api_key": server.settings["api_key"], "secret_key": server.settings["secret_key"]} | changes
            ),
        )

    return make


def mail_of(sample, sender=f"Orders <{SENDER}>"):
    mail = EmailMultiAlternatives(sample.subject, TEXT, sender, [sample.recipient])
    mail.attach_alternative(HTML, "text/html")
    mail.attach(FILENAME, ATTACHMENT, "application/octet-stream")
    return mail


def test_text_html_and_a_file_arrive_intact(backend, post):
    sample = Sample()
    mail = mail_of(sample)
    mail.connection = backend(post.server)
    assert mail.send() == 1
    status = mail.anymail_status.recipients[sample.recipient]
    assert status.status == "sent"
    assert int(status.message_id) <= 2**53 - 1
    sample.assert_intact(post.mail_to(sample.recipient))


def test_metadata_tags_headers_and_reply_to_are_taken(backend, post):
    sample = Sample()
    mail = mail_of(sample)
    mail.connection = backend(post.server)
    mail.metadata = {"order": 17}
    mail.tags = ["receipts"]
    mail.extra_headers = {"X-Order": "17"}
    mail.reply_to = ["help@example.com"]
    assert mail.send() == 1
    received = sample.assert_intact(post.mail_to(sample.recipient))
    assert received["X-Order"] == "17"
    assert received["Reply-To"] == "help@example.com"


def test_a_batch_sends_each_recipient_a_mail_of_his_own(backend, relaying):
    samples = [Sample(), Sample()]
    mail = mail_of(samples[0])
    mail.to = [sample.recipient for sample in samples]
    mail.merge_data = {sample.recipient: {} for sample in samples}
    mail.connection = backend(relaying.server)
    assert mail.send() == 1
    for sample in samples:
        received = sample.assert_intact(relaying.mail_to(sample.recipient))
        assert received["To"] == sample.recipient


def test_a_wrong_secret_is_told_in_mailjets_words(backend, capturing):
    mail = mail_of(Sample())
    mail.connection = backend(capturing.server, secret_key="wrong")
    with pytest.raises(AnymailRequestsAPIError) as refused:
        mail.send()
    assert refused.value.status_code == 401
    assert "API key authentication/authorization failure" in str(refused.value)


def test_a_sender_that_is_not_validated_fails(backend, capturing):
    sample = Sample()
    mail = mail_of(sample, "eve@elsewhere.example")
    mail.connection = backend(capturing.server)
    mail.send()
    assert mail.anymail_status.recipients[sample.recipient].status == "failed"
    (result,) = mail.anymail_status.esp_response.json()["Messages"]
    assert result["Errors"][0]["ErrorCode"] == "send-0008"
