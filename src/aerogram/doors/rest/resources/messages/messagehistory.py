"""``/v3/REST/messagehistory``: the events of a message, oldest first (compatibility: messages#history)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aerogram.base.ids import id_of_uuid
from aerogram.doors.rest.fields.kinds import Constant, Text, UnixTime
from aerogram.doors.rest.queries import filters
from aerogram.doors.rest.queries.filters import Filter
from aerogram.doors.rest.queries.listing import Condition, Page, Query, Row
from aerogram.doors.rest.resource import Resource, by_id
from aerogram.model.account import Area
from aerogram.model.event import EventKind
from aerogram.model.outcome import RELATED_TO, FailureState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aerogram.model.actor import Actor
    from aerogram.reporting.messages import MessageEvent, Messages

EVENT_NAMES: Final[Mapping[int, str]] = {
    EventKind.SENT: "sent",
    EventKind.OPEN: "opened",
    EventKind.CLICK: "clicked",
    EventKind.BOUNCE: "bounced",
    EventKind.BLOCKED: "blocked",
    EventKind.UNSUB: "unsub",
    EventKind.SPAM: "spam",
}
_FAILURES: Final = frozenset({EventKind.BOUNCE, EventKind.BLOCKED})


def by_uuid(text: str) -> Condition | None:
    """Read a MessageUUID."""
    found = id_of_uuid(text)
    return None if found is None else Condition("id", found)


class MessageHistory(Resource):
    """One event of a message. The key is the message's; an unknown message has an empty history."""

    name = "messagehistory"
    class_name = "MessageHistory"
    area = Area.STATISTICS
    keys = (by_id, by_uuid)
    key_selects_many = True
    sortable = ()
    fields = (
        Text("Comment", "comment", read_only=True),
        UnixTime("EventAt", "at_ms", read_only=True),
        Text("EventType", "event_name", read_only=True),
        Text("State", "state", read_only=True),
        Text("Useragent", "agent", read_only=True),
        Constant("UseragentID", 0),
    )
    filters = (Filter("Message", "id", filters.integer, "ID of the message"),)


class History:
    """The events of messages as a collection."""

    def __init__(self, messages: Messages) -> None:
        self._messages = messages

    async def page(self, actor: Actor, query: Query) -> Page:
        """Return events as rows."""
        message_ids = {condition.value for condition in query.conditions}
        if len(message_ids) > 1:
            return Page([], 0)
        message_id = next(iter(message_ids), None)
        events, total = await self._messages.history(actor, message_id, query.limit, query.offset)
        return Page([_row(event) for event in events], total)


def _row(event: MessageEvent) -> Row:
    is_failure = event.kind in _FAILURES
    return {
        "at_ms": event.at_ms,
        "event_name": EVENT_NAMES[event.kind],
        "agent": event.agent,
        "state": RELATED_TO[FailureState(event.failure)][1] if is_failure else "",
        "comment": event.reply if is_failure else "",
    }
