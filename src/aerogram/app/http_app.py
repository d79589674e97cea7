"""The HTTP side put together: API, inbox, health."""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.applications import Starlette

from aerogram import __version__
from aerogram.app.rest_services import account_services, content_services
from aerogram.audience.services import audience_of
from aerogram.campaigns.campaigns import Campaigns
from aerogram.campaigns.drafts import Drafts
from aerogram.content.signup_tokens import KEY_PURPOSE, SignupSigner
from aerogram.doors.front import Services as HttpServices
from aerogram.doors.front import build_app
from aerogram.doors.images.app import ImageDoor
from aerogram.doors.signup.app import REQUESTS_A_MINUTE, SignupDoor
from aerogram.doors.tracking.app import Tracking
from aerogram.doors.web.app import build_inbox
from aerogram.identity.people import People
from aerogram.identity.rate import RateLimiter
from aerogram.net.dns import Resolver
from aerogram.reporting.inbox import StoredInbox
from aerogram.reporting.messages import Messages
from aerogram.reporting.webhooks.call import failure_of
from aerogram.reporting.webhooks.webhooks import Webhooks
from aerogram.store.records.messages import queue

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Mapping, Sequence

    from aerogram.app.platform import Platform
    from aerogram.app.services import Services
    from aerogram.doors.asgi.scope import Endpoint
    from aerogram.model.actor import Actor


def http_app(
    platform: Platform,
    services: Services,
    addresses: Mapping[str, Sequence[str]],
    stopping: asyncio.Event,
) -> Endpoint:
    """Build the one ASGI application of a process."""
    settings = platform.settings
    database = platform.database
    people = People(database, services.authenticator, services.attempts)
    inbox = build_inbox(
        StoredInbox(database, platform.blobs),
        mode=settings.deliver,
        addresses=_shown(settings.public_url, addresses, settings.trusted_senders),
        authenticate=people.actors_of,
        allowed_hosts=[urlsplit(settings.public_url).hostname or "localhost", settings.hostname],
        stopping=stopping,
    )

    content = content_services(
        database, platform.blobs, platform.sealer, platform.ids, platform.clock, platform.room.check
    )
    audience = audience_of(database, platform.blobs, platform.ids, platform.clock, platform.sealer)
    signup_signer = SignupSigner(platform.sealer.derived_key(KEY_PURPOSE), settings.public_url.rstrip("/"))

    async def store_answers() -> None:
        await database.read(queue.next_due)

    async def disk_has_room() -> None:
        platform.room.check()

    async def send_sample(actor: Actor, callback_id: int) -> str:
        return failure_of(await services.webhooks.send_test(actor, callback_id))

    async def queue_depth() -> int:
        return await database.read(queue.depth)

    return build_app(
        HttpServices(
            authenticator=services.authenticator,
            attempts=services.attempts,
            rate=services.rate,
            authorizer=services.authorizer,
            content=content,
            acceptor=services.acceptor,
            jobs=services.jobs,
            exports=services.exports,
            contact_jobs=services.contact_jobs,
            audience=audience,
            messages=Messages(database),
            drafts=Drafts(database, platform.ids, platform.clock),
            campaigns=Campaigns(database),
            webhooks=Webhooks(database, platform.sealer, platform.ids, platform.clock),
            send_sample=send_sample,
            account=account_services(
                database,
                platform.sealer,
                platform.ids,
                platform.clock,
                Resolver(),
                hostname=settings.hostname,
            ),
            clock=platform.clock,
            public_url=settings.public_url,
            version=__version__,
            checks={"store": store_answers, "disk": disk_has_room},
            counts=lambda: services.counts,
            queue_depth=queue_depth,
            signup_url=signup_signer.form_url,
            tracking=Tracking(services.engagements, services.signer),
            images=ImageDoor(content.images),
            signup=SignupDoor(
                audience.signups,
                signup_signer,
                content.templates,
                services.authorizer,
                services.acceptor,
                RateLimiter(REQUESTS_A_MINUTE, platform.clock),
            ),
            web=Starlette(routes=inbox),
        )
    )


def _shown(
    public_url: str, addresses: Mapping[str, Sequence[str]], trusted_senders: Sequence[str]
) -> dict[str, str]:
    """Give the addresses that the empty inbox teaches with."""
    shown = {"http": public_url}
    if smtp := addresses.get("smtp"):
        shown["smtp"] = _reachable(smtp[0])
    if trusted_senders:
        shown["sender"] = trusted_senders[0].replace("*@", "you@")
    return shown


def _reachable(address: str) -> str:
    """Turn "every address of this machine" into one that a client can be given."""
    host, _, port = address.rpartition(":")
    try:
        is_any = ipaddress.ip_address(host.strip("[]")).is_unspecified
    except ValueError:
        is_any = False
    return f"127.0.0.1:{port}" if is_any else address
