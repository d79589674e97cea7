"""Where the links of an HTML text stand, found without building a document.

One pass over the text with the tokenizer's rules of the HTML standard (WHATWG HTML 13.2.5), as far as
they decide what is a tag: quotes inside tags, comments, and elements whose content is text. All
quantifiers are possessive and each match consumes what it looked at, so the time is linear in the
length whatever the text is.

- Ordinary comments and ``<![CDATA[…]]>`` hold no links.
- What stands in a conditional comment, ``<!--[if mso]>…<![endif]-->``, is HTML to Outlook, which shows
  it; so its links are links.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

MAX_LINKS: Final = 5_000
"""Links of one HTML text that are looked at; the others stay as they are. Keeps the result of a hostile
text (17 characters a link) from growing out of proportion."""
_REMEMBERED: Final = 16
_REMEMBERED_CHARS: Final = 256 * 1024
"""Up to this length a text's links are remembered: a content that is the same for all its recipients is
read once."""

_BLANK: Final = r"[ \t\n\f\r]"
_VALUE: Final = r"""(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^ \t\n\f\r>"'][^ \t\n\f\r>]*+)"""
_ATTRIBUTES: Final = (
    rf"(?:[ \t\n\f\r/]++|[^ \t\n\f\r/>][^ \t\n\f\r/>=]*+(?:{_BLANK}*+={_BLANK}*+{_VALUE}?+)?+)*+"
)
_TAG_END: Final = r"(?:>|\Z)"
_TEXT_ELEMENTS: Final = "script|style|textarea|title|xmp|iframe|noembed|noframes"
"""Their content is text to every reader of HTML (13.2.5.1 and 13.2.6.2); <noscript> is not among them,
because mail programs run no scripts and show what is in it."""

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
_ATTRIBUTE: Final = re.compile(
    rf"(?P<name>[^ \t\n\f\r/>][^ \t\n\f\r/>=]*+)(?:{_BLANK}*+={_BLANK}*+(?P<value>{_VALUE})?+)?+|[ \t\n\f\r/]++",
    re.IGNORECASE,
)
_NAME_END: Final = re.compile(r"[ \t\n\f\r/]")
NO_TRACK: Final = "data-no-track"
CLICK_TRACKING: Final = "clicktracking"
"""A link with the first attribute, or with the second and the value ``off``, is left alone."""


class Link(NamedTuple):
    """The value of one href: ``html[start:end]``, with its quotes where it has some."""

    start: int
    end: int


class Found(NamedTuple):
    """The links that may be changed, in the order of the text, and where ``</body>`` begins.

    ``body_end`` is the place of the last one outside of comments, or the length of the text.
    """

    links: tuple[Link, ...]
    body_end: int


def find(html: str) -> Found:
    """Find the hrefs of ``<a>`` and ``<area>`` that are not opted out, and the end of the body."""
    return _remembered(html) if len(html) <= _REMEMBERED_CHARS else _find(html)


def _find(html: str) -> Found:
    links: list[Link] = []
    body_end = len(html)
    for token in _TOKEN.finditer(html):
        kind = token.lastgroup
        if kind == "link":
            if len(links) < MAX_LINKS and (link := _href(html, *token.span())) is not None:
                links.append(link)
        elif kind == "end":
            body_end = token.start()
    return Found(tuple(links), body_end)


_remembered = lru_cache(maxsize=_REMEMBERED)(_find)


def _href(html: str, start: int, end: int) -> Link | None:
    """Give the first href of a tag (later ones count for nothing, 13.2.5.33); None when it is opted out."""
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
