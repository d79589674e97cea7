"""Webhook events: the payload of webhook calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from aerogram.model.outcome import FailureState

if TYPE_CHECKING:
    from aerogram.model.event import EventKind


class WebhookEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event of the log, together with the data of its message."""

    event_id: int
    kind: EventKind
    at_ms: int
    message_id: int
    uuid: str
    recipient: str
    custom_id: str = ""
    event_payload: str = ""
    campaign: str = ""
    campaign_id: int = 0
    """0 for a message without a campaign."""
    contact_id: int = 0
    """The id of the recipient's contact; 0 for none."""
    failure: FailureState = FailureState.NONE
    is_hard: bool = False
    is_blocked: bool = False
    """Whether the recipient is now on the account's suppression list."""
    reply: str = ""
    """The SMTP reply, or our own reason when no server replied."""
    agent: str = ""
    """The user agent of an open, click or unsubscription, or the feedback loop of a complaint."""
    ip: str = ""
    url: str = ""
    geo: str = ""
    """The country of ``ip`` as ISO 3166-1 code; "" when unknown."""
