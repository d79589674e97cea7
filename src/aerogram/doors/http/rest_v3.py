"""The endpoint of ``/v3/REST/``: who asks, then the engine of the resources, then Mailjet's error bodies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aerogram.base.errors import UnavailableError
from aerogram.doors.http import errors
from aerogram.doors.http.answers import JSON, JSON_UTF8, Answer, send_answer
from aerogram.doors.http.basic_auth import RateLimitedError, UnauthenticatedError
from aerogram.doors.http.bodies import BodyEncodingError, BodyTooLargeError, ClientGoneError, read_body
from aerogram.doors.rest.engine import Request
from aerogram.doors.rest.faults import MethodNotAllowedError, RestError
from aerogram.identity.attempts import LockedOutError
from aerogram.identity.gate import ForbiddenError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aerogram.base.errors import RefusedError
    from aerogram.doors.http.answers import Headers
    from aerogram.doors.http.asgi import Receive, Scope, Send
    from aerogram.doors.http.basic_auth import Doorkeeper
    from aerogram.doors.rest.engine import Engine

PREFIX: Final = "/v3/"
_RESOURCES: Final = "rest"
_STATUSES: Final[Mapping[type, int]] = {ForbiddenError: 403, BodyTooLargeError: 413, BodyEncodingError: 400}


class RestV3:
    """Serves everything below ``/v3/``."""

    def __init__(self, doorkeeper: Doorkeeper, engine: Engine) -> None:
        self._doorkeeper = doorkeeper
        self._engine = engine

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            answer = await self._answer(scope, receive)
        except ClientGoneError:
            return
        await send_answer(scope, send, answer)

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        try:
            return await self._served(scope, receive)
        except UnauthenticatedError:
            return errors.unauthorized_v3()
        except (LockedOutError, RateLimitedError) as error:
            return errors.too_many(error.seconds)
        except (ForbiddenError, RestError, BodyTooLargeError, BodyEncodingError) as error:
            return self._refused(scope, error)
        except UnavailableError as error:
            return errors.unavailable(error)

    def _refused(self, scope: Scope, error: RefusedError) -> Answer:
        """Write a refusal in the shape of the resource that was asked."""
        headers: Headers = ()
        if isinstance(error, MethodNotAllowedError):
            headers = ((b"allow", ", ".join(error.allowed).encode()),)
        status = error.status if isinstance(error, RestError) else _STATUSES[type(error)]
        info = error.info if isinstance(error, RestError) else ""
        if self._is_recent(_split(scope["path"])[1]):
            return errors.shape_c(status, str(error), headers, info=info)
        return errors.shape_a(status, str(error), info, headers)

    def _is_recent(self, segments: tuple[str, ...]) -> bool:
        resource = self._engine.resource_at(segments)
        return resource is not None and resource.is_recent

    async def _served(self, scope: Scope, receive: Receive) -> Answer:
        principal = await self._doorkeeper.admit(scope)
        kind, segments = _split(scope["path"])
        if kind.lower() != _RESOURCES or not segments:
            return _no_module(kind)
        method = scope["method"]
        request = Request(
            principal=principal,
            method="GET" if method == "HEAD" else method,
            segments=segments,
            query=scope["query_string"].decode("latin-1"),
            body=await read_body(scope, receive, self._engine.max_body_bytes(segments)),
        )
        reply = await self._engine.serve(request)
        return Answer(reply.status, reply.body, JSON_UTF8 if self._is_recent(segments) else JSON)


def _split(path: str) -> tuple[str, tuple[str, ...]]:
    """Take a path below ``/v3/`` apart; a slash at the end is as good as none (facts: REST.md 2)."""
    kind, *segments = path.removeprefix(PREFIX).split("/")
    if segments and not segments[-1]:
        segments.pop()
    return kind, tuple(segments)


def _no_module(name: str) -> Answer:
    """Answer a path that leads nowhere; Mailjet says 500 for what is the caller's mistake."""
    text = f'Could not determine HTTP module for request "{name[:80]}"'
    return errors.shape_a(errors.INTERNAL, text, "EFPWebError")
