"""Builds the endpoints of the HTTP APIs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aerogram.doors.asgi.authentication import HttpAuthenticator
from aerogram.doors.http.guarded import Guarded
from aerogram.doors.http.health import GUARD as PROBED
from aerogram.doors.http.health import Health
from aerogram.doors.http.metrics import Metrics
from aerogram.doors.http.openapi import OpenApi
from aerogram.doors.http.rest_v3 import Rest
from aerogram.doors.http.send.endpoint import SendEndpoint
from aerogram.doors.http.send.v3.version import SendV3
from aerogram.doors.http.send.v31.version import SendV31
from aerogram.doors.http.services import HttpApis
from aerogram.doors.rest.engine.engine import Engine
from aerogram.doors.rest.registry import resources, routes
from aerogram.doors.rest.route import Router

if TYPE_CHECKING:
    from aerogram.doors.http.send.version import SendVersion
    from aerogram.doors.http.services import HttpServices


def build(services: HttpServices) -> HttpApis:
    """Build them; they share one authenticator."""
    identity, submission = services.identity, services.submission
    authenticator = HttpAuthenticator(
        identity.authenticator, identity.attempts, identity.rate, identity.content_tokens
    )
    engine = Engine(resources(services))
    router = Router(routes(services))
    health = Health(services.checks)

    def send(version: SendVersion) -> SendEndpoint:
        return SendEndpoint(
            version,
            authenticator,
            authorizer=submission.authorizer,
            templates=services.content.templates,
            acceptor=submission.acceptor,
        )

    return HttpApis(
        send_v31=send(SendV31(services.public_url)),
        send_v3=send(SendV3()),
        rest=Rest(authenticator, engine, router),
        by_path={
            "/livez": Guarded(PROBED, health.live),
            "/readyz": Guarded(PROBED, health.ready),
            "/metrics": Metrics(
                authenticator,
                services.counts,
                services.queue_depth,
                services.reader_lags,
                services.processes,
            ),
            "/openapi.json": OpenApi(
                engine.resources.values(), router.routes, services.public_url, services.version
            ),
        },
    )
