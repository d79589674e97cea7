"""What goes into the REST surface and comes out of it, without a word of HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

import msgspec

from aerogram.doors.rest import errors

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from aerogram.model.actor import Actor

OK: Final = 200
CREATED: Final = 201
NO_CONTENT: Final = 204
NOT_MODIFIED: Final = 304
MAX_PARAMETERS: Final = 200


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """A call of a resource. ``segments`` are those of the path behind ``/v3/REST/``, percent-decoded."""

    actor: Actor
    method: str
    segments: tuple[str, ...]
    query: str = ""
    body: bytes = b""


class RouteCall(msgspec.Struct, frozen=True, kw_only=True):
    """A call of a `Route`."""

    actor: Actor
    parts: Mapping[str, str]
    """What stands in the path where the route has names in braces, percent-decoded and never empty."""
    parameters: Mapping[str, str]
    """The query: names in lower case, the first of a repeated one."""
    body: AsyncIterator[bytes]
    """The body in pieces, decompressed; raises when it grows longer than the route allows."""

    content_type: str = ""
    """The media type of the body with its parameters, as the client gives it."""

    async def whole_body(self) -> bytes:
        """Read the body into memory."""
        return b"".join([piece async for piece in self.body])


class Reply(msgspec.Struct, frozen=True):
    """The answer; an empty body goes out as none. ``content_type`` "" is JSON."""

    status: int
    body: bytes = b""
    content_type: str = ""
    headers: tuple[tuple[bytes, bytes], ...] = ()
    pieces: AsyncIterator[bytes] | None = None
    """A body that is too long to be held, in place of ``body``; only routes may answer so."""


def parameters_of(query: str) -> dict[str, str]:
    """Read a query: names in lower case, the first of a repeated one wins. Raises `RestError`."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=MAX_PARAMETERS)
    except ValueError:
        raise errors.invalid_query(f"A query may have {MAX_PARAMETERS} parameters") from None
    parameters: dict[str, str] = {}
    for name, value in pairs:
        parameters.setdefault(name.lower(), value)
    return parameters
