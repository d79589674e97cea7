"""An event as a webhook call carries it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from aerogram.model.outcome import FailureState

if TYPE_CHECKING:
    from aerogram.model.event import EventKind


class WebhookEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the event log together with what its message says about itself."""

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
    """The recipient's contact; 0 for a recipient who is none."""
    failure: FailureState = FailureState.NONE
    is_hard: bool = False
    is_blocked: bool = False
    """Whether the recipient is now on the account's suppression list."""
    reply: str = ""
    """The SMTP reply, or our reason in words when no server spoke."""
    agent: str = ""
    """User agent of an open, click or unsubscription; name of the feedback loop of a complaint."""
    ip: str = ""
    url: str = ""
    geo: str = ""
    """The country of ``ip`` by its ISO 3166-1 code; "" when it is not known."""
