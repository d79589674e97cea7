"""Rewrite the links of an HTML part: add the sender's URL tags, then our tracking."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from aerogram.content.links.entities import decode_attribute, encode_attribute
from aerogram.content.links.tags import find

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_URL_CHARS: Final = 4_096
"""Longer URLs are left unchanged: with tracking they would exceed the limits of browsers and proxies."""

_WEB: Final = re.compile(r"https?://[^/?#]", re.IGNORECASE)
_STRIPPED: Final = "".join(map(chr, range(0x21)))
"""The characters that URL parsers strip at both ends (WHATWG URL 4.4)."""
_REMOVED: Final = dict.fromkeys(map(ord, "\t\n\r"))
"""The characters that URL parsers remove everywhere."""
_PIXEL: Final = (
    '<img src="{}" alt="" width="1" height="1" style="width:1px;height:1px;border:0;margin:0;padding:0">'
)


def rewrite_html(
    html: str, *, link_for: Callable[[str], str] | None, url_tags: str, pixel_url: str, own_links: str = ""
) -> str:
    """Return the HTML with its web links tagged and tracked; all other characters are unchanged.

    Links are http and https URLs in the href of ``<a>`` and ``<area>``. ``url_tags`` (an encoded query; ""
    for none) is appended to each; then ``link_for`` returns its tracked URL (None for no tracking).
    ``pixel_url`` ("" for none) is added as a tracking pixel before the last ``</body>``, or at the end.
    Links that begin with ``own_links`` (such as ``https://mail.example.org/u/``; "" for none) are not changed,
    and neither are those with the attribute ``data-no-track`` or ``clicktracking="off"``. Time is linear in
    the length of the text.
    """
    tags = url_tags.strip("?&")
    is_linking = link_for is not None or bool(tags)
    if not is_linking and not pixel_url:
        return html
    found = find(html)
    pieces: list[str] = []
    at = 0
    if is_linking:
        written: dict[str, str | None] = {}
        for start, end in found.links:
            value = html[start:end]
            if value not in written:
                written[value] = _replacement(value, link_for, tags, own_links)
            replacement = written[value]
            if replacement is not None:
                pieces += (html[at:start], replacement)
                at = end
    if pixel_url:
        pieces += (html[at : found.body_end], _PIXEL.format(encode_attribute(pixel_url)))
        at = found.body_end
    pieces.append(html[at:])
    return "".join(pieces)


def tagged(url: str, tags: str) -> str:
    """Append a query to a URL, before its fragment."""
    if not tags:
        return url
    address, hash_sign, fragment = url.partition("#")
    joint = "?"
    if "?" in address:
        joint = "" if address.endswith(("?", "&")) else "&"
    return f"{address}{joint}{tags}{hash_sign}{fragment}"


def _replacement(value: str, link_for: Callable[[str], str] | None, tags: str, own_links: str) -> str | None:
    """Return the new value of an href with its quotes; None to keep it."""
    quote = value[0]
    written = value[1:].removesuffix(quote) if quote in "\"'" else value
    if len(written) > MAX_URL_CHARS:
        return None
    url = decode_attribute(written).strip(_STRIPPED).translate(_REMOVED)
    if not _WEB.match(url) or (own_links and url.startswith(own_links)):
        return None
    target = tagged(url, tags)
    if link_for is not None:
        target = link_for(target)
    # Quote an unquoted value, because the replacement may contain characters that need quotes.
    mark = quote if quote in "\"'" else '"'
    return f"{mark}{encode_attribute(target)}{mark}"
