"""Find the positions of the links of an HTML text without building a document.

One pass over the text with the tokenizer rules of the HTML standard (WHATWG HTML 13.2.5) that decide what is
a tag: quotes inside tags, comments, and elements whose content is text. All quantifiers are possessive and
each match consumes what it examined, so the time is linear in the length for every input.

- Links in ordinary comments and ``<![CDATA[…]]>`` do not count.
- Links in conditional comments, ``<!--[if mso]>…<![endif]-->``, count, because Outlook shows them.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from aerogram.base.pieces import all_matches

MAX_LINKS: Final = 5_000
"""Links of one HTML text that are changed; further links stay unchanged. Bounds the size of the result for
hostile input (17 characters per link)."""
_REMEMBERED: Final = 16
_REMEMBERED_CHARS: Final = 256 * 1024
"""Longest text whose links are cached, so that a content shared by all recipients is scanned once."""

_BLANK: Final = r"[ \t\n\f\r]"
_VALUE: Final = r"""(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^ \t\n\f\r>"'][^ \t\n\f\r>]*+)"""
_ATTRIBUTES: Final = (
    rf"(?:[ \t\n\f\r/]++|[^ \t\n\f\r/>][^ \t\n\f\r/>=]*+(?:{_BLANK}*+={_BLANK}*+{_VALUE}?+)?+)*+"
)
_TAG_END: Final = r"(?:>|\Z)"
_TEXT_ELEMENTS: Final = "script|style|textarea|title|xmp|iframe|noembed|noframes"
"""Elements whose content is text for every HTML parser (13.2.5.1 and 13.2.6.2). <noscript> is not among them,
because mail programs run no scripts and show its content."""

_TOKEN: Final = re.compile(
    rf"""
    <!--(?:-?+>                                           # an empty comment: it ends at once
          |(?={_BLANK}*+\[if\b)                           # a conditional comment: what follows is HTML
          |[^-]*+(?:-(?!-!?+>)[^-]*+)*+(?:--!?+>|\Z))
    |<!\[CDATA\[[^\]]*+(?:\](?!\]>)[^\]]*+)*+(?:\]\]>|\Z)
    |<(?P<text>{_TEXT_ELEMENTS})(?=[ \t\n\f\r/>]){_ATTRIBUTES}{_TAG_END}
        [^<]*+(?:<(?!/(?P=text)[ \t\n\f\r/>])[^<]*+)*+
    |(?P<link><(?:a|area)(?=[ \t\n\f\r/]){_ATTRIBUTES}>)
    |(?P<end></body(?=[ \t\n\f\r/>]){_ATTRIBUTES}{_TAG_END})
    |</?+[a-z][^ \t\n\f\r/>]*+{_ATTRIBUTES}{_TAG_END}
    |<[!?/][^>]*+{_TAG_END}
    """,
    re.IGNORECASE | re.VERBOSE,
)
_OPENING: Final = re.compile("<[a-z!?/]", re.IGNORECASE)
_ATTRIBUTE: Final = re.compile(
    rf"(?P<name>[^ \t\n\f\r/>][^ \t\n\f\r/>=]*+)(?:{_BLANK}*+={_BLANK}*+(?P<value>{_VALUE})?+)?+|[ \t\n\f\r/]++",
    re.IGNORECASE,
)
_NAME_END: Final = re.compile(r"[ \t\n\f\r/]")
NO_TRACK: Final = "data-no-track"
CLICK_TRACKING: Final = "clicktracking"
"""A link with the first attribute, or with the second and the value ``off``, is not changed."""


class Link(NamedTuple):
    """The value of one href: ``html[start:end]``, including its quotes, if any."""

    start: int
    end: int


class Found(NamedTuple):
    """The links that may be changed, in text order, and the position of ``</body>``.

    ``body_end`` is the position of the last ``</body>`` outside of comments, or the length of the text.
    """

    links: tuple[Link, ...]
    body_end: int


def find(html: str) -> Found:
    """Find the hrefs of ``<a>`` and ``<area>`` that do not opt out, and the end of the body."""
    return _remembered(html) if len(html) <= _REMEMBERED_CHARS else _find(html)


def _find(html: str) -> Found:
    links: list[Link] = []
    body_end = len(html)
    for token in all_matches(_TOKEN, _OPENING, html):
        kind = token.lastgroup
        if kind == "link":
            if len(links) < MAX_LINKS and (link := _href(html, *token.span())) is not None:
                links.append(link)
        elif kind == "end":
            body_end = token.start()
    return Found(tuple(links), body_end)


_remembered = lru_cache(maxsize=_REMEMBERED)(_find)


def _href(html: str, start: int, end: int) -> Link | None:
    """Return the first href of a tag (later ones are ignored, 13.2.5.33); None if the tag opts out."""
    name_end = _NAME_END.search(html, start, end)
    if name_end is None:
        return None
    href: Link | None = None
    for attribute in _ATTRIBUTE.finditer(html, name_end.start(), end - 1):
        name = (attribute["name"] or "").lower()
        if name == NO_TRACK:
            return None
        if name == CLICK_TRACKING and (attribute["value"] or "").strip("\"' \t\r\n").lower() == "off":
            return None
        if name == "href" and href is None:
            href = Link(*attribute.span("value"))
    return href if href is not None and href.start >= 0 else None
