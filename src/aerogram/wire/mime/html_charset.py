"""The charset that HTML declares in itself, in either form of the meta element or in an XML declaration."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_META_SEARCH: Final = 16 * 1024
"""Characters of HTML that are searched for a declaration: browsers promise 1,024 (WHATWG HTML §13.2.3.2) and read
on while they parse, and mail programs write long comments and styles first."""

_MARKUP: Final = re.compile(r"<!--|<meta(?=[\s/])[^>]*+>|<\?xml\s[^>]*+>|<body(?=[\s>])", re.IGNORECASE)
_CHARSET: Final = re.compile(r"""\b(?:charset|encoding)\s*+=\s*+["']?+\s*+([^\s"'/>;]++)""", re.IGNORECASE)


def declared_charset(data: bytes) -> str:
    """Return the charset that the start of an HTML text declares; "" for none."""
    head = data[:MAX_META_SEARCH].decode("latin-1")
    return next((head[start:end] for start, end in _declarations(head)), "")


def with_utf_8_declared(html: str) -> str:
    """Return the HTML with each charset that it declares changed to utf-8, which its part will have."""
    pieces: list[str] = []
    at = 0
    for start, end in _declarations(html[:MAX_META_SEARCH]):
        if html[start:end].lower() != "utf-8":
            pieces += (html[at:start], "utf-8")
            at = end
    return "".join((*pieces, html[at:])) if pieces else html


def _declarations(head: str) -> Iterator[tuple[int, int]]:
    """Return the offsets of declared names; comments and what follows ``<body>`` declare nothing."""
    at = 0
    while (found := _MARKUP.search(head, at)) is not None:
        at = found.end()
        opening = found[0][:5].lower()
        if opening.startswith("<!--"):
            at = head.find("-->", at) + 3
            if at < 3:  # noqa: PLR2004 (not found)
                return
        elif opening == "<body":
            return
        elif opening != "<?xml" or found.start() == 0 or not head[: found.start()].strip():
            charset = _CHARSET.search(head, found.start(), found.end())
            if charset is not None:
                yield charset.span(1)
