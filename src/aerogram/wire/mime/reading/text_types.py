"""The media types that mean a text to read: misspelt and unknown ones are read as mail programs read them."""

from __future__ import annotations

import re
from typing import Final

from aerogram.wire.mime.reading.content import HTML, PLAIN_TEXT

_HTML_NAMES: Final = frozenset({"html/text", "html/html", "application/html", "application/xhtml+xml"})
_PLAIN_NAMES: Final = frozenset({"plain/text", "plain/plain", "application/text", "application/plain"})
_is_html: Final = re.compile(
    r"text/(?:x-?)?x?html?(?:\d|\Z|\+xml\Z|[;:,.-])|text/(?:hmtl|htlm|hml|thml)\Z"
).match
_OF_PROGRAMS: Final = frozenset(
    {
        "calendar",
        "x-amp-html",
        "watch-html",
        "x-watch-html",
        "csv",
        "css",
        "javascript",
        "xml",
        "vcard",
        "x-vcard",
        "directory",
        "rfc822-headers",
        "tab-separated-values",
    }
)
"""Subtypes of text that are for programs; people do not read them."""


def text_type_of(media_type: str) -> str:
    """Return how a media type (in lower case) is read: `PLAIN_TEXT` or `HTML`; "" when it is no text to read.

    An unknown subtype of text is plain text (RFC 2046 §4.1.4).
    """
    if media_type in _HTML_NAMES or _is_html(media_type) is not None:
        return HTML
    if media_type in _PLAIN_NAMES:
        return PLAIN_TEXT
    main, _, subtype = media_type.partition("/")
    return PLAIN_TEXT if main == "text" and subtype not in _OF_PROGRAMS else ""
