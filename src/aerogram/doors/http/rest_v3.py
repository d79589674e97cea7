"""The endpoint of the management API: who asks, then the resource or route, then Mailjet's error bodies.

``/v3/REST/`` leads to the resources; other paths below ``/v3/``, ``/v1/`` and ``/v4/`` to the routes.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from aerogram.base.errors import UnavailableError
from aerogram.doors.http import errors
from aerogram.doors.http.answers import JSON, JSON_UTF8, Answer, StreamedAnswer, send_answer, send_streamed
from aerogram.doors.http.asgi import header
from aerogram.doors.http.basic_auth import RateLimitedError, UnauthenticatedError
from aerogram.doors.http.bodies import BodyEncodingError, BodyTooLargeError, ClientGoneError, read_body
from aerogram.doors.http.body_pieces import body_pieces
from aerogram.doors.http.v31.mistakes import UNAUTHENTICATED
from aerogram.doors.rest.calls import Request, RouteCall, parameters_of
from aerogram.doors.rest.faults import MethodNotAllowedError, RestError, media_type
from aerogram.doors.rest.route import CONTENT_PREFIX
from aerogram.doors.rest.v1.faults import ContentError
from aerogram.identity.attempts import LockedOutError
from aerogram.identity.gate import ForbiddenError, authorize
from aerogram.model.actor import actor_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aerogram.base.errors import RefusedError
    from aerogram.doors.http.answers import Headers
    from aerogram.doors.http.asgi import Receive, Scope, Send
    from aerogram.doors.http.basic_auth import Doorkeeper
    from aerogram.doors.rest.engine import Engine
    from aerogram.doors.rest.route import Router
    from aerogram.model.actor import Actor

DOOR: Final = "rest"
PREFIX: Final = "/v3/"
OTHER_PREFIXES: Final = (CONTENT_PREFIX, "/v4/")
_RESOURCES: Final = "rest"
_DATA: Final = "data"
"""Below it are files, and an unknown source of files is answered as such (facts: REST.md 6)."""
_JSON_TYPES: Final = frozenset(
    {
        b"",
        b"application/json",
        b"application/octet-stream",
        b"application/x-www-form-urlencoded",
        b"text/json",
        b"text/plain",
    }
)
_CHALLENGES: Final = (
    (b"www-authenticate", b'Basic realm="Provide an apiKey and secretKey"'),
    (b"www-authenticate", b"Bearer"),
)
_STATUSES: Final[Mapping[type, int]] = {ForbiddenError: 403, BodyTooLargeError: 413, BodyEncodingError: 400}


class Rest:
    """Serves everything below ``/v3/``, ``/v1/`` and ``/v4/`` that is no Send API."""

    def __init__(self, doorkeeper: Doorkeeper, engine: Engine, router: Router) -> None:
        self._doorkeeper = doorkeeper
        self._engine = engine
        self._router = router

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            answer = await self._answer(scope, receive)
        except ClientGoneError:
            return
        if isinstance(answer, StreamedAnswer):
            await send_streamed(scope, send, answer)
        else:
            await send_answer(scope, send, answer)

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        try:
            principal = await (
                self._doorkeeper.admit_with_token(scope)
                if _is_content(scope)
                else self._doorkeeper.admit(scope)
            )
            actor = actor_of(principal, DOOR, str(uuid.uuid4()))
            segments = _resource_path(scope)
            if segments:
                return await self._of_resource(actor, segments, scope, receive)
            return await self._of_route(actor, scope, receive)
        except UnauthenticatedError:
            if _is_old(scope):
                return errors.unauthorized_v3()
            if _is_content(scope):
                return errors.content_api(UNAUTHENTICATED.status, UNAUTHENTICATED.message, _CHALLENGES)
            return errors.shape_c(UNAUTHENTICATED.status, UNAUTHENTICATED.message)
        except (LockedOutError, RateLimitedError) as error:
            return errors.too_many(error.seconds)
        except (ForbiddenError, RestError, BodyTooLargeError, BodyEncodingError) as error:
            return self._refused(scope, error)
        except UnavailableError as error:
            return errors.unavailable(error)

    async def _of_resource(
        self, actor: Actor, segments: tuple[str, ...], scope: Scope, receive: Receive
    ) -> Answer:
        request = Request(
            actor=actor,
            method=_method(scope),
            segments=segments,
            query=scope["query_string"].decode("latin-1"),
            body=await read_body(scope, receive, self._engine.max_body_bytes(segments)),
        )
        if request.body and not _may_be_json(header(scope, b"content-type")):
            raise media_type()
        reply = await self._engine.serve(request)
        return Answer(reply.status, reply.body, JSON_UTF8 if self._is_recent(scope) else JSON)

    async def _of_route(self, actor: Actor, scope: Scope, receive: Receive) -> Answer:
        found = self._router.find(_method(scope), _segments(scope))
        if found is None:
            return _leads_nowhere(scope)
        route, parts = found
        authorize(actor, route.area, route.level, route.permissions)
        call = RouteCall(
            actor=actor,
            parts=parts,
            parameters=parameters_of(scope["query_string"].decode("latin-1")),
            body=body_pieces(scope, receive, route.max_body_bytes),
            content_type=header(scope, b"content-type").decode("latin-1"),
        )
        reply = await route.run(call)
        content_type = reply.content_type.encode() or (JSON_UTF8 if route.is_recent else JSON)
        if reply.pieces is not None:
            return StreamedAnswer(reply.status, b"", content_type, reply.headers, pieces=reply.pieces)
        return Answer(reply.status, reply.body, content_type, reply.headers)

    def _refused(self, scope: Scope, error: RefusedError) -> Answer:
        """Write a refusal in the shape of what was asked."""
        headers: Headers = ()
        if isinstance(error, MethodNotAllowedError):
            headers = ((b"allow", ", ".join(error.allowed).encode()),)
        status = error.status if isinstance(error, RestError) else _STATUSES[type(error)]
        if _is_content(scope):
            own = error if isinstance(error, ContentError) else None
            code, details = (own.code, own.details) if own else ("", ())
            return errors.content_api(status, str(error), headers, code, details)
        info = error.info if isinstance(error, RestError) else ""
        if self._is_recent(scope):
            return errors.shape_c(status, str(error), headers, info=info)
        return errors.shape_a(status, str(error), info, headers)

    def _is_recent(self, scope: Scope) -> bool:
        segments = _resource_path(scope)
        resource = self._engine.resource_at(segments)
        return resource.is_recent if resource else not segments and not _is_old(scope)


def _method(scope: Scope) -> str:
    method: str = scope["method"]
    return "GET" if method == "HEAD" else method


def _is_old(scope: Scope) -> bool:
    path: str = scope["path"]
    return path.startswith(PREFIX)


def _is_content(scope: Scope) -> bool:
    path: str = scope["path"]
    return path.startswith(CONTENT_PREFIX)


def _segments(scope: Scope) -> tuple[str, ...]:
    """Take a path apart before it is decoded, so that ``%2F`` is part of a key.

    A slash at the end is as good as none (facts: REST.md 2).
    """
    raw: bytes = scope["raw_path"]
    return tuple(unquote(segment) for segment in raw.removesuffix(b"/").decode("latin-1").split("/")[1:])


def _resource_path(scope: Scope) -> tuple[str, ...]:
    """Give what follows ``/v3/REST/``, nothing for any other path."""
    match _segments(scope):
        case ("v3", kind, *segments) if kind.lower() == _RESOURCES:
            return tuple(segments)
        case _:
            return ()


def _may_be_json(content_type: bytes) -> bool:
    """Tell whether a body of this type is read as JSON.

    Actions without properties come with any simple type, and curl says that a form is what it sends
    (facts: REST.md 3).
    """
    name = content_type.partition(b";")[0].strip().lower()
    return name in _JSON_TYPES or name.endswith(b"+json")


def _leads_nowhere(scope: Scope) -> Answer:
    """Answer a path without route; below ``/v3/`` Mailjet says 500 for what is the caller's mistake."""
    if _is_content(scope):
        return errors.content_api(errors.NOT_FOUND, "There is nothing at this path.")
    if not _is_old(scope):
        return errors.shape_c(errors.NOT_FOUND, "There is nothing at this path.")
    name = scope["path"].removeprefix(PREFIX).partition("/")[0]
    if name.lower() == _DATA:
        return errors.shape_a(errors.NOT_FOUND, "Source object not found")
    text = f'Could not determine HTTP module for request "{name[:80]}"'
    return errors.shape_a(errors.INTERNAL, text, "EFPWebError")
