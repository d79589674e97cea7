"""A mail's content replaced: headers and files stay, bodies go."""

import email
import email.policy
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aerogram.wire.mime.writing.replace import with_content

HEAD = b"From: a@example.org\r\nSubject: Hi\r\nMessage-ID: <1@b>\r\nX-MJ-TemplateID: 7\r\n"


def read(mail):
    return email.message_from_bytes(mail, policy=email.policy.SMTP)


def text_of(mail, kind):
    part = mail.get_body((kind,))
    return None if part is None else part.get_content().rstrip("\r\n")


@pytest.mark.parametrize(
    ("text", "html", "kind"),
    [
        ("Grüße", None, "text/plain"),
        (None, "<p>ü</p>", "text/html"),
        ("Grüße", "<p>ü</p>", "multipart/alternative"),
    ],
)
def test_the_new_content_takes_the_place_of_the_old_one(text, html, kind):
    mail = read(with_content(HEAD + b"Content-Type: text/html\r\n\r\nold\r\n", text, html))
    assert mail.get_content_type() == kind
    assert (text_of(mail, "plain"), text_of(mail, "html")) == (text, html)
    assert (mail["Subject"], mail["Message-ID"], mail["X-MJ-TemplateID"]) == ("Hi", "<1@b>", "7")
    assert mail.defects == []


def test_files_keep_their_bytes_and_pictures_stay_with_the_html():
    message = EmailMessage(policy=email.policy.SMTP)
    message["From"] = "a@example.org"
    message.set_content("old text")
    message.add_alternative("<p>old</p>", subtype="html")
    message.get_payload()[1].add_related(b"png", "image", "png", cid="<logo@x>")
    message.add_attachment("a;b\n", filename="ü.csv", subtype="csv", charset="iso-8859-1")
    message.add_attachment("notes", filename="notes.txt", disposition="inline")
    mail = read(with_content(message.as_bytes(), "new text", "<img src='cid:logo@x'>"))
    assert mail.get_content_type() == "multipart/mixed"
    related, *files = mail.iter_parts()
    assert related.get_content_type() == "multipart/related"
    assert related.get_param("type") == "multipart/alternative"
    assert [part.get_content_type() for part in related.iter_parts()] == [
        "multipart/alternative",
        "image/png",
    ]
    assert [part.get_filename() for part in files] == ["ü.csv", "notes.txt"]
    assert files[0].get_content_charset() == "iso-8859-1"
    assert (text_of(mail, "plain"), text_of(mail, "html")) == ("new text", "<img src='cid:logo@x'>")
    assert b"old" not in mail.as_bytes()


def test_without_html_pictures_are_files():
    message = EmailMessage(policy=email.policy.SMTP)
    message["From"] = "a@example.org"
    message.set_content("<p>old</p>", subtype="html")
    message.add_related(b"png", "image", "png", cid="<logo@x>")
    mail = read(with_content(message.as_bytes(), "new", None))
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "image/png"]


def test_a_mail_that_is_one_file_gets_a_text_beside_it():
    head = HEAD + b"MIME-Version: 1.0\r\nContent-Type: application/pdf; name=a.pdf\r\n"
    mail = read(with_content(head + b"Content-Transfer-Encoding: base64\r\n\r\neHh4\r\n", "new", None))
    text, file = mail.iter_parts()
    assert text.get_content().strip() == "new"
    assert (file.get_filename(), file.get_payload(decode=True)) == ("a.pdf", b"xxx")
    assert file.keys() == ["Content-Type", "Content-Transfer-Encoding"]


@pytest.mark.parametrize(
    "mail", [HEAD, HEAD + b"\r\n", HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"]
)
def test_a_mail_without_a_body_gets_one(mail):
    assert text_of(read(with_content(mail, "new", None)), "plain") == "new"


PIECES = [
    b"--b1",
    b"--b1--",
    b"\r\n",
    b"x",
    b"Content-Type: image/png\r\nContent-ID: <1>\r\n\r\nx",
    b"--=_mo_",
]


@given(st.lists(st.sampled_from(PIECES), max_size=15))
def test_any_body_is_replaced_and_the_same_way_each_time(pieces):
    mail = HEAD + b"Content-Type: multipart/mixed; boundary=b1\r\n\r\n" + b"".join(pieces)
    made = with_content(mail, "new", "<p>new</p>")
    assert with_content(mail, "new", "<p>new</p>") == made
    assert text_of(read(made), "plain") == "new"
    assert text_of(read(made), "html") == "<p>new</p>"
