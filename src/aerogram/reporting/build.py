"""Builds the services of `reporting`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aerogram.reporting.engagement.geo import Countries
from aerogram.reporting.engagement.recorder import Engagements
from aerogram.reporting.inbox import StoredInbox
from aerogram.reporting.messages import Messages
from aerogram.reporting.services import ReportingServices
from aerogram.reporting.webhooks.deliver import WebhookSender
from aerogram.reporting.webhooks.reader import webhooks_reader
from aerogram.reporting.webhooks.webhooks import Webhooks

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from aerogram.model.event import EventKind
    from aerogram.net.http import HttpCaller
    from aerogram.store.ground import Ground


def build(
    ground: Ground,
    http: HttpCaller,
    *,
    geoip_database: Path | None,
    on_engaged: Callable[[list[EventKind]], None],
) -> ReportingServices:
    """Build them; ``on_engaged`` is called with what recipients did, after each commit."""
    database, sealer, clock = ground.database, ground.sealer, ground.clock
    sender = WebhookSender(database, sealer, http, clock)
    return ReportingServices(
        webhook_sender=sender,
        webhooks=Webhooks(database, sealer, ground.ids, clock),
        reader=webhooks_reader(sender.wake),
        engagements=Engagements(database, clock, Countries(geoip_database), on_engaged),
        messages=Messages(database),
        inbox=StoredInbox(database, ground.blobs),
    )
