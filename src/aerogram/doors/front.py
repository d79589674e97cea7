"""The ASGI application that combines all HTTP doors.

Send API and tracking paths are matched first, because they are nearly all requests. An unexpected
exception becomes a 500 with an identifier that is also in the log.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Final

import structlog

from aerogram.content.images import PREFIX as IMAGES
from aerogram.doors.asgi.answers import send_answer
from aerogram.doors.asgi.authentication import HttpAuthenticator
from aerogram.doors.http import errors
from aerogram.doors.http.guarded import Guarded
from aerogram.doors.http.health import GUARD as PROBED
from aerogram.doors.http.health import Health
from aerogram.doors.http.metrics import Metrics
from aerogram.doors.http.openapi import OpenApi
from aerogram.doors.http.rest_v3 import OTHER_PREFIXES, Rest
from aerogram.doors.http.rest_v3 import PREFIX as V3
from aerogram.doors.http.send.endpoint import SendEndpoint
from aerogram.doors.http.send.v3.version import PATHS as SEND_V3
from aerogram.doors.http.send.v3.version import SendV3
from aerogram.doors.http.send.v31.version import SendV31
from aerogram.doors.rest.engine.engine import Engine
from aerogram.doors.rest.registry import RestServices, resources, routes
from aerogram.doors.rest.route import Router
from aerogram.doors.signup.app import PREFIX as SIGNUP
from aerogram.doors.tracking.app import PREFIX_CHARS, PREFIXES
from aerogram.identity.gate import Public

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from aerogram.doors.asgi.authentication import Authenticator
    from aerogram.doors.asgi.scope import Endpoint, Receive, Scope, Send
    from aerogram.doors.asgi.scope import Message as AsgiMessage
    from aerogram.doors.http.health import Check
    from aerogram.doors.http.send.services import Acceptor
    from aerogram.identity.attempts import LoginAttempts
    from aerogram.identity.rate import RateLimiter
    from aerogram.submission.authorize import Authorizer

V31: Final = "/v3.1/"

log = structlog.get_logger(__name__)


class Services(RestServices, frozen=True, kw_only=True):
    """The dependencies of the HTTP application, besides those of its resources."""

    authenticator: Authenticator
    attempts: LoginAttempts
    """Failed logins, counted for all doors of the process."""
    rate: RateLimiter
    authorizer: Authorizer
    acceptor: Acceptor
    version: str
    """The release, as shown in ``/openapi.json``."""
    checks: Mapping[str, Check]
    """The checks of ``/readyz``; a check raises an error if it fails."""
    counts: Callable[[], Mapping[str, int]]
    """Message counts by outcome since the start, for ``/metrics``."""
    queue_depth: Callable[[], Awaitable[int]]
    tracking: Endpoint | None = None
    """The target of links in mail; it gets the paths of `aerogram.doors.tracking.app.PREFIXES`."""
    images: Endpoint | None = None
    """The images of mail; it gets paths that begin with `aerogram.content.images.PREFIX`."""
    signup: Endpoint | None = None
    """The pages of double opt-in; they get paths that begin with `aerogram.doors.signup.app.PREFIX`."""
    web: Endpoint | None = None
    """The inbox pages; they get every other path."""


def build_app(services: Services) -> Endpoint:
    """Build the application."""
    return _App(services)


_NOTHING: Final = Public("Nothing exists at this path.")


class _App:
    """Routes by path. Each endpoint has a guard, or its resources, routes and pages have."""

    def __init__(self, services: Services) -> None:
        authenticator = HttpAuthenticator(
            services.authenticator, services.attempts, services.rate, services.content.tokens
        )
        engine = Engine(resources(services))
        router = Router(routes(services))
        health = Health(services.checks)
        self._send_v31 = SendEndpoint(
            SendV31(services.public_url),
            authenticator,
            authorizer=services.authorizer,
            templates=services.content.templates,
            acceptor=services.acceptor,
        )
        self._send_v3 = SendEndpoint(
            SendV3(),
            authenticator,
            authorizer=services.authorizer,
            templates=services.content.templates,
            acceptor=services.acceptor,
        )
        self._rest = Rest(authenticator, engine, router)
        self._by_path: Mapping[str, Endpoint] = {
            "/livez": Guarded(PROBED, health.live),
            "/readyz": Guarded(PROBED, health.ready),
            "/metrics": Metrics(authenticator, services.counts, services.queue_depth),
            "/openapi.json": OpenApi(
                engine.resources.values(), router.routes, services.public_url, services.version
            ),
        }
        self._others = services.web or Guarded(_NOTHING, _not_found)
        self._tracking = services.tracking or self._others
        self._signup = services.signup or self._others
        self._images = services.images or self._others

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or a lifespan event."""
        if scope["type"] != "http":
            await _serve_other(scope, receive, send)
            return
        path = scope["path"]
        if path.startswith(V31):
            endpoint: Endpoint = self._send_v31
        elif path in SEND_V3:
            endpoint = self._send_v3
        elif path.startswith(V3):
            endpoint = self._rest
        elif path[:PREFIX_CHARS] in PREFIXES:
            endpoint = self._tracking
        elif path.startswith(IMAGES):
            endpoint = self._images
        elif path.startswith(SIGNUP):
            endpoint = self._signup
        elif path.startswith(OTHER_PREFIXES):
            endpoint = self._rest
        else:
            endpoint = self._by_path.get(path, self._others)
        await _guarded(endpoint, scope, receive, send)


async def _guarded(endpoint: Endpoint, scope: Scope, receive: Receive, send: Send) -> None:
    """Serve; respond 500 if the endpoint fails before it has started a response."""
    has_begun = False

    async def noting(message: AsgiMessage) -> None:
        nonlocal has_begun
        has_begun = True
        await send(message)

    try:
        await endpoint(scope, receive, noting)
    except Exception:
        identifier = str(uuid.uuid4())
        log.exception(
            "http_request_failed", identifier=identifier, method=scope["method"], path=scope["path"]
        )
        if has_begun:
            raise
        # Every response of the Send API has this header; it does no harm on others
        # (compatibility: send-v31#transport).
        named = ((b"x-mj-request-guid", identifier.encode()),)
        answer = errors.shape_c(errors.INTERNAL, "Internal error.", named, identifier=identifier)
        await send_answer(scope, send, answer)


async def _not_found(scope: Scope, _: Receive, send: Send) -> None:
    await send_answer(scope, send, errors.page(errors.NOT_FOUND, "404 Not Found"))


async def _serve_other(scope: Scope, receive: Receive, send: Send) -> None:
    """Reject WebSockets, which are not supported; acknowledge lifespan events."""
    if scope["type"] != "lifespan":
        await send({"type": "websocket.close"})
        return
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
