"""The names of the properties, as Mailjet's guide spells them (facts: SEND.md B2).

Its samples, its table and its clients disagree on case (``Text-part``, ``Text-Part``; ``Cc``, ``CC``), so
names are compared ignoring it. Unknown names are ignored: clients send ``Tag`` and ``ReplyTo`` in vain.
"""

from __future__ import annotations

from typing import Final

from aerogram.doors.http.send.shared.attachments import Spelling
from aerogram.doors.http.send.shared.names import Names

_PROPERTIES: Final = (
    "FromEmail",
    "FromName",
    "Sender",
    "Recipients",
    "To",
    "Cc",
    "Bcc",
    "Subject",
    "Text-part",
    "Html-part",
    "Mj-TemplateID",
    "Mj-TemplateLanguage",
    "MJ-TemplateErrorReporting",
    "MJ-TemplateErrorDeliver",
    "Mj-prio",
    "Mj-campaign",
    "Mj-deduplicatecampaign",
    "Mj-trackopen",
    "Mj-trackclick",
    "Mj-CustomID",
    "Mj-EventPayLoad",
    "Mj-MonitoringCategory",
    "Vars",
    "Headers",
    "Attachments",
    "Inline_attachments",
)
MESSAGE: Final = Names(*_PROPERTIES)
CALL: Final = Names("Messages", *_PROPERTIES)
"""The root of a call: a message, or what holds several."""
RECIPIENT: Final = Names("Email", "Name", "Vars")
FILE: Final = Spelling(
    names=Names("Content-type", "Filename", "content", "Content-ID"),
    content_type="Content-type",
    filename="Filename",
    content="content",
    content_id="Content-ID",
)
"""A file. ``Content-ID`` is no property of Mailjet's, whose HTML refers to a file by its name alone."""
