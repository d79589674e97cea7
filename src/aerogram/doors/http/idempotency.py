"""The header ``Idempotency-Key`` of the Send API.

It follows the IETF's draft-ietf-httpapi-idempotency-key-header: 400 for a malformed key, 422 for a key that was
used for another request. The key is used verbatim, including quotes. Each version of the API has its own error
format.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

from aerogram.base.errors import RefusedError
from aerogram.doors.asgi.scope import header
from aerogram.doors.http.derived_keys import is_derived
from aerogram.model.idempotency import KEY_RULE, MAX_KEY, IdempotencyKey, Replay, is_key, stored_key

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aerogram.doors.asgi.answers import Headers
    from aerogram.doors.asgi.scope import Scope
    from aerogram.model.actor import Actor

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotent-Replayed"
MALFORMED_CODE: Final = "ag-0001"
MALFORMED_STATUS: Final = 400
REUSED_CODE: Final = "ag-0002"
REUSED_STATUS: Final = 422
"""Our own codes: Mailjet has no such header, and its clients display unknown codes."""

_NAME: Final = HEADER.lower().encode()
_REPLAY_HEADERS: Final = ((REPLAYED.lower().encode(), b"true"),)
_DIGEST: Final = 32

PARAMETER: Final[dict[str, Any]] = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": (
        "Identifies this request for 24 hours. A repeated request with the same key sends nothing again; the "
        f"response has the same MessageIDs and the header {REPLAYED}: true. A different request with the same key "
        f"is rejected with {REUSED_STATUS} and {REUSED_CODE}, a malformed key with {MALFORMED_STATUS} and "
        f"{MALFORMED_CODE}. A rejected request does not use up its key. The digest that Mailjet's Python SDK "
        "sends automatically is ignored."
    ),
    "schema": {"type": "string", "minLength": 1, "maxLength": MAX_KEY, "pattern": "^[!-~]+$"},
}
"""The header as an OpenAPI parameter."""
REPLAYED_HEADER: Final[dict[str, Any]] = {
    REPLAYED: {
        "description": f"The request repeats an earlier one with the same {HEADER}; nothing was sent again.",
        "schema": {"type": "string", "const": "true"},
    }
}


class MalformedKeyError(RefusedError):
    """The header has no valid key."""


def read_key(scope: Scope, body: bytes) -> str:
    """Return the key of a request; "" if it is missing or derived. Raises `MalformedKeyError`.

    ``body`` is the decompressed body of the request.
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


def key_of(actor: Actor, key: str, path: str, body: bytes, taken: Iterable[int]) -> IdempotencyKey | None:
    """Build the key of a call for `Acceptor.accept`; None if ``key`` is "".

    Two calls are the same if path, decompressed ``body`` and ``taken`` are equal; ``taken`` holds the indices of
    the accepted messages. If a message that was rejected before would be accepted now, it is another request,
    because there is no receipt to return for it.
    """
    if not key:
        return None
    digest = hashlib.blake2b(body, digest_size=_DIGEST)
    digest.update(f"\n{path}\n{','.join(map(str, taken))}".encode())
    own = stored_key(key, is_sandboxed=actor.is_sandboxed)
    return IdempotencyKey(actor.account_id, own, digest.hexdigest())


def refusal(error: RefusedError) -> tuple[str, int, str]:
    """Return code, HTTP status and message of a `MalformedKeyError` or a `KeyReusedError`."""
    if isinstance(error, MalformedKeyError):
        return MALFORMED_CODE, MALFORMED_STATUS, str(error)
    return REUSED_CODE, REUSED_STATUS, str(error)


def replay_headers(receipts: object) -> Headers:
    """Return the headers that mark a repeated call."""
    return _REPLAY_HEADERS if isinstance(receipts, Replay) else ()
