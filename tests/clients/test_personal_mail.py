"""Templates, variables and tracking, asked for by Mailjet's clients: what each recipient gets, and what is told of it."""

from __future__ import annotations

import contextlib
import re
import urllib.error
import urllib.request
import uuid

import pytest
from mailjet_rest import Client

from clients.anymail_mail import a_recipient, read, send
from clients.sample import SENDER

HTML = '<p>Dear {{var:name:"friend"}}, <a href="https://shop.example/{{var:order}}?a=1&amp;b=2">your order</a></p>'
TEXT = 'Dear {{var:name:"friend"}}, your order is {{var:order}}.'
BROKEN = "Dear {{var:nobody}}"


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def follow(url):
    """Ask for a link as a reader does; give where it leads, "" for an answer that leads nowhere."""
    request = urllib.request.Request(url, headers={"User-Agent": "Mozilla/5.0 (X11; Linux) Firefox/126.0"})
    try:
        with urllib.request.build_opener(_NoRedirects).open(request, timeout=10):
            return ""
    except urllib.error.HTTPError as redirect:
        redirect.close()
        return redirect.headers["Location"]


@pytest.fixture
def mailjet(reporting):
    """Make Mailjet's Python SDK for the reporting server."""
    settings = reporting.server.settings
    with contextlib.ExitStack() as opened:

        def make(version):
            auth = (settings["api_key"], settings["secret_key"])
            client = Client(auth=auth, version=version, api_url=f"{reporting.server.url}/")
            return opened.enter_context(contextlib.closing(client))

        yield make


@pytest.fixture
def template(mailjet):
    """Keep a template; give its id."""

    def make(**content):
        rest = mailjet("v3")
        (made,) = rest.template.create(data={"Name": str(uuid.uuid4())}).json()["Data"]
        rest.template_detailcontent.create(id=made["ID"], data=content).raise_for_status()
        return made["ID"]

    return make


def texts(received):
    """The text and the HTML of a mail; None for one that it does not have."""
    parts = [received.get_body((kind,)) for kind in ("plain", "html")]
    return [None if part is None else part.get_content().strip() for part in parts]


def test_merge_data_fills_the_bodies_of_each_recipient(mail, reporting):
    ann, bob = a_recipient("ann"), a_recipient("bob")
    message = mail(ann, bob, subject="Order [[var:order]]", body="Dear [[var:name]], [[var:greeting]]")
    message.attach_alternative("<b>[[var:name]]</b>", "text/html")
    message.merge_data = {ann: {"name": "Ann"}, bob: {"name": "Bob", "greeting": "hi"}}
    message.merge_global_data = {"greeting": "hello", "name": "nobody", "order": 17}
    send(message)
    for recipient, name, greeting in ((ann, "Ann", "hello"), (bob, "Bob", "hi")):
        received = read(reporting, recipient)
        assert texts(received) == [f"Dear {name}, {greeting}", f"<b>{name}</b>"]
        # Only the template language reaches the subject.
        assert received["Subject"] == "Order [[var:order]]"


def test_a_template_gives_sender_subject_and_parts(mail, reporting, template, site):
    ann, bob = a_recipient("ann"), a_recipient("bob")
    headers = {
        "Subject": "Order {{var:order}}",
        "From": f"The shop <{SENDER}>",
        "Reply-To": "help@example.com",
    }
    message = mail(
        ann, bob, template_id=template(**{"Html-part": HTML, "Text-part": TEXT, "Headers": headers})
    )
    message.from_email = message.subject = None
    message.body = ""
    message.merge_data = {ann: {"name": "Ann", "order": 17}}
    message.merge_global_data = {"order": 18}
    message.metadata = {"batch": 1}
    send(message)
    for recipient, name, order in ((ann, "Ann", 17), (bob, "friend", 18)):
        received = read(reporting, recipient)
        assert received["From"] == f"The shop <{SENDER}>"
        assert received["Reply-To"] == "help@example.com"
        assert received["Subject"] == f"Order {order}"
        text, html = texts(received)
        assert text == f"Dear {name}, your order is {order}."
        assert f"https://shop.example/{order}?" in html
        assert site.event(recipient, "delivered").metadata == {"batch": 1}


def test_a_later_change_of_a_template_changes_nothing_that_was_accepted(mail, reporting, template, mailjet):
    template_id = template(**{"Text-part": "The first words."})
    before, after = a_recipient("before"), a_recipient("after")
    send(mail(before, template_id=template_id))
    mailjet("v3").template_detailcontent.update(
        id=template_id, data={"Text-part": "Other words."}
    ).raise_for_status()
    send(mail(after, template_id=template_id))
    assert texts(read(reporting, before))[0] == "The first words."
    assert texts(read(reporting, after))[0] == "Other words."


def test_an_error_in_the_language_blocks_the_mail_and_its_developer_is_told(mail, reporting, site):
    recipient, developer = a_recipient(), a_recipient("dev")
    language = {"TemplateLanguage": True, "TemplateErrorReporting": {"Email": developer}}
    send(mail(recipient, body=BROKEN, subject="Broken", esp_extra={"Globals": language}))
    event = site.event(recipient, "rejected")
    assert event.esp_event["error"] == "error in template language"
    report = read(reporting, developer)
    assert "Unknown identifier: var:nobody" in report.as_string()
    assert "Broken" in report["Subject"]


def test_a_mail_with_an_error_is_delivered_as_it_stands_when_that_was_asked_for(mail, reporting):
    recipient = a_recipient()
    language = {"TemplateLanguage": True, "TemplateErrorDeliver": True}
    send(mail(recipient, body=BROKEN, esp_extra={"Globals": language}))
    assert texts(read(reporting, recipient))[0] == BROKEN


def test_opens_and_clicks_are_told_with_what_the_sender_attached(mail, reporting, site):
    recipient = a_recipient()
    message = mail(recipient, metadata={"order": 17}, tags=["receipts"], track_opens=True, track_clicks=True)
    message.attach_alternative(
        '<p><a href="https://shop.example/?a=1&amp;b=2">Your order</a></p>', "text/html"
    )
    message.esp_extra = {"Globals": {"URLTags": "utm_source=mail"}}
    ids = send(message)
    _, html = texts(read(reporting, recipient))
    (click,), (picture,) = re.findall('href="([^"]+)"', html), re.findall('<img src="([^"]+)"', html)
    target = "https://shop.example/?a=1&b=2&utm_source=mail"
    assert (follow(click), follow(picture)) == (target, "")
    opened, clicked = site.event(recipient, "opened"), site.event(recipient, "clicked")
    assert clicked.click_url == target
    for event in (opened, clicked):
        assert (event.message_id, event.metadata, event.tags) == (ids[recipient], {"order": 17}, ["receipts"])
        assert "Firefox" in event.user_agent


def test_a_mail_that_is_not_to_be_tracked_keeps_its_links(mail, reporting):
    recipient = a_recipient()
    message = mail(recipient, track_opens=False, track_clicks=False)
    html = '<p><a href="https://shop.example/">Your order</a></p>'
    message.attach_alternative(html, "text/html")
    send(message)
    assert texts(read(reporting, recipient))[1] == html


def test_a_text_is_made_from_the_html_when_it_is_asked_for(mail, reporting):
    recipient = a_recipient()
    message = mail(recipient, body="", esp_extra={"Globals": {"AutoTextPart": True}})
    message.attach_alternative("<h1>Grüße</h1><p>Your order</p>", "text/html")
    send(message)
    text, html = texts(read(reporting, recipient))
    assert "Grüße" in text
    assert "<" not in text
    assert html == "<h1>Grüße</h1><p>Your order</p>"


def test_the_python_sdk_sends_a_template_with_variables(mailjet, reporting, template):
    recipient = a_recipient()
    message = {
        "From": {"Email": SENDER, "Name": "Orders"},
        "To": [{"Email": recipient, "Name": "Ann"}],
        "TemplateID": template(**{"Html-part": HTML, "Headers": {"Subject": "Order {{var:order}}"}}),
        "TemplateLanguage": True,
        "Variables": {"name": "Ann", "order": 17},
    }
    answer = mailjet("v3.1").send.create(data={"Messages": [message]})
    assert answer.json()["Messages"][0]["Status"] == "success"
    received = read(reporting, recipient)
    assert received["Subject"] == "Order 17"
    assert "Dear Ann" in texts(received)[1]


def test_an_empty_template_blocks_the_mail(mailjet, template, site):
    recipient = a_recipient()
    message = {
        "From": {"Email": SENDER},
        "To": [{"Email": recipient}],
        "TemplateID": template(Headers={"Subject": "Nothing"}),
        "TemplateLanguage": True,
    }
    mailjet("v3.1").send.create(data={"Messages": [message]}).raise_for_status()
    assert site.event(recipient, "rejected").esp_event["error"] == "bad or empty template"
