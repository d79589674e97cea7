"""The mail that every client sends, and what must come out at the other end."""

import email
import email.policy
import uuid
from dataclasses import dataclass, field
from email.message import EmailMessage

SENDER = "orders@example.com"
TEXT = (
    "Good day,\n.a line that begins with a dot\n..\n\nFrom the start of a line\n"
    "Grüße, 你好, 100 % = done; a blank at the end \n" + "long " * 60 + "\n"
)
HTML = '<p>Grüße &amp; thanks. <a href="https://example.com/?a=1&amp;b=2">Your order</a></p>\n'
ATTACHMENT = bytes(range(256)) * 40
FILENAME = "receipt 17.bin"
CONTROLS = {
    "X-MJ-CustomID": "r-17 grüße",
    "X-MJ-EventPayload": '{"secret": "' + "long " * 40 + '"}',
    "X-Mailjet-Campaign": "spring sale",
    "X-Mailjet-TrackOpen": "0",
    "X-Mailjet-TrackClick": "0",
    "X-Mailjet-Prio": "3",
    "X-MJ-Vars": '{"unused": "Zoë"}',
    "X-MJ-Nonsense": "ignored",
    "X-MailPace-Tags": "one, two",
    "X-List-Unsubscribe": "<https://example.com/leave?a=1>, <mailto:leave@example.com>",
}
"""Control headers that ask for nothing that changes the content."""
UNSUBSCRIBE = CONTROLS["X-List-Unsubscribe"]


def assert_uncontrolled(message: EmailMessage) -> None:
    """No control header has left, and what one of them asked for is there."""
    private = ("x-mj-", "x-mailjet-", "x-mailpace-", "x-list-unsubscribe", "bcc")
    assert not [name for name in message if name.lower().startswith(private)]
    assert message["List-Unsubscribe"] == UNSUBSCRIBE


@dataclass(frozen=True)
class Sample:
    """A mail with text, HTML and a file, to a recipient nobody else mails."""

    recipient: str = field(default_factory=lambda: f"ann.{uuid.uuid4().hex}@example.net")
    subject: str = "Receipt 17: grüße"

    def message(self) -> EmailMessage:
        """Build it with the standard library."""
        message = EmailMessage(policy=email.policy.SMTP)
        message["From"] = SENDER
        message["To"] = self.recipient
        message["Subject"] = self.subject
        message["Date"] = "Thu, 01 Jan 2026 00:00:00 +0000"
        message["Message-ID"] = f"<{uuid.uuid4()}@example.com>"
        message.set_content(TEXT, cte="quoted-printable")
        message.add_alternative(HTML, subtype="html")
        message.add_attachment(ATTACHMENT, maintype="application", subtype="octet-stream", filename=FILENAME)
        return message

    def assert_intact(self, received: bytes) -> EmailMessage:
        """Compare subject, bodies and file of what arrived, byte by byte but for the line ends."""
        message = email.message_from_bytes(received, policy=email.policy.default)
        assert message["Subject"] == self.subject
        assert SENDER in message["From"]
        assert self.recipient in message["To"]
        bodies = {kind: message.get_body((kind,)) for kind in ("plain", "html")}
        assert _text_of(bodies["plain"]) == TEXT
        assert _text_of(bodies["html"]) == HTML
        files = [part for part in message.walk() if part.get_filename() == FILENAME]
        assert [part.get_content_type() for part in files] == ["application/octet-stream"]
        assert files[0].get_payload(decode=True) == ATTACHMENT
        return message


def _text_of(part: EmailMessage | None) -> str:
    assert part is not None
    return part.get_payload(decode=True).decode(part.get_content_charset()).replace("\r\n", "\n")
