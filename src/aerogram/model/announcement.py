"""An event as the outside is told of it, whoever tells: webhooks now, other readers later."""

from __future__ import annotations

from typing import Final

import msgspec

from aerogram.model.event import EventKind
from aerogram.model.outcome import FailureState

ANNOUNCED_AS: Final[dict[EventKind, str]] = {
    EventKind.SENT: "sent",
    EventKind.OPEN: "open",
    EventKind.CLICK: "click",
    EventKind.BOUNCE: "bounce",
    EventKind.BLOCKED: "blocked",
    EventKind.SPAM: "spam",
    EventKind.UNSUB: "unsub",
    EventKind.DEFERRED: "bounce",
}
"""The EventType under which each kind is told; kinds that are missing stay inside.

A message's **first** deferral is told as a ``bounce`` that is not hard, with the error
``greylisted``: the one word of Mailjet's that its clients read as *deferred, still on its way*. The
later deferrals of the same message are not told.
"""


class Announcement(msgspec.Struct, frozen=True, kw_only=True):
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
