"""The header ``Idempotency-Key`` of the Send API: reading it, and answering by it.

It follows the IETF's draft-ietf-httpapi-idempotency-key-header: a malformed key is answered with 400, one
that was used for another request with 422. The key is taken as it stands, with its quotes when
it has some. Each version of the API writes the refusals in its own shape of errors.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

from aerogram.base.errors import RefusedError
from aerogram.doors.asgi.scope import header
from aerogram.doors.http.derived_keys import is_derived
from aerogram.model.idempotency import KEY_RULE, MAX_KEY, IdempotencyKey, Replay, is_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aerogram.doors.asgi.answers import Headers
    from aerogram.doors.asgi.scope import Scope

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotent-Replayed"
MALFORMED_CODE: Final = "ag-0001"
MALFORMED_STATUS: Final = 400
REUSED_CODE: Final = "ag-0002"
REUSED_STATUS: Final = 422
"""The codes are ours: Mailjet knows no such header, and its clients show a code they do not know."""

_NAME: Final = HEADER.lower().encode()
_REPLAY_HEADERS: Final = ((REPLAYED.lower().encode(), b"true"),)
_DIGEST: Final = 32

PARAMETER: Final[dict[str, Any]] = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": (
        "Names this request, for 24 hours. Repeating the request with the same key sends nothing again and "
        f"is answered with the same MessageIDs and the header {REPLAYED}: true. Another request with the same key "
        f"is refused with {REUSED_STATUS} and {REUSED_CODE}, a malformed key with {MALFORMED_STATUS} and "
        f"{MALFORMED_CODE}. A request of which nothing was accepted leaves its key unused. The digest that "
        "Mailjet's Python SDK sends of its own accord counts as no key."
    ),
    "schema": {"type": "string", "minLength": 1, "maxLength": MAX_KEY, "pattern": "^[!-~]+$"},
}
"""The header in the words of OpenAPI."""
REPLAYED_HEADER: Final[dict[str, Any]] = {
    REPLAYED: {
        "description": f"The request repeats an earlier one with the same {HEADER}; nothing was sent again.",
        "schema": {"type": "string", "const": "true"},
    }
}


class MalformedKeyError(RefusedError):
    """The header is there and holds no key."""


def read_key(scope: Scope, body: bytes) -> str:
    """Give the key of a request; "" when it has none, or one that nobody chose. Raises `MalformedKeyError`.

    ``body`` is that of the request, before its Content-Encoding.
    """
    headers = scope["headers"]
    if _NAME not in dict(headers):
        return ""
    values = [value for name, value in headers if name == _NAME]
    if len(values) > 1:
        raise MalformedKeyError(f"The request has more than one {HEADER} header.")
    key: str = values[0].decode("latin-1")
    if not is_key(key):
        raise MalformedKeyError(f"The {HEADER} header is malformed: {KEY_RULE}")
    return "" if is_derived(key, body, header(scope, b"user-agent")) else key


def key_of(account_id: int, key: str, path: str, body: bytes, taken: Iterable[int]) -> IdempotencyKey | None:
    """Make the key of a call, for `Acceptor.accept`; None when ``key`` is "".

    Two calls ask for the same when path, ``body`` (as it was before its Content-Encoding) and ``taken`` are
    equal: the indices of those messages of the body that are accepted. A message that was refused before
    and would be sent now is another request; it has no receipt to be given again.
    """
    if not key:
        return None
    digest = hashlib.blake2b(body, digest_size=_DIGEST)
    digest.update(f"\n{path}\n{','.join(map(str, taken))}".encode())
    return IdempotencyKey(account_id, key, digest.hexdigest())


def refusal(error: RefusedError) -> tuple[str, int, str]:
    """Give code, HTTP status and sentence for a `MalformedKeyError` or a `KeyReusedError`."""
    if isinstance(error, MalformedKeyError):
        return MALFORMED_CODE, MALFORMED_STATUS, str(error)
    return REUSED_CODE, REUSED_STATUS, str(error)


def replay_headers(receipts: object) -> Headers:
    """Give the headers that tell a repeated call from its first."""
    return _REPLAY_HEADERS if isinstance(receipts, Replay) else ()
