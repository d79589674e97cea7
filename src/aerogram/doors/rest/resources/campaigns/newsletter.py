"""``/v3/REST/newsletter``: drafts of Mailjet's older editor (compatibility: campaigns#newsletters)."""

from __future__ import annotations

from typing import Final

from aerogram.content.templates.stored_parts import MAX_PART_BYTES
from aerogram.doors.rest.drafts import COMMON_FIELDS, COMMON_FILTERS, DraftResource
from aerogram.doors.rest.fields.kinds import Choice, Flag, Integer, Text
from aerogram.doors.rest.fields.references import Reference
from aerogram.doors.rest.queries import filters
from aerogram.doors.rest.queries.filters import Filter
from aerogram.doors.rest.resources.campaigns.newslettertemplate import FRAME_FIELDS

CONTENT_FIELDS: Final = (
    Text("Html-part", "html", max_length=MAX_PART_BYTES),
    Text("Text-part", "text", max_length=MAX_PART_BYTES),
)


class Newsletter(DraftResource):
    """A draft with the frame of the older editor: header, footer, link to an online copy."""

    name = "newsletter"
    class_name = "NewsLetter"
    fields = (
        *COMMON_FIELDS,
        Text("Callback", "callback"),
        Choice("EditMode", "edit_mode", ("tool", "html"), default="tool"),
        Choice("EditType", "edit_type", ("full", "unknown"), default="full"),
        *FRAME_FIELDS,
        Text("Ip", "ip"),
        Flag("IsHandled", "is_handled", default=False),
        Text("PermalinkHost", "permalink_host"),
        Integer("PolitenessMode", "politeness_mode"),
        Reference("TemplateID", "template_id", "newslettertemplate"),
        Text("TestAddress", "test_address"),
    )
    filters = (
        *COMMON_FILTERS,
        Filter("NewsLetterTemplate", "template_id", filters.integer, "ID of the template"),
    )
    content_fields = CONTENT_FIELDS
