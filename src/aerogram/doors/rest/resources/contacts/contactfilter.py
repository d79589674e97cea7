"""``/v3/REST/contactfilter``: segments and their contacts (compatibility: segments#resource).

Expressions are stored and shown byte for byte, because clients find their segments by them. A deleted segment
is shown by id or with ShowDeleted, and a write to its Status restores it.
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
    """Read the Name of a live segment."""
    return None if "\0" in text or len(text) > MAX_NAME else Condition(_BY_NAME, text)


class ContactFilter(ChangeableResource):
    """A segment: an expression that selects contacts."""

    name = "contactfilter"
    class_name = "ContactFilter"
    area = Area.SEGMENTS
    methods = frozenset({"GET", "POST", "PUT", "DELETE"})
    in_sandbox = frozenset({"POST", "PUT", "DELETE"})
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
        Filter("ShowDeleted", _SHOW_DELETED, filters.flag, "true: deleted segments too"),
        Filter("Status", "status", filters.lowered, "unused, used or deleted"),
    )


class StoredSegments:
    """The segments as a collection."""

    def __init__(self, segments: Segments) -> None:
        self._segments = segments

    async def page(self, actor: Actor, query: Query) -> Page:
        """Return segments as rows."""
        conditions = combined(_stored(query.conditions))
        found, total = await self._segments.page(actor, query.request(conditions))
        return Page([msgspec.structs.asdict(one) for one in found], total)

    async def add(self, actor: Actor, values: Row) -> Row:
        """Create a segment."""
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
        """Delete a segment; a deleted one is not found."""
        if row["status"] == DELETED:
            raise errors.not_found()
        await self._segments.remove(actor, row["id"])


class Contacts(Field):
    """Contacts as an array of objects."""

    schema_type = "array"

    def __init__(self, name: str, source: str) -> None:
        super().__init__(name, source, read_only=True)

    def show(self, value: Any) -> list[dict[str, Any]]:
        """Return each contact with the properties that identify them."""
        return [{"Email": each.email, "ID": each.id, "Name": each.name} for each in value]

    def schema(self) -> dict[str, Any]:
        """Describe a contact."""
        properties = {"Email": {"type": "string"}, "ID": {"type": "integer"}, "Name": {"type": "string"}}
        return super().schema() | {"items": {"type": "object", "properties": properties}}


class Previewing:
    """The action ``preview``, our own: the number of contacts in a segment now, and the first of them."""

    def __init__(self, segments: Segments) -> None:
        self._segments = segments

    def action(self) -> Action:
        """Return the action."""
        return Action(
            "preview",
            f"Count the contacts in the segment and show the first {PREVIEW_ROWS}, or as many as Limit says.",
            self._preview,
            method="GET",
            level=Level.READ,
            query_fields=(
                Filter(
                    "Limit", "limit", filters.integer, f"number of contacts to show, up to {MAX_PREVIEW_ROWS}"
                ),
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
    """Return the store's conditions for the resource's; deleted segments are hidden unless requested."""
    values = {condition.name: condition.value for condition in conditions}
    is_shown = values.get(_SHOW_DELETED) or values.get("status") == DELETED or "id" in values
    found = [each for each in conditions if each.name not in {_SHOW_DELETED, _BY_NAME}]
    if _BY_NAME in values:
        found.append(Condition("name", values[_BY_NAME]))
    if not is_shown:
        found.append(Condition("not_status", DELETED))
    return tuple(found)


def _wrong_expression(error: SegmentError) -> errors.RestError:
    return errors.invalid_properties({"Expression": str(error)})
