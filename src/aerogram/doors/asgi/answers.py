"""Send responses, compressed if the client accepts it and it saves bytes."""

from __future__ import annotations

import asyncio
import gzip
from typing import TYPE_CHECKING, Final

import msgspec

from aerogram.base.in_flight.budget import SMALL_BYTES
from aerogram.doors.asgi.held import held_of
from aerogram.doors.asgi.scope import exchange_of, header

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from aerogram.doors.asgi.scope import Message, Scope, Send

JSON: Final = b"application/json"
JSON_UTF8: Final = b"application/json; charset=UTF-8"
HTML: Final = b"text/html"

PIECE_BYTES: Final = 64 * 1024
"""Bytes of a response that wait in the socket's buffer, which a client may leave unread."""
COMPRESS_FROM: Final = 4 * 1024
"""Minimum size of a compressed response: a smaller one fits a few packets anyway."""
_GZIP_LEVEL: Final = 3
_COMPRESSED: Final = b"image/"
"""Content types that are already compressed."""
_NO_BODY: Final = frozenset({204, 304})

Headers = tuple[tuple[bytes, bytes], ...]


class Answer(msgspec.Struct, frozen=True):
    """A complete HTTP response; ``headers`` excludes Content-Type and Content-Length."""

    status: int
    body: bytes = b""
    content_type: bytes = JSON
    headers: Headers = ()
    is_shared: bool = False
    """The body is held once for all requests, so no request is charged for it."""


async def send_answer(scope: Scope, send: Send, answer: Answer) -> None:
    """Send the response; omit the body for statuses without one (RFC 9110 section 15)."""
    headers = list(answer.headers)
    body = answer.body
    if answer.status in _NO_BODY:
        body = b""
    else:
        headers.append((b"content-type", answer.content_type))
        is_long = len(body) >= COMPRESS_FROM and not answer.content_type.startswith(_COMPRESSED)
        if is_long and _takes_gzip(header(scope, b"accept-encoding")):
            body = gzip.compress(body, _GZIP_LEVEL, mtime=0)
            headers += [(b"content-encoding", b"gzip"), (b"vary", b"accept-encoding")]
            charge(scope, len(body))
        elif len(body) > SMALL_BYTES and not answer.is_shared:
            charge(scope, len(body))
        headers.append((b"content-length", b"%d" % len(body)))
    exchange = exchange_of(scope)
    if exchange is not None and len(body) <= PIECE_BYTES and exchange.respond(answer.status, headers, body):
        return
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def charge(scope: Scope, count: int) -> None:
    """Count a response that is in memory until its client has read it."""
    memory = held_of(scope).memory
    memory.note(memory.count + count)


async def send_in_pieces(send: Send, message: Message) -> None:
    """Send a long body piece by piece: the next one waits until the client has read, and others had their turn."""
    body = message["body"]
    for start in range(0, len(body), PIECE_BYTES):
        if start:
            await asyncio.sleep(0)
        more = start + PIECE_BYTES < len(body) or message.get("more_body", False)
        await send({**message, "body": body[start : start + PIECE_BYTES], "more_body": more})


class StreamedAnswer(Answer, frozen=True, kw_only=True):
    """A response whose body is streamed; its length is unknown in advance."""

    pieces: AsyncIterator[bytes]


async def send_streamed(scope: Scope, send: Send, answer: StreamedAnswer) -> None:
    """Stream the response; omit the body for HEAD."""
    headers = [*answer.headers, (b"content-type", answer.content_type)]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    if scope["method"] != "HEAD":
        async for piece in answer.pieces:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def _takes_gzip(accepted: bytes) -> bool:
    """Return whether Accept-Encoding allows gzip (RFC 9110 section 12.5.3)."""
    for element in accepted.lower().split(b","):
        coding, _, weight = element.partition(b";")
        if coding.strip() == b"gzip":
            return weight.replace(b" ", b"").rstrip(b"0") not in (b"q=", b"q=0.", b"q=.")
    return False
