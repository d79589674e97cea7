"""Read a request body in pieces, for uploads that need not fit in memory."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

from aerogram.doors.asgi.bodies import (
    ClientGoneError,
    check_encoding,
    cut_data,
    decompressor_of,
    invalid_data,
    too_large,
)
from aerogram.doors.asgi.scope import header

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from aerogram.doors.asgi.scope import Receive, Scope

PIECE_BYTES: Final = 64 * 1024
"""Bytes to decompress at once."""
_TELLING_BYTES: Final = 2
"""The first bytes that tell which kind of compressed data follows."""


async def body_pieces(scope: Scope, receive: Receive, max_bytes: int) -> AsyncIterator[bytes]:
    """Yield the decompressed body, of at most ``max_bytes`` before and after.

    Raises `BodyTooLargeError`, `BodyEncodingError` or `ClientGoneError`.
    """
    encoding = header(scope, b"content-encoding").strip().lower()
    received = _received(receive, max_bytes)
    if encoding in (b"", b"identity"):
        async for piece in received:
            yield piece
        return
    check_encoding(encoding)
    size = 0
    decompressor = None
    start = b""
    async for piece in received:
        start += piece
        if decompressor is None and len(start) < _TELLING_BYTES:
            continue
        decompressor = decompressor or decompressor_of(start, encoding)
        for plain in _unpacked(decompressor, start, encoding):
            size += len(plain)
            if size > max_bytes:
                raise too_large(max_bytes)
            yield plain
        start = b""
    if decompressor is None or not decompressor.eof:
        raise cut_data(encoding)


async def _received(receive: Receive, max_bytes: int) -> AsyncIterator[bytes]:
    size = 0
    is_last = False
    while not is_last:
        message = await receive()
        if message["type"] != "http.request":
            raise ClientGoneError("The client closed the connection before its request was complete.")
        is_last = not message.get("more_body", False)
        piece = message.get("body", b"")
        size += len(piece)
        if size > max_bytes:
            raise too_large(max_bytes)
        if piece:
            yield piece


def _unpacked(decompressor: zlib._Decompress, received: bytes, encoding: bytes) -> Iterator[bytes]:
    waiting, piece = received, b""
    # After a full piece the decompressor may hold more output, even without further input.
    while (waiting or len(piece) == PIECE_BYTES) and not decompressor.eof:
        try:
            piece = decompressor.decompress(waiting, PIECE_BYTES)
        except zlib.error as error:
            raise invalid_data(encoding) from error
        waiting = decompressor.unconsumed_tail
        if piece:
            yield piece
