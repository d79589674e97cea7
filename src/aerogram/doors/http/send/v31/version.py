"""Version 3.1 of the Send API: path and responses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aerogram.base.errors import UnavailableError
from aerogram.base.random_uuids import random_uuid
from aerogram.doors.asgi.answers import JSON_UTF8, Answer
from aerogram.doors.asgi.authentication import RateLimitedError, SuspendedError, UnauthenticatedError
from aerogram.doors.asgi.bodies import BodyEncodingError, BodyTooLargeError
from aerogram.doors.http import errors as answers
from aerogram.doors.http import idempotency
from aerogram.doors.http.idempotency import MalformedKeyError
from aerogram.doors.http.send.shared.errors import BAD_REQUEST, FORBIDDEN, RefusedCallError
from aerogram.doors.http.send.v31 import answer, errors
from aerogram.doors.http.send.v31.call import read_call
from aerogram.identity.attempts import LockedOutError
from aerogram.identity.gate import ForbiddenError
from aerogram.submission.once import KeyReusedError

if TYPE_CHECKING:
    from aerogram.doors.asgi.answers import Headers
    from aerogram.doors.asgi.scope import Scope
    from aerogram.doors.http.send.shared.errors import SendError
    from aerogram.doors.http.send.v31.call import Call
    from aerogram.doors.http.send.v31.plain import PlainCall
    from aerogram.doors.http.send.version import Outcome

DOOR: Final = "v3.1"
"""The name of this door in the message record."""
PATH: Final = "/v3.1/send"


class SendV31:
    """Version 3.1: each message of a call is sent, or rejected with all its errors."""

    door = DOOR
    path = PATH
    is_whole = False
    too_large = errors.PAYLOAD_TOO_LARGE

    def __init__(self, public_url: str) -> None:
        self._href = f"{public_url}/v3/REST/message/"
        self._sandbox_href = f"{public_url}/v3/message/"

    def request_id(self) -> str:
        """Generate an identifier for the request."""
        return random_uuid()

    def misplaced(self, scope: Scope) -> Answer | None:
        """Build the response to any other path or method below ``/v3.1/``."""
        if scope["path"] == PATH and scope["method"] == "POST":
            return None
        return answers.page(answers.NOT_FOUND, "404 Not Found")

    def wrong_method(self, _scope: Scope) -> Answer | None:
        """Accept everything: methods other than POST are handled by `misplaced`."""
        return None

    def read_call(self, body: bytes) -> Call | PlainCall:
        """Parse the body of a request. Raises `RefusedCallError`."""
        return read_call(body)

    def accepted(self, outcome: Outcome, headers: Headers) -> Answer:
        """Build the response to a call: receipts or errors of each message."""
        href = self._sandbox_href if outcome.is_sandbox else self._href
        receipts = iter(outcome.receipts)
        shown = [
            answer.refused(noted) if noted else answer.sent(parsed, next(receipts), href)
            for parsed, noted in zip(outcome.messages, outcome.errors, strict=True)
        ]
        return Answer(answer.status_of(outcome.errors), answer.encoded(shown), JSON_UTF8, headers)

    def refused(self, error: Exception) -> Answer:
        """Build the response to a rejected request."""
        match error:
            case RefusedCallError():
                return _flat(error.error)
            case SuspendedError():
                return _flat(errors.SUSPENDED)
            case UnauthenticatedError():
                return _flat(errors.UNAUTHENTICATED)
            case LockedOutError() | RateLimitedError():
                return answers.too_many(error.seconds)
            case ForbiddenError():
                return answers.shape_c(FORBIDDEN, str(error))
            case MalformedKeyError() | KeyReusedError():
                return _flat(errors.wrong_key(*idempotency.refusal(error)))
            case BodyTooLargeError():
                return _flat(errors.PAYLOAD_TOO_LARGE)
            case BodyEncodingError():
                return answers.shape_c(BAD_REQUEST, str(error))
            case UnavailableError():
                return answers.unavailable(error)
        raise error


def _flat(error: SendError) -> Answer:
    return Answer(error.status, answer.encoded_error(error), JSON_UTF8)
