"""``/v3/REST/apikeytotals``: totals of all mail of the account (compatibility: messages#totals)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aerogram.doors.rest.fields.kinds import Constant, Integer, UnixTime
from aerogram.doors.rest.queries.listing import Page, Query, page_of
from aerogram.doors.rest.resource import Resource, by_id
from aerogram.model.account import Area

if TYPE_CHECKING:
    from aerogram.model.actor import Actor
    from aerogram.reporting.messages import Messages


class ApiKeyTotals(Resource):
    """One row, whose ID is that of the account; Mailjet does not show this ID."""

    name = "apikeytotals"
    class_name = "ApiKeyTotals"
    area = Area.STATISTICS
    keys = (by_id,)
    fields = (
        Integer("BlockedCount", "blocked", read_only=True),
        Integer("BouncedCount", "bounced", read_only=True),
        Integer("ClickedCount", "clicked", read_only=True),
        Integer("DeferredCount", "deferred", read_only=True),
        Integer("DeliveredCount", "sent", read_only=True),
        Integer("HardBouncedCount", "hard_bounced", read_only=True),
        Integer("ID", "id", read_only=True),
        UnixTime("LastActivity", "last_ms", read_only=True),
        Integer("OpenedCount", "opened", read_only=True),
        Constant("PreQueuedCount", 0),
        Integer("ProcessedCount", "processed", read_only=True),
        Integer("SoftBouncedCount", "soft_bounced", read_only=True),
        Integer("SpamcomplaintCount", "complained", read_only=True),
        Integer("UnsubscribedCount", "unsubscribed", read_only=True),
        Constant("WorkFlowExitedCount", 0),
    )


class Totals:
    """The row as a collection."""

    def __init__(self, messages: Messages) -> None:
        self._messages = messages

    async def page(self, actor: Actor, query: Query) -> Page:
        """Return the totals as the one row."""
        totals = await self._messages.totals(actor)
        return page_of([totals._asdict() | {"id": actor.account_id}], query, {"id": "id"})


def apikeytotals(messages: Messages) -> ApiKeyTotals:
    """Bind the resource to the messages."""
    return ApiKeyTotals(Totals(messages))
