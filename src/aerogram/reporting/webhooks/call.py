"""The HTTP format of one webhook call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aerogram.model.event import EventKind
from aerogram.model.outcome import FailureState
from aerogram.model.webhook_event import WebhookEvent
from aerogram.net.http import Answered
from aerogram.reporting.webhooks.event_types import KINDS
from aerogram.reporting.webhooks.payloads import grouped_body, single_body

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aerogram.net.http import Unanswered

HTTP_OK: Final = 200
"""The only status that means delivered (compatibility: events#calls)."""
GROUPING_VERSION: Final = 2
"""From this version on, a webhook gets events in arrays."""
EVENT_ID_HEADER: Final = "X-Aerogram-Event-Id"
"""The ids of the events, comma-separated. After a crash an event may be sent twice; Mailjet's JSON has no
field to detect this, so receivers can use this header."""
SAMPLE_UUID: Final = "00000000-0000-8000-8000-000000000000"


def request_of(events: Sequence[WebhookEvent], *, is_grouped: bool) -> tuple[bytes, dict[str, str]]:
    """Build the body and the headers of a call with these events."""
    body = grouped_body(events) if is_grouped else single_body(events[0])
    return body, {
        "Content-Type": "application/json",
        "User-Agent": "Aerogram",
        EVENT_ID_HEADER: ", ".join(str(each.event_id) for each in events),
    }


def failure_of(answer: Answered | Unanswered) -> str:
    """Describe why a call failed; "" if it was delivered."""
    if not isinstance(answer, Answered):
        return answer.reason
    if answer.status == HTTP_OK:
        return ""
    return f"The receiver answered {answer.status} instead of {HTTP_OK}."


def sample(event_type: str, now_ms: int) -> WebhookEvent:
    """Make a sample event of a type, to test a webhook. Raises KeyError for an unknown type."""
    kind = KINDS[event_type]
    failure = {
        EventKind.BOUNCE: FailureState.USER_UNKNOWN,
        EventKind.BLOCKED: FailureState.PREBLOCKED,
    }.get(kind, FailureState.NONE)
    return WebhookEvent(
        event_id=0,
        kind=kind,
        at_ms=now_ms,
        message_id=0,
        uuid=SAMPLE_UUID,
        recipient="recipient@example.com",
        custom_id="test",
        failure=failure,
        is_hard=kind is EventKind.BOUNCE,
        reply="550 5.1.1 This is a test" if kind is EventKind.BOUNCE else "250 2.0.0 This is a test",
        agent="Aerogram",
        ip="192.0.2.1",
        url="https://example.com/" if kind is EventKind.CLICK else "",
    )
