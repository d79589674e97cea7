"""The services of a server process: each package is built once, from the lowest ring up."""

from __future__ import annotations

import functools
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aerogram.app.job_kinds import EXPORT_SOURCES, HANDLERS
from aerogram.app.processes.plan import EDGE_ROLES
from aerogram.app.sweep import sweep_loop
from aerogram.audience import build as audience
from aerogram.campaigns import build as campaigns
from aerogram.content import build as content
from aerogram.delivery import build as delivery
from aerogram.delivery.build import DeliverySettings
from aerogram.delivery.retry import Schedule
from aerogram.events import build as events
from aerogram.identity import build as identity
from aerogram.jobs import build as jobs
from aerogram.model.event import EventKind
from aerogram.net.dns import Resolver
from aerogram.net.http import HttpCaller
from aerogram.queue import build as queue
from aerogram.reporting import build as reporting
from aerogram.senders import build as senders
from aerogram.store.orphans import OrphanSweep
from aerogram.submission import build as submission
from aerogram.submission.notices import admit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aerogram.app.platform import Platform
    from aerogram.app.processes.plan import Part
    from aerogram.app.processes.wakes import Wakes
    from aerogram.app.settings.settings import Settings
    from aerogram.audience.services import Audience
    from aerogram.base.loop import Loop
    from aerogram.base.shared.shared import Shared
    from aerogram.campaigns.services import CampaignServices
    from aerogram.content.services import ContentServices
    from aerogram.delivery.worker import Worker
    from aerogram.events.readers import EventReaders
    from aerogram.identity.services import IdentityServices
    from aerogram.jobs.services import JobServices
    from aerogram.queue.services import QueueServices
    from aerogram.reporting.services import ReportingServices
    from aerogram.senders.services import SenderServices
    from aerogram.store.records.messages.outcomes import Change
    from aerogram.store.writer.rows import RowWriter
    from aerogram.submission.services import SubmissionServices


@dataclass(slots=True)
class Services:
    """What the doors call, and what runs in the background."""

    identity: IdentityServices
    senders: SenderServices
    content: ContentServices
    audience: Audience
    campaigns: CampaignServices
    submission: SubmissionServices
    reporting: ReportingServices
    jobs: JobServices
    queue: QueueServices
    readers: EventReaders
    worker: Worker | None
    """Delivers mail; None in a process that does not."""
    sweep: Loop
    orphan_sweep: OrphanSweep
    http: HttpCaller
    activity: Activity


@dataclass(slots=True)
class Activity:
    """What happened in this process: counted for ``/metrics``, and a reason for loops to wake."""

    across: Shared | None = None
    """Where it is counted together with what happened in other processes."""
    counts: Counter[str] = field(default_factory=Counter)
    wake_readers: Callable[[], None] = lambda: None
    wake_worker: Callable[[], None] = lambda: None

    def accepted(self, messages: int) -> None:
        """Count accepted messages; wake delivery."""
        self._count("accepted", messages)
        self.wake_worker()

    def recorded(self, changes: list[Change]) -> None:
        """Count outcomes; wake the readers of the event log."""
        for change in changes:
            self._count(EventKind(change.event_kind).name.lower())
            for each in change.engaged:
                self._count(EventKind(each.event_kind).name.lower())
        self.wake_readers()

    def engaged(self, kinds: list[EventKind]) -> None:
        """Count opens, clicks and the like; wake the readers of the event log."""
        for kind in kinds:
            self._count(kind.name.lower())
        self.wake_readers()

    def totals(self) -> Mapping[str, int]:
        """Return what happened by name, over all processes since the server started."""
        return self.counts if self.across is None else self.across.counts()

    def _count(self, name: str, amount: int = 1) -> None:
        if self.across is None:
            self.counts[name] += amount
        else:
            self.across.count(name, amount)


def build(
    platform: Platform, part: Part, wakes: Wakes | None = None, writer: RowWriter | None = None
) -> Services:
    """Build what this process needs. Call it inside the event loop.

    ``wakes`` are those of other processes, and ``writer`` commits accepted rows elsewhere.
    """
    settings, ground = platform.settings, platform.ground
    public_url = settings.public_url.rstrip("/")
    activity, names = Activity(platform.across), Resolver()
    http = HttpCaller(allow_private=settings.allow_private_callbacks)
    of_identity = identity.build(ground, rate_limit=settings.rate_limit, across=platform.across)
    of_senders = senders.build(
        ground, names, hostname=settings.hostname, public_url=public_url, is_signing=settings.dkim
    )
    of_content = content.build(ground, public_url=public_url)
    of_queue = queue.build(ground)
    # Where the readers and jobs are, if it is not here.
    elsewhere = None if part.is_background else wakes
    of_jobs = jobs.build(ground, HANDLERS, EXPORT_SOURCES, elsewhere.jobs if elsewhere else None)
    of_audience = audience.build(ground, of_jobs.jobs)
    of_submission = submission.build(ground, of_senders, on_accepted=activity.accepted, writer=writer)
    of_reporting = reporting.build(
        ground, http, geoip_database=settings.geoip_database, on_engaged=activity.engaged
    )
    readers = events.build(ground, [of_audience.reader, of_reporting.reader])
    activity.wake_readers = elsewhere.readers if elsewhere else readers.wake
    worker = None
    if wakes is not None:
        activity.wake_worker = wakes.delivery
    if part.delivers:
        worker = delivery.build(
            ground,
            _delivery_settings(settings, part, 1 if wakes is None else wakes.deliverers),
            leases=of_queue.leases,
            senders=of_senders,
            recipients=of_audience.recipients,
            links=of_content.links,
            names=names,
            admit=functools.partial(admit, of_submission.authorizer),
            on_recorded=activity.recorded,
        )
        activity.wake_worker = worker.wake
    return Services(
        identity=of_identity,
        senders=of_senders,
        content=of_content,
        audience=of_audience,
        campaigns=campaigns.build(ground),
        submission=of_submission,
        reporting=of_reporting,
        jobs=of_jobs,
        queue=of_queue,
        readers=readers,
        worker=worker,
        sweep=sweep_loop(ground),
        orphan_sweep=OrphanSweep(ground.database, ground.blobs.folder),
        http=http,
        activity=activity,
    )


def _delivery_settings(settings: Settings, part: Part, processes: int) -> DeliverySettings:
    accepts = part.listens and settings.role in EDGE_ROLES
    return DeliverySettings(
        hostname=settings.hostname,
        is_captured=settings.deliver == "capture",
        relay=settings.relay_url if settings.deliver == "relay" else None,
        routes=settings.routes,
        schedule=Schedule(waits_ms=settings.retry_schedule, expire_ms=settings.expire_after),
        connections_per_destination=settings.connections_per_destination,
        processes=processes,
        is_seven_bit=settings.convert_to_7bit,
        # A process that also accepts mail has other work for its cores.
        preparing_threads=1 if accepts else 2,
        hop_timeout_ms=settings.next_hop_timeout,
    )
