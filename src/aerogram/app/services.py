"""The services of one process, built from the platform by plain calls."""

from __future__ import annotations

import functools
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from aerogram.app.job_kinds import EXPORT_SOURCES, HANDLERS
from aerogram.app.sweep import sweep_loop
from aerogram.audience.following import contacts_reader
from aerogram.audience.jobs.contact_jobs import ContactJobs
from aerogram.audience.recipients import Recipients
from aerogram.base.clock import SECOND
from aerogram.content.compose import Composer
from aerogram.content.personal.minting import LinkMint
from aerogram.content.tokens import KEY_PURPOSE, LinkSigner
from aerogram.delivery.connections.destination_queue import Limits
from aerogram.delivery.connections.dispatcher import Dispatcher
from aerogram.delivery.connections.timeouts import Timeouts
from aerogram.delivery.notices.notifier import Notifier
from aerogram.delivery.outcomes.recorder import Recorder
from aerogram.delivery.prepare import Preparer
from aerogram.delivery.retry import Schedule
from aerogram.delivery.routing.route import RouteSettings
from aerogram.delivery.routing.router import Router
from aerogram.delivery.transport import CaptureTransport, PartialCapture
from aerogram.delivery.worker import Worker
from aerogram.events.counters import COUNTERS
from aerogram.events.readers import EventReaders
from aerogram.identity.attempts import LoginAttempts
from aerogram.identity.authenticate import Authenticator
from aerogram.identity.rate import RateLimiter
from aerogram.jobs.exports.exports import Exports
from aerogram.jobs.jobs import Jobs
from aerogram.jobs.runner import JobRunner
from aerogram.model.event import EventKind
from aerogram.net.dns import Resolver
from aerogram.net.http import HttpCaller
from aerogram.queue.leases import Leases
from aerogram.reporting.engagement.geo import Countries
from aerogram.reporting.engagement.recorder import Engagements
from aerogram.reporting.webhooks.deliver import WebhookSender
from aerogram.reporting.webhooks.reader import webhooks_reader
from aerogram.senders.categories import MonitoringCategories
from aerogram.senders.keyring import Keyring
from aerogram.senders.tracking_hosts import TrackingHosts
from aerogram.senders.valid_senders import ValidSenders
from aerogram.store.ground import Ground
from aerogram.store.orphans import OrphanSweep
from aerogram.submission.accept import Acceptor
from aerogram.submission.authorize import Authorizer
from aerogram.submission.notices import admit

if TYPE_CHECKING:
    from aerogram.app.platform import Platform
    from aerogram.app.settings.settings import Settings
    from aerogram.base.loop import Loop
    from aerogram.delivery.transport import Transport
    from aerogram.store.records.messages.outcomes import Change

EVERYTHING = "all"


@dataclass(slots=True)
class Services:
    """What the doors call and what runs behind them."""

    authenticator: Authenticator
    attempts: LoginAttempts
    rate: RateLimiter
    authorizer: Authorizer
    acceptor: Acceptor
    worker: Worker | None
    webhooks: WebhookSender
    jobs: Jobs
    exports: Exports
    contact_jobs: ContactJobs
    sweep: Loop
    job_runner: JobRunner
    readers: EventReaders
    orphan_sweep: OrphanSweep
    engagements: Engagements
    signer: LinkSigner
    """Mints the links of mails and reads them when readers come back."""
    http: HttpCaller
    counts: Counter[str]


def build(platform: Platform) -> Services:
    """Build what the role of this process needs; call it inside the event loop."""
    settings = platform.settings
    counts: Counter[str] = Counter()
    http = HttpCaller(allow_private=settings.allow_private_callbacks)
    webhooks = WebhookSender(platform.database, platform.sealer, http, platform.clock)
    readers = EventReaders(
        platform.database, [COUNTERS, contacts_reader(platform.ids), webhooks_reader(webhooks.wake)]
    )

    def recorded(changes: list[Change]) -> None:
        for change in changes:
            counts[EventKind(change.event_kind).name.lower()] += 1
            for each in change.engaged:
                counts[EventKind(each.event_kind).name.lower()] += 1
        readers.wake()

    def engaged(kinds: list[EventKind]) -> None:
        counts.update(kind.name.lower() for kind in kinds)
        readers.wake()

    ground = Ground(platform.database, platform.blobs, platform.ids, platform.clock, platform.room.check)
    job_runner = JobRunner(ground, HANDLERS)
    jobs = Jobs(ground, job_runner.wake)
    signer = LinkSigner(platform.sealer.derived_key(KEY_PURPOSE))
    authorizer = Authorizer(
        ValidSenders(platform.database, platform.clock),
        MonitoringCategories(platform.database, platform.clock),
    )
    worker = None
    if settings.role in {EVERYTHING, "delivery"}:
        keyring = Keyring(platform.database, platform.sealer, platform.clock, is_signing=settings.dkim)
        hosts = TrackingHosts(platform.database, platform.clock, settings.public_url.rstrip("/"))
        recipients = Recipients(platform.database, platform.clock)
        composer = Composer(settings.hostname, LinkMint(signer, hosts.base_url), recipients.known)
        preparer = Preparer(composer, keyring, platform.blobs)
        schedule = Schedule(waits_ms=settings.retry_schedule, expire_ms=settings.expire_after)
        recorder = Recorder(
            database=platform.database,
            blobs=platform.blobs,
            clock=platform.clock,
            schedule=schedule,
            notifier=Notifier(
                preparer,
                platform.ids,
                platform.clock,
                admit=functools.partial(admit, authorizer),
                hostname=settings.hostname,
                schedule=schedule,
            ),
            on_recorded=recorded,
        )
        worker = Worker(
            leases=Leases(platform.database, platform.ids, platform.clock),
            preparer=preparer,
            keyring=keyring,
            hosts=hosts,
            recipients=recipients,
            transport=_transport(settings),
            recorder=recorder,
        )

    def accepted(messages: int) -> None:
        counts["accepted"] += messages
        if worker is not None:
            worker.wake()

    return Services(
        authenticator=Authenticator(platform.database, platform.sealer, platform.clock),
        attempts=LoginAttempts(platform.clock),
        rate=RateLimiter(settings.rate_limit, platform.clock),
        authorizer=authorizer,
        acceptor=Acceptor(
            platform.database,
            platform.blobs,
            platform.ids,
            platform.clock,
            check_room=platform.room.check,
            on_accepted=accepted,
        ),
        worker=worker,
        webhooks=webhooks,
        jobs=jobs,
        exports=Exports(jobs, ground, EXPORT_SOURCES),
        contact_jobs=ContactJobs(jobs, platform.database),
        sweep=sweep_loop(ground),
        job_runner=job_runner,
        readers=readers,
        orphan_sweep=OrphanSweep(platform.database, platform.blobs.folder),
        engagements=Engagements(
            platform.database, platform.clock, Countries(settings.geoip_database), engaged
        ),
        signer=signer,
        http=http,
        counts=counts,
    )


def _transport(settings: Settings) -> Transport:
    """Choose the last arrow of the road by the setting ``deliver``; fixed routes come before it."""
    if settings.deliver == "capture" and not settings.routes:
        return CaptureTransport()
    relay = settings.relay_url if settings.deliver == "relay" else None
    routes = RouteSettings(
        hostname=settings.hostname,
        relay=relay,
        routes=dict(settings.routes),
    )
    limits = Limits(
        connections_to_fixed_hop=settings.connections_per_destination,
        connections_to_domain=min(Limits().connections_to_domain, settings.connections_per_destination),
    )
    router = Router(routes, Resolver())
    dispatcher = Dispatcher(router, hostname=settings.hostname, timeouts=_timeouts(settings), limits=limits)
    return PartialCapture(dispatcher, router if settings.deliver == "capture" else None)


def _timeouts(settings: Settings) -> Timeouts:
    """Cap the waits that the RFC names by the operator's patience."""
    patience = settings.next_hop_timeout
    if patience is None:
        return Timeouts()
    seconds = patience / SECOND
    return Timeouts(**{name: min(wait, seconds) for name, wait in msgspec.structs.asdict(Timeouts()).items()})
