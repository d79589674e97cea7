"""Prepare a mail's HTML for the frame of the page.

The frame is sandboxed (no scripts, an origin of its own) and its Content-Security-Policy allows no remote
content. This module handles what those two do not cover, such as hints that trigger DNS lookups, and the images
that are part of the mail.
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aerogram.wire.mime.reading.read import File

MAX_INLINED: Final = 32 * 1024 * 1024
"""Maximum characters of inlined images in one HTML; a mail may repeat an image any number of times."""

MAX_FRAMED: Final = 1024 * 1024
"""Characters of HTML in the frame: ten times what Gmail shows before it cuts, with room for inlined images."""
_CUT: Final = "<hr><p>Only the beginning is shown. Download the message to see all of it.</p>"

_ELEMENT: Final = re.compile(r"<(/?)([A-Za-z]{4,8})(?=[\s/>])")
"""A tag with a name as long as those of `_ACTIVE`; cheap where nothing of the kind follows a ``<``."""
_ACTIVE: Final = frozenset(
    {"script", "link", "meta", "base", "iframe", "frame", "frameset", "object", "embed", "applet", "portal"}
    | {"form", "template"}
)
_DOCTYPE: Final = re.compile(r"\s*<!doctype[^>]{0,400}>", re.IGNORECASE)
_CID: Final = re.compile(r"""((?:["'(=]|&quot;)\s*)cid:([^\s"'<>()&]{1,200})""", re.IGNORECASE)
_REMOTE: Final = re.compile(
    r"""\b(?:src|srcset|background|poster)\s*=[\s"']*(?:https?:)?//|url\([\s"']*(?:https?:)?//""",
    re.IGNORECASE,
)
_FIRST: Final = (
    '<base target="_blank">'
    "<style>x-script,x-template,x-object,x-applet{display:none}x-form{display:block}</style>"
)
"""Links open in a new window; elements that a mail program omits stay invisible."""


def framed(html: str, files: Sequence[File]) -> str:
    """Return the HTML for the frame, with its own images inlined.

    Elements that execute or fetch something are renamed (``x-link``). No syntax trick avoids this, because an
    element has no effect without its name. The rest is unchanged, so that it looks as in a mail program.
    """
    tamed = _ELEMENT.sub(_tamed, html[:MAX_FRAMED])
    start = _DOCTYPE.match(tamed)
    doctype, rest = (start[0], tamed[start.end() :]) if start else ("", tamed)
    ending = _CUT if len(html) > MAX_FRAMED else ""
    return f"{doctype}{_FIRST}{_with_images(rest, files)}{ending}"


def wants_remote(html: str) -> bool:
    """Return whether the HTML loads remote images."""
    shown = html[:MAX_FRAMED]
    return "//" in shown and _REMOTE.search(shown) is not None


def _tamed(tag: re.Match[str]) -> str:
    return f"<{tag[1]}x-{tag[2]}" if tag[2].lower() in _ACTIVE else tag[0]


def _with_images(html: str, files: Sequence[File]) -> str:
    images = {
        file.content_id: file for file in files if file.content_id and file.content_type.startswith("image/")
    }
    if not images:
        return html
    written: dict[str, str] = {}
    room = MAX_INLINED

    def replace(match: re.Match[str]) -> str:
        nonlocal room
        name = unquote(match[2])
        image = images.get(name)
        if image is None:
            return match[0]
        if name not in written:
            encoded = base64.b64encode(image.content).decode("ascii")
            written[name] = f"data:{image.content_type};base64,{encoded}"
        room -= len(written[name])
        return match[1] + written[name] if room >= 0 else match[0]

    return _CID.sub(replace, html)
