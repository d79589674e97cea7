"""``/v3/REST/messageinformation``: how messages were sent (compatibility: messages#information)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.doors.rest.fields.compound import Json
from aerogram.doors.rest.fields.kinds import Constant, Integer, Moment
from aerogram.doors.rest.fields.references import Reference
from aerogram.doors.rest.queries import filters
from aerogram.doors.rest.queries.filters import Absent, AlwaysIs, Filter
from aerogram.doors.rest.queries.periods import PERIOD, without_periods
from aerogram.doors.rest.resource import Resource, by_id
from aerogram.doors.rest.resources.messages.message import Message
from aerogram.model import message_status
from aerogram.model.account import Area

if TYPE_CHECKING:
    from aerogram.base.clock import Clock
    from aerogram.doors.rest.queries.listing import Collection, Page, Query, Row
    from aerogram.model.actor import Actor

_NO_RULES: Final = {"ALT": "", "ID": -1}
"""Mailjet's value for a message that no spam filter checked."""
_SHARED: Final = (
    *("CampaignID", "From", "FromDomain", "FromID", "FromTS", "FromType", "MessageStatus", "ToTS"),
)


class MessageInformation(Resource):
    """One message. Counts are 0 or 1, because each message has one recipient."""

    name = "messageinformation"
    class_name = "MessageInformation"
    area = Area.STATISTICS
    keys = (by_id,)
    sortable = ("ID", "CreatedAt")
    fields = (
        Reference("CampaignID", "campaign_id", "campaign", unset=0, read_only=True),
        Integer("ClickTrackedCount", "click_tracked", read_only=True),
        Reference("ContactID", "contact_id", "contact", read_only=True),
        Moment("CreatedAt", "created_ms", read_only=True),
        Integer("ID", "id", read_only=True),
        Integer("MessageSize", "size", read_only=True),
        Integer("OpenTrackedCount", "open_tracked", read_only=True),
        Integer("QueuedCount", "queued", read_only=True),
        Moment("SendEndAt", "ended_ms", read_only=True),
        Integer("SentCount", "sent", read_only=True),
        Json("SpamAssassinRules", "rules", read_only=True),
        Constant("SpamAssassinScore", 0),
    )
    filters = (
        *(each for each in Message.filters if each.name in _SHARED),
        Absent("CampaignStatus", "status of the campaign"),
        Absent("ContactsList", "ID of the list"),
        Absent("ContactsListID", "ID of the list"),
        Filter("CustomCampaign", "campaign", filters.words, "name of the campaign"),
        Filter(
            "IsDeleted", "is_deleted", filters.bit, "true: messages of deleted campaigns; false: the others"
        ),
        AlwaysIs(
            "IsNewsletterTool",
            False,
            "true: messages of the newsletter tool (there are none); false: the others",
        ),
        Filter(
            "IsStarred", "is_starred", filters.bit, "true: messages of starred campaigns; false: the others"
        ),
        PERIOD,
    )


class Information:
    """The messages as a collection."""

    def __init__(self, messages: Collection, clock: Clock) -> None:
        self._messages = messages
        self._clock = clock

    async def page(self, actor: Actor, query: Query) -> Page:
        """Return messages as rows."""
        conditions = without_periods(query.conditions, self._clock.now_ms())
        page = await self._messages.page(actor, msgspec.structs.replace(query, conditions=conditions))
        return msgspec.structs.replace(page, rows=[_row(row) for row in page.rows])


def messageinformation(messages: Collection, clock: Clock) -> MessageInformation:
    """Bind the resource to the messages."""
    return MessageInformation(Information(messages, clock))


def _row(message: Row) -> dict[str, Any]:
    is_sent = message["status"] == message_status.SENT
    return {
        **message,
        "click_tracked": int(message["tracks_clicks"]),
        "open_tracked": int(message["tracks_opens"]),
        "queued": int(message["status"] in (message_status.QUEUED, message_status.DEFERRED)),
        "sent": int(is_sent),
        "ended_ms": message["updated_ms"] if is_sent else 0,
        "rules": _NO_RULES,
    }
