"""``/v3/REST/newslettertemplate`` and its categories: templates of Mailjet's older editor."""

from __future__ import annotations

from typing import Final

from aerogram.doors.rest.fields.kinds import Integer, Moment, Text
from aerogram.doors.rest.fields.references import Reference
from aerogram.doors.rest.plain_records import PlainResource
from aerogram.doors.rest.queries import filters
from aerogram.doors.rest.queries.filters import Absent, Filter
from aerogram.doors.rest.resource import by_id
from aerogram.model.account import Area

FRAME_FIELDS: Final = (
    Text("Footer", "footer", default="default"),
    Text("FooterAddress", "footer_address"),
    Integer("FooterWYSIWYGType", "footer_wysiwyg_type"),
    Text("HeaderFilename", "header_filename"),
    Text("HeaderLink", "header_link"),
    Text("HeaderText", "header_text"),
    Text("HeaderUrl", "header_url"),
    Text("Permalink", "permalink", default="default"),
    Integer("PermalinkWYSIWYGType", "permalink_wysiwyg_type"),
)
"""The frame around a newsletter's text: header, footer, link to an online copy."""


class NewsletterTemplate(PlainResource):
    """The frame of a newsletter. None is public."""

    name = "newslettertemplate"
    class_name = "NewsLetterTemplate"
    area = Area.TEMPLATES
    methods = frozenset({"GET", "POST", "PUT"})
    keys = (by_id,)
    fields = (
        Reference("CategoryID", "category_id", "newslettertemplatecategory"),
        Moment("CreatedAt", "created_ms", read_only=True),
        *FRAME_FIELDS,
        Integer("ID", "id", read_only=True),
        Text("Locale", "locale", required=True, max_length=32),
        Text("Name", "name"),
        Integer("SourceNewsLetterID", "source_newsletter_id"),
        Integer("Status", "status"),
    )
    kept = (Integer("IsPublic", "is_public"),)
    filters = (
        Filter("IsPublic", "is_public", filters.flag, "true: public ones only; false: the others"),
        Filter("NewsLetterTemplateCategory", "category_id", filters.integer, "ID of the category"),
    )


class NewsletterTemplateCategory(PlainResource):
    """A category of public templates. There are no public templates, so there are no categories."""

    name = "newslettertemplatecategory"
    class_name = "NewsLetterTemplateCategory"
    area = Area.TEMPLATES
    methods = frozenset({"GET"})
    keys = (by_id,)
    fields = (
        Text("Description", "description", read_only=True),
        Integer("ID", "id", read_only=True),
        Text("Locale", "locale", read_only=True),
        Reference("ParentCategoryID", "parent_id", "newslettertemplatecategory", read_only=True),
        Text("Value", "value", read_only=True),
    )
    filters = (Absent("Locale", "locale, as en_US"),)
