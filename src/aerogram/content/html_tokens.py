"""HTML taken apart into text and tags by the tokenizer's rules of the standard (WHATWG HTML 13.2.5).

No document is built. All quantifiers are possessive and each match consumes what it looked at, so the
time is linear in the length whatever the text is; `html.parser` takes quadratic time for some texts.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Final, NamedTuple

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
_ATTRIBUTE: Final = re.compile(
    rf"(?P<name>[^ \t\n\f\r/>][^ \t\n\f\r/>=]*+)(?:{_BLANK}*+={_BLANK}*+(?P<value>{_VALUE})?+)?+|[ \t\n\f\r/]++"
)
# Python refuses to read numbers of thousands of digits; no code point has more than seven.
_OVERLONG: Final = re.compile(r"&#[xX]?+[0-9a-fA-F]{8,}+;?")


class Tag(NamedTuple):
    """A tag; ``name`` is in lower case, ``attributes`` are as they stand."""

    name: str
    attributes: str = ""
    is_end: bool = False


def tokens_of(source: str) -> Iterator[str | Tag]:
    """Give the running text, character references decoded, and the tags, in their order.

    Comments, declarations and the content of elements that are no running text (scripts, styles, the
    title) are left out.
    """
    at = 0
    for token in _TOKEN.finditer(source):
        if token.start() > at:
            yield decoded(source[at : token.start()])
        at = token.end()
        if token["name"]:
            yield Tag(token["name"].lower(), token["attributes"], bool(token["close"]))
    if at < len(source):
        yield decoded(source[at:])


def attribute(tag: Tag, wanted: str) -> str:
    """Give the value of an attribute, decoded and without white space around; "" when it is not there."""
    for found in _ATTRIBUTE.finditer(tag.attributes):
        if (found["name"] or "").lower() == wanted:
            value = found["value"] or ""
            return decoded(value[1:].removesuffix(value[0]) if value[:1] in {'"', "'"} else value).strip()
    return ""


def decoded(text: str) -> str:
    """Decode the character references of a running text."""
    return html.unescape(_OVERLONG.sub("\ufffd", text)) if "&" in text else text
