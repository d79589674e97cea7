"""``/v3/REST/messagestate``: the reasons of failed delivery, by the number that other resources show.

(compatibility: messages#failure-states)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aerogram.doors.rest.fields.kinds import Integer, Text
from aerogram.doors.rest.queries.listing import Page, Query, page_of
from aerogram.doors.rest.resource import Resource, by_id
from aerogram.model.account import Area
from aerogram.model.outcome import RELATED_TO, FailureState

if TYPE_CHECKING:
    from aerogram.model.actor import Actor


class MessageState(Resource):
    """A reason why delivery fails."""

    name = "messagestate"
    class_name = "MessageState"
    area = Area.STATISTICS
    keys = (by_id,)
    fields = (
        Integer("ID", "id", read_only=True),
        Text("RelatedTo", "related_to", read_only=True),
        Text("State", "state", read_only=True),
    )


class States:
    """The reasons, which are the same for all accounts."""

    _ROWS: Final = tuple(
        {"id": int(state), "related_to": related_to, "state": text}
        for state, (related_to, text) in RELATED_TO.items()
        if state != FailureState.NONE
    )

    async def page(self, _: Actor, query: Query) -> Page:
        """Return reasons as rows."""
        return page_of(self._ROWS, query, {"id": "id"})


def messagestate() -> MessageState:
    """Bind the resource to the table of reasons."""
    return MessageState(States())
