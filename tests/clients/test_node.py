"""Mailjet's own Node SDK and nodemailer."""

import base64
import email
import email.policy

import pytest

from clients.conftest import https_of
from clients.sample import (
    ATTACHMENT,
    CONTROLS,
    FILENAME,
    HTML,
    SENDER,
    TEXT,
    Sample,
    assert_uncontrolled,
)

pytestmark = pytest.mark.timeout(300)


def test_node_mailjet_sends_text_html_and_a_file(run, post):
    sample = Sample()
    settings = post.server.settings
    message = {
        "From": {"Email": SENDER, "Name": "Orders"},
        "To": [{"Email": sample.recipient}],
        "Subject": sample.subject,
        "TextPart": TEXT,
        "HTMLPart": HTML,
        "Attachments": [
            {
                "ContentType": "application/octet-stream",
                "Filename": FILENAME,
                "Base64Content": base64.b64encode(ATTACHMENT).decode(),
            }
        ],
    }
    answer = run(
        "send_mailjet.js",
        host=https_of(post.server),
        key=settings["api_key"],
        secret=settings["secret_key"],
        message=message,
    )
    (result,) = answer["body"]["Messages"]
    assert result["Status"] == "success"
    assert result["To"][0]["Email"] == sample.recipient
    assert result["To"][0]["MessageID"] <= 2**53 - 1
    sample.assert_intact(post.mail_to(sample.recipient))


def test_node_mailjet_sends_variables_in_both_languages(run, post):
    sample = Sample()
    settings = post.server.settings
    message = {
        "From": {"Email": SENDER, "Name": "Orders"},
        "To": [{"Email": sample.recipient, "Name": "Ann"}],
        "Subject": "Order {{var:order}}",
        "TextPart": "Dear [[var:name]], {% for item in var:items %}{{ item }};{% endfor %}",
        "TemplateLanguage": True,
        "Variables": {"name": "Ann", "order": 17, "items": ["a pen", "grüße"]},
    }
    answer = run(
        "send_mailjet.js",
        host=https_of(post.server),
        key=settings["api_key"],
        secret=settings["secret_key"],
        message=message,
    )
    assert answer["body"]["Messages"][0]["Status"] == "success"
    received = email.message_from_bytes(post.mail_to(sample.recipient), policy=email.policy.default)
    assert received["Subject"] == "Order 17"
    assert received.get_content().strip() == "Dear Ann, a pen;grüße;"


def test_node_mailjet_tells_that_the_key_is_wrong(run, capturing):
    settings = capturing.server.settings
    answer = run(
        "send_mailjet.js",
        host=https_of(capturing.server),
        key=settings["api_key"],
        secret="wrong",
        message={"From": {"Email": SENDER}, "To": [{"Email": "ann@example.net"}], "TextPart": "x"},
    )
    assert answer["statusCode"] == 401
    assert "API key authentication/authorization failure" in answer["message"]


def test_node_mailjet_sends_by_v3(run, post):
    sample = Sample()
    settings = post.server.settings
    message = {
        "FromEmail": SENDER,
        "FromName": "Orders",
        "Recipients": [{"Email": sample.recipient}],
        "Subject": sample.subject,
        "Text-part": TEXT,
        "Html-part": HTML,
        "Attachments": [
            {
                "Content-type": "application/octet-stream",
                "Filename": FILENAME,
                "content": base64.b64encode(ATTACHMENT).decode(),
            }
        ],
    }
    answer = run(
        "send_mailjet.js",
        host=https_of(post.server),
        key=settings["api_key"],
        secret=settings["secret_key"],
        message=message,
        version="v3",
    )
    (result,) = answer["body"]["Sent"]
    assert result["Email"] == sample.recipient
    assert result["MessageID"] <= 2**53 - 1
    sample.assert_intact(post.mail_to(sample.recipient))


def test_node_mailjet_tells_what_v3_refuses(run, capturing):
    settings = capturing.server.settings
    answer = run(
        "send_mailjet.js",
        host=https_of(capturing.server),
        key=settings["api_key"],
        secret=settings["secret_key"],
        message={"FromEmail": SENDER, "Text-part": "x"},
        version="v3",
    )
    assert answer["statusCode"] == 400
    assert 'Missing "To" or "Recipients" property' in answer["message"]


def test_nodemailer_sends_text_html_and_a_file_over_starttls(run, post):
    sample = Sample()
    settings = post.server.settings
    attachment = {
        "filename": FILENAME,
        "contentType": "application/octet-stream",
        "content": base64.b64encode(ATTACHMENT).decode(),
    }
    answer = run(
        "send_nodemailer.js",
        port=post.server.smtp_port,
        user=settings["api_key"],
        **{"pass": settings["secret_key"]},
        mail={
            "from": f"Orders <{SENDER}>",
            "to": sample.recipient,
            "subject": sample.subject,
            "text": TEXT,
            "html": HTML,
            "attachments": [attachment],
            "headers": CONTROLS,
        },
    )
    assert answer["response"].startswith("250 ")
    assert_uncontrolled(sample.assert_intact(post.mail_to(sample.recipient)))


def test_nodemailer_is_told_of_every_malformed_order(run, capturing):
    settings = capturing.server.settings
    orders = {"X-Mailjet-Prio": "9", "X-MJ-TemplateLanguage": "mjml", "X-MJ-CustomID": "fine"}
    answer = run(
        "send_nodemailer.js",
        port=capturing.server.smtp_port,
        user=settings["api_key"],
        **{"pass": settings["secret_key"]},
        mail={"from": SENDER, "to": "ann@example.net", "text": "x", "attachments": [], "headers": orders},
    )
    assert answer["responseCode"] == 550
    assert "X-Mailjet-Prio: '9' must be 0, 1, 2 or 3" in answer["response"]
    assert "X-MJ-TemplateLanguage: 'mjml' must be 1 (yes) or 0 (no)" in answer["response"]


def test_node_mailjet_keeps_a_template(run, post):
    settings = post.server.settings

    def call(method, template_id=None, action=None, **body):
        return run(
            "call_mailjet.js",
            host=https_of(post.server),
            key=settings["api_key"],
            secret=settings["secret_key"],
            method=method,
            resource="template",
            id=template_id,
            action=action,
            body=body,
        )

    created = call("post", Name="Node's", Purposes=["transactional"])
    (template,) = created["body"]["Data"]
    assert (created["status"], template["Name"]) == (201, "Node's")
    content = {"Html-part": HTML, "Headers": {"Subject": "Hi", "From": f"Shop <{SENDER}>"}}
    assert call("post", template["ID"], "detailcontent", **content)["status"] == 201
    (shown,) = call("get", template["ID"], "detailcontent")["body"]["Data"]
    assert shown == content | {"Text-part": None, "MJMLContent": None}
    changed = call("put", template["ID"], IsStarred=True)
    assert (changed["status"], changed["body"]["Data"][0]["IsStarred"]) == (200, True)
    assert call("delete", template["ID"])["status"] == 204
    missing = call("get", template["ID"])
    assert missing["status"] == 404
    assert "The resource with the specified ID you are trying to reach does not exist." in missing["message"]


def test_node_mailjet_sends_a_template_with_variables(run, post):
    sample = Sample()
    settings = post.server.settings
    access = {"host": https_of(post.server), "key": settings["api_key"], "secret": settings["secret_key"]}

    def template(template_id=None, action=None, **body):
        told = run(
            "call_mailjet.js",
            **access,
            method="post",
            resource="template",
            id=template_id,
            action=action,
            body=body,
        )
        return told["body"]["Data"][0]

    template_id = template(Name=sample.recipient)["ID"]
    headers = {"Subject": "Order {{var:order}}", "From": f"Shop <{SENDER}>"}
    template(template_id, "detailcontent", **{"Html-part": "<p>Dear {{var:name}}</p>", "Headers": headers})
    message = {
        "To": [{"Email": sample.recipient}],
        "TemplateID": template_id,
        "TemplateLanguage": True,
        "Variables": {"name": "Ann", "order": 17},
    }
    answer = run("send_mailjet.js", **access, message=message)
    assert answer["body"]["Messages"][0]["Status"] == "success"
    received = email.message_from_bytes(post.mail_to(sample.recipient), policy=email.policy.default)
    assert (received["From"], received["Subject"]) == (f"Shop <{SENDER}>", "Order 17")
    assert received.get_body(("html",)).get_content().strip() == "<p>Dear Ann</p>"


def test_node_mailjet_keeps_contacts_on_lists(run, post):
    settings = post.server.settings
    access = {"host": https_of(post.server), "key": settings["api_key"], "secret": settings["secret_key"]}
    email_of_ana = Sample().recipient

    def call(method, resource, own_id=None, action=None, **body):
        asked = {"params" if method == "get" else "body": body}
        told = run(
            "call_mailjet.js", **access, method=method, resource=resource, id=own_id, action=action, **asked
        )
        return told["status"], (told.get("body") or {}).get("Data", told.get("message"))

    _, [news] = call("post", "contactslist", Name="Node's news")
    call("post", "contactmetadata", Name="NodeAge", Datatype="int", NameSpace="static")
    managed = {"Email": email_of_ana, "Action": "addforce", "Name": "Ana", "Properties": {"nodeage": 30}}
    status, [row] = call("post", "contactslist", news["ID"], "managecontact", **managed)
    assert (status, {name: row[name] for name in managed}) == (201, managed)
    status, error = call(
        "post", "contactslist", news["ID"], "managecontact", **managed | {"Properties": {"shoe": 43}}
    )
    assert (status, "Object properties invalid" in error) == (400, True)
    _, [link] = call("get", "listrecipient", ContactEmail=email_of_ana, ContactsList=news["ID"], Style="Full")
    assert link["Contact"]["Email"]["Email"] == email_of_ana
    status, [left] = call("put", "listrecipient", link["ID"], IsUnsubscribed=True)
    assert (status, left["IsUnsubscribed"]) == (200, True)
    _, [told] = call("get", "contact", row["ContactID"], "getcontactslists")
    assert (told["ListID"], told["IsUnsub"]) == (news["ID"], True)
    _, [known] = call("get", "contactdata", email_of_ana)
    assert known["Data"] == [{"Name": "nodeage", "Value": "30"}]
    status, error = call("post", "contact", Email=email_of_ana)
    assert (status, "for Email already exists" in error) == (400, True)
    erased = run(
        "call_mailjet.js", **access, version="v4", method="delete", resource="contacts", id=row["ContactID"]
    )
    assert erased["status"] == 200
    _, [ghost] = call("get", "contact", row["ContactID"])
    assert ghost["Name"] == "Anonymized"


def test_node_mailjet_claims_a_sender_and_reads_what_it_is_told_of_it(run, capturing):
    settings = capturing.server.settings
    access = {
        "host": https_of(capturing.server),
        "key": settings["api_key"],
        "secret": settings["secret_key"],
    }

    def call(method, resource, key=None, action=None, **body):
        return run(
            "call_mailjet.js", **access, method=method, resource=resource, id=key, action=action, body=body
        )

    email = f"{Sample().recipient.partition('@')[0]}@node.example.net"
    made = call("post", "sender", Email=email)
    assert (made["status"], made["body"]["Data"][0]["Status"]) == (201, "Inactive")
    again = call("post", "sender", Email=email)
    assert again["status"] == 400
    assert "There is an already existing inactive sender with the same email." in again["message"]
    assert call("put", "sender", email, Name="Node")["body"]["Data"][0]["Name"] == "Node"
    validated = call("post", "sender", email, "validate")["body"]["Data"][0]
    assert (validated["ValidationMethod"], bool(validated["GlobalError"])) == ("", True)
    assert call("get", "dns", "node.example.net")["body"]["Data"][0]["DKIMStatus"] == "Not checked"
    assert call("delete", "sender", email)["status"] == 204
    assert call("get", "messagestate", 1)["body"]["Data"][0]["State"] == "user unknown"
    assert call("get", "apikey")["body"]["Data"][0]["IsMaster"] is True
