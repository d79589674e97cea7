"""What plugins of shops and sites, data taps and provisioners ask of Mailjet's REST API, in their order.

Each test makes the calls of one program and reads from the answers what that program reads. Calls of statistics are
not among them, as there are none yet.
"""

import datetime as dt
import re
import smtplib
import uuid
from email.message import EmailMessage

import pytest

from clients.caller import Caller, over

pytestmark = pytest.mark.timeout(300)

MANY = 25
SEGMENTS = {
    "Newcomers": "(IsInPreviousDays({0}_account_creation_date,30))",
    "Recent customers": "({0}_total_orders_count=1) and (IsInPreviousDays({0}_last_order_date,30))",
    "Repeat customers": "({0}_total_orders_count>1)",
    "Lapsed customers": "(not IsInPreviousDays({0}_last_order_date,180))",
}
PROPERTIES = {
    "{0}_total_orders_count": "int",
    "{0}_total_spent": "float",
    "{0}_last_order_date": "datetime",
    "{0}_account_creation_date": "datetime",
}


@pytest.fixture
def caller(post):
    """A program that talks to a server; on SQLite, and on PostgreSQL."""
    made = Caller(post.server)
    yield made
    made.close()


@pytest.fixture
def mark():
    """What no other test has in its names."""
    return f"m{uuid.uuid4().hex[:12]}"


def set_up_a_shop(caller, prefix):
    """Define properties and segments as every shop plugin does on each of its set-ups: twice, here."""
    for name, datatype in PROPERTIES.items():
        own = name.format(prefix)
        assert caller.post_again("contactmetadata", Name=own, Datatype=datatype, NameSpace="static") == ""
        assert "already exists" in caller.post_again("contactmetadata", Name=own, Datatype=datatype)
    for name, expression in SEGMENTS.items():
        asked = {"Name": f"{prefix} {name}", "Expression": expression.format(prefix), "Description": name}
        assert caller.post_again("contactfilter", **asked) == ""
        assert "already exists" in caller.post_again("contactfilter", **asked)
    kept = {row["Name"]: row["Expression"] for row in caller.get("contactfilter?Limit=0")["Data"]}
    for name, expression in SEGMENTS.items():
        assert kept[f"{prefix} {name}"] == expression.format(prefix)


def test_wordpress(caller, mark):
    assert re.fullmatch(r"[a-zA-Z0-9]{20,}", caller.key)
    assert "Data" in caller.get("contactmetadata?Limit=1")
    assert caller.row("myprofile").keys() >= {"Firstname", "Lastname", "BillingEmail", "AddressCountry"}
    news = caller.post("contactslist", Name=f"News {mark}")
    assert [row["ID"] for row in caller.get(f"contactslist?ID={news['ID']}")["Data"]] == [news["ID"]]
    listed = caller.get("contactslist?Limit=0&Sort=Name ASC")["Data"]
    assert [row["Name"] for row in listed] == sorted(row["Name"] for row in listed)
    shown = [row for row in listed if not row["IsDeleted"]]
    assert {"ID": news["ID"], "Name": f"News {mark}", "SubscriberCount": 0}.items() <= shown[
        [row["ID"] for row in shown].index(news["ID"])
    ].items()

    senders = caller.get("sender?Limit=0&Sort=ID DESC&Style=Full")["Data"]
    active = [row["Email"]["Email"] for row in senders if row["Status"] == "Active"]
    assert "*@example.com" in active
    assert senders[-1]["DNS"]["Domain"] == "example.com"

    set_up_a_shop(caller, f"woo{mark}")
    email = f"Ana.{mark}@example.net"
    found = f"listrecipient?ContactEmail={email}&ContactsList={news['ID']}&Style=Full"
    assert caller.get(found)["Count"] == 0
    managed = {
        "Action": "addforce",
        "Email": email,
        "Name": "Ana",
        "Properties": {f"woo{mark}_total_spent": 1.5},
    }
    row = caller.post(f"contactslist/{news['ID']}/managecontact", **managed)
    link = caller.row(found)
    assert (link["IsUnsubscribed"], link["ContactID"]) == (False, row["ContactID"])
    caller.post(f"contactslist/{news['ID']}/managecontact", Action="unsub", Email=email)
    assert caller.row(found)["IsUnsubscribed"] is True
    data = {"Data": [{"Name": f"woo{mark}_last_order_date", "Value": "2024-03-02T10:00:00Z"}]}
    changed = caller.answer(200, "PUT", f"contactdata/{email}", json=data).json()["Data"][0]["Data"]
    assert {each["Name"]: each["Value"] for each in changed} == {
        f"woo{mark}_last_order_date": "2024-03-02T10:00:00Z",
        f"woo{mark}_total_spent": "1.5",
    }

    job = caller.post(
        f"contactslist/{news['ID']}/managemanycontacts",
        Action="addnoforce",
        Contacts=[{"Email": f"w{number}.{mark}@example.net"} for number in range(MANY)],
    )
    done = over(caller, f"contactslist/{news['ID']}/managemanycontacts/{job['JobID']}")
    assert (done["Count"], done["Error"], done["ErrorFile"]) == (MANY, "", "")

    name = f"WooCommerce {mark}"
    made = caller.post("template", Name=name, Author="Mailjet WC", Categories=["e-commerce"], EditMode=1)
    content = {"Html-part": "<p>Hi</p>", "Text-part": "Hi", "Headers": {"Subject": "Order"}}
    caller.post(f"template/{made['ID']}/detailcontent", **content)
    assert caller.row(f"template/apikey|{name}")["ID"] == made["ID"]
    assert caller.row(f"template/{made['ID']}/detailcontent")["Headers"]["Subject"] == "Order"


def test_prestashop(caller, mark):
    shop = caller.post("contactslist", Name=f"PrestaShop {mark}")
    set_up_a_shop(caller, f"ps{mark}")
    contacts = [{"Email": f"p{number}.{mark}@example.net"} for number in range(MANY)]
    path = f"contactslist/{shop['ID']}/managemanycontacts"
    job = caller.post(path, Action="addforce", Contacts=contacts)
    assert over(caller, f"{path}/{job['JobID']}")["Status"] == "Completed"
    caller.post(f"contactslist/{shop['ID']}/managecontact", Action="unsub", Email=f"left.{mark}@example.net")

    asked = f"listrecipient?ContactsList={shop['ID']}&style=full&CountRecords=1"
    counted = caller.get(f"{asked}&limit=1")
    assert (counted["Count"], counted["Total"]) == (1, MANY + 1)
    emails = {row["Contact"]["Email"]["Email"]: row["IsUnsubscribed"] for row in caller.pages(asked, 10)}
    assert len(emails) == MANY + 1
    assert [email for email, has_left in emails.items() if has_left] == [f"left.{mark}@example.net"]
    assert caller.get(f"{asked}&limit=2500")["Count"] == MANY + 1

    csv = "\n".join(["email", *(f"c{number}.{mark}@example.net" for number in range(MANY))])
    path = f"/v3/DATA/contactslist/{shop['ID']}/CSVData/text:plain"
    answer = caller.answer(200, "POST", path, content=csv, headers={"content-type": "text/plain"})
    assert list(answer.json()) == ["ID"]
    job = caller.post(
        "batchjob",
        JobType="Contact list import csv",
        DataID=answer.json()["ID"],
        RefId=shop["ID"],
        Method="addforce",
        Status="Upload",
        APIKeyALT=caller.key,
    )
    done = over(caller, f"batchjob/{job['ID']}")
    assert (done["Status"], done["Errcount"]) == ("Completed", 0)
    assert caller.row(f"contactslist/{shop['ID']}")["SubscriberCount"] == 2 * MANY

    token = caller.post(
        "apitoken",
        AllowedAccess="campaigns,contacts,stats,pricing,account,reports",
        APIKeyALT=caller.key,
        TokenType="iframe",
        IsActive=True,
        SentData='{"plugin": "prestashop"}',
    )
    assert re.fullmatch(r"\w{20,}", token["Token"])


def test_magento(caller, post, mark):
    assert "Data" in caller.get("myprofile")
    shop = caller.post("contactslist", Name=f"Magento {mark}")
    assert shop["ID"] in [row["ID"] for row in caller.get("contactslist?Limit=1000&IsDeleted=false")["Data"]]
    set_up_a_shop(caller, f"magento2{mark}")
    customers = [
        {
            "Email": f"g{number}.{mark}@example.net",
            "Name": "Ana",
            "Properties": {f"magento2{mark}_total_orders_count": number},
        }
        for number in range(MANY)
    ]
    path = f"contactslist/{shop['ID']}/managemanycontacts"
    job = caller.post(path, Action="addforce", Contacts=customers)
    assert over(caller, f"{path}/{job['JobID']}")["Count"] == MANY
    managed = {
        "Action": "addforce",
        "Email": f"g1.{mark}@example.net",
        "Properties": f'{{"magento2{mark}_total_spent": 5}}',
    }
    assert caller.post(f"contactslist/{shop['ID']}/managecontact", **managed)["ContactID"] > 0
    ana = caller.row(f"contact/g1.{mark}@example.net")
    data = {"Data": [{"Name": f"magento2{mark}_total_orders_count", "Value": "7"}]}
    caller.answer(200, "PUT", f"contactdata/{ana['ID']}", json=data)
    told = caller.row(f"contactdata/{ana['ID']}")["Data"]
    assert {each["Name"]: each["Value"] for each in told} == {
        f"magento2{mark}_total_orders_count": "7",
        f"magento2{mark}_total_spent": "5",
    }

    url = f"https://shop.example.net/{mark}"
    callback = caller.post("eventcallbackurl", EventType="spam", Url=url, Version=2, IsBackup=True)
    assert url in [row["Url"] for row in caller.get("eventcallbackurl?EventType=spam")["Data"]]
    caller.answer(200, "PUT", f"eventcallbackurl/{callback['ID']}", json={"Url": f"{url}/2"})
    caller.answer(204, "DELETE", f"eventcallbackurl/{callback['ID']}")

    template = caller.post("template", Name=f"Magento {mark}", Purposes=["transactional"], EditMode="2")
    parts = {
        "Html-part": "<p>Hi {{var:name}}</p>",
        "Text-part": "Hi",
        "Headers": {"Subject": "Hi", "From": "a@example.com"},
    }
    caller.post(f"template/{template['ID']}/detailcontent", **parts)
    recipient = f"buyer.{mark}@example.net"
    mail = {
        "FromEmail": "orders@example.com",
        "Subject": "Order",
        "Mj-TemplateID": template["ID"],
        "Mj-TemplateLanguage": True,
        "Vars": {"name": "Ana"},
        "Recipients": [{"Email": recipient}],
    }
    [sent] = caller.answer(200, "POST", "/v3/send", json=mail).json()["Sent"]
    assert b"Hi Ana" in post.mail_to(recipient)
    assert caller.row(f"message/{sent['MessageID']}")["ID"] == sent["MessageID"]
    assert caller.post("apitoken", APIKeyALT=caller.key, AllowedAccess="campaigns", TokenType="url")["Token"]


def test_airbyte_and_tap_mailjet(caller, post, mark):
    news = caller.post("contactslist", Name=f"Airbyte {mark}")
    for number in range(3):
        email = f"a{number}.{mark}@example.net"
        caller.post(f"contactslist/{news['ID']}/managecontact", Action="addforce", Email=email)
    mail = {
        "From": {"Email": "orders@example.com"},
        "To": [{"Email": f"t.{mark}@example.net"}],
        "Subject": f"Tap {mark}",
        "TextPart": "Hi",
        "CustomCampaign": f"Tap {mark}",
    }
    [told] = caller.answer(200, "POST", "/v3.1/send", json={"Messages": [mail]}).json()["Messages"]
    post.mail_to(f"t.{mark}@example.net")

    assert f"Airbyte {mark}" in [row["Name"] for row in caller.pages("contactslist", 100)]
    contacts = {row["Email"]: row["ID"] for row in caller.pages("contact", 2)}
    links = caller.pages(f"listrecipient?ContactsList={news['ID']}", 2)
    assert [row["ContactID"] for row in links] == [contacts[f"a{n}.{mark}@example.net"] for n in range(3)]
    assert all(row.keys() >= {"ID", "ListID", "IsUnsubscribed", "SubscribedAt"} for row in links)

    message_id = told["To"][0]["MessageID"]
    messages = {row["ID"]: row for row in caller.pages("message?ShowSubject=true", 100)}
    assert messages[message_id]["Subject"] == f"Tap {mark}"
    arrived = messages[message_id]["ArrivedAt"]
    # FromTS is exclusive, so the tap asks from a second before its bookmark.
    since = caller.pages(f"message?FromTS={_second_before(arrived)}", 100)
    assert message_id in [row["ID"] for row in since]
    campaigns = {row["CustomValue"]: row for row in caller.pages("campaign?FromTS=1", 100)}
    assert campaigns[f"Tap {mark}"]["ID"] == messages[message_id]["CampaignID"]


def test_terraform(caller, mark):
    domain = f"{mark}.example.net"
    email = f"*@{domain}"
    caller.answer(404, "GET", f"sender/{email}")
    made = caller.post("sender", Email=email, Name="Shop", EmailType="transactional", IsDefaultSender=False)
    assert made["Status"] == "Inactive"
    dns = caller.row(f"dns/{domain}")
    assert dns["OwnerShipTokenRecordName"].endswith(f".{domain}.")
    assert re.fullmatch("[0-9a-f]{32}", dns["OwnerShipToken"])
    assert dns.keys() >= {
        *("DKIMRecordName", "DKIMRecordValue", "DKIMStatus", "SPFRecordValue", "SPFStatus"),
        *("IsCheckInProgress", "LastCheckAt"),
    }
    for _ in range(2):
        answer = caller.answer(200, "POST", f"sender/{email}/validate", json={}).json()
        # Some clients read the row, others the answer itself.
        assert answer["GlobalError"] == answer["Data"][0]["GlobalError"] != ""
    changed = caller.answer(200, "PUT", f"sender/{email}", json={"Name": "Shop 2"}).json()["Data"][0]
    assert changed["Name"] == caller.row(f"sender/{email}")["Name"] == "Shop 2"
    caller.answer(204, "DELETE", f"sender/{email}")
    assert caller.row(f"sender/{email}")["Status"] == "Deleted"
    again = {"Name": "Shop 2", "EmailType": "transactional", "IsDefaultSender": False}
    revived = caller.answer(200, "PUT", f"sender/{email}", json=again).json()["Data"][0]
    assert (revived["ID"], revived["Status"]) == (made["ID"], "Inactive")
    caller.answer(204, "DELETE", f"sender/{email}")


def test_mautic(caller, post, mark):
    recipient, url = f"lead.{mark}@example.net", f"https://mautic.example.net/{mark}"
    callback = caller.post("eventcallbackurl", EventType="blocked", Url=url, IsBackup=True)
    message = {
        "From": {"Email": "news@example.com", "Name": "News"},
        "To": [{"Email": recipient, "Name": "Ann"}],
        "Cc": [],
        "Bcc": [],
        "Subject": "Hello",
        "TextPart": "Hello",
        "HTMLPart": "<p>Hello</p>",
        "Attachments": [],
        "InlinedAttachments": [],
        "ReplyTo": {"Email": "answers@example.com", "Name": ""},
        "Headers": {"X-Campaign": mark},
    }
    [told] = caller.answer(200, "POST", "/v3.1/send", json={"Messages": [message]}).json()["Messages"]
    assert (told["Status"], told["To"][0]["Email"]) == ("success", recipient)
    assert f"X-Campaign: {mark}".encode() in post.mail_to(recipient)
    caller.answer(204, "DELETE", f"eventcallbackurl/{callback['ID']}")


def test_odoo(post, certificate, mark):
    recipient = f"customer.{mark}@example.net"
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "notifications@example.com", recipient, "Invoice"
    message.set_content("Please pay.")
    with smtplib.SMTP("localhost", post.server.smtp_port, timeout=60) as odoo:
        odoo.ehlo_or_helo_if_needed()
        odoo.starttls(context=certificate.client_context())
        odoo.login(post.server.settings["api_key"], post.server.settings["secret_key"])
        assert odoo.send_message(message, from_addr="bounce@example.com", to_addrs=[recipient]) == {}
        message.replace_header("From", "someone@foreign.example")
        with pytest.raises(smtplib.SMTPResponseException) as refused:
            odoo.send_message(message, from_addr="bounce@example.com", to_addrs=[recipient])
        assert refused.value.smtp_code == 550
    assert b"Please pay." in post.mail_to(recipient)


def _second_before(moment):
    return int(dt.datetime.fromisoformat(moment).timestamp()) - 1
