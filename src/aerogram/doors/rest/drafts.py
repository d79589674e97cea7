"""What campaigndraft and newsletter have in common: properties, filters, collection (facts: CAMPAIGNS.md 2, 7).

Both are drafts of campaigns; they differ in their editor's properties and do not see each other's objects.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

import msgspec

from aerogram.base.errors import NotFoundError
from aerogram.content.stored_parts import opened, written
from aerogram.doors.rest import faults, filters
from aerogram.doors.rest.address_fields import OptionalAddress
from aerogram.doors.rest.detail_content import DetailContent
from aerogram.doors.rest.fields import Flag, Integer, Moment, Text, ValueFault
from aerogram.doors.rest.filters import Filter, OneOf
from aerogram.doors.rest.listing import Page, Query, Row, combined
from aerogram.doors.rest.percentages import Percentage
from aerogram.doors.rest.references import Reference
from aerogram.doors.rest.resource import Action, ChangeableResource, by_id
from aerogram.model.account import Area, Level
from aerogram.store.records import drafts as records

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aerogram.base.clock import Clock
    from aerogram.base.ids import IdGenerator
    from aerogram.content.stored_parts import Content
    from aerogram.doors.rest.fields import Field
    from aerogram.model.actor import Actor
    from aerogram.store.records.templates import ContentRow
    from aerogram.store.sql import Database, Unit

MAX_SUBJECT: Final = 255
"""Characters, as of every mail (facts: REST.md 13)."""
MAX_PRESET: Final = 65_536
"""Characters of an editor's settings, as of a template's."""
STATUS_NAMES: Final[Mapping[int, str]] = {
    -3: "AXCancelled",
    records.DELETED: "Deleted",
    records.ARCHIVED: "Archived",
    0: "Draft",
    1: "Programmed",
    2: "Sent",
    3: "AXTested",
    4: "AXSelected",
}
_BY_HAND: Final = frozenset({0, records.ARCHIVED, records.DELETED})
"""The statuses that a client may set; sending and testing set the others."""
_REFERENCES: Final = {
    "Campaign": "campaign_id",
    "ContactsList": "list_id",
    "Segmentation": "segment_id",
}
_LISTED: Final = frozenset(records.COLUMNS)


def _statuses(text: str) -> tuple[int, ...]:
    code = filters.integer(text)
    if code not in STATUS_NAMES:
        raise ValueFault("not a status")
    return (code,)


COMMON_FIELDS: Final = (
    Percentage("AXFraction", "ax_fraction"),
    Text("AXFractionName", "ax_fraction_name"),
    Reference("AXTesting", "axtest_id", "axtesting"),
    Reference("CampaignID", "campaign_id", "campaign", read_only=True),
    Reference("ContactsListID", "list_id", "contactslist"),
    Moment("CreatedAt", "created_ms", read_only=True),
    Moment("DeliveredAt", "delivered_ms", read_only=True),
    Integer("ID", "id", read_only=True),
    Flag("IsStarred", "is_starred", default=False),
    Flag("IsTextPartIncluded", "has_text", default=False),
    Text("Locale", "locale", required=True, max_length=32),
    Moment("ModifiedAt", "updated_ms", read_only=True),
    OptionalAddress("ReplyEmail", "reply_email", is_omitted=True),
    Reference("SegmentationID", "segment_id", "contactfilter"),
    Text("Sender", "sender"),
    OptionalAddress("SenderEmail", "sender_email"),
    Text("SenderName", "sender_name"),
    Integer("Status", "status", allowed=tuple(STATUS_NAMES), default=0),
    Text("Subject", "subject", required=True, max_length=MAX_SUBJECT),
    Text("Title", "title"),
    Text("Url", "url"),
)
COMMON_FILTERS: Final = (
    Filter("AXTesting", "axtest_id", filters.integer, "ID of the A/X test"),
    *(Filter(name, source, filters.integer, f"ID of its {name}") for name, source in _REFERENCES.items()),
    Filter("DeliveredAt", "delivered_after", filters.end_moment, "delivered later than this"),
    Filter("EditMode", "edit_mode", filters.lowered, "the editor"),
    Filter("IsArchived", "is_archived", filters.flag, "true: archived only; false: none of them"),
    Filter("IsCampaign", "is_campaign", filters.flag, "true: those that became campaigns"),
    Filter("IsDeleted", "is_deleted", filters.flag, "true: deleted only; false: none of them"),
    Filter("IsHandled", "is_handled", filters.flag, "true: those that were sent, be it as a test"),
    Filter("IsStarred", "is_starred", filters.flag, "true: starred only; false: none of them"),
    Filter("Modified", "is_modified", filters.flag, "true: those changed since they were made"),
    OneOf("Status", "statuses", _statuses, "codes of the status, comma-separated"),
    Filter("Subject", "subject", filters.words, "subject"),
)


class DraftResource(ChangeableResource):
    """A campaign that is being written. It is never removed: its status says that it is deleted."""

    area = Area.CAMPAIGNS
    methods = frozenset({"GET", "POST", "PUT"})
    keys = (by_id,)
    content_fields: ClassVar[tuple[Field, ...]]

    def __init__(self, database: Database, ids: IdGenerator, clock: Clock) -> None:
        drafts = Drafts(self.name, self.fields, database, ids, clock)
        content = DetailContent(drafts, self.content_fields, unset="")
        status = Action(
            "status",
            "Tell the status by its name.",
            _status,
            method="GET",
            level=Level.READ,
            shows=(Text("Status", "status_name"),),
        )
        super().__init__(drafts, (*content.actions(with_delete=True), status))


async def _status(_: Actor, row: Row, __: Row) -> list[Row]:
    return [{"status_name": STATUS_NAMES[row["status"]]}]


class Drafts:
    """The drafts of one kind as a collection, and what they say."""

    def __init__(
        self, kind: str, fields: tuple[Field, ...], database: Database, ids: IdGenerator, clock: Clock
    ) -> None:
        self._kind = kind
        self._unset: dict[str, Any] = {
            field.source: "" if isinstance(field, Text) else 0
            for field in fields
            if not isinstance(field, Reference | Moment)
        }
        self._unset |= {field.source: None for field in fields if isinstance(field, Reference)}
        self._database = database
        self._ids = ids
        self._clock = clock

    async def page(self, actor: Actor, query: Query) -> Page:
        """Give drafts."""
        conditions = {**combined(query.conditions), "kind": self._kind}
        rows, total = await self._database.read(
            lambda: records.LISTING.page(actor.account_id, query.request(conditions))
        )
        return Page([self._opened(row) for row in rows], total)

    async def add(self, actor: Actor, values: Row) -> Row:
        """Make a draft without content."""
        _check_status(0, values)
        row = {
            **dict.fromkeys(records.COLUMNS, 0),
            **self._unset,
            **values,
            "kind": self._kind,
            "id": self._ids.next_id(),
            "account_id": actor.account_id,
            "created_ms": self._clock.now_ms(),
        }
        if actor.is_sandboxed:
            # A sandbox key's campaign stays in the sandbox, whoever sends it.
            row["is_sandboxed"] = True
        await self._database.write(lambda: records.add(_columns(row)))
        return row

    async def change(self, actor: Actor, row: Row, values: Row) -> Row:
        """Change what describes a draft."""
        stamped = {**values, "updated_ms": self._clock.now_ms()}
        return await self._database.write(lambda: self._changing(actor.account_id, row["id"], stamped))

    async def remove(self, actor: Actor, row: Row) -> None:  # noqa: ARG002 - the protocol's
        """Refuse: there is no such verb."""
        raise faults.MethodNotAllowedError(tuple(sorted(DraftResource.methods)))

    async def content(self, actor: Actor, which: int) -> Content:
        """Give what a draft says. Raises `NotFoundError`."""
        row = await self._database.read(lambda: records.content(self._kind, actor.account_id, which))
        return opened(_found(row))

    async def change_content(self, actor: Actor, which: int, parts: Mapping[str, Any]) -> Content:
        """Let a draft say this besides what it says. Raises `NotFoundError` or `PartTooLargeError`."""
        values = {**written(parts), "updated_ms": self._clock.now_ms()}

        def unit() -> Unit[ContentRow]:
            yield from records.change_content(self._kind, actor.account_id, which, values)
            return _found((yield from records.content(self._kind, actor.account_id, which)))

        return opened(await self._database.write(unit))

    def _changing(self, account_id: int, draft_id: int, values: Row) -> Unit[Row]:
        found = yield from records.claim(self._kind, account_id, draft_id)
        if found is None:
            raise faults.not_found()
        _check_status(found["status"], values)
        row = {**self._opened(found), **values}
        columns = _columns(row)
        changed = {name: columns[name] for name in (*(values.keys() & _LISTED), "extras")}
        yield from records.change(self._kind, account_id, draft_id, changed)
        return row

    def _opened(self, row: dict[str, Any]) -> Row:
        extras: dict[str, Any] = msgspec.json.decode(row["extras"])
        return self._unset | extras | row


def _columns(row: Row) -> dict[str, Any]:
    """Turn a row into values of columns; what has none goes into the JSON."""
    flat = {name: int(value) if isinstance(value, bool) else value for name, value in row.items()}
    extras = {name: value for name, value in flat.items() if name not in _LISTED}
    columns = {name: value for name, value in flat.items() if name in _LISTED}
    return columns | {"extras": msgspec.json.encode(extras).decode()}


def _check_status(before: int, values: Row) -> None:
    after = values.get("status", before)
    if after != before and not {before, after} <= _BY_HAND:
        reason = f"A status of {before} cannot be set to {after}: sending and testing do that"
        raise faults.invalid_properties({"Status": reason})


def _found(row: ContentRow | None) -> ContentRow:
    if row is None:
        raise NotFoundError("There is no such draft.")
    return row
