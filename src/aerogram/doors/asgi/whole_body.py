"""Read a request body into memory, by way of a file if it is large.

While a large body arrives, only its last piece is in memory. It is read back when the process has room for it and
for what parsing makes of it, so few large bodies are parsed at a time, however many arrive.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aerogram.base.errors import BusyError
from aerogram.base.in_flight.budget import SMALL_BYTES
from aerogram.base.in_flight.in_flight import SPOOLED_FROM
from aerogram.doors.asgi.bodies import ClientGoneError, announced_bytes, too_large
from aerogram.doors.asgi.body_pieces import body_pieces
from aerogram.doors.asgi.held import ROOM_SECONDS, held_of
from aerogram.doors.asgi.scope import header

if TYPE_CHECKING:
    from aerogram.base.in_flight.in_flight import Held
    from aerogram.doors.asgi.scope import Receive, Scope

COPIES: Final = 4
"""How often a large body is in memory at its peak: as received, as parsed values, as stored JSON, and once more
while one is made of the other."""


async def read_body(scope: Scope, receive: Receive, max_bytes: int) -> bytes:
    """Read and decompress a body of at most ``max_bytes``.

    Supports gzip and deflate (RFC 9110 section 8.4.1). Raises `BodyTooLargeError`, `BodyEncodingError`,
    `ClientGoneError`, or `UnavailableError` (or its `BusyError`) when there is no room for the body.
    """
    announced = announced_bytes(scope, max_bytes)
    held = held_of(scope)
    if announced > SMALL_BYTES and not held.can_take(announced):
        raise BusyError
    encoding = header(scope, b"content-encoding")
    if (encoding and encoding != b"identity") or announced > SMALL_BYTES:
        return await _collected(scope, receive, max_bytes, held)
    message = await receive()
    if message["type"] != "http.request":
        raise ClientGoneError("The client closed the connection before its request was complete.")
    body: bytes = message.get("body", b"")
    if message.get("more_body", False) or len(body) > SMALL_BYTES:
        return await _collected(scope, _beginning_with(message, receive), max_bytes, held)
    if len(body) > max_bytes:
        raise too_large(max_bytes)
    if not held.memory.set_to(len(body)):
        raise BusyError
    return body


def _beginning_with(first: object, receive: Receive) -> Receive:
    """Return a source that gives a message again that was received already."""
    waiting = [first]

    async def again() -> object:
        return waiting.pop() if waiting else await receive()

    return again  # type: ignore[return-value]


async def _collected(scope: Scope, receive: Receive, max_bytes: int, held: Held) -> bytes:
    pieces: list[bytes] = []
    in_memory = size = 0
    async for piece in body_pieces(scope, receive, max_bytes):
        pieces.append(piece)
        size += len(piece)
        in_memory += len(piece)
        if in_memory > SPOOLED_FROM or not held.memory.set_to(in_memory):
            held.memory.note(in_memory)
            await held.put(b"".join(pieces))
            pieces.clear()
            in_memory = 0
            held.memory.note(0)
    if size > SMALL_BYTES:
        await held.memory.wait_for(size * COPIES, ROOM_SECONDS)
    elif not held.memory.set_to(size):
        raise BusyError
    if held.spool is not None:
        pieces = [await held.spool.read(b"".join(pieces))]
        held.drop_file()
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)
