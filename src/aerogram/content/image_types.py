"""What kind of image some bytes are, by how they begin. What a client says of them is not believed."""

from __future__ import annotations

from typing import Final

START_BYTES: Final = 12
"""As many bytes tell every kind that is known here."""
TYPES: Final = ("image/png", "image/jpeg", "image/gif", "image/webp")
"""What is taken. SVG is not: it may hold scripts, and hardly any mail program shows it."""

_RIFF: Final = 4
_WEBP: Final = 8


def image_type(start: bytes) -> str | None:
    """Give the media type of a file by its first `START_BYTES`; None when it is none of `TYPES`.

    Signatures: PNG (W3C) §5.2, JPEG (ITU T.81) B.1.1.3 with the marker behind SOI, GIF89a §17, WebP (RFC 9649) §2.4.
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
