"""Errors as the clients of Mailjet's API expect them (compatibility: rest#errors).

Shape A: ``ErrorInfo``, ``ErrorMessage``, ``StatusCode``, of the v3 REST resources; shape B is A with an
object in ``ErrorInfo``. Shape C: ``ErrorIdentifier``, ``StatusCode``, ``ErrorMessage``, of everything newer.
"""

from __future__ import annotations

import html
import uuid
from typing import TYPE_CHECKING, Final

import msgspec

from aerogram.base.errors import StoreFullError
from aerogram.doors.asgi.answers import HTML, JSON, JSON_UTF8, Answer

if TYPE_CHECKING:
    from aerogram.base.errors import UnavailableError
    from aerogram.doors.asgi.answers import Headers

UNAVAILABLE: Final = 503
INTERNAL: Final = 500
NOT_FOUND: Final = 404
TOO_MANY: Final = 429

RETRY_SECONDS: Final = 5
"""Retry-After for a store that cannot be reached: it mostly passes soon."""
RETRY_WHEN_FULL_SECONDS: Final = 60
"""Retry-After for a full disk: somebody has to make room."""

_CONTENT_CODES: Final = {
    400: "MJ-0001",
    401: "MJ-0004",
    403: "MJ-0004",
    404: "MJ-0003",
    413: "PS-0007",
}
"""Codes of the Content API for what says nothing more precise: invalid request, unauthorized, not found, too large."""
_OTHER_CODE: Final = "MJ-0000"

_encode: Final = msgspec.json.Encoder().encode


def shape_a(status: int, message: str, info: object = "", headers: Headers = ()) -> Answer:
    """Answer as the v3 REST resources do; ``info`` is text, or an object that names properties."""
    body = {"ErrorInfo": info, "ErrorMessage": message, "StatusCode": status}
    return Answer(status, _encode(body), JSON, headers)


def shape_c(
    status: int, message: str, headers: Headers = (), identifier: str = "", info: object = ""
) -> Answer:
    """Answer as the newer services do; the identifier is for finding the case in the log.

    ``info`` stands in ``ErrorInfo`` as in shape A, where there is any: the message alone names no property.
    """
    body: dict[str, object] = {
        "ErrorIdentifier": identifier or str(uuid.uuid4()),
        "StatusCode": status,
        "ErrorMessage": message,
    }
    if info:
        body["ErrorInfo"] = info
    return Answer(status, _encode(body), JSON_UTF8, headers)


def content_api(
    status: int, message: str, headers: Headers = (), code: str = "", details: object = ()
) -> Answer:
    """Answer as the Content API does: shape C, with a code, the mistakes of single properties, and its own name of the identifier."""
    identifier = str(uuid.uuid4())
    body = {
        "ErrorIdentifier": identifier,
        "RequestGUID": identifier,
        "ErrorCode": code or _CONTENT_CODES.get(status, _OTHER_CODE),
        "StatusCode": status,
        "ErrorMessage": message,
        "Details": details,
    }
    return Answer(status, _encode(body), JSON_UTF8, (*headers, (b"x-mj-request-guid", identifier.encode())))


def unavailable(error: UnavailableError) -> Answer:
    """Answer that nothing was done and the same request may work later."""
    return shape_c(UNAVAILABLE, str(error), _retry_after(error))


def unavailable_v3(error: UnavailableError) -> Answer:
    """Answer the same in shape A."""
    return shape_a(UNAVAILABLE, str(error), headers=_retry_after(error))


def _retry_after(error: UnavailableError) -> Headers:
    seconds = RETRY_WHEN_FULL_SECONDS if isinstance(error, StoreFullError) else RETRY_SECONDS
    return ((b"retry-after", b"%d" % seconds),)


def page(status: int, title: str, headers: Headers = ()) -> Answer:
    """Answer with a plain HTML page, as Mailjet's front servers do outside of their API."""
    text = html.escape(title)
    body = f"<html>\r\n<head><title>{text}</title></head>\r\n<body><h1>{text}</h1></body>\r\n</html>\r\n"
    return Answer(status, body.encode(), HTML, headers)


def unauthorized_v3() -> Answer:
    """Answer wrong credentials below /v3: an empty body and a challenge."""
    challenge = (b"www-authenticate", b'Basic realm="Provide an apiKey and secretKey"')
    return Answer(401, b"", HTML, (challenge,))


def too_many(seconds: int) -> Answer:
    """Answer a client that asks too often, or failed to log in too often; Mailjet's is no JSON."""
    answer = page(TOO_MANY, "Rate limit exceeded")
    return msgspec.structs.replace(answer, headers=((b"retry-after", b"%d" % seconds),))
