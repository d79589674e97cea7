"""Detect the type of an image by its first bytes. The type that a client declares is ignored."""

from __future__ import annotations

from typing import Final

START_BYTES: Final = 12
"""The number of bytes that identify every supported type."""
TYPES: Final = ("image/png", "image/jpeg", "image/gif", "image/webp")
"""The supported types. SVG is not supported: it may contain scripts, and few mail programs show it."""

_RIFF: Final = 4
_WEBP: Final = 8


def image_type(start: bytes) -> str | None:
    """Return the media type of a file by its first `START_BYTES`; None when it is not one of `TYPES`.

    Signatures: PNG (W3C) §5.2, JPEG (ITU T.81) B.1.1.3 with the marker after SOI, GIF89a §17, WebP (RFC 9649) §2.4.
    """
    if start.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if start.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if start.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if start[:_RIFF] == b"RIFF" and start[_WEBP:START_BYTES] == b"WEBP":
        return "image/webp"
    return None
