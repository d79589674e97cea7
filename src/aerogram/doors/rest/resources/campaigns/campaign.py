"""``/v3/REST/campaign``: campaigns, which group mails by a name (compatibility: campaigns#campaign).

The first mail that names a campaign creates it. Newsletters are not sent, so all campaigns are transactional.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aerogram.doors.rest.fields.kinds import Constant, Flag, Integer, Moment, Text
from aerogram.doors.rest.fields.references import Reference
from aerogram.doors.rest.queries import filters
from aerogram.doors.rest.queries.filters import EVERYTHING, NOTHING, Absent, AlwaysIs, Filter
from aerogram.doors.rest.queries.listing import Condition, Page, PartlyChangeable, Query, Row, combined
from aerogram.doors.rest.queries.periods import PERIOD, without_periods
from aerogram.doors.rest.resource import ChangeableResource, by_id
from aerogram.model.account import Area

if TYPE_CHECKING:
    from aerogram.base.clock import Clock
    from aerogram.campaigns.campaigns import Campaigns
    from aerogram.model.actor import Actor

TRANSACTIONAL: Final = 1
_FLAGS: Final = ("is_deleted", "is_starred")


def by_custom_value(text: str) -> Condition | None:
    """Read a campaign's name."""
    return Condition("name", text)


class _FromType(Filter):
    """All campaigns are transactional."""

    def condition(self, text: str) -> Condition:
        """Match every row or none."""
        return EVERYTHING if filters.integer(text) == TRANSACTIONAL else NOTHING


class _OnlyZero(Filter):
    """A number that is 0 for every campaign."""

    def condition(self, text: str) -> Condition:
        """Match every row or none."""
        return NOTHING if filters.integer(text) else EVERYTHING


class Campaign(ChangeableResource):
    """A campaign. Sending creates it; clients may hide or star it."""

    name = "campaign"
    class_name = "Campaign"
    area = Area.CAMPAIGNS
    methods = frozenset({"GET", "PUT"})
    unique_key = "CustomValue"
    keys = (by_id, by_custom_value)
    fields = (
        Constant("CampaignType", TRANSACTIONAL),
        Integer("ClickTracked", "click_count", read_only=True),
        Moment("CreatedAt", "created_ms", read_only=True),
        Text("CustomValue", "name", read_only=True),
        Integer("FirstMessageID", "first_message_id", read_only=True),
        Text("FromEmail", "from_email", read_only=True),
        Reference("FromID", "sender_id", "sender", read_only=True),
        Constant("FromName", ""),
        Integer("HasHtmlCount", "html_count", read_only=True),
        Integer("HasTxtCount", "text_count", read_only=True),
        Integer("ID", "id", read_only=True),
        Flag("IsDeleted", "is_deleted"),
        Flag("IsStarred", "is_starred"),
        Constant("NewsLetterID", 0),
        Integer("OpenTracked", "open_count", read_only=True),
        Moment("SendEndAt", "last_ms", read_only=True),
        Moment("SendStartAt", "created_ms", read_only=True),
        Constant("SpamassScore", 0),
        Constant("Status", 0),
        Text("Subject", "subject", read_only=True),
        Integer("UnsubscribeTrackedCount", "unsub_count", read_only=True),
    )
    filters = (
        Filter("CampaignID", "id", filters.integer, "ID of the campaign"),
        _OnlyZero("CampaignStatus", "", filters.integer, "0, the value of every campaign"),
        Absent("ContactsList", "ID of the list"),
        Absent("ContactsListID", "ID of the list"),
        Filter("CustomCampaign", "name", filters.words, "name of the campaign"),
        Filter("From", "from_email", filters.lowered, "address of the sender"),
        Filter("FromDomain", "from_domain", filters.lowered, "domain of the sender"),
        Filter("FromID", "sender_id", filters.integer, "ID of the sender"),
        Filter("FromTS", "after_ms", filters.start_moment, "SendStartAt later than this"),
        _FromType("FromType", "", filters.integer, "1 transactional, 2 marketing, 3 unknown"),
        Filter("IsDeleted", "is_deleted", filters.bit, "true: deleted campaigns only; false: the others"),
        AlwaysIs(
            "IsNewsletterTool",
            False,
            "true: campaigns of the newsletter tool (there are none); false: the others",
        ),
        Filter("IsStarred", "is_starred", filters.bit, "true: starred campaigns only; false: the others"),
        PERIOD,
        Filter("ToTS", "until_ms", filters.end_moment, "SendStartAt not later than this"),
        Absent("WorkflowID", "ID of the workflow"),
    )


class CampaignRows(PartlyChangeable):
    """The campaigns as a collection."""

    def __init__(self, campaigns: Campaigns, clock: Clock) -> None:
        self._campaigns = campaigns
        self._clock = clock

    async def page(self, actor: Actor, query: Query) -> Page:
        """Return campaigns as rows."""
        conditions = combined(without_periods(query.conditions, self._clock.now_ms()))
        rows, total = await self._campaigns.page(actor, query.request(conditions))
        return Page([_row(row) for row in rows], total)

    async def change(self, actor: Actor, row: Row, values: Row) -> Row:
        """Hide or star a campaign."""
        await self._campaigns.change(actor, row["id"], values)
        return {**row, **values}


def campaign(campaigns: Campaigns, clock: Clock) -> Campaign:
    """Bind the resource to the campaigns."""
    return Campaign(CampaignRows(campaigns, clock))


def _row(stored: dict[str, Any]) -> dict[str, Any]:
    return stored | {
        "from_email": stored["from_email"] or "",
        "subject": stored["subject"] or "",
        **{name: bool(stored[name]) for name in _FLAGS},
    }
