"""Mailjet's own Python SDK."""

import base64

import pytest
from mailjet_rest.errors import DoesNotExistError, MailjetAuthError, ValidationError

from clients.sample import ATTACHMENT, FILENAME, HTML, SENDER, TEXT, Sample

UNAUTHORIZED = (
    "API key authentication/authorization failure. You may be unauthorized to access the API or your API key "
    "may be expired. Visit API keys management section to check your keys."
)


def message_to(*recipients, **changes):
    message = {
        "From": {"Email": SENDER, "Name": "Orders"},
        "To": [{"Email": recipient} for recipient in recipients],
        "Subject": "Receipt 17",
        "TextPart": "Thanks.",
    }
    return message | changes


def test_text_html_and_a_file_arrive_intact(sdk, post):
    sample = Sample()
    attachment = {
        "ContentType": "application/octet-stream",
        "Filename": FILENAME,
        "Base64Content": base64.b64encode(ATTACHMENT).decode(),
    }
    message = message_to(
        sample.recipient, Subject=sample.subject, TextPart=TEXT, HTMLPart=HTML, Attachments=[attachment],
        CustomID="r-17",
    )  # fmt: skip
    answer = sdk(post.server).send.create(data={"Messages": [message]})
    assert answer.status_code == 200
    (result,) = answer.json()["Messages"]
    assert (result["Status"], result["CustomID"]) == ("success", "r-17")
    assert [each["Email"] for each in result["To"]] == [sample.recipient]
    sample.assert_intact(post.mail_to(sample.recipient))


def test_a_sandbox_call_sends_nothing(sdk, capturing):
    answer = sdk(capturing.server).send.create(
        data={"Messages": [message_to("ann@example.net")], "SandboxMode": True}
    )
    assert answer.json()["Messages"][0]["To"][0]["MessageID"] == 0


def test_a_wrong_secret_is_told_in_mailjets_words(sdk, capturing):
    with pytest.raises(MailjetAuthError) as refused:
        sdk(capturing.server, "wrong").send.create(data={"Messages": [message_to("ann@example.net")]})
    assert UNAUTHORIZED in str(refused.value)


def test_a_sender_that_is_not_validated_is_send_0008(sdk, capturing):
    message = message_to("ann@example.net", From={"Email": "eve@elsewhere.example"})
    with pytest.raises((MailjetAuthError, ValidationError)) as refused:
        sdk(capturing.server).send.create(data={"Messages": [message]})
    text = '"eve@elsewhere.example" is not an authorized sender email address for your account.'
    assert text in str(refused.value)


def test_fifty_one_recipients_are_too_many(sdk, capturing):
    recipients = [f"ann{number}@example.net" for number in range(51)]
    with pytest.raises(ValidationError) as refused:
        sdk(capturing.server).send.create(data={"Messages": [message_to(*recipients)]})
    assert "Total number of recipients exceeded. Max allowed - 50" in str(refused.value)


def test_a_good_message_is_sent_though_its_neighbour_is_refused(sdk, relaying):
    sample = Sample()
    messages = [message_to("ann@example..net"), message_to(sample.recipient)]
    with pytest.raises(ValidationError) as refused:
        sdk(relaying.server).send.create(data={"Messages": messages})
    assert '"ann@example..net" is an invalid email address.' in str(refused.value)
    assert relaying.mail_to(sample.recipient)


def test_mails_that_are_alike_are_all_sent(sdk, post):
    sample = Sample()
    answers = [
        sdk(post.server)
        .send.create(data={"Messages": [message_to(sample.recipient, CustomID=custom_id)]})
        .json()
        for custom_id in ("r-17", "r-17", "r-18")
    ]
    assert len({answer["Messages"][0]["To"][0]["MessageID"] for answer in answers}) == 3


def test_a_key_of_ones_own_makes_a_request_safe_to_repeat(sdk, post):
    sample = Sample()
    data = {"Messages": [message_to(sample.recipient)]}
    answers = [
        sdk(post.server).send.create(data=data, headers={"Idempotency-Key": "order-17"}) for _ in range(2)
    ]
    assert answers[0].json() == answers[1].json()
    assert answers[1].headers["Idempotent-Replayed"] == "true"


def test_a_template_is_made_filled_changed_and_removed(sdk, post):
    mailjet = sdk(post.server, version="v3")
    answer = mailjet.template.create(data={"Name": "Python's", "Author": "Ann", "Categories": ["welcome"]})
    assert answer.status_code == 201
    (template,) = answer.json()["Data"]
    content = {"Html-part": HTML, "Text-part": TEXT, "Headers": {"Subject": "Hi", "From": f"Shop <{SENDER}>"}}
    answer = mailjet.template_detailcontent.create(id=template["ID"], data=content)
    assert answer.status_code == 201
    answer = mailjet.template_detailcontent.update(id=template["ID"], data={"Text-part": "Shorter."})
    assert answer.json()["Data"] == [content | {"Text-part": "Shorter.", "MJMLContent": None}]
    assert mailjet.template_detailcontent.get(id=template["ID"]).json() == answer.json()
    (changed,) = mailjet.template.update(id=template["ID"], data={"Author": "Bob"}).json()["Data"]
    assert changed["Author"] == "Bob"
    assert mailjet.template.update(id=template["ID"], data={"Author": "Bob"}).status_code == 304
    assert mailjet.template.get(filters={"Name": "Python's"}).json()["Data"] == [changed]
    assert mailjet.template.delete(id=template["ID"]).status_code == 204
    with pytest.raises(DoesNotExistError, match="The resource with the specified ID"):
        mailjet.template.get(id=template["ID"])


def test_a_second_template_of_one_name_is_refused(sdk, capturing):
    mailjet = sdk(capturing.server, version="v3")
    mailjet.template.create(data={"Name": "Twice"})
    with pytest.raises(ValidationError, match="MJ18 A Template resource"):
        mailjet.template.create(data={"Name": "Twice"})


def v3_message(**changes):
    return {
        "FromEmail": SENDER,
        "FromName": "Orders",
        "Subject": "Receipt 17",
        "Text-part": "Thanks.",
    } | changes


def test_v3_sends_text_html_and_a_file(sdk, post):
    sample = Sample()
    attachment = {
        "Content-type": "application/octet-stream",
        "Filename": FILENAME,
        "content": base64.b64encode(ATTACHMENT).decode(),
    }
    message = v3_message(
        To=f'"Doe, Ann" <{sample.recipient}>', Subject=sample.subject, Attachments=[attachment]
    )
    message |= {"Text-part": TEXT, "Html-part": HTML, "Mj-CustomID": "r-17"}
    answer = sdk(post.server, version="v3").send.create(data=message)
    assert answer.status_code == 200
    (result,) = answer.json()["Sent"]
    assert result["Email"] == sample.recipient
    received = sample.assert_intact(post.mail_to(sample.recipient))
    assert received["To"] == f'"Doe, Ann" <{sample.recipient}>'


def test_v3_sends_each_message_of_a_bulk_call(sdk, post):
    samples = [Sample(), Sample()]
    messages = [v3_message(Recipients=[{"Email": sample.recipient}]) for sample in samples]
    answer = sdk(post.server, version="v3").send.create(data={"Messages": messages})
    assert [each["Email"] for each in answer.json()["Sent"]] == [sample.recipient for sample in samples]
    for sample in samples:
        assert sample.recipient.encode() in post.mail_to(sample.recipient)


def test_v3_tells_its_errors(sdk, capturing):
    with pytest.raises(ValidationError) as refused:
        sdk(capturing.server, version="v3").send.create(data=v3_message())
    assert 'Missing "To" or "Recipients" property' in str(refused.value)


def test_v3_tells_a_wrong_secret(sdk, capturing):
    with pytest.raises(MailjetAuthError):
        sdk(capturing.server, "wrong", version="v3").send.create(data=v3_message(To="ann@example.net"))


def test_a_contact_lives_on_a_list(sdk, post):
    mailjet = sdk(post.server, version="v3")
    email = Sample().recipient
    (age,) = mailjet.contactmetadata.create(data={"Name": "PythonAge", "Datatype": "int"}).json()["Data"]
    (news,) = mailjet.contactslist.create(data={"Name": "Python's news"}).json()["Data"]
    answer = mailjet.contact.create(data={"Email": email, "Name": "Ana"})
    assert answer.status_code == 201
    (contact,) = answer.json()["Data"]
    with pytest.raises(ValidationError, match="for Email already exists"):
        mailjet.contact.create(data={"Email": email})
    assert mailjet.contact.get(id=email).json()["Data"] == [contact]
    data = {"Data": [{"Name": "pythonage", "Value": 30}]}
    (known,) = mailjet.contactdata.update(id=contact["ID"], data=data).json()["Data"]
    assert known["Data"] == [{"Name": "pythonage", "Value": "30"}]

    def manage(action):
        body = {"Email": email, "Action": action}
        return mailjet.contactslist_managecontact.create(id=news["ID"], data=body).status_code

    def lists():
        found = mailjet.contact_getcontactslists.get(id=contact["ID"]).json()["Data"]
        return [(each["ListID"], each["IsUnsub"]) for each in found]

    assert manage("addforce") == 201
    assert lists() == [(news["ID"], False)]
    assert manage("unsub") == 201
    assert lists() == [(news["ID"], True)]
    assert manage("addnoforce") == 201
    assert lists() == [(news["ID"], True)]
    actions = {"ContactsLists": [{"ListID": news["ID"], "Action": "addforce"}]}
    answer = mailjet.contact_managecontactslists.create(id=contact["ID"], data=actions)
    assert (answer.status_code, answer.json()["Data"]) == (201, [actions])
    (link,) = mailjet.listrecipient.get(filters={"ContactEmail": email}).json()["Data"]
    with pytest.raises(ValidationError, match="A duplicate ListRecipient already exists"):
        mailjet.listrecipient.create(data={"ContactID": contact["ID"], "ListID": news["ID"]})
    assert mailjet.listrecipient.delete(id=link["ID"]).status_code == 204
    assert lists() == []
    assert mailjet.contactslist.delete(id=news["ID"]).status_code == 204
    assert mailjet.contactslist.get(id=news["ID"]).json()["Data"][0]["IsDeleted"]
    assert mailjet.contactmetadata.delete(id=age["ID"]).status_code == 204
    with pytest.raises(DoesNotExistError, match="Object not found"):
        mailjet.contactmetadata.get(id=age["ID"])
