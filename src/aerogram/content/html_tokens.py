"""Split HTML into text and tags by the tokenizer rules of the standard (WHATWG HTML 13.2.5).

No document is built. All quantifiers are possessive and each match consumes what it examined, so the time is
linear in the length for every input; `html.parser` takes quadratic time for some texts.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from aerogram.base.pieces import all_matches

if TYPE_CHECKING:
    from collections.abc import Iterator

_BLANK: Final = r"[ \t\n\f\r]"
_VALUE: Final = r"""(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^ \t\n\f\r>"'][^ \t\n\f\r>]*+)"""
_ATTRIBUTES: Final = (
    rf"(?:[ \t\n\f\r/]++|[^ \t\n\f\r/>][^ \t\n\f\r/>=]*+(?:{_BLANK}*+={_BLANK}*+{_VALUE}?+)?+)*+"
)
_TEXT_ELEMENTS: Final = "script|style|title|textarea|xmp|iframe|noembed|noframes"
_TOKEN: Final = re.compile(
    rf"""
    <!--(?:-?+>|[^-]*+(?:-(?!-!?+>)[^-]*+)*+(?:--!?+>|\Z))
    |<(?P<text>{_TEXT_ELEMENTS})(?=[ \t\n\f\r/>]){_ATTRIBUTES}(?:>|\Z)
        [^<]*+(?:<(?!/(?P=text)[ \t\n\f\r/>])[^<]*+)*+
    |<(?P<close>/?)(?P<name>[a-z][^ \t\n\f\r/>]*+)(?P<attributes>{_ATTRIBUTES})(?:>|\Z)
    |<[!?/][^>]*+(?:>|\Z)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_OPENING: Final = re.compile("<[a-z!?/]", re.IGNORECASE)
_ATTRIBUTE: Final = re.compile(
    rf"(?P<name>[^ \t\n\f\r/>][^ \t\n\f\r/>=]*+)(?:{_BLANK}*+={_BLANK}*+(?P<value>{_VALUE})?+)?+|[ \t\n\f\r/]++"
)
# Python refuses to parse numbers with thousands of digits; no code point has more than seven.
_OVERLONG: Final = re.compile(r"&#[xX]?+[0-9a-fA-F]{8,}+;?")


class Tag(NamedTuple):
    """A tag; ``name`` is in lower case, ``attributes`` is the source text."""

    name: str
    attributes: str = ""
    is_end: bool = False


def tokens_of(source: str) -> Iterator[str | Tag]:
    """Yield the running text, with character references decoded, and the tags, in order.

    Comments, declarations and the content of elements that are not running text (scripts, styles, the
    title) are omitted.
    """
    at = 0
    for token in all_matches(_TOKEN, _OPENING, source):
        if token.start() > at:
            yield decoded(source[at : token.start()])
        at = token.end()
        if token["name"]:
            yield Tag(token["name"].lower(), token["attributes"], bool(token["close"]))
    if at < len(source):
        yield decoded(source[at:])


def attribute(tag: Tag, wanted: str) -> str:
    """Return the value of an attribute, decoded and stripped of white space; "" when absent."""
    for found in _ATTRIBUTE.finditer(tag.attributes):
        if (found["name"] or "").lower() == wanted:
            value = found["value"] or ""
            return decoded(value[1:].removesuffix(value[0]) if value[:1] in {'"', "'"} else value).strip()
    return ""


def decoded(text: str) -> str:
    """Decode the character references of running text."""
    return html.unescape(_OVERLONG.sub("\ufffd", text)) if "&" in text else text
