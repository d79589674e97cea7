"""The endpoint of the management API: authenticate, dispatch to a resource or route, format errors as Mailjet does.

``/v3/REST/`` has the resources; other paths below ``/v3/``, ``/v1/`` and ``/v4/`` have the routes.
"""

from __future__ import annotations

import uuid
from functools import partial
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from aerogram.base.errors import UnavailableError
from aerogram.doors.asgi.answers import JSON, JSON_UTF8, Answer, StreamedAnswer, send_answer, send_streamed
from aerogram.doors.asgi.authentication import RateLimitedError, UnauthenticatedError
from aerogram.doors.asgi.bodies import BodyEncodingError, BodyTooLargeError, ClientGoneError
from aerogram.doors.asgi.body_pieces import body_pieces
from aerogram.doors.asgi.scope import header
from aerogram.doors.asgi.whole_body import read_body
from aerogram.doors.http import errors
from aerogram.doors.http.send.v31.errors import UNAUTHENTICATED
from aerogram.doors.rest.engine.calls import Request, RouteCall, parameters_of
from aerogram.doors.rest.errors import MethodNotAllowedError, RestError, media_type
from aerogram.doors.rest.route import CONTENT_PREFIX
from aerogram.doors.rest.v1.errors import ContentError
from aerogram.identity.attempts import LockedOutError
from aerogram.identity.gate import ForbiddenError, authorize
from aerogram.model.actor import actor_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aerogram.base.errors import RefusedError
    from aerogram.doors.asgi.answers import Headers
    from aerogram.doors.asgi.authentication import HttpAuthenticator
    from aerogram.doors.asgi.scope import Receive, Scope, Send
    from aerogram.doors.rest.engine.engine import Engine
    from aerogram.doors.rest.route import Router
    from aerogram.model.actor import Actor

DOOR: Final = "rest"
PREFIX: Final = "/v3/"
OTHER_PREFIXES: Final = (CONTENT_PREFIX, "/v4/")
_RESOURCES: Final = "rest"
_DATA: Final = "data"
"""Paths of files below it; an unknown source of files has its own error (compatibility: rest#errors)."""
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
    """Serves everything below ``/v3/``, ``/v1/`` and ``/v4/`` except the Send API."""

    def __init__(self, authenticator: HttpAuthenticator, engine: Engine, router: Router) -> None:
        self._authenticator = authenticator
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
                self._authenticator.admit_with_token(scope)
                if _is_content(scope)
                else self._authenticator.admit(scope)
            )
            actor = actor_of(principal, DOOR, str(uuid.uuid4()))
            segments = _resource_path(scope)
            if segments:
                return await self._of_resource(actor, segments, scope, receive)
            return await self._of_route(actor, scope, receive)
        except UnauthenticatedError:
            if _is_old(scope):
                return errors.unauthorized_v3()
            headers = _CHALLENGES if _is_content(scope) else ()
            return _shaped(scope, UNAUTHENTICATED.status, UNAUTHENTICATED.message, headers)
        except (LockedOutError, RateLimitedError) as error:
            return errors.too_many(error.seconds)
        except (ForbiddenError, RestError, BodyTooLargeError, BodyEncodingError) as error:
            return self._refused(scope, error)
        except UnavailableError as error:
            return errors.unavailable_content(error) if _is_content(scope) else errors.unavailable(error)

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
        authorize(actor, route.area, route.level, route.permissions, in_sandbox=route.in_sandbox)
        call = RouteCall(
            actor=actor,
            parts=parts,
            parameters=parameters_of(scope["query_string"].decode("latin-1")),
            body=body_pieces(scope, receive, route.max_body_bytes),
            content_type=header(scope, b"content-type").decode("latin-1"),
            read_whole=partial(read_body, scope, receive, route.max_body_bytes),
        )
        reply = await route.run(call)
        content_type = reply.content_type.encode() or (JSON_UTF8 if route.is_recent else JSON)
        if reply.pieces is not None:
            return StreamedAnswer(reply.status, b"", content_type, reply.headers, pieces=reply.pieces)
        return Answer(reply.status, reply.body, content_type, reply.headers)

    def _refused(self, scope: Scope, error: RefusedError) -> Answer:
        """Build an error response, in the format of the requested API."""
        headers: Headers = ()
        if isinstance(error, MethodNotAllowedError):
            headers = ((b"allow", ", ".join(error.allowed).encode()),)
        if isinstance(error, ContentError):
            return errors.content_api(error.status, str(error), headers, error.code, error.details)
        status, info = (
            (error.status, error.info) if isinstance(error, RestError) else (_STATUSES[type(error)], "")
        )
        return _shaped(scope, status, str(error), headers, info, is_recent=self._is_recent(scope))

    def _is_recent(self, scope: Scope) -> bool:
        segments = _resource_path(scope)
        resource = self._engine.resource_at(segments)
        return resource.is_recent if resource else not segments and not _is_old(scope)


def _shaped(
    scope: Scope,
    status: int,
    message: str,
    headers: Headers = (),
    info: object = "",
    *,
    is_recent: bool = True,
) -> Answer:
    """Build an error in the format of the requested API."""
    if _is_content(scope):
        return errors.content_api(status, message, headers)
    if is_recent:
        return errors.shape_c(status, message, headers, info=info)
    return errors.shape_a(status, message, info, headers)


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
    """Split a path before decoding it, so that ``%2F`` is part of a key.

    A trailing slash is ignored (compatibility: rest#urls).
    """
    raw: bytes = scope["raw_path"]
    return tuple(unquote(segment) for segment in raw.removesuffix(b"/").decode("latin-1").split("/")[1:])


def _resource_path(scope: Scope) -> tuple[str, ...]:
    """Return the segments after ``/v3/REST/``; none for any other path."""
    match _segments(scope):
        case ("v3", kind, *segments) if kind.lower() == _RESOURCES:
            return tuple(segments)
        case _:
            return ()


def _may_be_json(content_type: bytes) -> bool:
    """Return whether a body of this type is parsed as JSON.

    Actions without properties come with any simple type, and curl sends the type of a form
    (compatibility: rest#requests).
    """
    name = content_type.partition(b";")[0].strip().lower()
    return name in _JSON_TYPES or name.endswith(b"+json")


def _leads_nowhere(scope: Scope) -> Answer:
    """Build the error of a path without route; below ``/v3/`` Mailjet uses status 500."""
    if not _is_old(scope):
        return _shaped(scope, errors.NOT_FOUND, "There is nothing at this path.")
    name = scope["path"].removeprefix(PREFIX).partition("/")[0]
    if name.lower() == _DATA:
        return errors.shape_a(errors.NOT_FOUND, "Source object not found")
    text = f'Could not determine HTTP module for request "{name[:80]}"'
    return errors.shape_a(errors.INTERNAL, text, "EFPWebError")
