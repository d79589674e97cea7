"""The doors of a server process, built from its services."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.applications import Starlette

from aerogram import __version__
from aerogram.app.readiness import checks_of
from aerogram.base.clock import SECOND
from aerogram.base.errors import SettingsError
from aerogram.doors.front import Doors, build_app
from aerogram.doors.http import build as http
from aerogram.doors.http.services import HttpServices
from aerogram.doors.images.app import ImageDoor
from aerogram.doors.signup import build as signup
from aerogram.doors.smtp import build as smtp
from aerogram.doors.smtp.trusted import TrustedClients
from aerogram.doors.tracking.app import Tracking
from aerogram.doors.web.app import build_inbox
from aerogram.identity.authenticate import defaults_of
from aerogram.reporting.webhooks.call import failure_of
from aerogram.store.records.accounts import accounts

if TYPE_CHECKING:
    import asyncio
    import ssl
    from collections.abc import Mapping, Sequence

    from aerogram.app.platform import Platform
    from aerogram.app.readiness import Whole
    from aerogram.app.services import Services
    from aerogram.doors.asgi.scope import Endpoint
    from aerogram.doors.http.services import HttpApis
    from aerogram.doors.smtp.listener import SmtpDoor
    from aerogram.model.actor import Actor
    from aerogram.net.connections import ConnectionLimiter


async def build_smtp(
    platform: Platform, services: Services, tls: ssl.SSLContext, connections: ConnectionLimiter
) -> SmtpDoor:
    """Build the SMTP door. Clients of ``trusted_networks`` send as the first account."""
    account_id = await platform.database.read(accounts.first)
    if account_id is None:
        raise SettingsError("The store has no account; run: aerogram init --email you@example.org")
    await services.submission.authorizer.remember(account_id)
    defaults = await defaults_of(platform.database, account_id)
    trusted = TrustedClients(platform.settings.trusted_networks, account_id, defaults)
    return smtp.build(
        services.identity,
        services.submission,
        services.content.templates,
        trusted,
        tls,
        platform.in_flight,
        connections,
    )


def build_http(
    platform: Platform,
    services: Services,
    addresses: Mapping[str, Sequence[str]],
    stopping: asyncio.Event,
    whole: Whole | None = None,
) -> Endpoint:
    """Build the one ASGI application of a process.

    ``addresses`` are those that the process listens on, by the name of their setting. Requests that wait end when
    ``stopping`` is set. ``whole`` is what a process of several knows of the others.
    """
    settings, content = platform.settings, services.content
    inbox = build_inbox(
        services.reporting.inbox,
        mode=settings.deliver,
        addresses=_shown(settings.public_url, addresses, settings.trusted_senders),
        authenticate=services.identity.people.actors_of,
        allowed_hosts=[urlsplit(settings.public_url).hostname or "localhost", settings.hostname],
        stopping=stopping,
    )
    return build_app(
        Doors(
            apis=_apis(platform, services, whole),
            tracking=Tracking(services.reporting.engagements, content.links),
            images=ImageDoor(content.images),
            signup=signup.build(
                platform.clock, services.audience, content, services.submission, platform.across
            ),
            web=Starlette(routes=inbox),
        ),
        platform.in_flight,
    )


def _apis(platform: Platform, services: Services, whole: Whole | None) -> HttpApis:

    async def send_sample(actor: Actor, callback_id: int) -> str:
        return failure_of(await services.reporting.webhook_sender.send_test(actor, callback_id))

    async def reader_lags() -> dict[str, float]:
        now_ms = platform.clock.now_ms()
        oldest = await services.readers.oldest_unread()
        return {
            name: 0.0 if at_ms is None else max(0, now_ms - at_ms) / SECOND for name, at_ms in oldest.items()
        }

    return http.build(
        HttpServices(
            clock=platform.clock,
            identity=services.identity,
            senders=services.senders,
            content=services.content,
            audience=services.audience,
            campaigns=services.campaigns,
            jobs=services.jobs,
            reporting=services.reporting,
            submission=services.submission,
            send_sample=send_sample,
            public_url=platform.settings.public_url,
            version=__version__,
            checks=checks_of(platform, whole),
            counts=services.activity.totals,
            queue_depth=services.queue.depth.current,
            reader_lags=reader_lags,
            processes=platform.across.processes if platform.across is not None else tuple,
        )
    )


def _shown(
    public_url: str, addresses: Mapping[str, Sequence[str]], trusted_senders: Sequence[str]
) -> dict[str, str]:
    """Return the addresses that the empty inbox shows in its examples."""
    shown = {"http": public_url}
    if smtp_addresses := addresses.get("smtp"):
        shown["smtp"] = _reachable(smtp_addresses[0])
    if trusted_senders:
        shown["sender"] = trusted_senders[0].replace("*@", "you@")
    return shown


def _reachable(address: str) -> str:
    """Turn the wildcard address, as 0.0.0.0:25, into one that a client on this machine can connect to."""
    host, _, port = address.rpartition(":")
    try:
        is_any = ipaddress.ip_address(host.strip("[]")).is_unspecified
    except ValueError:
        is_any = False
    return f"127.0.0.1:{port}" if is_any else address
