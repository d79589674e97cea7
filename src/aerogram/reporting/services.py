"""What `reporting` offers: webhooks, recorded engagement, and messages to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from aerogram.events.reader import Reader
    from aerogram.reporting.engagement.recorder import Engagements
    from aerogram.reporting.inbox import StoredInbox
    from aerogram.reporting.messages import Messages
    from aerogram.reporting.webhooks.deliver import WebhookSender
    from aerogram.reporting.webhooks.webhooks import Webhooks


class ReportingServices(msgspec.Struct, frozen=True, kw_only=True):
    """The services; `aerogram.reporting.build` builds them."""

    webhook_sender: WebhookSender
    webhooks: Webhooks
    reader: Reader
    """Fills the outbox of webhooks from the event log."""
    engagements: Engagements
    messages: Messages
    inbox: StoredInbox
