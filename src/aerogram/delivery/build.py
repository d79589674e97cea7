"""Builds the delivery worker and all that its mail passes through."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from aerogram.base.clock import SECOND
from aerogram.content.compose import Composer
from aerogram.content.personal.minting import LinkMint
from aerogram.delivery.connections.destination_queue import Limits
from aerogram.delivery.connections.dispatcher import Dispatcher
from aerogram.delivery.connections.timeouts import Timeouts
from aerogram.delivery.notices.notifier import Notifier
from aerogram.delivery.outcomes.recorder import Recorder
from aerogram.delivery.prepare import Preparer
from aerogram.delivery.retry import Schedule  # noqa: TC001
from aerogram.delivery.routing.route import Hop, RouteSettings
from aerogram.delivery.routing.router import Router
from aerogram.delivery.transport import CaptureTransport, PartialCapture
from aerogram.delivery.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable

    from aerogram.audience.recipients import Recipients
    from aerogram.content.tokens import LinkSigner
    from aerogram.delivery.transport import Transport
    from aerogram.model.message import Submission
    from aerogram.model.request import MailRequest
    from aerogram.net.dns import Resolver
    from aerogram.queue.leases import Leases
    from aerogram.senders.services import SenderServices
    from aerogram.store.ground import Ground
    from aerogram.store.records.messages.outcomes import Change


class DeliverySettings(msgspec.Struct, frozen=True, kw_only=True):
    """What the operator decides about delivery."""

    hostname: str
    is_captured: bool
    """Mail without a fixed route is kept in the local inbox."""
    relay: Hop | None
    """The hop of all mail without a fixed route; None means MX."""
    routes: tuple[tuple[str, Hop], ...]
    """Fixed routes, as domain and hop; "*" stands for every domain."""
    schedule: Schedule
    connections_per_destination: int
    processes: int = 1
    """Processes of this server that deliver. Limits of connections are of all together, and each has its part."""
    is_seven_bit: bool
    """All mail is converted to 7-bit before it is signed."""
    preparing_threads: int
    """How many threads compose and sign."""
    hop_timeout_ms: int | None
    """An upper limit for the timeouts of RFC 5321; None keeps them."""


def build(  # noqa: PLR0913 - all that delivery is built from, by name
    ground: Ground,
    settings: DeliverySettings,
    *,
    leases: Leases,
    senders: SenderServices,
    recipients: Recipients,
    links: LinkSigner,
    names: Resolver,
    admit: Callable[[MailRequest], Submission | None],
    on_recorded: Callable[[list[Change]], None],
) -> Worker:
    """Build the worker.

    ``admit`` authorises the notices that senders get and makes submissions of them. ``on_recorded`` is called
    with the changes of each batch of outcomes, after its commit.
    """
    hosts = senders.tracking_hosts
    composer = Composer(
        settings.hostname,
        LinkMint(links, hosts.base_url),
        recipients.known,
        is_seven_bit=settings.is_seven_bit,
    )
    preparer = Preparer(composer, senders.keyring, ground.blobs)
    recorder = Recorder(
        database=ground.database,
        blobs=ground.blobs,
        clock=ground.clock,
        schedule=settings.schedule,
        notifier=Notifier(
            preparer,
            ground.ids,
            ground.clock,
            admit=admit,
            hostname=settings.hostname,
            schedule=settings.schedule,
        ),
        on_recorded=on_recorded,
        keeps=lambda letter: settings.is_captured or letter.send_options.is_sandboxed,
    )
    return Worker(
        leases=leases,
        preparer=preparer,
        keyring=senders.keyring,
        hosts=hosts,
        recipients=recipients,
        transport=_transport(settings, names, preparer),
        recorder=recorder,
        threads=settings.preparing_threads,
    )


def _transport(settings: DeliverySettings, names: Resolver, preparer: Preparer) -> Transport:
    """Choose how mail leaves; fixed routes come before everything else."""
    if settings.is_captured and not settings.routes:
        return CaptureTransport()
    routes = RouteSettings(hostname=settings.hostname, relay=settings.relay, routes=dict(settings.routes))
    router = Router(routes, names)
    connections = settings.connections_per_destination
    to_domain = min(Limits().connections_to_domain, connections)
    dispatcher = Dispatcher(
        router,
        hostname=settings.hostname,
        timeouts=_timeouts(settings.hop_timeout_ms),
        limits=Limits(
            connections_to_fixed_hop=_part(connections, settings.processes),
            connections_to_domain=_part(to_domain, settings.processes),
        ),
        seven_bit=preparer.seven_bit,
    )
    return PartialCapture(dispatcher, router if settings.is_captured else None)


def _part(limit: int, processes: int) -> int:
    """Return the part that one process has of a limit, at least 1.

    Nobody takes what another does not use: a process that has claimed mail must be able to send it.
    """
    return max(1, limit // processes)


def _timeouts(most_ms: int | None) -> Timeouts:
    if most_ms is None:
        return Timeouts()
    most = most_ms / SECOND
    return Timeouts(**{name: min(wait, most) for name, wait in msgspec.structs.asdict(Timeouts()).items()})
