"""Requests and responses of the REST API, independent of HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

import msgspec

from aerogram.doors.rest import errors

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

    from aerogram.model.actor import Actor

OK: Final = 200
CREATED: Final = 201
NO_CONTENT: Final = 204
NOT_MODIFIED: Final = 304
MAX_PARAMETERS: Final = 200


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """A request to a resource. ``segments`` are those of the path after ``/v3/REST/``, percent-decoded."""

    actor: Actor
    method: str
    segments: tuple[str, ...]
    query: str = ""
    body: bytes = b""


class RouteCall(msgspec.Struct, frozen=True, kw_only=True):
    """A request to a `Route`."""

    actor: Actor
    parts: Mapping[str, str]
    """The path segments by the names that the route has in braces; percent-decoded, never empty."""
    parameters: Mapping[str, str]
    """The query: names in lower case; the first value of a repeated name."""
    body: AsyncIterator[bytes]
    """The body in pieces, decompressed; raises when it exceeds the route's limit."""

    content_type: str = ""
    """The Content-Type of the body with its parameters, as the client sent it."""

    read_whole: Callable[[], Awaitable[bytes]] | None = None
    """Reads the body into memory when there is room for it; then ``body`` must not be read."""

    async def whole_body(self) -> bytes:
        """Read the body into memory."""
        if self.read_whole is not None:
            return await self.read_whole()
        return b"".join([piece async for piece in self.body])


class Response(msgspec.Struct, frozen=True):
    """A response. An empty body is sent as none; ``content_type`` "" means JSON."""

    status: int
    body: bytes = b""
    content_type: str = ""
    headers: tuple[tuple[bytes, bytes], ...] = ()
    pieces: AsyncIterator[bytes] | None = None
    """A streamed body, used instead of ``body`` when it is too long for memory; for routes only."""


def parameters_of(query: str) -> dict[str, str]:
    """Parse a query: names in lower case; the first value of a repeated name wins. Raises `RestError`."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=MAX_PARAMETERS)
    except ValueError:
        raise errors.invalid_query(f"A query may have at most {MAX_PARAMETERS} parameters") from None
    parameters: dict[str, str] = {}
    for name, value in pairs:
        parameters.setdefault(name.lower(), value)
    return parameters
