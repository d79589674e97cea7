"""Composition: stored content in, final bytes out, the same ones each time."""

from __future__ import annotations

import email
import email.policy
import re

import dkim
import msgspec
import pytest

from aerogram.content.compose import Composer
from aerogram.content.errors import ComposeError
from aerogram.model.message import ContentKind, Letter
from aerogram.wire.dkim.keys import SigningKey
from aerogram.wire.dkim.sign import Signer
from aerogram.wire.errors import AddressError
from aerogram.wire.mime.parts import Attachment, Mailbox, Parts

PARTS = Parts(
    sender_from=Mailbox("orders@example.com", "Orders"),
    to=(Mailbox("ann@example.net"), Mailbox("bob@example.net")),
    subject="Receipt 17",
    text="Thanks.",
    html="<p>Thanks.</p>",
    attachments=(Attachment("text/plain", "a.txt", "YWJj"),),
)
MIME = b"From: orders@example.com\r\nBcc: eve@example.org\r\nX-MJ-CustomID: 17\r\n\r\nThanks.\r\n"
COMPOSER = Composer("Mail.Example.com")


def a_letter(**changes) -> Letter:
    given = {
        "message_id": 1,
        "uuid": "00000000-0000-8000-8000-000000000001",
        "account_id": 1,
        "content_id": 0xABC,
        "lease": 1,
        "recipient": "ann@example.net",
        "attempts": 0,
        "reclaims": 0,
        "accepted_ms": 1_767_268_800_000,
        "kind": ContentKind.PARTS,
        "body": msgspec.json.encode(PARTS),
        "reverse_path": "bounces@example.com",
        "from_email": "orders@example.com",
    }
    return Letter(**{**given, **changes})


def read(mail: bytes):
    return email.message_from_bytes(mail, policy=email.policy.SMTP)


def test_parts_become_a_mail():
    mail = read(COMPOSER.compose(a_letter(), None))
    assert mail["From"] == "Orders <orders@example.com>"
    assert mail["Date"] == "Thu, 01 Jan 2026 12:00:00 +0000"
    assert mail.get_body(("plain",)).get_content() == "Thanks."
    assert "Received" not in mail


def test_a_submitted_mail_is_made_ready_and_gets_a_trace_line():
    mail = COMPOSER.compose(a_letter(kind=ContentKind.MIME, body=MIME), None)
    assert mail.startswith(
        b"Received: by mail.example.com (Aerogram) with ESMTP id abc;\r\n Thu, 01 Jan 2026 12:00:00 +0000\r\n"
    )
    assert read(mail).keys() == ["Received", "Date", "Message-ID", "From"]


@pytest.mark.parametrize("content", [{}, {"kind": ContentKind.MIME, "body": MIME}])
def test_a_retry_and_every_other_recipient_get_the_same_bytes(content):
    first = COMPOSER.compose(a_letter(**content), None)
    again = a_letter(**content, recipient="bob@example.net", message_id=2, attempts=5, lease=9)
    assert Composer("mail.example.com").compose(again, None) == first


def test_the_message_id_has_the_shape_of_a_uuid_at_the_domain_of_the_author():
    mail = read(COMPOSER.compose(a_letter(from_email="a@bücher.example"), None))
    uuid, _, domain = mail["Message-ID"].strip("<>").partition("@")
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", uuid)
    assert domain == "xn--bcher-kva.example"


@pytest.mark.parametrize(
    "change",
    [{"content_id": 0xABD}, {"accepted_ms": 1_767_268_800_001}, {"body": b'{"sender_from":["a@b"]}'}],
)
def test_another_content_gets_another_message_id(change):
    ids = {read(COMPOSER.compose(a_letter(**one), None))["Message-ID"] for one in ({}, change)}
    assert len(ids) == 2


def test_the_mail_is_signed_as_it_goes_out():
    key = SigningKey.generate_ed25519("s1")
    signer = Signer("example.com", (key,))
    for content in ({}, {"kind": ContentKind.MIME, "body": MIME}):
        mail = COMPOSER.compose(a_letter(**content), signer)
        assert dkim.DKIM(mail).verify(dnsfunc=lambda _name, timeout=5: key.dns_value().encode())  # noqa: ARG005 (passed by name)
        assert COMPOSER.compose(a_letter(**content), signer) == mail


BROKEN = [
    {"body": b"no json"},
    {"body": b'{"sender_from":17}'},
    {"body": b'{"sender_from":["a@b"],"subject":"x\\r\\nBcc: eve@example.org"}'},
    {"body": b'{"sender_from":["a@b"],"attachments":[{"content_type":"x/y","filename":"a","content":"?"}]}'},
    {"body": b"\xff"},
    {"from_email": "nobody"},
    {"from_email": "a@exam ple"},
]


@pytest.mark.parametrize("change", BROKEN)
def test_a_content_that_cannot_become_a_mail_is_an_error_of_one_type(change):
    with pytest.raises(ComposeError, match="The mail cannot be composed: "):
        COMPOSER.compose(a_letter(**change), None)


def test_a_mail_without_author_cannot_be_signed():
    signer = Signer("example.com", (SigningKey.generate_ed25519("s1"),))
    with pytest.raises(ComposeError, match="without a From"):
        COMPOSER.compose(a_letter(kind=ContentKind.MIME, body=b"To: a@b\r\n\r\n"), signer)


def test_the_name_of_the_host_is_a_name():
    with pytest.raises(AddressError):
        Composer("mail.example.com\r\nBcc: eve@example.org")
