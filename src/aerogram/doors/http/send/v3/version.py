"""Version 3 of the Send API: paths and responses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aerogram.base.errors import UnavailableError
from aerogram.doors.asgi.answers import Answer
from aerogram.doors.asgi.authentication import RateLimitedError, UnauthenticatedError
from aerogram.doors.asgi.bodies import BodyEncodingError, BodyTooLargeError
from aerogram.doors.http import errors as answers
from aerogram.doors.http import idempotency
from aerogram.doors.http.idempotency import MalformedKeyError
from aerogram.doors.http.send.shared.errors import BAD_REQUEST, FORBIDDEN, RefusedCallError
from aerogram.doors.http.send.v3.answer import sent
from aerogram.doors.http.send.v3.call import read_call
from aerogram.doors.http.send.v3.errors import PAYLOAD_TOO_LARGE, TOO_LARGE
from aerogram.identity.attempts import LockedOutError
from aerogram.identity.gate import ForbiddenError
from aerogram.submission.once import KeyReusedError

if TYPE_CHECKING:
    from aerogram.doors.asgi.answers import Headers
    from aerogram.doors.asgi.scope import Scope
    from aerogram.doors.http.send.v3.call import Call
    from aerogram.doors.http.send.version import Outcome

DOOR: Final = "v3"
"""The name of this door in the message record."""
PATH: Final = "/v3/send"
PATHS: Final = frozenset({PATH, f"{PATH}/", f"{PATH}/message", f"{PATH}/message/"})
"""One service with two paths (compatibility: send-v3#transport); a trailing slash is ignored."""
_OK: Final = 200
_NOT_ALLOWED: Final = 405


class SendV3:
    """Version 3: a call is sent completely or not at all, and errors are sentences."""

    door = DOOR
    path = PATH
    is_whole = True
    too_large = PAYLOAD_TOO_LARGE

    def request_id(self) -> str:
        """Return "": responses of this version do not name the request."""
        return ""

    def misplaced(self, _scope: Scope) -> Answer | None:
        """Accept everything: only `PATHS` are routed here."""
        return None

    def wrong_method(self, scope: Scope) -> Answer | None:
        """Build the response to a method other than POST."""
        if scope["method"] == "POST":
            return None
        return answers.shape_a(_NOT_ALLOWED, "Method not allowed", headers=((b"allow", b"POST"),))

    def read_call(self, body: bytes) -> Call:
        """Parse the body of a request. Raises `RefusedCallError`."""
        return read_call(body)

    def accepted(self, outcome: Outcome, headers: Headers) -> Answer:
        """Build the response to an accepted call."""
        receipts = [
            parsed.receipts_of_entries(each)
            for parsed, each in zip(outcome.messages, outcome.receipts, strict=True)
        ]
        return Answer(_OK, sent(receipts), headers=headers)

    def refused(self, error: Exception) -> Answer:
        """Build the response to a rejected request."""
        match error:
            case RefusedCallError():
                return answers.shape_a(error.status, str(error), error.where)
            case UnauthenticatedError():
                return answers.unauthorized_v3()
            case LockedOutError() | RateLimitedError():
                return answers.too_many(error.seconds)
            case ForbiddenError():
                return answers.shape_a(FORBIDDEN, str(error))
            case MalformedKeyError() | KeyReusedError():
                code, status, why = idempotency.refusal(error)
                return answers.shape_a(status, why, code)
            case BodyTooLargeError():
                return answers.shape_a(TOO_LARGE, str(error))
            case BodyEncodingError():
                return answers.shape_a(BAD_REQUEST, str(error))
            case UnavailableError():
                return answers.unavailable_v3(error)
        raise error
