"""A mail built from its parts: read back by the standard library it is what was asked for."""

from __future__ import annotations

import base64
import email
import email.policy
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aerogram.wire.errors import AddressError, AttachmentError, HeaderError
from aerogram.wire.mime.parts import Attachment, Mailbox, Parts
from aerogram.wire.mime.writing.build import build

ANN = Mailbox("ann@example.net", "Ann")
ORDERS = Mailbox("orders@example.com", "Orders")
NOON_MS = 1_767_268_800_000


def a_mail(**changes) -> bytes:
    extra = changes.pop("extra_headers", ())
    given_parts = {"sender_from": ORDERS, "to": (ANN,), "subject": "Receipt 17", **changes}
    return build(
        Parts(**given_parts),
        message_id="17@example.com",
        date_ms=NOON_MS,
        boundary_seed=b"17",
        extra_headers=extra,
    )


def read(mail: bytes):
    return email.message_from_bytes(mail, policy=email.policy.SMTP)


def a_file(content_type="application/pdf", filename="r.pdf", content=b"%PDF", content_id=""):
    return Attachment(content_type, filename, base64.b64encode(content).decode(), content_id)


def structure(part):
    """A tree of media types, as nested lists."""
    if part.is_multipart():
        return [part.get_content_type(), *map(structure, part.iter_parts())]
    return part.get_content_type()


def test_a_text_mail_is_these_bytes():
    assert a_mail(text="Thanks.") == (
        b"From: Orders <orders@example.com>\r\n"
        b"To: Ann <ann@example.net>\r\n"
        b"Subject: Receipt 17\r\n"
        b"Message-ID: <17@example.com>\r\n"
        b"Date: Thu, 01 Jan 2026 12:00:00 +0000\r\n"
        b"MIME-Version: 1.0\r\n"
        b"Content-Type: text/plain; charset=utf-8\r\n"
        b"Content-Transfer-Encoding: 7bit\r\n"
        b"\r\n"
        b"Thanks.\r\n"
    )


def test_fields_stand_in_their_order():
    mail = read(
        a_mail(
            text="x",
            sender=Mailbox("mailer@example.com"),
            reply_to=Mailbox("help@example.com"),
            cc=(Mailbox("carl@example.net"),),
            headers=(("X-One", "1"), ("X-Two", "2")),
        )
    )
    assert mail.keys() == [
        *("From", "Sender", "Reply-To", "To", "Cc", "Subject", "Message-ID", "Date", "MIME-Version"),
        *("X-One", "X-Two", "Content-Type", "Content-Transfer-Encoding"),
    ]


SHAPES = [
    ({"text": "x"}, "text/plain"),
    ({"html": "<p>x</p>"}, "text/html"),
    ({"text": "", "html": "<p>x</p>"}, "text/html"),
    ({}, "text/plain"),
    ({"text": "x", "html": "<p>x</p>"}, ["multipart/alternative", "text/plain", "text/html"]),
    ({"text": "x", "attachments": (a_file(),)}, ["multipart/mixed", "text/plain", "application/pdf"]),
    (
        {"html": "<p>x</p>", "inlined": (a_file("image/png"),)},
        ["multipart/related", "text/html", "image/png"],
    ),
    (
        {"text": "x", "inlined": (a_file("image/png"),), "attachments": (a_file(),)},
        ["multipart/mixed", "text/plain", "image/png", "application/pdf"],
    ),
    (
        {
            "text": "x",
            "html": "<p>x</p>",
            "inlined": (a_file("image/png"),),
            "attachments": (a_file(), a_file()),
        },
        [
            "multipart/mixed",
            ["multipart/alternative", "text/plain", ["multipart/related", "text/html", "image/png"]],
            "application/pdf",
            "application/pdf",
        ],
    ),
]


@pytest.mark.parametrize(("parts", "shape"), SHAPES)
def test_only_the_multiparts_that_are_needed_are_there(parts, shape):
    assert structure(read(a_mail(**parts))) == shape


@pytest.mark.parametrize("parts", [parts for parts, _ in SHAPES])
def test_the_same_parts_give_the_same_bytes(parts):
    assert a_mail(**parts) == a_mail(**parts)


def test_everything_reads_back_unchanged():
    pdf, png = os.urandom(10_240), os.urandom(3_001)
    text, html = "Grüße,\r\nAnn\r\n", "<p>Größe: 10 €</p>\r\n" * 50
    mail = read(
        a_mail(
            sender_from=Mailbox("jörg@bücher.example", 'Jörg "der" Müller, Köln'),
            subject="Größe 10 ist wieder da \u2013 🎉 " * 6,
            text=text,
            html=html,
            attachments=(a_file("application/pdf", "Rechnung für Jörg \u2013 2026.pdf", pdf),),
            inlined=(a_file("image/png", "logo.png", png, "logo@shop"), a_file("image/png", "two.png", png)),
        )
    )
    sender = mail["From"].addresses[0]
    addr_spec = sender.addr_spec.encode("utf-8", "surrogateescape").decode()
    assert (sender.display_name, addr_spec) == ('Jörg "der" Müller, Köln', "jörg@xn--bcher-kva.example")
    assert mail["Subject"] == ("Größe 10 ist wieder da \u2013 🎉 " * 6).strip()
    assert mail.get_body(("plain",)).get_content() == text
    assert mail.get_body(("html",)).get_content() == html
    (attachment,) = mail.iter_attachments()
    assert attachment.get_filename() == "Rechnung für Jörg \u2013 2026.pdf"
    assert attachment.get_content() == pdf
    inlined = [part for part in mail.walk() if part.get_content_type() == "image/png"]
    assert [(part["Content-ID"], part.get_content_disposition()) for part in inlined] == [
        ("<logo@shop>", "inline"),
        ("<two.png>", "inline"),
    ]
    assert [part.get_content() for part in inlined] == [png, png]
    assert not [defect for part in mail.walk() for defect in part.defects]


def test_a_text_file_gets_a_charset():
    mail = read(a_mail(text="x", attachments=(a_file("text/csv", "a.csv", b"a;b"),)))
    assert next(mail.iter_attachments())["Content-Type"] == 'text/csv; charset="utf-8"; name="a.csv"'


def test_without_visible_recipients_the_mail_says_so():
    assert read(a_mail(to=(), text="x"))["To"] == "undisclosed-recipients:;"


def test_copies_alone_are_visible_recipients():
    assert "To" not in read(a_mail(to=(), cc=(ANN,), text="x"))


RESERVED = [
    *("From", "SENDER", "To", "cc", "Bcc", "Subject", "Date", "Message-Id", "MIME-Version", "Content-Type"),
    *("Content-Transfer-Encoding", "Content-Disposition", "Return-Path", "Received", "DKIM-Signature"),
    *("X-MJ-CustomID", "X-Mailjet-Campaign", "X-MailPace-Tags", "Resent-Bcc", "Authentication-Results"),
]


@pytest.mark.parametrize("name", RESERVED)
@pytest.mark.parametrize("by", ["headers", "extra_headers"])
def test_a_reserved_name_is_dropped(name, by):
    assert a_mail(text="x", **{by: ((name, "eve@example.org"),)}) == a_mail(text="x")


def test_a_custom_name_goes_out_once_and_the_services_wins():
    mail = read(
        a_mail(
            text="x",
            headers=(("x-note", "client"), ("X-Note", "again"), ("X-Other", "client")),
            extra_headers=(("X-Note", "service"),),
        )
    )
    assert mail.get_all("X-Note") == ["service"]
    assert mail.get_all("X-Other") == ["client"]


def test_a_custom_reply_to_counts_only_when_none_is_set():
    custom = (("reply-to", "Help <help@example.com>"),)
    assert read(a_mail(text="x", headers=custom)).get_all("Reply-To") == ["Help <help@example.com>"]
    assert read(a_mail(text="x", headers=custom, reply_to=ANN)).get_all("Reply-To") == [
        "Ann <ann@example.net>"
    ]


def test_a_malformed_custom_reply_to_is_refused():
    with pytest.raises(AddressError):
        a_mail(text="x", headers=(("Reply-To", "nobody"),))


def test_unsubscribe_fields_pass():
    url = "<https://example.com/leave/1>, <mailto:leave@example.com>"
    mail = read(
        a_mail(
            text="x",
            headers=(("List-Unsubscribe", url), ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")),
        )
    )
    assert mail["List-Unsubscribe"] == url
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize("message_id", ["", "a", "<a@b>", "a b@c", "a@b\r\nBcc: c@d", "ä@b"])
def test_a_bad_message_id_is_refused(message_id):
    with pytest.raises(HeaderError, match="is not a Message-ID"):
        build(Parts(sender_from=ANN), message_id=message_id, date_ms=0, boundary_seed=b"")


def test_a_file_that_is_not_base64_is_refused():
    with pytest.raises(AttachmentError):
        a_mail(attachments=(Attachment("application/pdf", "a.pdf", "no base64!"),))


def test_a_text_that_guesses_the_boundary_opens_no_part():
    boundary = read(a_mail(text="x", html="y")).get_boundary()
    forged = f"x\n--{boundary}\nContent-Type: application/pdf\n\nforged\n--{boundary}--\n"
    assert structure(read(a_mail(text=forged, html=forged))) == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]


_text = st.text(
    alphabet=st.one_of(st.sampled_from("\r\n ."), st.characters(exclude_categories=["Cs"])), max_size=200
)
_long = st.builds(lambda text, times: text * times, _text, st.sampled_from([1, 1, 40]))
_value = st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs"]), max_size=120).flatmap(
    lambda text: st.sampled_from([text, text * 30])
)
_files = st.lists(
    st.builds(a_file, st.sampled_from(["image/png", "text/css", "x"]), _value, st.binary(max_size=300)),
    max_size=2,
)


@settings(max_examples=50, deadline=None)
@given(
    parts=st.fixed_dictionaries(
        {
            "subject": _value,
            "text": st.none() | _long,
            "html": st.none() | _long,
            "to": st.builds(lambda name: (Mailbox("ann@example.net", name),) * 3, _value),
            "headers": st.builds(lambda value: (("X-Note", value),), _value),
            "attachments": _files.map(tuple),
            "inlined": _files.map(
                lambda files: tuple(f for f in files if len(f.filename.encode()) in range(1, 200))
            ),
        }
    )
)
def test_no_line_is_ever_longer_than_998_and_none_ends_in_anything_but_crlf(parts):
    mail = a_mail(**parts)
    assert mail.isascii()
    assert mail.endswith(b"\r\n")
    assert mail.count(b"\r") == mail.count(b"\n") == mail.count(b"\r\n")
    assert max(map(len, mail.split(b"\r\n"))) <= 998
    assert b"\0" not in mail
    message = read(mail)
    assert len(message.keys()) == len({name.lower() for name in message})
