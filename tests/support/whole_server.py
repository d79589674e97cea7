"""What tests say to a whole server: mail by SMTP from a trusted network."""

import smtplib

OPEN_DOOR = {
    "trusted_networks": "127.0.0.0/8",
    "trusted_senders": "@example.org",
    "rate_limit": "none",
    "retry_schedule": "1s",
    "log_level": "warning",
}
MAIL = "From: alice@example.org\r\nTo: {to}\r\nSubject: x\r\n\r\n{text}\r\n"


def send(server, recipient, text="x"):
    """Send one mail by SMTP; give the code of the last reply, or 0 when the connection broke."""
    try:
        with smtplib.SMTP("127.0.0.1", server.smtp_port, timeout=30) as client:
            client.sendmail("alice@example.org", [recipient], MAIL.format(to=recipient, text=text))
    except smtplib.SMTPResponseException as refused:
        return refused.smtp_code
    except smtplib.SMTPRecipientsRefused as refused:
        return next(iter(refused.recipients.values()))[0]
    except (OSError, smtplib.SMTPException):
        return 0
    return 250
