"""Properties, filters and collection that campaigndraft and newsletter share.

(compatibility: campaigns#drafts, campaigns#newsletters)

Both are drafts of campaigns. They differ in the properties of their editors, and neither lists the other's
objects.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from aerogram.campaigns.drafts import DraftKind, DraftStatusError
from aerogram.doors.rest import errors
from aerogram.doors.rest.detail_content import DetailContent
from aerogram.doors.rest.fields.addresses import OptionalAddress
from aerogram.doors.rest.fields.kinds import Flag, Integer, InvalidValueError, Moment, Text
from aerogram.doors.rest.fields.percentages import Percentage
from aerogram.doors.rest.fields.references import Reference
from aerogram.doors.rest.queries import filters
from aerogram.doors.rest.queries.filters import Filter, OneOf
from aerogram.doors.rest.queries.listing import Page, Query, Row, combined
from aerogram.doors.rest.resource import Action, ChangeableResource, by_id
from aerogram.model.account import Area, Level
from aerogram.model.draft import DraftStatus

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aerogram.campaigns.drafts import Drafts
    from aerogram.content.templates.stored_parts import Content
    from aerogram.doors.rest.fields.kinds import Field
    from aerogram.model.actor import Actor

MAX_SUBJECT: Final = 255
"""Characters, the same as for every mail (compatibility: rest#limits)."""
MAX_PRESET: Final = 65_536
"""Characters of an editor's settings, the same as for templates."""
STATUS_NAMES: Final[Mapping[int, str]] = {
    DraftStatus.TEST_CANCELLED.value: "AXCancelled",
    DraftStatus.DELETED.value: "Deleted",
    DraftStatus.ARCHIVED.value: "Archived",
    DraftStatus.DRAFT.value: "Draft",
    DraftStatus.PROGRAMMED.value: "Programmed",
    DraftStatus.SENT.value: "Sent",
    DraftStatus.TESTED.value: "AXTested",
    DraftStatus.SELECTED.value: "AXSelected",
}
_REFERENCES: Final = {
    "Campaign": "campaign_id",
    "ContactsList": "list_id",
    "Segmentation": "segment_id",
}


def _statuses(text: str) -> tuple[int, ...]:
    code = filters.integer(text)
    if code not in STATUS_NAMES:
        raise InvalidValueError("not a status")
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
    Filter("IsArchived", "is_archived", filters.flag, "true: archived only; false: the others"),
    Filter(
        "IsCampaign",
        "is_campaign",
        filters.flag,
        "true: drafts that became campaigns only; false: the others",
    ),
    Filter("IsDeleted", "is_deleted", filters.flag, "true: deleted only; false: the others"),
    Filter(
        "IsHandled",
        "is_handled",
        filters.flag,
        "true: sent drafts only, including test mails; false: the others",
    ),
    Filter("IsStarred", "is_starred", filters.flag, "true: starred only; false: the others"),
    Filter(
        "Modified",
        "is_modified",
        filters.flag,
        "true: drafts changed since their creation only; false: the others",
    ),
    OneOf("Status", "statuses", _statuses, "status codes, comma-separated"),
    Filter("Subject", "subject", filters.words, "subject"),
)


class DraftResource(ChangeableResource):
    """A draft of a campaign. It is never removed: deleting it sets its status."""

    area = Area.CAMPAIGNS
    methods = frozenset({"GET", "POST", "PUT"})
    in_sandbox = frozenset({"POST", "PUT"})
    keys = (by_id,)
    content_fields: ClassVar[tuple[Field, ...]]

    def __init__(self, drafts: Drafts) -> None:
        rows = DraftRows(_kind(self.name, self.fields), drafts)
        content = DetailContent(rows, self.content_fields, unset="")
        status = Action(
            "status",
            "Read the name of the status.",
            _status,
            method="GET",
            level=Level.READ,
            response_fields=(Text("Status", "status_name"),),
        )
        super().__init__(rows, (*content.actions(with_delete=True), status))


async def _status(_: Actor, row: Row, __: Row) -> list[Row]:
    return [{"status_name": STATUS_NAMES[row["status"]]}]


class DraftRows:
    """The drafts of one kind as a collection, with their content."""

    def __init__(self, kind: DraftKind, drafts: Drafts) -> None:
        self._kind = kind
        self._drafts = drafts

    async def page(self, actor: Actor, query: Query) -> Page:
        """Return drafts."""
        request = query.request(combined(query.conditions))
        rows, total = await self._drafts.page(actor, self._kind, request)
        return Page([*rows], total)

    async def add(self, actor: Actor, values: Row) -> Row:
        """Create a draft without content."""
        try:
            return await self._drafts.add(actor, self._kind, values)
        except DraftStatusError as error:
            raise _refused(error) from None

    async def change(self, actor: Actor, row: Row, values: Row) -> Row:
        """Change the properties of a draft."""
        try:
            return await self._drafts.change(actor, self._kind, row["id"], values)
        except DraftStatusError as error:
            raise _refused(error) from None

    async def remove(self, actor: Actor, row: Row) -> None:  # noqa: ARG002 - the protocol's
        """Refuse: drafts have no DELETE."""
        raise errors.MethodNotAllowedError(tuple(sorted(DraftResource.methods)))

    async def content(self, actor: Actor, which: int) -> Content:
        """Return the content of a draft. Raises `NotFoundError`."""
        return await self._drafts.content(actor, self._kind, which)

    async def change_content(self, actor: Actor, which: int, parts: Mapping[str, Any]) -> Content:
        """Change these parts of a draft's content. Raises `NotFoundError` or `PartTooLargeError`."""
        return await self._drafts.change_content(actor, self._kind, which, parts)


def _kind(name: str, fields: tuple[Field, ...]) -> DraftKind:
    """Return the kind of draft with the initial values of its own properties."""
    unset: dict[str, Any] = {
        field.source: "" if isinstance(field, Text) else 0
        for field in fields
        if not isinstance(field, Reference | Moment)
    }
    unset |= {field.source: None for field in fields if isinstance(field, Reference)}
    return DraftKind(name, unset)


def _refused(error: DraftStatusError) -> errors.RestError:
    return errors.invalid_properties({"Status": str(error)})
