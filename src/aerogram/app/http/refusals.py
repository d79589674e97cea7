"""The refusals of requests that are not read to their end, in plain text."""

from __future__ import annotations

from typing import Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

MAX_HEAD_BYTES: Final = 64 * 1024
"""Bytes of a request's first line and headers, and of trailers and chunk extensions between bytes of its body.
Other servers take 8 to 64 KiB; the longest known are cookies and signed URLs of 32 KiB."""
MAX_HEAD_FIELDS: Final = 200
"""Headers of a request; proxies and browsers send up to 40."""
RETRY_SECONDS: Final = 5
"""Retry-After when there is no room for a connection."""

TOO_LARGE: Final = (
    431,
    (
        f"The request line and headers are longer than {MAX_HEAD_BYTES // 1024} KiB or more than "
        f"{MAX_HEAD_FIELDS} headers. Send long values in the body."
    ),
)
TOO_MUCH_FRAMING: Final = (
    431,
    f"Trailers and chunk extensions are longer than {MAX_HEAD_BYTES // 1024} KiB.",
)
UNKNOWN_CODING: Final = (
    501,
    "The only Transfer-Encoding that is supported is chunked. Send compressed bodies with Content-Encoding.",
)
NO_TUNNELS: Final = (501, "CONNECT is not supported: this server is no proxy.")
OLD_VERSION: Final = (400, "HTTP/1.0 has no Transfer-Encoding; use HTTP/1.1.")
NO_ROOM: Final = (503, "There are too many connections from your network or in total; try again later.")


def response(status: int, sentence: str) -> bytes:
    """Build a response in plain text that ends the connection."""
    lines = [STATUS_LINE[status], b"content-type: text/plain; charset=utf-8\r\n"]
    if status == NO_ROOM[0]:
        lines.append(b"retry-after: %d\r\n" % RETRY_SECONDS)
    body = sentence.encode("ascii", "replace") + b"\n"
    lines.append(b"content-length: %d\r\nconnection: close\r\n\r\n" % len(body))
    return b"".join((*lines, body))
