"""The errors of request bodies, and how compressed ones are read."""

from __future__ import annotations

import asyncio
import zlib
from typing import TYPE_CHECKING, Final

from aerogram.base.errors import AerogramError, RefusedError

if TYPE_CHECKING:
    from aerogram.doors.asgi.scope import Receive

_NOTICE_SECONDS: Final = 0.1
"""How soon after a failed write the event loop says that the connection is lost."""
_GZIP_WINDOW: Final = 16 + zlib.MAX_WBITS
_RAW_DEFLATE: Final = -zlib.MAX_WBITS
_ZLIB_METHOD: Final = 8
_ZLIB_CHECK: Final = 31
_ENCODINGS: Final = frozenset({b"gzip", b"x-gzip", b"deflate"})


class BodyTooLargeError(RefusedError):
    """The body exceeds the endpoint's size limit."""


class BodyEncodingError(RefusedError):
    """The body does not match its Content-Encoding."""


class ClientGoneError(AerogramError):
    """The client closed the connection before its request was complete, so no response can be sent."""


async def has_left(receive: Receive) -> bool:
    """Return whether the client has closed the connection. Call it only when the request cannot be served."""
    try:
        async with asyncio.timeout(_NOTICE_SECONDS):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return False
    return True


def check_encoding(encoding: bytes) -> None:
    """Raise `BodyEncodingError` for an encoding that is not supported."""
    if encoding not in _ENCODINGS:
        raise BodyEncodingError("Content-Encoding must be gzip, deflate or identity.")


def decompressor_of(start: bytes, encoding: bytes) -> zlib._Decompress:
    """Choose a decompressor by the encoding and the first two bytes or more. Raises `BodyEncodingError`."""
    check_encoding(encoding)
    if encoding != b"deflate":
        return zlib.decompressobj(_GZIP_WINDOW)
    return zlib.decompressobj(zlib.MAX_WBITS if _has_zlib_header(start) else _RAW_DEFLATE)


def _has_zlib_header(body: bytes) -> bool:
    """Distinguish zlib's format (RFC 1950), which ``deflate`` means, from raw deflate, which some clients send."""
    return len(body) > 1 and body[0] & 15 == _ZLIB_METHOD and int.from_bytes(body[:2]) % _ZLIB_CHECK == 0


def too_large(max_bytes: int) -> BodyTooLargeError:
    """Build the error for a body over the limit."""
    return BodyTooLargeError(f"The request body exceeds the limit of {max_bytes} bytes.")


def invalid_data(encoding: bytes) -> BodyEncodingError:
    """Build the error for corrupt compressed data."""
    return BodyEncodingError(f"The body is not valid {encoding.decode()}.")


def cut_data(encoding: bytes) -> BodyEncodingError:
    """Build the error for truncated compressed data."""
    return BodyEncodingError(f"The body ends in the middle of its {encoding.decode()} data.")
