"""Mail of Anymail's own kind: made, sent, and read where it arrives."""

from __future__ import annotations

import email
import email.policy
import uuid

from anymail.message import AnymailMessage
from django.core.mail import get_connection

from clients.sample import SENDER
from support import django_setup  # noqa: F401 - Django is configured by it


def a_mail(server, *recipients, **attributes):
    """Make a mail that goes to a server through the Mailjet backend, with what Anymail documents as attributes."""
    settings = server.settings
    facts = {"subject": "Receipt 17", "body": "Thanks.", "from_email": SENDER, "to": list(recipients)}
    return AnymailMessage(
        **(facts | attributes),
        connection=get_connection(
            "anymail.backends.mailjet.EmailBackend",
            api_url=f"{server.url}/v3.1/",
            api_key=settings["api_key"],
            secret_key=settings["secret_key"],
        ),
    )


def a_recipient(name="ann"):
    """An address that nobody else mails."""
    return f"{name}.{uuid.uuid4().hex}@example.net"


def send(message):
    """Send a message; give the ids that Anymail was told, by recipient."""
    assert message.send() == 1
    recipients = message.anymail_status.recipients
    assert {each.status for each in recipients.values()} == {"sent"}
    return {address: each.message_id for address, each in recipients.items()}


def read(capturing, recipient):
    """Wait for a mail in the inbox and parse it."""
    return email.message_from_bytes(capturing.mail_to(recipient), policy=email.policy.default)
