"""``/v1/REST/labels``: labels that group templates and images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from aerogram.base.errors import TooManyError
from aerogram.content.labels import IMAGES, MAX_NAME, TEMPLATES, Label
from aerogram.doors.rest.engine.calls import CREATED, NO_CONTENT
from aerogram.doors.rest.fields.kinds import Integer, InvalidValueError, Text
from aerogram.doors.rest.queries import filters
from aerogram.doors.rest.queries.filters import Filter, OneOf
from aerogram.doors.rest.queries.listing import Page, combined
from aerogram.doors.rest.v1 import errors
from aerogram.doors.rest.v1.fields import Color, OneWord
from aerogram.doors.rest.v1.serving import NOTHING, Lists, content_route, found_by_id, one
from aerogram.identity.content_permissions import of_label
from aerogram.identity.gate import require

if TYPE_CHECKING:
    from aerogram.content.labels import Labels
    from aerogram.doors.rest.route import Route
    from aerogram.doors.rest.v1.serving import ContentCall

USES: Final = (TEMPLATES, IMAGES)
COLLECTION: Final = "/v1/REST/labels"
ONE: Final = f"{COLLECTION}/{{label_id}}"
WHITE: Final = "#FFFFFF"
_NEW_FIELDS: Final = (
    Text("Name", "name", required=True, max_length=MAX_NAME),
    Color("Color", "color", default=WHITE),
    OneWord("UsedFor", "used_for", USES, default=TEMPLATES),
)
FIELDS: Final = (
    Integer("ID", "id", read_only=True),
    Integer("OrganisationID", "account_id", read_only=True),
    *_NEW_FIELDS[:2],
    OneWord("UsedFor", "used_for", USES, read_only=True),
)


def _used_for(text: str) -> str:
    """Read the kind of object that labels are used for."""
    word = text.strip().lower()
    if word not in USES:
        raise InvalidValueError(f"not one of {', '.join(USES)}")
    return word


def ids(text: str) -> tuple[int, ...]:
    """Read one element of a comma-separated list of ids."""
    return (filters.integer(text),)


class LabelRoutes:
    """The routes of labels."""

    def __init__(self, labels: Labels) -> None:
        self._labels = labels

    def routes(self) -> list[Route]:
        """Return all routes."""
        return [
            content_route(
                "GET",
                COLLECTION,
                self._list,
                summary="List the labels of templates, or of images if UsedFor says so.",
                permissions=_permissions("read"),
                response_fields=FIELDS,
                lists=Lists(
                    (
                        Filter("Name", "name", filters.words, "name"),
                        OneOf("IDs", "ids", ids, "IDs, comma-separated"),
                        Filter("UsedFor", "used_for", _used_for, "resource (templates) or image"),
                    ),
                    sortable=("ID", "Name"),
                ),
            ),
            content_route(
                "POST",
                COLLECTION,
                self._create,
                summary="Create a label.",
                permissions=_permissions("create"),
                status=CREATED,
                body_fields=_NEW_FIELDS,
                is_new=True,
                response_fields=FIELDS,
            ),
            content_route(
                "GET",
                ONE,
                self._read,
                summary="Read a label.",
                permissions=_permissions("read"),
                response_fields=FIELDS,
            ),
            content_route(
                "PUT",
                ONE,
                self._change,
                summary="Change the name or the color of a label.",
                permissions=_permissions("update"),
                body_fields=FIELDS,
                response_fields=FIELDS,
            ),
            content_route(
                "DELETE",
                ONE,
                self._remove,
                summary="Delete a label and remove it from all templates and images.",
                permissions=_permissions("delete"),
                status=NO_CONTENT,
            ),
        ]

    async def _list(self, call: ContentCall) -> Page:
        conditions = combined(call.query.conditions)
        used_for = conditions.setdefault("used_for", TEMPLATES)
        require(call.actor, (of_label("read", used_for),))
        found, total = await self._labels.page(call.actor, call.query.request(conditions))
        return Page([msgspec.structs.asdict(label) for label in found], total)

    async def _create(self, call: ContentCall) -> Page:
        values = call.values()
        require(call.actor, (of_label("create", values["used_for"]),))
        try:
            return one(msgspec.structs.asdict(await self._labels.create(call.actor, values)))
        except TooManyError as error:
            raise errors.invalid_value("Name", errors.UNEXPECTED_VALUE, str(error)) from None

    async def _read(self, call: ContentCall) -> Page:
        return one(msgspec.structs.asdict(await self._found(call, "read")))

    async def _change(self, call: ContentCall) -> Page:
        found = await self._found(call, "update")
        values = call.values()
        return one(msgspec.structs.asdict(await self._labels.change(call.actor, found, values)))

    async def _remove(self, call: ContentCall) -> Page:
        found = await self._found(call, "delete")
        await self._labels.remove(call.actor, found.id)
        return NOTHING

    async def _found(self, call: ContentCall, verb: str) -> Label:
        found = await found_by_id(call, "label_id", self._labels.page)
        require(call.actor, (of_label(verb, found.used_for),))
        return found


def _permissions(verb: str) -> tuple[str, ...]:
    return tuple(of_label(verb, used_for) for used_for in USES)
