"""The endpoint of ``/v3/REST/``: who asks, then the engine of the resources, then Mailjet's error bodies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aerogram.base.errors import UnavailableError
from aerogram.doors.http import errors
from aerogram.doors.http.answers import JSON, Answer, send_answer
from aerogram.doors.http.basic_auth import RateLimitedError, UnauthenticatedError
from aerogram.doors.http.bodies import BodyEncodingError, BodyTooLargeError, ClientGoneError, read_body
from aerogram.doors.rest.engine import Request
from aerogram.doors.rest.faults import MethodNotAllowedError, RestError
from aerogram.identity.attempts import LockedOutError
from aerogram.identity.gate import ForbiddenError

if TYPE_CHECKING:
    from aerogram.doors.http.asgi import Receive, Scope, Send
    from aerogram.doors.http.basic_auth import Doorkeeper
    from aerogram.doors.rest.engine import Engine

MAX_BODY_BYTES: Final = 1024 * 1024
"""Far more than any object that is declared today."""
PREFIX: Final = "/v3/"
_RESOURCES: Final = "rest"


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
        except ForbiddenError as error:
            return errors.shape_a(403, str(error))
        except MethodNotAllowedError as error:
            allow = (b"allow", ", ".join(error.allowed).encode())
            return errors.shape_a(error.status, str(error), headers=(allow,))
        except RestError as error:
            return errors.shape_a(error.status, str(error), error.info)
        except BodyTooLargeError as error:
            return errors.shape_a(413, str(error))
        except BodyEncodingError as error:
            return errors.shape_a(400, str(error))
        except UnavailableError as error:
            return errors.unavailable(error)

    async def _served(self, scope: Scope, receive: Receive) -> Answer:
        principal = await self._doorkeeper.admit(scope)
        kind, *segments = scope["path"].removeprefix(PREFIX).split("/")
        if segments and not segments[-1]:
            # A slash at the end is as good as none (facts: REST.md 2).
            segments.pop()
        if kind.lower() != _RESOURCES or not segments:
            return _no_module(kind)
        method = scope["method"]
        request = Request(
            principal=principal,
            method="GET" if method == "HEAD" else method,
            segments=tuple(segments),
            query=scope["query_string"].decode("latin-1"),
            body=await read_body(scope, receive, MAX_BODY_BYTES),
        )
        reply = await self._engine.serve(request)
        return Answer(reply.status, reply.body, JSON)


def _no_module(name: str) -> Answer:
    """Answer a path that leads nowhere; Mailjet says 500 for what is the caller's mistake."""
    text = f'Could not determine HTTP module for request "{name[:80]}"'
    return errors.shape_a(errors.INTERNAL, text, "EFPWebError")
