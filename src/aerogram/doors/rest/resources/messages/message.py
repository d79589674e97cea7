"""``/v3/REST/message``: accepted messages and their status.

(compatibility: messages#status-codes, messages#message)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from aerogram.base.clock import SECOND
from aerogram.base.ids import id_of_uuid
from aerogram.doors.rest.fields.kinds import Constant, Flag, Integer, InvalidValueError, Moment, Number, Text
from aerogram.doors.rest.fields.references import Reference
from aerogram.doors.rest.queries import filters
from aerogram.doors.rest.queries.filters import Absent, Filter, OneOf
from aerogram.doors.rest.queries.listing import Condition, Page, Query, Row
from aerogram.doors.rest.resource import Resource, by_id
from aerogram.model import message_status
from aerogram.model.account import Area
from aerogram.model.outcome import RELATED_TO
from aerogram.model.send_options import counted_options_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aerogram.model.actor import Actor
    from aerogram.reporting.messages import Messages

_BOUNCE: Final = (message_status.SOFT_BOUNCED, message_status.HARD_BOUNCED)
_NEVER: Final = 0
_STATUS_CODES: Final[Mapping[str, tuple[int, ...]]] = {
    **{str(code): (code,) for code in range(12)},
    **{name: (code,) for code, name in message_status.STATUS_NAMES.items()},
    **dict.fromkeys(("unknown", "processed", "opened", "clicked", "spam", "unsub"), (_NEVER,)),
    "5": _BOUNCE,
    "bounce": _BOUNCE,
    "softbounce": (message_status.SOFT_BOUNCED,),
    "hardbounce": (message_status.HARD_BOUNCED,),
}
_NO_STATE: Final = -1
_TRANSACTIONAL: Final = 1
_is_uuid: Final = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}").fullmatch
_HAS_STATE: Final = frozenset({message_status.BLOCKED, message_status.DEFERRED, *_BOUNCE})


def _statuses(text: str) -> tuple[int, ...]:
    codes = _STATUS_CODES.get(text.lower())
    if codes is None:
        raise InvalidValueError("not a status")
    return codes


def _failures(text: str) -> tuple[int, ...]:
    state = filters.integer(text)
    return (state if state in RELATED_TO else _NO_STATE,)


def _failures_by_reason(text: str) -> tuple[int, ...]:
    return tuple(state for state, (_, reason) in RELATED_TO.items() if reason == text.lower()) or (_NO_STATE,)


class _FromType(Filter):
    """Every message is transactional so far."""

    def condition(self, text: str) -> Condition:
        """Match every row or none."""
        if filters.integer(text) == _TRANSACTIONAL:
            return Condition("everything", True)
        return filters.NOTHING


def by_uuid(text: str) -> Condition | None:
    """Read a MessageUUID."""
    if not _is_uuid(text) or id_of_uuid(text) is None:
        return None
    return Condition("uuid", text.lower())


class Message(Resource):
    """One recipient's copy of a mail."""

    name = "message"
    class_name = "Message"
    area = Area.STATISTICS
    keys = (by_id, by_uuid)
    sortable = ("ID", "ArrivedAt")
    fields = (
        Moment("ArrivedAt", "created_ms", read_only=True),
        Integer("AttachmentCount", "attachment_count", read_only=True),
        Integer("AttemptCount", "attempts", read_only=True),
        Integer("CampaignID", "campaign_id", read_only=True),
        Text("ContactAlt", "recipient", read_only=True, shown_with="ShowContactAlt", hidden=""),
        Reference("ContactID", "contact_id", "contact", read_only=True),
        Text("CustomID", "custom_id", read_only=True, shown_with="ShowCustomID"),
        Number("Delay", "delay_seconds", read_only=True),
        Constant("FilterTime", 0),
        Integer("ID", "id", read_only=True),
        Flag("IsClickTracked", "tracks_clicks", read_only=True),
        Flag("IsHTMLPartIncluded", "has_html", read_only=True),
        Flag("IsOpenTracked", "tracks_opens", read_only=True),
        Flag("IsTextPartIncluded", "has_text", read_only=True),
        Flag("IsUnsubTracked", "is_bulk", read_only=True),
        Integer("MessageSize", "size", read_only=True),
        Integer("SenderID", "sender_id", read_only=True),
        Constant("SpamassassinScore", 0),
        Constant("SpamassRules", ""),
        Integer("StateID", "state_id", read_only=True),
        Flag("StatePermanent", "is_permanent", read_only=True),
        Text("Status", "status_name", read_only=True),
        Text("Subject", "subject", read_only=True, shown_with="ShowSubject", hidden=""),
        Text("UUID", "uuid", read_only=True),
    )
    filters = (
        OneOf("BounceReason", "failures", _failures_by_reason, "reason of the failure, in words"),
        Filter("Campaign", "campaign_id", filters.integer, "ID of the campaign"),
        Filter("CampaignID", "campaign_id", filters.integer, "ID of the campaign"),
        Filter("Contact", "contact_id", filters.integer, "ID of the contact"),
        Filter("ContactAlt", "recipient", filters.lowered, "address of the recipient"),
        Filter("ContactID", "contact_id", filters.integer, "ID of the contact"),
        Filter("CustomID", "custom_id", filters.words, "CustomID set when the message was sent"),
        Absent("Destination", "ID of the recipient's domain"),
        Filter("From", "from_email", filters.lowered, "address of the sender"),
        Filter("FromDomain", "from_domain", filters.lowered, "domain of the sender"),
        Filter("FromID", "sender_id", filters.integer, "ID of the sender"),
        Filter("FromTS", "after_ms", filters.start_moment, "ArrivedAt later than this"),
        _FromType("FromType", "", filters.integer, "1 transactional, 2 marketing, 3 unknown"),
        OneOf("MessageState", "failures", _failures, "IDs of the failure state, comma-separated"),
        OneOf("MessageStatus", "statuses", _statuses, "status codes or names, comma-separated"),
        Absent("PlanSubscription", "ID of the plan"),
        Filter("Sender", "sender_id", filters.integer, "ID of the sender"),
        Filter("SenderID", "sender_id", filters.integer, "ID of the sender"),
        Filter("ToTS", "until_ms", filters.end_moment, "ArrivedAt not later than this"),
    )


class MessageRows:
    """The messages as a collection."""

    def __init__(self, messages: Messages) -> None:
        self._messages = messages

    async def page(self, actor: Actor, query: Query) -> Page:
        """Return messages as rows."""
        request = query.request(stored_conditions(query.conditions))
        rows, total = await self._messages.page(actor, request)
        return Page([_row(row) for row in rows], total)


def stored_conditions(conditions: tuple[Condition, ...]) -> dict[str, Any]:
    """Merge conditions into those of the store; two different values for one name match nothing."""
    joined: dict[str, Any] = {}
    for condition in conditions:
        if condition.name == "everything":
            continue
        if condition.name == "uuid":
            # The UUID contains the id, which has an index.
            joined["id"] = id_of_uuid(condition.value)
        if isinstance(condition.value, tuple) and condition.name in joined:
            joined[condition.name] = [one for one in condition.value if one in joined[condition.name]]
        elif joined.setdefault(condition.name, condition.value) != condition.value:
            joined["nothing"] = True
    return joined


def _row(found: dict[str, Any]) -> Row:
    status = found["status"]
    found["status_name"] = message_status.STATUS_NAMES[status]
    found["state_id"] = (found["failure"] or None) if status in _HAS_STATE else None
    is_sent = status == message_status.SENT
    counted = counted_options_of(found["send_options"])
    # Of a blocked message nothing was sent, and so nothing is tracked.
    is_blocked = status == message_status.BLOCKED
    found["tracks_opens"] = counted.tracks_opens and not is_blocked
    found["tracks_clicks"] = counted.tracks_clicks and not is_blocked
    found["is_bulk"] = counted.is_bulk
    found["delay_seconds"] = (found["updated_ms"] - found["created_ms"]) // SECOND if is_sent else 0
    return found
