"""``/v1/REST/templates``: the templates of ``/v3/REST/template``, in the form of the Content API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.content.labels import MAX_USES
from aerogram.content.templates.templates import CATEGORIES, HTML_MODE, MAX_NAME, Template, bits_of
from aerogram.doors.rest.engine.calls import CREATED, NO_CONTENT
from aerogram.doors.rest.fields.compound import Ids, Words
from aerogram.doors.rest.fields.kinds import Constant, Flag, Integer, Moment, Text
from aerogram.doors.rest.queries import filters
from aerogram.doors.rest.queries.filters import Filter, OneOf
from aerogram.doors.rest.queries.listing import Condition, Page, Row, combined
from aerogram.doors.rest.v1.labels import ids
from aerogram.doors.rest.v1.serving import NOTHING, Lists, content_route, found_by_id, one
from aerogram.identity.content_permissions import of_some_template, of_template, readable_purposes
from aerogram.identity.gate import require
from aerogram.model.account import CredentialKind
from aerogram.model.template import PURPOSES

if TYPE_CHECKING:
    from aerogram.content.labels import Labels
    from aerogram.content.templates.templates import Templates
    from aerogram.doors.rest.route import Route
    from aerogram.doors.rest.v1.serving import ContentCall
    from aerogram.model.account import Principal
    from aerogram.model.actor import Actor

COLLECTION: Final = "/v1/REST/templates"
ONE: Final = f"{COLLECTION}/{{template_id}}"
MAX_PRESETS: Final = 65_536
"""Characters of Presets, an editor's JSON text; our choice."""
EDIT_MODES: Final = (1, 2, 3, 4)
"""Drag and drop, HTML, saved section, MJML."""
_ALL_PURPOSES: Final = (1 << len(PURPOSES)) - 1

FIELDS: Final = (
    Integer("ID", "id", read_only=True),
    Integer("OrganisationID", "account_id", read_only=True),
    Text("Name", "name", required=True, max_length=MAX_NAME),
    Integer("EditMode", "edit_mode", allowed=EDIT_MODES, default=HTML_MODE),
    Ids("LabelIDs", "label_ids", most=MAX_USES),
    Text("LastContentType", "last_kind", read_only=True, nullable=True),
    Constant("PartialIDs", []),
    Words("Purposes", "purposes", PURPOSES),
    Words("Categories", "categories", CATEGORIES),
    Text("Presets", "presets", max_length=MAX_PRESETS, nullable=True),
    Text("ExternalID", "external_id", read_only=True),
    Text("Description", "description", nullable=True),
    Flag("IsPublished", "is_published", read_only=True),
    Flag("IsStarred", "is_starred", default=False),
    Constant("SoftDeleted", False),
    Flag("IsTextPartGenerationEnabled", "makes_text", default=False),
    Moment("CreatedAt", "created_ms", read_only=True),
    Moment("UpdatedAt", "updated_ms", read_only=True),
)


class _Purposes(Filter):
    """A comma-separated list of purposes; selects templates with all of them."""

    def condition(self, text: str) -> Condition:
        """Read the list; an unknown purpose matches no template."""
        purposes = [word.strip().lower() for word in text.split(",")]
        if not set(purposes) <= set(PURPOSES):
            return filters.NOTHING
        return Condition("purposes_all", bits_of(PURPOSES, purposes))


_FILTERS: Final = (
    Filter("ID", "id", filters.integer, "ID"),
    OneOf("IDs", "ids", ids, "IDs, comma-separated"),
    Filter("Name", "name", filters.words, "name"),
    Filter("PartialName", "name_likeci", filters.lowered, "a part of the name, ignoring case"),
    Filter("Locale", "locale", filters.words, "locale of the published version"),
    Filter(
        "CheckLocaleOnLastContent",
        "is_of_last",
        filters.flag,
        "true: Locale selects by the newest version instead",
    ),
    Filter("EditMode", "edit_mode", filters.code, "1 drag and drop, 2 HTML, 3 saved section, 4 MJML"),
    OneOf("LabelIDs", "label_ids", ids, "any of these labels, comma-separated"),
    _Purposes("Purposes", "purposes_all", str, "all of these purposes, comma-separated"),
    Filter("ExternalID", "id", filters.integer, "ID used when sending; equal to ID"),
    Filter("IsPublished", "is_published", filters.bit, "true: published templates only; false: the others"),
    Filter("IsStarred", "is_starred", filters.bit, "true: favorites; false: the others"),
)


class TemplateRoutes:
    """The routes of templates."""

    def __init__(self, templates: Templates, labels: Labels) -> None:
        self._templates = templates
        self._labels = labels

    def routes(self) -> list[Route]:
        """Return all routes."""
        return [
            content_route(
                "GET",
                COLLECTION,
                self._list,
                summary="List templates; a token lists only those that it may read.",
                permissions=of_some_template("read"),
                response_fields=FIELDS,
                lists=Lists(_FILTERS, sortable=("ID", "Name", "IsStarred", "CreatedAt", "UpdatedAt")),
            ),
            content_route(
                "POST",
                COLLECTION,
                self._create,
                summary="Create a template without content.",
                in_sandbox=True,
                permissions=of_some_template("create"),
                status=CREATED,
                body_fields=FIELDS,
                is_new=True,
                response_fields=FIELDS,
            ),
            content_route(
                "GET",
                ONE,
                self._read,
                summary="Read the properties of a template.",
                permissions=of_some_template("read"),
                response_fields=FIELDS,
            ),
            content_route(
                "PUT",
                ONE,
                self._change,
                summary="Change the properties of a template.",
                in_sandbox=True,
                permissions=of_some_template("update"),
                body_fields=FIELDS,
                response_fields=FIELDS,
            ),
            content_route(
                "DELETE",
                ONE,
                self._remove,
                summary="Delete a template with its content.",
                in_sandbox=True,
                permissions=of_some_template("delete"),
                status=NO_CONTENT,
            ),
        ]

    async def found(self, call: ContentCall, verb: str) -> Template:
        """Return the template in the path if the caller may do this to it.

        Raises `ContentError` or `ForbiddenError`.
        """
        found = await found_by_id(call, "template_id", self._templates.page)
        require(call.actor, of_template(verb, found.purposes))
        return found

    async def _list(self, call: ContentCall) -> Page:
        conditions = combined(call.query.conditions)
        if conditions.pop("is_of_last", False) and "locale" in conditions:
            conditions["last_locale"] = conditions.pop("locale")
        conditions |= _readable(call.actor.principal)
        found, total = await self._templates.page(call.actor, call.query.request(conditions))
        return Page(await self._rows(call.actor, found), total)

    async def _create(self, call: ContentCall) -> Page:
        values = _stored(call.values())
        require(call.actor, of_template("create", values.get("purposes", ())))
        return await self._shown(call.actor, await self._templates.create(call.actor, values))

    async def _read(self, call: ContentCall) -> Page:
        return await self._shown(call.actor, await self.found(call, "read"))

    async def _change(self, call: ContentCall) -> Page:
        found = await self.found(call, "update")
        values = _stored(call.values())
        if not values:
            return await self._shown(call.actor, found)
        # A caller must not move a template to purposes without permission for them.
        require(call.actor, of_template("update", values.get("purposes", found.purposes)))
        return await self._shown(call.actor, await self._templates.change(call.actor, found.id, values))

    async def _remove(self, call: ContentCall) -> Page:
        found = await self.found(call, "delete")
        await self._templates.remove(call.actor, found.id)
        return NOTHING

    async def _shown(self, actor: Actor, template: Template) -> Page:
        return one((await self._rows(actor, [template]))[0])

    async def _rows(self, actor: Actor, found: list[Template]) -> list[Row]:
        labels = await self._labels.of_objects(actor, [template.id for template in found])
        return [_row(template) | {"label_ids": labels.get(template.id, ())} for template in found]


def _row(template: Template) -> dict[str, Any]:
    return msgspec.structs.asdict(template) | {
        "external_id": str(template.id),
        "is_published": template.published_id != 0,
        "last_kind": template.last_kind or None,
        "presets": template.presets or None,
        "description": template.description or None,
    }


def _stored(values: dict[str, Any]) -> dict[str, Any]:
    """Turn values of a body into values to store: null becomes ""."""
    return {name: "" if value is None else value for name, value in values.items()}


def _readable(principal: Principal | None) -> dict[str, Any]:
    """Return the conditions that select the templates a caller may read."""
    if principal is None or principal.kind is not CredentialKind.CONTENT_TOKEN:
        return {}
    lacking = ~bits_of(PURPOSES, readable_purposes(principal.permissions)) & _ALL_PURPOSES
    conditions: dict[str, Any] = {"purposes_lack": lacking}
    if not principal.permissions.issuperset(of_template("read", ())):
        conditions["purposes_any"] = _ALL_PURPOSES
    return conditions
