"""Reading a request's body: bounded in bytes, also while it is being decompressed."""

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
"""More digits of Content-Length than any body has."""


class BodyTooLargeError(RefusedError):
    """The body has more bytes than the endpoint takes."""


class BodyEncodingError(RefusedError):
    """The body is not in the encoding that its Content-Encoding names."""


class ClientGoneError(AerogramError):
    """The client closed the connection before its request was complete: there is nobody to answer."""


async def read_body(scope: Scope, receive: Receive, max_bytes: int) -> bytes:
    """Read the whole body of at most ``max_bytes``, as it was before its Content-Encoding.

    gzip and deflate are understood (RFC 9110 section 8.4.1). Raises `BodyTooLargeError`,
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
        # One byte more than allowed is enough to know; the rest of a bomb is never unpacked.
        plain = decompressor.decompress(body, max_bytes + 1)
    except zlib.error as error:
        raise invalid_data(encoding) from error
    if len(plain) > max_bytes:
        raise too_large(max_bytes)
    if not decompressor.eof:
        raise cut_data(encoding)
    return plain


def decompressor_of(start: bytes, encoding: bytes) -> zlib._Decompress:
    """Choose what unpacks a body by its encoding, and by how it starts. Raises `BodyEncodingError`."""
    if encoding in (b"gzip", b"x-gzip"):
        return zlib.decompressobj(_GZIP_WINDOW)
    if encoding == b"deflate":
        return zlib.decompressobj(zlib.MAX_WBITS if _has_zlib_header(start) else _RAW_DEFLATE)
    raise BodyEncodingError("Content-Encoding must be gzip, deflate or identity.")


def _has_zlib_header(body: bytes) -> bool:
    """Tell zlib's format (RFC 1950), which deflate means, from bare deflate, which some clients send."""
    return len(body) > 1 and body[0] & 15 == _ZLIB_METHOD and int.from_bytes(body[:2]) % _ZLIB_CHECK == 0


def too_large(max_bytes: int) -> BodyTooLargeError:
    """Refuse a body by its size."""
    return BodyTooLargeError(f"The body of a request may have {max_bytes} bytes.")


def invalid_data(encoding: bytes) -> BodyEncodingError:
    """Refuse a body that its encoding cannot have made."""
    return BodyEncodingError(f"The body is not valid {encoding.decode()}.")


def cut_data(encoding: bytes) -> BodyEncodingError:
    """Refuse a body whose encoding goes on behind its end."""
    return BodyEncodingError(f"The body ends in the middle of its {encoding.decode()} data.")
