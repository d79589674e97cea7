"""What django-anymail documents of its Mailjet backend: sent with it, read in the inbox, told to its webhook view."""

from __future__ import annotations

import json
import uuid

import pytest
from anymail.message import attach_inline_image

from clients.anymail_mail import a_recipient, read, send

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000 1f15c4890000000d49444154789c63f8ffff3f0005fe02fe"
    "a35681990000000049454e44ae426082".replace(" ", "")
)
"""One transparent pixel."""


def test_everybody_is_in_the_mail_but_the_blind(mail, reporting):
    to, cc, bcc = a_recipient("ann"), a_recipient("cy"), a_recipient("di")
    ids = send(
        mail(f'"Ann, the first" <{to}>', cc=[f"Cy <{cc}>"], bcc=[bcc], reply_to=["Help <help@example.com>"])
    )
    assert set(ids) == {to, cc, bcc}
    assert len(set(ids.values())) == 3
    for recipient in (to, cc, bcc):
        received = read(reporting, recipient)
        assert [str(each) for each in received["To"].addresses] == [f'"Ann, the first" <{to}>']
        assert [str(each) for each in received["Cc"].addresses] == [f"Cy <{cc}>"]
        assert received["Reply-To"] == "Help <help@example.com>"
        assert bcc not in received.as_string()


def test_metadata_and_tags_come_back_in_events(mail, site):
    recipient = a_recipient()
    ids = send(mail(recipient, metadata={"order": 17, "grüße": "ja"}, tags=["Winter sale: grüße"]))
    event = site.event(recipient, "delivered")
    assert event.message_id == ids[recipient]
    assert event.metadata == {"order": 17, "grüße": "ja"}
    assert event.tags == ["Winter sale: grüße"]
    assert event.esp_event["mj_campaign_id"] > 0


def test_a_batch_has_metadata_and_headers_of_each_recipient(mail, reporting, site):
    ann, bob = a_recipient("ann"), a_recipient("bob")
    message = mail(ann, bob, metadata={"batch": "b-1", "order": 0})
    message.merge_metadata = {ann: {"order": 17}, bob: {"order": 18, "vip": True}}
    message.merge_headers = {
        ann: {"List-Unsubscribe": "<https://example.com/u/17>", "X-Order": "17"},
        bob: {"List-Unsubscribe": "<https://example.com/u/18>"},
    }
    message.extra_headers = {"X-Batch": "b-1", "X-Order": "none"}
    ids = send(message)
    for recipient, order, number in ((ann, "17", 17), (bob, "none", 18)):
        received = read(reporting, recipient)
        assert received["To"] == recipient
        assert (received["X-Batch"], received["X-Order"]) == ("b-1", order)
        assert received["List-Unsubscribe"] == f"<https://example.com/u/{number}>"
        event = site.event(recipient, "delivered")
        assert event.message_id == ids[recipient]
        assert (event.metadata["batch"], event.metadata["order"]) == ("b-1", number)


def test_an_inline_image_is_related_to_the_html(mail, reporting):
    recipient = a_recipient()
    message = mail(recipient)
    cid = attach_inline_image(message, PNG, filename="dot.png", idstring="dot", domain="example.com")
    message.attach_alternative(f'<p>A dot: <img src="cid:{cid}"></p>', "text/html")
    message.attach("terms.txt", "The terms: grüße", "text/plain")
    send(message)
    received = read(reporting, recipient)
    (image,) = [part for part in received.walk() if part.get_content_type() == "image/png"]
    assert image["Content-ID"] == f"<{cid}>"
    assert image.get_content_disposition() == "inline"
    assert image.get_payload(decode=True) == PNG
    related = next(part for part in received.walk() if part.get_content_type() == "multipart/related")
    assert [part.get_content_type() for part in related.iter_parts()] == ["text/html", "image/png"]
    (file,) = [part for part in received.walk() if part.get_filename() == "terms.txt"]
    assert file.get_content() == "The terms: grüße"


def test_esp_extra_reaches_globals_and_each_message(mail, reporting, site):
    recipient = a_recipient()
    campaign = f"spring {uuid.uuid4()}"
    once = {
        "Globals": {
            "CustomCampaign": campaign,
            "DeduplicateCampaign": True,
            "CustomID": "r-17",
            "Priority": 3,
            "URLTags": "utm_source=mail",
            "Headers": {"X-Extra": 17},
        }
    }
    message = mail(recipient, esp_extra=once)
    send(message)
    (result,) = message.anymail_status.esp_response.json()["Messages"]
    assert result["CustomID"] == "r-17"
    assert read(reporting, recipient)["X-Extra"] == "17"
    assert site.event(recipient, "delivered").esp_event["customcampaign"] == campaign
    again = mail(recipient, esp_extra=once)
    send(again)
    event = site.event(recipient, "rejected")
    assert event.esp_event["error"] == "duplicate in campaign"
    assert event.tags == [campaign]


def test_the_sandbox_mode_of_esp_extra_sends_nothing(mail, reporting):
    recipient = a_recipient()
    ids = send(mail(recipient, esp_extra={"SandboxMode": True}))
    assert ids == {recipient: "0"}
    send(mail(recipient, subject="The real one"))
    assert read(reporting, recipient)["Subject"] == "The real one"


def test_a_template_that_does_not_exist_fails_for_each_recipient(mail):
    ann, bob = a_recipient("ann"), a_recipient("bob")
    message = mail(ann, bob, template_id="17", merge_data={ann: {"name": "Ann"}, bob: {"name": "Bob"}})
    assert message.send() == 1
    assert {each.status for each in message.anymail_status.recipients.values()} == {"failed"}
    for result in message.anymail_status.esp_response.json()["Messages"]:
        assert [error["ErrorCode"] for error in result["Errors"]] == ["send-0010"]


@pytest.mark.parametrize("is_tracked", [True, False])
def test_tracking_of_a_mail_without_html_is_accepted(mail, reporting, is_tracked):
    recipient = a_recipient()
    send(mail(recipient, track_opens=is_tracked, track_clicks=is_tracked))
    assert read(reporting, recipient).get_content().strip() == "Thanks."


def test_metadata_is_kept_byte_for_byte(mail, site):
    recipient = a_recipient()
    payload = {"text": '"\\ \u2028 ü', "nested": {"list": [1, None, 2.5]}}
    send(mail(recipient, metadata=payload))
    assert json.loads(site.event(recipient, "delivered").esp_event["Payload"]) == payload
