"""No value of any field of a mail adds a header, a recipient or a part: a table of payloads x fields."""

from __future__ import annotations

import email
import email.policy
import email.utils
import itertools

import pytest

from aerogram.wire.errors import MailError
from aerogram.wire.mime.parts import Attachment, Mailbox, Parts
from aerogram.wire.mime.writing.build import build

LINE_ENDS = [
    *(
        "\r\n",
        "\n",
        "\r",
        "\r\r\n",
        "\n\r",
        "\r\n ",
        "\r\n\t",
        "\n ",
        "\0\r\n",
        "\x0b",
        "\x0c",
        "\x1c",
        "\x85",
        "\u2028",
    ),
    *(
        "\u2029",
        "\u560a",
        "\u010d\u010a",
        "%0d%0a",
        "\\r\\n",
        "=0D=0A",
        "&#13;&#10;",
        "\0",
        " ",
        ", ",
        ";",
        ">",
    ),
]
ADDITIONS = [
    "Bcc: eve@example.org",
    "Evil: yes",
    "To: eve@example.org",
    "\r\n\r\n<script>",
    "<eve@example.org>",
    "eve@example.org",
    ' filename="evil.exe"',
    "--=_m_0\r\nContent-Type: text/html\r\n\r\n<b>",
    "=?utf-8?q?x=0D=0AEvil:_yes?=",
]
STARTS = ["", "x", 'x"']


def _parts(field: str, payload: str) -> Parts:
    """A mail with every kind of part, and the payload in one of its fields."""
    value = {name: name for name in FIELDS} | {field: payload}
    address = dict.fromkeys(FIELDS, "ann@example.net") | {field: payload}
    return Parts(
        sender_from=Mailbox(address["from_email"], value["from_name"]),
        sender=Mailbox("mailer@example.com", value["sender_name"]),
        reply_to=Mailbox(address["reply_to_email"], value["reply_to_name"]),
        to=(Mailbox(address["to_email"], value["to_name"]), Mailbox("bob@example.net")),
        cc=(Mailbox(address["cc_email"], value["cc_name"]),),
        subject=value["subject"],
        text=value["text"],
        html=value["html"],
        headers=(
            (value["header_name"], "1"),
            ("X-Value", value["header_value"]),
            ("References", value["references"]),
        ),
        attachments=(Attachment(value["content_type"], value["filename"], "YWJj"),),
        inlined=(Attachment("image/png", value["inlined_filename"], "YWJj", value["content_id"]),),
    )


FIELDS = [
    *(
        "from_email",
        "from_name",
        "sender_name",
        "reply_to_email",
        "reply_to_name",
        "to_email",
        "to_name",
        "cc_email",
    ),
    *(
        "cc_name",
        "subject",
        "text",
        "html",
        "header_name",
        "header_value",
        "references",
        "content_type",
        "filename",
    ),
    *("inlined_filename", "content_id"),
]
PAYLOADS = ["".join(pieces) for pieces in itertools.product(STARTS, LINE_ENDS, ADDITIONS)]


def _build(field: str, payload: str) -> bytes:
    return build(_parts(field, payload), message_id="1@example.com", date_ms=0, boundary_seed=b"1")


def _outline(mail: bytes) -> tuple[list[str], list[list[str]], int]:
    """The names of the headers, those of each part, and the number of recipients."""
    head = mail[: mail.index(b"\r\n\r\n")].decode()
    names = [line.partition(":")[0] for line in head.split("\r\n") if line[0] not in " \t"]
    message = email.message_from_bytes(mail, policy=email.policy.compat32)
    recipients = email.utils.getaddresses(
        [message["To"], message["Cc"], message["From"], message["Reply-To"]]
    )
    return names, [part.keys() for part in message.walk()][1:], len(recipients)


PLAIN = _outline(_build("subject", "plain"))


def test_there_are_more_than_two_thousand_payloads():
    assert len(FIELDS) * len(PAYLOADS) > 2_000


@pytest.mark.parametrize("field", FIELDS)
def test_no_payload_adds_a_header_a_recipient_or_a_part(field):
    refused = 0
    for payload in PAYLOADS:
        try:
            mail = _build(field, payload)
        except MailError:
            refused += 1
            continue
        names, parts, recipients = _outline(mail)
        if field == "header_name":
            # A harmless name is the caller's right; it is one name, and not one that means something here.
            names = ["header_name" if name == payload else name for name in names]
        assert (names, parts, recipients) == PLAIN, payload
        assert mail.count(b"\r") == mail.count(b"\n") == mail.count(b"\r\n")
    assert refused or field in {"text", "html"}
