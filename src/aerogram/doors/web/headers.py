"""Response headers that protect visitors from the content of mail."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote

COMMON: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "SAMEORIGIN",
    "X-DNS-Prefetch-Control": "off",
    "Cache-Control": "private, no-cache",
}
"""Headers of every response of the inbox."""

PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""The page runs only its own script file; a mail in its frame cannot navigate the frame elsewhere."""

DATA_POLICY: Final = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
)
"""For downloads and API responses: content has no effect if a browser displays it."""

_FRAME_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:{remote}; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox"
)
_SHOWN_AS_DECLARED: Final = frozenset(
    {
        "application/pdf",
        "application/zip",
        "image/gif",
        "image/jpeg",
        "image/png",
        "image/webp",
        "text/calendar",
        "text/csv",
        "text/plain",
    }
)
_NOT_PLAIN: Final = re.compile(r"[^ !#-$&-\[\]-~]")
"""Characters not allowed in a quoted filename: controls, quotes, backslash, percent and non-ASCII."""


def frame_policy(*, with_images: bool) -> str:
    """Return the policy of a mail's HTML: an origin of its own, no scripts, no remote content.

    ``with_images`` allows remote images, and only images. Links open new windows.
    """
    return _FRAME_POLICY.format(remote=" http: https:" if with_images else "")


def attachment_headers(name: str, content_type: str) -> dict[str, str]:
    """Return the headers that make an attachment a download (RFC 6266)."""
    plain = _NOT_PLAIN.sub("_", name)
    encoded = quote(name.encode("utf-8", "replace"), safe="")
    shown = content_type if content_type in _SHOWN_AS_DECLARED else "application/octet-stream"
    return {
        "Content-Type": shown,
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}",
        "Content-Security-Policy": DATA_POLICY,
    }
