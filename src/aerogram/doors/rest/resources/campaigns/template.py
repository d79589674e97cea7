"""``/v3/REST/template``: stored templates and their content (compatibility: templates#stored-templates).

Templates are not shared between accounts: an account sees only its own, and the owner type ``user`` is
another name for the account.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.content.templates.stored_parts import MAX_PART_BYTES
from aerogram.content.templates.templates import APIKEY, CATEGORIES, MAX_NAME, USER, bits_of
from aerogram.doors.rest.detail_content import DetailContent
from aerogram.doors.rest.fields.compound import Json, Words
from aerogram.doors.rest.fields.kinds import (
    Choice,
    Constant,
    Flag,
    Integer,
    Moment,
    Text,
)
from aerogram.doors.rest.queries import filters
from aerogram.doors.rest.queries.filters import Filter, Selection
from aerogram.doors.rest.queries.listing import Condition, Page, Query, Row, combined
from aerogram.doors.rest.resource import ChangeableResource, by_id
from aerogram.model.account import Area
from aerogram.model.template import PURPOSES

if TYPE_CHECKING:
    from aerogram.content.templates.templates import Template, Templates
    from aerogram.model.actor import Actor

MAX_PRESETS: Final = 65_536
"""Characters of Presets, an editor's JSON text; our choice."""
_EDIT_MODES: Final = {"tool": 1, "html": 2, "snippet": 3, "mjml": 4}
_MASKS: Final = {"containsany": "any", "containsall": "all", "issubset": "lack"}


def by_owner_and_name(text: str) -> Condition | None:
    """Read ``OwnerType|Name``, as ``apikey|Welcome``."""
    owner_type, bar, name = text.partition("|")
    return Condition("key", (owner_type.lower(), name)) if bar and "\0" not in text else None


def _edit_mode(text: str) -> int:
    """Read an EditMode, as its code or its word."""
    return _EDIT_MODES.get(text.strip().lower()) or filters.code(text)


class TemplateResource(ChangeableResource):
    """A stored mail with merge tags that senders fill in."""

    name = "template"
    class_name = "Template"
    area = Area.TEMPLATES
    is_recent = True
    methods = frozenset({"GET", "POST", "PUT", "DELETE"})
    in_sandbox = frozenset({"POST", "PUT", "DELETE"})
    unique_key = "OwnerType|Name"
    keys = (by_id, by_owner_and_name)
    fields = (
        Integer("ID", "id", read_only=True),
        Text("Name", "name", required=True, max_length=MAX_NAME),
        Text("Author", "author"),
        Integer("OwnerId", "account_id", read_only=True),
        Choice("OwnerType", "owner_type", (APIKEY, USER), default=APIKEY),
        Text("Presets", "presets", max_length=MAX_PRESETS),
        Words("Categories", "categories", CATEGORIES),
        Text("Copyright", "copyright"),
        Text("Description", "description"),
        Integer("EditMode", "edit_mode", allowed=tuple(_EDIT_MODES.values()), default=_EDIT_MODES["html"]),
        Flag("IsStarred", "is_starred", default=False),
        Flag("IsTextPartGenerationEnabled", "makes_text", default=False),
        Text("Locale", "locale", default="en_US"),
        Words("LocaleList", "locales", read_only=True),
        Constant("Previews", []),
        Words("Purposes", "purposes", PURPOSES),
        Moment("CreatedAt", "created_ms", read_only=True),
        Moment("LastUpdatedAt", "updated_ms", read_only=True),
    )
    filters = (
        Filter("APIKey", "account_id", filters.integer, "ID of the account"),
        Selection("Categories", "categories", CATEGORIES, "categories, comma-separated"),
        Filter("EditMode", "edit_mode", _edit_mode, "1 tool, 2 html, 3 snippet, 4 mjml"),
        Filter("Name", "name", filters.words, "name"),
        Filter("OwnerType", "owner_type", filters.lowered, "apikey, user or global"),
        Selection("Purposes", "purposes", PURPOSES, "purposes, comma-separated"),
        Filter("User", "user_id", filters.integer, "OwnerId of templates with OwnerType user"),
    )


CONTENT_FIELDS: Final = (
    Json("MJMLContent", "mjml", allows_text=True, nullable=True),
    Text("Html-part", "html", nullable=True, max_length=MAX_PART_BYTES),
    Text("Text-part", "text", nullable=True, max_length=MAX_PART_BYTES),
    Json("Headers", "headers"),
)
"""The content. Headers are stored unchecked; an invalid one is an error when the template is used."""


class StoredTemplates:
    """The templates as a collection."""

    def __init__(self, templates: Templates) -> None:
        self._templates = templates

    async def page(self, actor: Actor, query: Query) -> Page:
        """Return templates as rows."""
        conditions = combined(tuple(part for one in query.conditions for part in _stored(one)))
        found, total = await self._templates.page(actor, query.request(conditions))
        return Page([_row(one) for one in found], total)

    async def add(self, actor: Actor, values: Row) -> Row:
        """Create a template without content."""
        return _row(await self._templates.create(actor, values))

    async def change(self, actor: Actor, row: Row, values: Row) -> Row:
        """Change the properties of a template."""
        return _row(await self._templates.change(actor, row["id"], values))

    async def remove(self, actor: Actor, row: Row) -> None:
        """Remove a template with its content."""
        await self._templates.remove(actor, row["id"])


def template(templates: Templates) -> TemplateResource:
    """Bind the resource to the stored templates."""
    return TemplateResource(StoredTemplates(templates), DetailContent(templates, CONTENT_FIELDS).actions())


def _stored(condition: Condition) -> tuple[Condition, ...]:
    """Return the store's conditions for a condition of the resource."""
    if condition.name == "key":
        owner_type, name = condition.value
        return (Condition("owner_type", owner_type), Condition("name", name))
    property_name, _, method = condition.name.rpartition("_")
    if method not in _MASKS:
        return (condition,)
    words = CATEGORIES if property_name == "categories" else PURPOSES
    bits = bits_of(words, condition.value)
    if method == "issubset":
        bits = ~bits & (1 << len(words)) - 1
    return (Condition(f"{property_name}_{_MASKS[method]}", bits),)


def _row(found: Template) -> dict[str, Any]:
    return msgspec.structs.asdict(found) | {"locales": (found.locale,) if found.locale else ()}
