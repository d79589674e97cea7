"""The ASGI application that combines all HTTP doors.

Send API and tracking paths are matched first, because they are nearly all requests. An unexpected
exception becomes a 500 with an identifier that is also in the log. A client that leaves is no error.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Final

import msgspec
import structlog
from starlette.requests import ClientDisconnect

from aerogram.base.in_flight.in_flight import InFlight
from aerogram.content.images import PREFIX as IMAGES
from aerogram.doors.asgi.answers import PIECE_BYTES, send_answer, send_in_pieces
from aerogram.doors.asgi.bodies import ClientGoneError, has_left
from aerogram.doors.asgi.held import begin
from aerogram.doors.asgi.scope import exchange_of
from aerogram.doors.http import errors
from aerogram.doors.http.guarded import Guarded
from aerogram.doors.http.rest_v3 import OTHER_PREFIXES
from aerogram.doors.http.rest_v3 import PREFIX as V3
from aerogram.doors.http.send.v3.version import PATHS as SEND_V3
from aerogram.doors.signup.app import PREFIX as SIGNUP
from aerogram.doors.tracking.app import PREFIX_CHARS, PREFIXES
from aerogram.identity.gate import Public

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aerogram.doors.asgi.scope import Endpoint, Receive, Scope, Send
    from aerogram.doors.asgi.scope import Message as AsgiMessage
    from aerogram.doors.http.services import HttpApis

V31: Final = "/v3.1/"

log = structlog.get_logger(__name__)


class Doors(msgspec.Struct, frozen=True, kw_only=True):
    """What speaks HTTP. The paths of a door that is None lead to the pages."""

    apis: HttpApis
    tracking: Endpoint | None = None
    """Serves the links in mails: the paths of `aerogram.doors.tracking.app.PREFIXES`."""
    images: Endpoint | None = None
    """Serves the images of mails: the paths that begin with `aerogram.content.images.PREFIX`."""
    signup: Endpoint | None = None
    """Serves double opt-in: the paths that begin with `aerogram.doors.signup.app.PREFIX`."""
    web: Endpoint | None = None
    """Serves the inbox pages: every other path."""


def build_app(doors: Doors, in_flight: InFlight | None = None) -> Endpoint:
    """Build the application; ``in_flight`` counts the bytes of its requests, None makes a budget for it alone."""
    return _App(doors, in_flight)


_NOTHING: Final = Public("Nothing exists at this path.")


class _App:
    """Routes by path. Each endpoint has a guard, or its resources, routes and pages have."""

    def __init__(self, doors: Doors, in_flight: InFlight | None = None) -> None:
        self._in_flight = in_flight or InFlight()
        self._send_v31 = doors.apis.send_v31
        self._send_v3 = doors.apis.send_v3
        self._rest = doors.apis.rest
        self._by_path: Mapping[str, Endpoint] = doors.apis.by_path
        self._others = doors.web or Guarded(_NOTHING, _not_found)
        self._tracking = doors.tracking or self._others
        self._signup = doors.signup or self._others
        self._images = doors.images or self._others

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or a lifespan event."""
        if scope["type"] != "http":
            await _serve_other(scope, receive, send)
            return
        held = begin(scope, self._in_flight)
        try:
            await _guarded(self._endpoint_of(scope["path"]), scope, receive, send)
        finally:
            held.release()

    def _endpoint_of(self, path: str) -> Endpoint:
        if path.startswith(V31):
            return self._send_v31
        if path in SEND_V3:
            return self._send_v3
        if path.startswith(V3):
            return self._rest
        if path[:PREFIX_CHARS] in PREFIXES:
            return self._tracking
        return self._rare_endpoint_of(path)

    def _rare_endpoint_of(self, path: str) -> Endpoint:
        if path.startswith(IMAGES):
            return self._images
        if path.startswith(SIGNUP):
            return self._signup
        if path.startswith(OTHER_PREFIXES):
            return self._rest
        return self._by_path.get(path, self._others)


async def _guarded(endpoint: Endpoint, scope: Scope, receive: Receive, send: Send) -> None:
    """Serve; respond 500 if the endpoint fails before it has started a response."""
    has_begun = False

    async def noting(message: AsgiMessage) -> None:
        nonlocal has_begun
        has_begun = True
        try:
            if len(message.get("body", b"")) > PIECE_BYTES:
                await send_in_pieces(send, message)
            else:
                await send(message)
        except RuntimeError as error:
            if await has_left(receive):
                raise ClientGoneError(
                    "The client closed the connection before its response was sent."
                ) from error
            raise

    try:
        await endpoint(scope, receive, noting)
    except (ClientGoneError, ClientDisconnect) as error:
        log.debug("client_left", method=scope["method"], path=scope["path"], why=str(error))
    except Exception:
        identifier = str(uuid.uuid4())
        log.exception(
            "http_request_failed", identifier=identifier, method=scope["method"], path=scope["path"]
        )
        exchange = exchange_of(scope)
        if has_begun or (exchange is not None and exchange.has_begun):
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
