"""Read a request body with a size limit that also applies to decompressed data."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

from aerogram.base.errors import AerogramError, RefusedError
from aerogram.doors.asgi.scope import header

if TYPE_CHECKING:
    from aerogram.doors.asgi.scope import Receive, Scope

_GZIP_WINDOW: Final = 16 + zlib.MAX_WBITS
_RAW_DEFLATE: Final = -zlib.MAX_WBITS
_ZLIB_METHOD: Final = 8
_ZLIB_CHECK: Final = 31
_MAX_DIGITS: Final = 18
"""Maximum digits of a Content-Length."""


class BodyTooLargeError(RefusedError):
    """The body exceeds the endpoint's size limit."""


class BodyEncodingError(RefusedError):
    """The body does not match its Content-Encoding."""


class ClientGoneError(AerogramError):
    """The client closed the connection before its request was complete, so no response can be sent."""


async def read_body(scope: Scope, receive: Receive, max_bytes: int) -> bytes:
    """Read and decompress a body of at most ``max_bytes``.

    Supports gzip and deflate (RFC 9110 section 8.4.1). Raises `BodyTooLargeError`,
    `BodyEncodingError` or `ClientGoneError`.
    """
    body = await _received(scope, receive, max_bytes)
    encoding = header(scope, b"content-encoding")
    if not encoding or encoding == b"identity":
        return body
    return _decompressed(body, encoding.strip().lower(), max_bytes)


async def _received(scope: Scope, receive: Receive, max_bytes: int) -> bytes:
    announced = header(scope, b"content-length")
    if announced.isdigit() and (len(announced) > _MAX_DIGITS or int(announced) > max_bytes):
        raise too_large(max_bytes)
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise ClientGoneError("The client closed the connection before its request was complete.")
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > max_bytes:
            raise too_large(max_bytes)
        chunks.append(chunk)
        if not message.get("more_body", False):
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def _decompressed(body: bytes, encoding: bytes, max_bytes: int) -> bytes:
    decompressor = decompressor_of(body, encoding)
    try:
        # One byte over the limit is enough; the rest of a decompression bomb is never unpacked.
        plain = decompressor.decompress(body, max_bytes + 1)
    except zlib.error as error:
        raise invalid_data(encoding) from error
    if len(plain) > max_bytes:
        raise too_large(max_bytes)
    if not decompressor.eof:
        raise cut_data(encoding)
    return plain


def decompressor_of(start: bytes, encoding: bytes) -> zlib._Decompress:
    """Choose a decompressor by the encoding and the first bytes. Raises `BodyEncodingError`."""
    if encoding in (b"gzip", b"x-gzip"):
        return zlib.decompressobj(_GZIP_WINDOW)
    if encoding == b"deflate":
        return zlib.decompressobj(zlib.MAX_WBITS if _has_zlib_header(start) else _RAW_DEFLATE)
    raise BodyEncodingError("Content-Encoding must be gzip, deflate or identity.")


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
