"""The properties of a message in v3, as Mailjet's guide spells them (compatibility: send-v3#properties)."""

from __future__ import annotations

from typing import Final

from aerogram.doors.http.send.shared.attachments import Spelling, files
from aerogram.doors.http.send.shared.properties import Properties, Property
from aerogram.doors.http.send.shared.values import CAMPAIGN, HEADER_TEXT, KEPT_TEXT, SUBJECT, TEXT
from aerogram.doors.http.send.v3.addresses import ADDRESS, INDIVIDUALS, RECIPIENTS, REPLIES, SENDER
from aerogram.doors.http.send.v3.headers import HEADERS
from aerogram.doors.http.send.v3.values import DELIVERS, PRIORITY, SWITCH, TEMPLATE, TRACKING
from aerogram.doors.http.send.v3.variables import VARIABLES

FILE: Final = Spelling(
    content_type="Content-type",
    filename="Filename",
    content="content",
    content_id="Content-ID",
    content_schema={"type": "string", "contentEncoding": "base64"},
    # The HTML of Mailjet's v3 refers to a file by its name alone.
    documents_content_id=False,
)
_NOBODY: Final = ("mj-0003", "mj-0005", "mj-0007")
"""To and Recipients: exactly one of them is mandatory and must not be empty."""

MESSAGE: Final = Properties(
    Property("FromEmail", "sender_from", ADDRESS, errors=("mj-0003", "send-0008")),
    Property("FromName", "from_name", HEADER_TEXT),
    Property("Sender", "sender", SENDER, errors=("send-0006", "send-0007")),
    Property("Recipients", "individuals", INDIVIDUALS, errors=_NOBODY),
    Property("To", "to", RECIPIENTS, errors=_NOBODY),
    Property("Cc", "cc", RECIPIENTS),
    Property("Bcc", "bcc", RECIPIENTS),
    Property("Reply-To", "replies", REPLIES, also=("ReplyTo",)),  # the Ruby SDK writes ReplyTo
    Property("Subject", "subject", SUBJECT),
    Property("Text-part", "text", TEXT, errors=("send-0003",)),
    Property("Html-part", "html", TEXT, errors=("send-0003",)),
    Property("Mj-TemplateID", "template", TEMPLATE, errors=("send-0003", "send-0010")),
    Property("Mj-TemplateLanguage", "has_language", SWITCH),
    Property("MJ-TemplateErrorReporting", "error_report_to", ADDRESS),
    Property("MJ-TemplateErrorDeliver", "delivers_on_error", DELIVERS),
    Property("Mj-prio", "rank", PRIORITY),
    Property("Mj-campaign", "campaign", CAMPAIGN, errors=("send-0012",)),
    Property("Mj-deduplicatecampaign", "deduplicates", SWITCH, errors=("send-0012",)),
    Property("Mj-trackopen", "tracks_opens", TRACKING),
    Property("Mj-trackclick", "tracks_clicks", TRACKING),
    Property("Mj-CustomID", "custom_id", KEPT_TEXT),
    Property("Mj-EventPayLoad", "event_payload", KEPT_TEXT),
    Property("Mj-MonitoringCategory", "monitoring_category", KEPT_TEXT, errors=("send-0013",)),
    Property("Vars", "variables", VARIABLES),
    Property(
        "Tag", "tag", TEXT, schema={"description": "Sent by old versions of Anymail; it has no effect."}
    ),
    Property("Headers", "headers", HEADERS, errors=("mj-0013",)),
    Property("Attachments", "attachments", files(FILE, is_inlined=False), errors=("mj-0011",)),
    Property("Inline_attachments", "inlined", files(FILE, is_inlined=True), errors=("mj-0011",)),
)
