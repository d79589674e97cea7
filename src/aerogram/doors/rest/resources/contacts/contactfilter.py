"""``/v3/REST/contactfilter``: segments, and who is in them (compatibility: segments#resource).

Expressions are kept and shown byte for byte, as clients find their segments again by them. A deleted segment
is shown to who asks for it by its id or with ShowDeleted, and comes back when its Status is written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.audience.segments.errors import SegmentError
from aerogram.audience.segments.lexer import MAX_LENGTH
from aerogram.audience.segments.segments import DELETED, MAX_NAME, UNUSED, USED
from aerogram.doors.rest import errors
from aerogram.doors.rest.fields.kinds import Choice, Field, Integer, Text
from aerogram.doors.rest.queries import filters
from aerogram.doors.rest.queries.filters import Filter
from aerogram.doors.rest.queries.listing import Condition, Page, Query, Row, combined
from aerogram.doors.rest.resource import Action, ChangeableResource, by_id
from aerogram.model.account import Area, Level

if TYPE_CHECKING:
    from aerogram.audience.segments.segments import Segments
    from aerogram.model.actor import Actor

STATUSES: Final = (UNUSED, USED, DELETED)
PREVIEW_ROWS: Final = 10
MAX_PREVIEW_ROWS: Final = 1_000
MAX_DESCRIPTION: Final = 4_096
_SHOW_DELETED: Final = "show_deleted"
_BY_NAME: Final = "key_name"


def by_name(text: str) -> Condition | None:
    """Read a Name, which finds the live segment of this name."""
    return None if "\0" in text or len(text) > MAX_NAME else Condition(_BY_NAME, text)


class ContactFilter(ChangeableResource):
    """A segment."""

    name = "contactfilter"
    class_name = "ContactFilter"
    area = Area.SEGMENTS
    methods = frozenset({"GET", "POST", "PUT", "DELETE"})
    unique_properties = "Name"
    keys = (by_id, by_name)
    fields = (
        Text("Description", "description", default="", max_length=MAX_DESCRIPTION),
        Text("Expression", "expression", required=True, max_length=MAX_LENGTH),
        Integer("ID", "id", read_only=True),
        Text("Name", "name", required=True, max_length=MAX_NAME),
        Choice("Status", "status", STATUSES, default=UNUSED),
    )
    filters = (
        *filters.likes("Name", "name"),
        Filter("ShowDeleted", _SHOW_DELETED, filters.flag, "whether deleted segments are listed too"),
        Filter("Status", "status", filters.lowered, "unused, used or deleted"),
    )


class StoredSegments:
    """The segments as a collection."""

    def __init__(self, segments: Segments) -> None:
        self._segments = segments

    async def page(self, actor: Actor, query: Query) -> Page:
        """Give segments as rows of the resource."""
        conditions = combined(_stored(query.conditions))
        found, total = await self._segments.page(actor, query.request(conditions))
        return Page([msgspec.structs.asdict(one) for one in found], total)

    async def add(self, actor: Actor, values: Row) -> Row:
        """Make a segment."""
        try:
            return msgspec.structs.asdict(await self._segments.create(actor, values))
        except SegmentError as error:
            raise _wrong_expression(error) from None

    async def change(self, actor: Actor, row: Row, values: Row) -> Row:
        """Change a segment."""
        try:
            return msgspec.structs.asdict(await self._segments.change(actor, row["id"], values))
        except SegmentError as error:
            raise _wrong_expression(error) from None

    async def remove(self, actor: Actor, row: Row) -> None:
        """Let a segment be deleted; one that is deleted already is not found."""
        if row["status"] == DELETED:
            raise errors.not_found()
        await self._segments.remove(actor, row["id"])


class Contacts(Field):
    """Contacts as an array of objects."""

    schema_type = "array"

    def __init__(self, name: str, source: str) -> None:
        super().__init__(name, source, read_only=True)

    def show(self, value: Any) -> list[dict[str, Any]]:
        """Give each with what tells it apart."""
        return [{"Email": each.email, "ID": each.id, "Name": each.name} for each in value]

    def schema(self) -> dict[str, Any]:
        """Describe one of them."""
        properties = {"Email": {"type": "string"}, "ID": {"type": "integer"}, "Name": {"type": "string"}}
        return super().schema() | {"items": {"type": "object", "properties": properties}}


class Previewing:
    """The action ``preview``, which is ours: how many contacts are in a segment now, and the first of them."""

    def __init__(self, segments: Segments) -> None:
        self._segments = segments

    def action(self) -> Action:
        """Give the action."""
        return Action(
            "preview",
            f"Count the contacts in the segment and show the first ones: {PREVIEW_ROWS}, or Limit.",
            self._preview,
            method="GET",
            level=Level.READ,
            query_fields=(
                Filter("Limit", "limit", filters.integer, f"contacts shown, up to {MAX_PREVIEW_ROWS}"),
            ),
            response_fields=(
                Integer("ContactCount", "total", read_only=True),
                Contacts("Contacts", "contacts"),
            ),
        )

    async def _preview(self, actor: Actor, row: Row, values: Row) -> list[Row]:
        limit = min(max(values.get("limit", PREVIEW_ROWS), 0), MAX_PREVIEW_ROWS)
        try:
            found = await self._segments.preview(actor, row["expression"], limit)
        except SegmentError as error:
            raise _wrong_expression(error) from None
        return [{"total": found.total, "contacts": found.contacts}]


def contactfilter(segments: Segments) -> ContactFilter:
    """Bind the resource to the stored segments."""
    return ContactFilter(StoredSegments(segments), (Previewing(segments).action(),))


def _stored(conditions: tuple[Condition, ...]) -> tuple[Condition, ...]:
    """Turn conditions of the resource into those that the store knows: deleted ones show when asked for."""
    asked = {condition.name: condition.value for condition in conditions}
    is_shown = asked.get(_SHOW_DELETED) or asked.get("status") == DELETED or "id" in asked
    found = [each for each in conditions if each.name not in {_SHOW_DELETED, _BY_NAME}]
    if _BY_NAME in asked:
        found.append(Condition("name", asked[_BY_NAME]))
    if not is_shown:
        found.append(Condition("not_status", DELETED))
    return tuple(found)


def _wrong_expression(error: SegmentError) -> errors.RestError:
    return errors.invalid_properties({"Expression": str(error)})
