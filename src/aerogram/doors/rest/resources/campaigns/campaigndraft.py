"""``/v3/REST/campaigndraft``: drafts of campaigns (compatibility: campaigns#drafts)."""

from __future__ import annotations

from typing import Final

from aerogram.content.templates.stored_parts import MAX_PART_BYTES
from aerogram.doors.rest.drafts import COMMON_FIELDS, COMMON_FILTERS, MAX_PRESET, DraftResource
from aerogram.doors.rest.fields.compound import Json
from aerogram.doors.rest.fields.kinds import Choice, Flag, Integer, Text
from aerogram.doors.rest.fields.references import Reference
from aerogram.doors.rest.queries import filters
from aerogram.doors.rest.queries.filters import Absent, Filter

CONTENT_FIELDS: Final = (
    Json("Headers", "headers"),
    Text("Html-part", "html", max_length=MAX_PART_BYTES),
    Json("MJMLContent", "mjml", allows_text=True),
    Text("Text-part", "text", max_length=MAX_PART_BYTES),
)


class CampaignDraft(DraftResource):
    """A draft of a campaign; the action ``detailcontent`` has its content."""

    name = "campaigndraft"
    class_name = "CampaignDraft"
    fields = (
        *COMMON_FIELDS,
        Integer("Current", "revision", read_only=True),
        Choice("EditMode", "edit_mode", ("tool2", "html2", "mjml"), default="tool2"),
        Flag("IsCampaignTemplate", "is_campaign_template", default=False),
        Text("Preset", "preset", max_length=MAX_PRESET),
        Reference("TemplateID", "template_id", "template"),
        Flag("Used", "is_used", default=False),
        Integer("VarCount", "var_count"),
    )
    filters = (
        *COMMON_FILTERS,
        Filter(
            "IsCampaignTemplate",
            "is_campaign_template",
            filters.flag,
            "true: drafts kept as models to copy; false: the others",
        ),
        Absent("NewsLetterTemplate", "ID of the older editor's template"),
        Filter("Template", "template_id", filters.integer, "ID of the template"),
    )
    content_fields = CONTENT_FIELDS
