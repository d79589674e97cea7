"""Webhook events in Mailjet's JSON format.

Fields, their types and their order follow Mailjet's Event API
(compatibility: events#common-fields, events#fields-by-event, events#failures).
Two types are critical: ``time`` must be a number, and ``Payload`` and ``CustomID`` must never be null.
Common receivers answer 500 otherwise, and the event would be retried for a day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.base.clock import SECOND
from aerogram.model.event import EventKind
from aerogram.model.outcome import RELATED_TO, FailureState
from aerogram.reporting.webhooks.event_types import EVENT_TYPES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aerogram.model.webhook_event import WebhookEvent

UNKNOWN_LOOP: Final = "ARF"
"""The ``source`` of a complaint from an unnamed feedback loop: its format (RFC 5965)."""

_encode: Final = msgspec.json.Encoder().encode


def payload(event: WebhookEvent) -> dict[str, Any]:
    """Convert one event. Raises KeyError for a kind that is not sent to webhooks."""
    words = {
        "event": EVENT_TYPES[event.kind],
        "time": event.at_ms // SECOND,
        "MessageID": event.message_id,
        "Message_GUID": event.uuid,
        "email": event.recipient,
        "mj_campaign_id": event.campaign_id,
        "mj_contact_id": event.contact_id,
        "customcampaign": event.campaign,
    }
    words.update(_SPECIFIC[event.kind](event))
    words["CustomID"] = event.custom_id
    words["Payload"] = event.event_payload
    return words


def single_body(event: WebhookEvent) -> bytes:
    """Encode the body of a version 1 webhook: one object, not in an array."""
    return _encode(payload(event))


def grouped_body(events: Sequence[WebhookEvent]) -> bytes:
    """Encode the body of a version 2 webhook: an array, oldest event first."""
    return _encode([payload(each) for each in events])


def _sent(event: WebhookEvent) -> dict[str, Any]:
    return {"mj_message_id": str(event.message_id), "smtp_reply": f"sent ({event.reply})"}


def _open(event: WebhookEvent) -> dict[str, Any]:
    return {"ip": event.ip, "geo": event.geo, "agent": event.agent}


def _click(event: WebhookEvent) -> dict[str, Any]:
    return {"url": event.url, **_open(event)}


def _bounce(event: WebhookEvent) -> dict[str, Any]:
    return {
        "blocked": event.is_blocked,
        "hard_bounce": event.is_hard,
        **_error(event.failure),
        "comment": event.reply,
    }


def _deferral(event: WebhookEvent) -> dict[str, Any]:
    # Whatever the cause, clients read only this value as "still on its way"; any other would make them
    # drop a recipient who may still get the mail. The real cause is in the comment field.
    return {
        "blocked": False,
        "hard_bounce": False,
        **_error(FailureState.GREYLISTED),
        "comment": event.reply,
    }


def _blocked(event: WebhookEvent) -> dict[str, Any]:
    return _error(event.failure)


def _spam(event: WebhookEvent) -> dict[str, Any]:
    return {"source": event.agent or UNKNOWN_LOOP}


def _unsub(event: WebhookEvent) -> dict[str, Any]:
    return {"mj_list_id": 0, **_open(event)}


def _error(state: FailureState) -> dict[str, Any]:
    related_to, error = RELATED_TO[state]
    return {"error_related_to": related_to, "error": error}


_SPECIFIC: Final[dict[EventKind, Callable[[WebhookEvent], dict[str, Any]]]] = {
    EventKind.SENT: _sent,
    EventKind.OPEN: _open,
    EventKind.CLICK: _click,
    EventKind.BOUNCE: _bounce,
    EventKind.DEFERRED: _deferral,
    EventKind.BLOCKED: _blocked,
    EventKind.SPAM: _spam,
    EventKind.UNSUB: _unsub,
}
