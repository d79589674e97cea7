"""The properties of a message in v3.1. AutoTextPart is Aerogram's own.

(compatibility: send-v31#properties)
"""

from __future__ import annotations

from typing import Final

from aerogram.doors.http.send.shared.attachments import Spelling, files
from aerogram.doors.http.send.shared.headers import HEADERS
from aerogram.doors.http.send.shared.properties import Properties, Property
from aerogram.doors.http.send.shared.values import CAMPAIGN, KEPT_TEXT, SUBJECT, TEXT, URL_TAGS, VARIABLES
from aerogram.doors.http.send.v31.mailboxes import MAILBOX, MAILBOXES, RECIPIENTS_TO
from aerogram.doors.http.send.v31.values import (
    FLAG,
    FLAG_OR_NUMBER,
    INTEGER,
    PRIORITY,
    TRACKING,
)

FILE: Final = Spelling(
    content_type="ContentType",
    filename="Filename",
    content="Base64Content",
    content_id="ContentID",
    content_schema={"type": "string"},
    documents_content_id=True,
)
_MAKES_TEXT: Final = "An extension of Aerogram: generate a text part from HTMLPart if TextPart is missing."
_TOO_MANY: Final = ("send-0015",)
_OF_TEMPLATE: Final = ("send-0003", "send-0004", "send-0005", "send-0010", "send-0019")

MESSAGE: Final = Properties(
    Property("From", "sender_from", MAILBOX, errors=("send-0008",)),
    Property("Sender", "sender", MAILBOX, errors=("send-0006", "send-0007")),
    Property("ReplyTo", "reply_to", MAILBOX),
    Property("To", "to", RECIPIENTS_TO, errors=_TOO_MANY, in_globals=False),
    Property("Cc", "cc", MAILBOXES, errors=_TOO_MANY),
    Property("Bcc", "bcc", MAILBOXES, errors=_TOO_MANY),
    Property("Subject", "subject", SUBJECT),
    Property("TextPart", "text", TEXT, errors=("send-0003", "send-0005")),
    Property("HTMLPart", "html", TEXT, errors=("send-0003", "send-0004")),
    Property("TemplateID", "template_id", INTEGER, errors=_OF_TEMPLATE),
    Property("TemplateLanguage", "has_language", FLAG, errors=("send-0016",)),
    Property("TemplateErrorReporting", "error_report_to", MAILBOX, errors=("send-0016",)),
    # The Java SDK writes TemplateErrorDelivery, Symfony TrackOpen and TrackClick.
    Property(
        "TemplateErrorDeliver",
        "delivers_on_error",
        FLAG,
        errors=("send-0016",),
        also=("TemplateErrorDelivery",),
    ),
    Property("Variables", "variables", VARIABLES),
    Property("AutoTextPart", "makes_text", FLAG, schema={"description": _MAKES_TEXT}),
    Property("Attachments", "attachments", files(FILE, is_inlined=False), errors=("mj-0011",)),
    Property("InlinedAttachments", "inlined", files(FILE, is_inlined=True), errors=("mj-0011",)),
    Property("Headers", "headers", HEADERS, errors=("mj-0013",)),
    Property("CustomID", "custom_id", KEPT_TEXT),
    Property("EventPayload", "event_payload", KEPT_TEXT),
    Property("CustomCampaign", "campaign", CAMPAIGN, errors=("send-0012",)),
    Property("DeduplicateCampaign", "deduplicates", FLAG_OR_NUMBER, errors=("send-0012",)),
    Property("Priority", "rank", PRIORITY),
    Property("TrackOpens", "tracks_opens", TRACKING, also=("TrackOpen",)),
    Property("TrackClicks", "tracks_clicks", TRACKING, also=("TrackClick",)),
    Property("MonitoringCategory", "monitoring_category", KEPT_TEXT, errors=("send-0013",)),
    Property("URLTags", "url_tags", URL_TAGS),
    Property("StatisticsContactsListID", "contacts_list_id", INTEGER),
)
