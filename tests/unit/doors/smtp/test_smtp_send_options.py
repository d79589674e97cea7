"""The send options of a mail that came by SMTP: what makes merge tags be filled in, and what leaves them alone."""

from email.message import EmailMessage
from email.policy import SMTP

import pytest

from aerogram.content.send_options import send_options_of
from aerogram.doors.smtp.request import texts_for
from aerogram.model.account import NO_DEFAULTS, SendDefaults
from aerogram.model.request import NO_OPTIONS, RequestedOptions
from aerogram.model.send_options import PLAIN, SendOptions, packed
from aerogram.wire.mime.reading.scan import scan

UNSUBSCRIBE = '<p>x</p><a href="[[UNSUB_LINK_EN]]">leave</a>'


def a_mail(text="Hello", html=None, cte=None):
    message = EmailMessage(policy=SMTP)
    message["From"] = "ann@example.org"
    if text is not None:
        message.set_content(text, cte=cte)
    if html is not None and text is not None:
        message.add_alternative(html, subtype="html", cte=cte)
    elif html is not None:
        message.set_content(html, subtype="html", cte=cte)
    return message


def decide(mail, asked=NO_OPTIONS, defaults=NO_DEFAULTS):
    found = scan(mail if isinstance(mail, bytes) else mail.as_bytes())
    texts = texts_for(asked, found)
    return send_options_of(
        asked, defaults, texts, has_editable_html=found.shape.has_editable_html, subject=found.subject
    )


def test_a_mail_that_asks_for_nothing_has_no_send_options():
    assert decide(a_mail()) is PLAIN
    assert decide(a_mail(html="<!--[if mso]>x[0][[1]]<![endif]-->")) is PLAIN


def test_a_mail_that_quotes_marks_by_accident_is_left_alone():
    assert decide(a_mail("Write [[var:name]], [[data:x]] and {{var:name}} as you like")) is PLAIN
    assert decide(a_mail("The mark is [[UNSUBTLE]]")) is PLAIN
    send_options = decide(
        a_mail("[[var:name]]", html="<p>[[var:name]]</p>"), defaults=SendDefaults(tracks_opens=True)
    )
    assert send_options == SendOptions(tracks_opens=True)


@pytest.mark.parametrize(
    "asked",
    [
        RequestedOptions(variables={"name": "Ann"}),
        RequestedOptions(has_language=True),
        RequestedOptions(template_id=7),
    ],
)
def test_variables_language_and_templates_let_marks_be_filled_in(asked):
    send_options = decide(a_mail("Dear [[var:name]]"), asked)
    assert send_options.has_merge_tags
    assert send_options.variables == asked.variables


def test_variables_that_nothing_uses_are_not_kept():
    assert packed(decide(a_mail("Dear Ann"), RequestedOptions(variables={"name": "Ann"}))) == ""


@pytest.mark.parametrize("cte", ["7bit", "quoted-printable", "base64"])
@pytest.mark.parametrize("indent", range(12))
def test_the_unsubscribe_mark_makes_a_mail_bulk_however_it_is_encoded(cte, indent):
    # The mark begins at any place of a group of base64 and is cut by any soft break.
    html = "y" * (40 + indent * 5) + UNSUBSCRIBE
    expected = SendOptions(has_merge_tags=True, is_bulk=True)
    assert decide(a_mail(None, html, cte)) == expected
    assert decide(a_mail("Hello", html, cte)) == expected


@pytest.mark.parametrize("cte", ["7bit", "8bit", "quoted-printable", "base64"])
@pytest.mark.parametrize("blanks", [" ", "\t", "\n", "  \n ", "&nbsp;", "\u00a0"])
def test_blanks_in_the_unsubscribe_mark_change_nothing(cte, blanks):
    if cte == "7bit" and not blanks.isascii():
        cte = "quoted-printable"
    for indent in range(4):
        html = "y" * indent + f'<a href="[[{blanks}UNSUB_LINK_EN{blanks}]]">leave</a>'
        assert decide(a_mail("Hello", html, cte)) == SendOptions(has_merge_tags=True, is_bulk=True)


def test_the_mark_in_a_file_is_no_link():
    message = a_mail("See the file")
    message.add_attachment("[[UNSUB_LINK_EN]]", filename="template.txt")
    assert decide(message) is PLAIN


def test_a_signed_mail_that_shows_the_mark_needs_it_filled_so_that_composing_refuses_it():
    mail = (
        b"From: a@example.org\r\nContent-Type: multipart/signed; boundary=s\r\n\r\n"
        b"--s\r\n\r\n[[UNSUB_LINK]]\r\n--s\r\nContent-Type: application/pgp-signature\r\n\r\nx\r\n--s--\r\n"
    )
    assert decide(mail) == SendOptions(has_merge_tags=True, is_bulk=True)


def test_the_accounts_tracking_counts_unless_the_mail_says_otherwise():
    tracked = SendDefaults(tracks_opens=True, tracks_clicks=True)
    mail = a_mail(html="<p>x</p>")
    assert decide(mail, defaults=tracked) == SendOptions(tracks_opens=True, tracks_clicks=True)
    assert decide(mail, RequestedOptions(tracks_opens=False), tracked) == SendOptions(tracks_clicks=True)
    assert packed(decide(a_mail(), defaults=tracked)) == ""


@pytest.mark.parametrize(
    "mail",
    [
        b"Content-Type: multipart/signed; boundary=s\r\n\r\n--s\r\nContent-Type: text/html\r\n\r\n<p>\r\n--s--\r\n",
        b"Content-Type: text/html\r\nContent-Transfer-Encoding: x-yencode\r\n\r\n<p>",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--s\r\nContent-Type: text/html\r\n\r\n<p>\r\n--s--\r\n",
        b"Content-Type: text/html\r\nContent-Disposition: attachment\r\n\r\n<p>",
    ],
)
def test_the_accounts_tracking_does_not_count_for_html_that_cannot_be_changed(mail):
    tracked = SendDefaults(tracks_opens=True, tracks_clicks=True)
    assert packed(decide(b"From: a@example.org\r\n" + mail, defaults=tracked)) == ""


def test_tags_and_the_sandbox_travel_with_the_mail():
    assert decide(a_mail(), RequestedOptions(tags=("a",)), SendDefaults(is_sandboxed=True)) == SendOptions(
        tags=("a",), is_sandboxed=True
    )
