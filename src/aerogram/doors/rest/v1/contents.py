"""``/v1/REST/templates/{id}/contents``: versions of a template's content."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.base.errors import LockedError
from aerogram.content.templates.stored_parts import MAX_PART_BYTES, PartTooLargeError
from aerogram.content.templates.versions import NothingSaidError, NothingToPublishError
from aerogram.doors.rest.detail_content import MAX_CONTENT_BYTES
from aerogram.doors.rest.engine.calls import CREATED, NO_CONTENT
from aerogram.doors.rest.fields.compound import Json
from aerogram.doors.rest.fields.kinds import Flag, Integer, Moment, Text
from aerogram.doors.rest.queries import filters
from aerogram.doors.rest.queries.filters import Filter
from aerogram.doors.rest.queries.listing import Page, combined
from aerogram.doors.rest.v1 import errors
from aerogram.doors.rest.v1.fields import Locale
from aerogram.doors.rest.v1.serving import NOTHING, Lists, content_route, one
from aerogram.doors.rest.v1.templates import ONE as TEMPLATE
from aerogram.identity.content_permissions import of_some_template, of_template
from aerogram.identity.gate import ForbiddenError, require
from aerogram.model.template import DRAFT, PUBLISHED

if TYPE_CHECKING:
    from collections.abc import Awaitable, Mapping

    from aerogram.content.templates.templates import Template
    from aerogram.content.templates.versions import TemplateVersions, Version
    from aerogram.doors.rest.route import Route
    from aerogram.doors.rest.v1.serving import ContentCall
    from aerogram.doors.rest.v1.templates import TemplateRoutes

COLLECTION: Final = f"{TEMPLATE}/contents"
OF_TYPE: Final = f"{COLLECTION}/types/{{type}}"
AUTOSAVED: Final = "A"
"""Mailjet's third type: the automatic saves of its editor. Nothing creates it here."""
MAX_NAME: Final = 255
_PART_NAMES: Final = {"html": "HTMLPart", "text": "TextPart", "mjml": "MJMLPart", "headers": "Headers"}

_VERSION_FIELDS: Final = (
    Text("Author", "author", max_length=MAX_NAME, nullable=True),
    Text("Name", "name", max_length=MAX_NAME, nullable=True),
    Locale("Locale", "locale", required=True),
    Json("Headers", "headers", nullable=True),
    Text("HTMLPart", "html", max_length=MAX_PART_BYTES, nullable=True),
    Text("TextPart", "text", max_length=MAX_PART_BYTES, nullable=True),
    Text("MJMLPart", "mjml", max_length=MAX_PART_BYTES, nullable=True),
)
FIELDS: Final = (
    Integer("ID", "id", read_only=True),
    Integer("OrganisationID", "account_id", read_only=True),
    Integer("UserID", "account_id", read_only=True),
    Integer("TemplateID", "template_id", read_only=True),
    Text("ContentType", "kind", read_only=True),
    *_VERSION_FIELDS[:2],
    Flag("IsLocked", "is_locked", read_only=True),
    *_VERSION_FIELDS[2:],
    Moment("CreatedAt", "created_ms", read_only=True),
    Moment("UpdatedAt", "created_ms", read_only=True),
)
_LISTS: Final = Lists(
    (
        Filter("ID", "id", filters.integer, "ID of the version"),
        Filter("Locale", "locale", filters.words, "language"),
        Filter("ContentType", "kind", filters.words, "D (drafts) or P (published)"),
        Filter(
            "IsLocked",
            "is_locked",
            filters.flag,
            "true: all versions if the template is locked, else none; false: the reverse",
        ),
    ),
    sortable=("UpdatedAt",),
)


class ContentRoutes:
    """The routes of versions; the routes of templates check access to the template."""

    def __init__(self, versions: TemplateVersions, templates: TemplateRoutes) -> None:
        self._versions = versions
        self._templates = templates

    def routes(self) -> list[Route]:
        """Return all routes."""
        return [*self._reading(), *self._writing(), *self._state()]

    def _reading(self) -> list[Route]:
        return [
            content_route(
                "GET",
                COLLECTION,
                self._list,
                summary="List the newest versions of a template's content, five of each type.",
                permissions=of_some_template("read"),
                response_fields=FIELDS,
                lists=_LISTS,
            ),
            content_route(
                "GET",
                OF_TYPE,
                self._read,
                summary="Read the newest draft (D) or the published version (P).",
                permissions=of_some_template("read"),
                response_fields=FIELDS,
            ),
        ]

    def _writing(self) -> list[Route]:
        return [
            content_route(
                "POST",
                COLLECTION,
                self._create,
                summary="Create a draft.",
                in_sandbox=True,
                permissions=(*of_some_template("create"), *of_some_template("update")),
                status=CREATED,
                body_fields=FIELDS,
                is_new=True,
                response_fields=FIELDS,
                max_body_bytes=MAX_CONTENT_BYTES,
            ),
            content_route(
                "PUT",
                OF_TYPE,
                self._change,
                summary="Create a draft from the newest one, or else the published version, with changes.",
                in_sandbox=True,
                permissions=of_some_template("update"),
                body_fields=FIELDS,
                response_fields=FIELDS,
                max_body_bytes=MAX_CONTENT_BYTES,
            ),
        ]

    def _state(self) -> list[Route]:
        return [
            content_route(
                "POST",
                f"{COLLECTION}/publish",
                self._publish,
                summary="Publish the newest draft; later mail uses it.",
                in_sandbox=True,
                permissions=of_some_template("publish"),
                response_fields=FIELDS,
            ),
            content_route(
                "POST",
                f"{COLLECTION}/lock",
                self._lock,
                summary="Lock the content of a template against changes.",
                in_sandbox=True,
                permissions=of_some_template("lock"),
                status=NO_CONTENT,
            ),
            content_route(
                "POST",
                f"{COLLECTION}/unlock",
                self._unlock,
                summary="Unlock the content of a template.",
                in_sandbox=True,
                permissions=of_some_template("lock"),
                status=NO_CONTENT,
            ),
        ]

    async def _list(self, call: ContentCall) -> Page:
        template = await self._templates.found(call, "read")
        conditions = combined((*call.query.conditions,)) | {"template_id": template.id}
        if conditions.pop("is_locked", template.is_locked) != template.is_locked:
            return NOTHING
        request = call.query.request(conditions)
        if not request.orders:
            request = msgspec.structs.replace(request, orders=(("created_ms", True),))
        found, total = await self._versions.page(call.actor, request)
        return Page([_row(version, template) for version in found], total)

    async def _read(self, call: ContentCall) -> Page:
        kind = _kind(call)
        template = await self._templates.found(call, "read")
        found = await self._versions.newest(call.actor, template.id, kind)
        if found is None:
            raise errors.not_found()
        return one(_row(found, template))

    async def _create(self, call: ContentCall) -> Page:
        template = await self._templates.found(call, "read")
        _require_either(call, template)
        facts, parts = _split(call.values())
        done = self._versions.add_draft(call.actor, template.id, facts, parts)
        return one(_row(await _made(done), template))

    async def _change(self, call: ContentCall) -> Page:
        kind = _kind(call)
        template = await self._templates.found(call, "update")
        if kind != DRAFT:
            raise errors.ContentError(
                errors.BAD_REQUEST,
                errors.PUBLISHED_STAYS,
                "Published content cannot be changed; change the draft (type D), then publish it.",
            )
        facts, parts = _split(call.values())
        done = self._versions.change_draft(call.actor, template.id, facts, parts)
        return one(_row(await _made(done), template))

    async def _publish(self, call: ContentCall) -> Page:
        template = await self._templates.found(call, "publish")
        try:
            published = await _made(self._versions.publish(call.actor, template.id), errors.LOCKED_TO_PUBLISH)
        except NothingToPublishError as error:
            raise errors.ContentError(errors.BAD_REQUEST, errors.VALIDATION, str(error)) from None
        return one(_row(published, template))

    async def _lock(self, call: ContentCall) -> Page:
        return await self._set_lock(call, is_locked=True)

    async def _unlock(self, call: ContentCall) -> Page:
        return await self._set_lock(call, is_locked=False)

    async def _set_lock(self, call: ContentCall, *, is_locked: bool) -> Page:
        template = await self._templates.found(call, "lock")
        await self._versions.lock(call.actor, template.id, is_locked=is_locked)
        return NOTHING


async def _made(making: Awaitable[Version], locked_code: str = errors.LOCKED_TO_UPDATE) -> Version:
    """Wait for a version; translate errors into those of the API."""
    try:
        return await making
    except LockedError as error:
        raise errors.locked(str(error), locked_code) from None
    except NothingSaidError as error:
        raise errors.invalid_value("HTMLPart", errors.REQUIRED_WITH, str(error)) from None
    except PartTooLargeError as error:
        text = f"The value may have at most {MAX_PART_BYTES} bytes"
        raise errors.invalid_value(_PART_NAMES[error.part], errors.TOO_LONG, text) from None


def _require_either(call: ContentCall, template: Template) -> None:
    """Require that the caller may create or update a template of these purposes."""
    try:
        require(call.actor, of_template("create", template.purposes))
    except ForbiddenError:
        require(call.actor, of_template("update", template.purposes))


def _kind(call: ContentCall) -> str:
    kind = call.part("type").upper()
    if kind not in (DRAFT, PUBLISHED, AUTOSAVED):
        raise errors.invalid_value("type", errors.NOT_IN_LIST, "The content type must be D, P or A")
    return kind


def _split(values: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, Any]]:
    """Split the values of a body into those about the version and the parts of its content."""
    facts = {name: value or "" for name, value in values.items() if name not in _PART_NAMES}
    parts = {name: value for name, value in values.items() if name in _PART_NAMES}
    if parts.get("headers", ()) is None:
        parts["headers"] = {}
    return facts, parts


def _row(version: Version, template: Template) -> dict[str, Any]:
    row = msgspec.structs.asdict(version) | msgspec.structs.asdict(version.content)
    mjml = version.content.mjml
    if mjml is not None and not isinstance(mjml, str):
        # The older resource stores an editor's tree as an object; here it is shown as text.
        row["mjml"] = msgspec.json.encode(mjml).decode()
    return row | {"is_locked": template.is_locked}
