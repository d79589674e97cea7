"""Mail of one recipient: words filled in, links minted, headers of bulk mail; the same bytes each time."""

from __future__ import annotations

import base64
import email
import email.policy
import re

import dkim
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aerogram.content.compose import Composer
from aerogram.content.errors import ComposeError, TemplateRenderError
from aerogram.content.personal.bulk import feedback_id
from aerogram.content.personal.minting import LinkMint
from aerogram.content.tokens import LinkSigner
from aerogram.model.message import ContentKind
from aerogram.model.outcome import FailureState
from aerogram.model.send_options import Personal, SendOptions
from aerogram.wire.dkim.keys import SigningKey
from aerogram.wire.dkim.sign import Signer
from aerogram.wire.mime.parts import Attachment, Mailbox, Parts
from support.letters import a_letter

SIGNER = LinkSigner(b"k" * 32)
COMPOSER = Composer(
    "mail.example.com", LinkMint(SIGNER, lambda _account, _email: "https://click.example.com")
)
HTML = '<p>Hello {{var:name}}</p><a href="https://shop.example/?a=1">Shop</a>'
TEXT = "Hello {{var:name}}"


def a_content(**parts):
    given_parts = {
        "sender_from": Mailbox("orders@example.com", "Orders"),
        "to": (Mailbox("ann@example.net"), Mailbox("bob@example.net")),
    }
    return msgspec.json.encode(Parts(**given_parts, **parts))


def a_personal_letter(send_options, *, name="", variables=None, **facts):
    facts = {
        "body": a_content(subject="Order {{var:number}}", text=TEXT, html=HTML),
        "kind": ContentKind.PARTS,
        **facts,
    }
    return a_letter(
        **{"from_email": "orders@example.com", "recipient": "ann@example.net", **facts},
        send_options=send_options,
        personal=Personal(name, variables or {}),
    )


def composed(send_options, **facts):
    return email.message_from_bytes(
        COMPOSER.compose(a_personal_letter(send_options, **facts), None), policy=email.policy.SMTP
    )


def text_of(mail, kind="plain"):
    return mail.get_body((kind,)).get_content().replace("\r\n", "\n")


LANGUAGE = SendOptions(has_language=True, variables={"name": "you", "number": 17})


def test_the_language_fills_in_subject_text_and_html():
    mail = composed(LANGUAGE, variables={"name": "Jörg"})
    assert mail["Subject"] == "Order 17"
    assert text_of(mail) == "Hello Jörg"
    assert text_of(mail, "html").startswith("<p>Hello Jörg</p>")


def test_what_is_the_recipients_own_wins_over_what_all_share():
    assert text_of(composed(LANGUAGE)) == "Hello you"


def test_marks_fill_in_the_bodies_and_leave_the_subject_alone():
    body = a_content(subject="[[var:name]]", text="[[var:name]] {{var:name}}")
    mail = composed(SendOptions(has_merge_tags=True), body=body, variables={"name": "Ann"})
    assert mail["Subject"] == "[[var:name]]"
    assert text_of(mail) == "Ann {{var:name}}\n"


def test_names_and_addresses_are_no_templates():
    body = msgspec.json.encode(
        Parts(
            sender_from=Mailbox("a@example.com", "{{var:x}}"),
            to=(Mailbox("b@example.net", "{{var:x}}"),),
            text="x",
            headers=(("X-A", "{{var:x}}"),),
        )
    )
    mail = composed(SendOptions(has_language=True), body=body)
    assert (mail["From"].addresses[0].display_name, mail["To"].addresses[0].display_name, mail["X-A"]) == (
        "{{var:x}}",
    ) * 3


def test_predefined_values_are_those_of_the_letter():
    source = "{{mj:contact.local_part}} {{mj:contact.name}} {{mj:sender.domain}} {{mj:template.ID}} {{mj:permalink}}|"
    send_options = SendOptions(has_language=True, template_id=9)
    assert (
        text_of(composed(send_options, name="Ann", body=a_content(text=source)))
        == "ann Ann example.com 9 |\n"
    )


def test_unsubscribe_links_are_minted_for_the_letter_and_its_language():
    source = "{{mj:unsub_link}} {{mj:unsub_link_fr}} [[UNSUB_LINK_DE]]"
    send_options = SendOptions(has_language=True, has_merge_tags=True, is_bulk=True)
    links = text_of(composed(send_options, body=a_content(text=source), message_id=42)).split()
    read = [SIGNER.read_unsubscribe(link.removeprefix("https://click.example.com/u/")) for link in links]
    assert [each.message_id for each in read] == [42, 42, 42]
    assert [each.language for each in read][1:] == ["fr", "de"]


def test_a_value_with_a_line_break_ends_no_subject():
    mail = composed(LANGUAGE, variables={"number": "1\r\nBcc: eve@example.org"})
    assert "Bcc" not in mail
    assert mail["Subject"].startswith("Order 1")


def test_an_error_in_the_language_is_a_fault_with_its_words():
    with pytest.raises(TemplateRenderError, match=r"Unknown identifier: var:number") as raised:
        composed(SendOptions(has_language=True))
    assert raised.value.state is FailureState.TEMPLATE_LANGUAGE_ERROR


@pytest.mark.parametrize("source", ["{% if var:x %}", "{{ var:x + }}"])
def test_a_template_that_cannot_be_read_is_the_same_fault(source):
    with pytest.raises(TemplateRenderError):
        composed(SendOptions(has_language=True), body=a_content(html=source))


def test_who_wants_the_mail_anyway_gets_it_with_its_marks():
    mail = composed(SendOptions(has_language=True, delivers_on_error=True))
    assert mail["Subject"] == "Order {{var:number}}"
    assert text_of(mail) == TEXT


def test_an_empty_template_is_a_bad_one():
    with pytest.raises(TemplateRenderError) as raised:
        composed(
            SendOptions(has_language=True, template_id=9, delivers_on_error=True), body=a_content(html=" \n")
        )
    assert raised.value.state is FailureState.BAD_TEMPLATE


def test_links_are_tagged_then_tracked_and_openings_counted():
    send_options = SendOptions(tracks_opens=True, tracks_clicks=True, url_tags="utm_source=a")
    html = text_of(composed(send_options, message_id=42), "html")
    token, encoded = re.search(r'href="https://click.example.com/c/([^/"]+)/([^"]+)"', html).groups()
    assert SIGNER.read_click(token, encoded) == (42, "https://shop.example/?a=1&utm_source=a")
    assert SIGNER.read_open(re.search(r'src="https://click.example.com/o/([^"]+)"', html)[1]) == 42


def test_a_link_from_a_variable_is_tracked_and_the_unsubscribe_link_is_not():
    body = a_content(html='<a href="{{var:url}}">a</a><a href="{{mj:unsub_link}}">b</a>')
    send_options = SendOptions(has_language=True, tracks_clicks=True, is_bulk=True)
    html = text_of(composed(send_options, body=body, variables={"url": "https://shop.example/"}), "html")
    assert re.findall(r'href="https://click.example.com/(\w)/', html) == ["c", "u"]


def test_links_that_nobody_can_mint_are_an_error():
    with pytest.raises(ComposeError, match="links"):
        Composer("mail.example.com").compose(a_personal_letter(SendOptions(tracks_opens=True)), None)


def test_a_mail_of_its_own_shows_its_recipient_alone():
    mail = composed(
        SendOptions(is_individual=True),
        name="Ann, A.",
        body=a_content(text="x", cc=(Mailbox("carl@example.net"),)),
    )
    assert mail["To"] == '"Ann, A." <ann@example.net>'
    assert "Cc" not in mail


def test_a_text_is_made_from_the_html_with_its_own_links():
    send_options = SendOptions(
        makes_text=True, has_language=True, tracks_clicks=True, variables={"name": "Ann"}
    )
    mail = composed(send_options, body=a_content(html=HTML))
    assert text_of(mail) == "Hello Ann\n\nShop (https://shop.example/?a=1)\n"
    assert text_of(composed(SendOptions(makes_text=True))) == TEXT


def test_bulk_mail_bears_what_large_receivers_want_and_all_of_it_is_signed():
    key = SigningKey.generate_ed25519("s1")
    letter = a_personal_letter(
        SendOptions(is_bulk=True), campaign="Spring: sale", account_id=7, message_id=42
    )
    data = COMPOSER.compose(letter, Signer("example.com", (key,)))
    mail = email.message_from_bytes(data, policy=email.policy.SMTP)
    link = re.fullmatch(r"<https://click.example.com/u/([^>]+)>", mail["List-Unsubscribe"])
    assert SIGNER.read_unsubscribe(link[1]).message_id == 42
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Feedback-ID"] == "Spring-sale:7:bulk:aerogram"
    assert dkim.DKIM(data).verify(dnsfunc=lambda _name, timeout=5: key.dns_value().encode())  # noqa: ARG005 (passed by name)
    signed = re.search(r"\sh=([^;]+);", mail["DKIM-Signature"])[1].replace(" ", "").split(":")
    assert {"list-unsubscribe", "list-unsubscribe-post", "feedback-id"} <= set(signed)


def test_the_unsubscribe_header_of_the_client_stands_alone():
    for content in (
        {"body": a_content(text="x", headers=(("List-unsubscribe", "<mailto:u@example.com>"),))},
        {
            "kind": ContentKind.MIME,
            "body": b"From: a@example.com\r\nList-Unsubscribe: <mailto:u@example.com>\r\n\r\nx\r\n",
        },
        {
            "kind": ContentKind.MIME,
            "body": b"From: a@example.com\r\nX-List-Unsubscribe: <mailto:u@example.com>\r\n\r\nx\r\n",
        },
    ):
        mail = composed(SendOptions(is_bulk=True), **content)
        assert mail.get_all("List-Unsubscribe") == ["<mailto:u@example.com>"]
        assert "List-Unsubscribe-Post" not in mail
        assert "Feedback-ID" in mail


@given(st.text(max_size=300))
def test_a_feedback_id_has_four_short_fields_whatever_the_campaign_is_called(campaign):
    fields = feedback_id(a_letter(campaign=campaign)).split(":")
    assert len(fields) == 4
    assert re.fullmatch(r"[\w.-]{0,64}", fields[0], re.ASCII)


MIME = (
    b"From: Ann <ann@example.org>\r\nTo: bob@example.net\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe_{{var:name}}?=\r\n"
    b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b1\r\nX-MJ-Vars: {}\r\n\r\n"
    b"--b1\r\nContent-Type: text/plain\r\n\r\nHello {{var:name}}\r\n"
    b"--b1\r\nContent-Type: text/html\r\n\r\n<a href=https://a.example>{{var:name}}</a>\r\n"
    b"--b1\r\nContent-Type: text/plain\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\n{{var:name}}\r\n--b1--\r\n"
)


def test_a_submitted_mail_is_filled_in_too():
    send_options = SendOptions(has_language=True, tracks_clicks=True, is_bulk=True)
    mail = composed(send_options, kind=ContentKind.MIME, body=MIME, variables={"name": "Jörg"})
    assert mail["Subject"] == "Grüße Jörg"
    text, html, file = mail.iter_parts()
    assert text.get_content() == "Hello Jörg"
    assert re.search(r'href="https://click.example.com/c/[^"]+">Jörg<', html.get_content())
    assert file.get_content() == "{{var:name}}"
    assert [mail[name] is not None for name in ("List-Unsubscribe", "X-MJ-Vars", "Received")] == [
        True,
        False,
        True,
    ]


EVERYTHING = SendOptions(
    has_language=True, has_merge_tags=True, tracks_opens=True, tracks_clicks=True, is_bulk=True, is_individual=True,
    makes_text=True, url_tags="a=b", variables={"name": "you", "number": 1},
)  # fmt: skip


@pytest.mark.parametrize("content", [{}, {"kind": ContentKind.MIME, "body": MIME}])
def test_a_retry_has_the_same_bytes_and_another_recipient_other_ones(content):
    first = a_personal_letter(EVERYTHING, **content)
    prepared = COMPOSER.prepare(first)
    mails = {COMPOSER.compose(first, None), COMPOSER.compose(first, None, prepared)}
    again = a_personal_letter(EVERYTHING, **{**content, "attempts": 5, "lease": 4})
    mails.add(Composer("mail.example.com", COMPOSER._mint).compose(again, None))
    assert len(mails) == 1
    other = a_personal_letter(
        EVERYTHING, **content, message_id=8, uuid="00000000-0000-8008-8000-000000000000"
    )
    assert COMPOSER.compose(other, None, prepared) not in mails


def test_the_message_id_of_a_personal_mail_is_its_uuid():
    assert composed(EVERYTHING)["Message-ID"] == "<00000000-0000-8007-8000-000000000000@example.com>"


def test_what_all_recipients_share_stays_one_mail():
    send_options = SendOptions(makes_text=True, url_tags="a=b")
    first, second = (
        COMPOSER.compose(a_personal_letter(send_options, message_id=number, uuid=f"0000000{number}"), None)
        for number in (1, 2)
    )
    assert first == second
    assert b"a=3Db" in first or b"a=b" in first


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200), st.binary(max_size=100))
def test_whatever_the_values_are_the_mail_stays_one_mail_of_the_same_parts(value, file):
    attachment = Attachment("image/png", "a.png", base64.b64encode(file).decode())
    body = a_content(
        subject="{{var:v}}", text="{{var:v}}", html="<p>{{var:v}}</p>", attachments=(attachment,)
    )
    mail = composed(LANGUAGE, body=body, variables={"v": value + "\r\n--b1\r\n"})
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "image/png"
    ]  # fmt: skip
    assert sorted(set(mail.keys())) == sorted(
        {"From", "To", "Subject", "Message-ID", "Date", "MIME-Version", "Content-Type"}
    )
    assert all(len(line) <= 998 for line in bytes(mail).split(b"\r\n"))
