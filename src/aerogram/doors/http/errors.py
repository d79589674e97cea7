"""Errors in the formats that Mailjet clients expect (compatibility: rest#errors).

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
"""Retry-After if the store is not available: usually brief."""
RETRY_WHEN_FULL_SECONDS: Final = 60
"""Retry-After for a full disk: an operator must free space."""

_CONTENT_CODES: Final = {
    400: "MJ-0001",
    401: "MJ-0004",
    403: "MJ-0004",
    404: "MJ-0003",
    413: "PS-0007",
}
"""Generic codes of the Content API: invalid request, unauthorized, not found, too large."""
_OTHER_CODE: Final = "MJ-0000"

_encode: Final = msgspec.json.Encoder().encode


def shape_a(status: int, message: str, info: object = "", headers: Headers = ()) -> Answer:
    """Build an error of the v3 REST resources; ``info`` is text, or an object that names properties."""
    body = {"ErrorInfo": info, "ErrorMessage": message, "StatusCode": status}
    return Answer(status, _encode(body), JSON, headers)


def shape_c(
    status: int, message: str, headers: Headers = (), identifier: str = "", info: object = ""
) -> Answer:
    """Build an error of the newer services; the identifier is also in the log.

    ``info``, if any, goes into ``ErrorInfo`` as in shape A, because the message alone names no property.
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
    """Build an error of the Content API: shape C with a code, validation errors and another name of the identifier."""
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
    """Build the response for a request that was not processed and may be retried."""
    return shape_c(UNAVAILABLE, str(error), _retry_after(error))


def unavailable_v3(error: UnavailableError) -> Answer:
    """Build the same in shape A."""
    return shape_a(UNAVAILABLE, str(error), headers=_retry_after(error))


def unavailable_content(error: UnavailableError) -> Answer:
    """Build the same for the Content API."""
    return content_api(UNAVAILABLE, str(error), _retry_after(error))


def _retry_after(error: UnavailableError) -> Headers:
    seconds = RETRY_WHEN_FULL_SECONDS if isinstance(error, StoreFullError) else RETRY_SECONDS
    return ((b"retry-after", b"%d" % seconds),)


def page(status: int, title: str, headers: Headers = ()) -> Answer:
    """Build a plain HTML page, as Mailjet's front servers send outside of their API."""
    text = html.escape(title)
    body = f"<html>\r\n<head><title>{text}</title></head>\r\n<body><h1>{text}</h1></body>\r\n</html>\r\n"
    return Answer(status, body.encode(), HTML, headers)


def unauthorized_v3() -> Answer:
    """Build the 401 of paths below /v3: an empty body and a challenge."""
    challenge = (b"www-authenticate", b'Basic realm="Provide an apiKey and secretKey"')
    return Answer(401, b"", HTML, (challenge,))


def too_many(seconds: int) -> Answer:
    """Build the 429 for too many requests or failed logins; Mailjet's is not JSON."""
    answer = page(TOO_MANY, "Rate limit exceeded")
    return msgspec.structs.replace(answer, headers=((b"retry-after", b"%d" % seconds),))
