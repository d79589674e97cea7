"""Merge tags: ``[[var:name]]``, ``[[data:name:"default"]]``, ``[[UNSUB_LINK_FR]]``, ``[[PERMALINK]]``.

They never fail: undefined values are empty, and text that is not a valid merge tag is unchanged. Blanks may stand
around each word, and a default may be in any quotes that people and editors write, also as HTML entities.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from aerogram.base.pieces import is_found
from aerogram.content.language.references import SPACES, descend
from aerogram.content.language.runtime.frame import MJ
from aerogram.content.language.tokens import PATH

if TYPE_CHECKING:
    from collections.abc import Callable

    from aerogram.content.language.runtime.frame import Frame

MAX_BLANKS: Final = 20
"""Blanks at one place of a merge tag."""
MAX_DEFAULT: Final = 1_000
"""Characters of the default in a merge tag."""
BLANKS: Final = rf"(?:\s|&nbsp;){{0,{MAX_BLANKS}}}"
"""A pattern: editors write a blank as ``&nbsp;``, and lines are broken at blanks."""
MERGE_TAG_OPENING: Final = rf"\[\[(?={BLANKS}(?:(?:var|data){BLANKS}:|UNSUB_LINK|PERMALINK{BLANKS}\]\]))"

_QUOTES: Final = (
    *(
        ('"', '"'),
        ("'", "'"),
        ("&quot;", "&quot;"),
        ("&#34;", "&#34;"),
        ("&#39;", "&#39;"),
        ("&apos;", "&apos;"),
    ),
    *(("\u201c", "\u201d"), ("\u201e", "\u201c"), ("\u2018", "\u2019"), ("\u00ab", "\u00bb")),
)
"""Marks before and after a default: plain, as HTML entities, and as word processors change them."""
_QUOTED: Final = "|".join(
    # An entity has several characters, so the pattern looks at each one whether the entity begins there.
    rf"{first}(?:{f'[^{last}]' if len(last) == 1 else rf'(?!{last})[^<>]'}){{0,{MAX_DEFAULT}}}{last}"
    for first, last in _QUOTES
)
_MERGE_TAG: Final = re.compile(
    rf"""\[\[{BLANKS}(?:(?P<space>var|data){BLANKS}:{BLANKS}(?P<path>{PATH}){BLANKS}"""
    rf"""(?::{BLANKS}(?P<default>{_QUOTED}|[^"\[\]]{{0,{MAX_DEFAULT}}}){BLANKS})?"""
    rf"|(?P<link>UNSUB_LINK(?:_[A-Z]{{2,6}}){{0,2}}|PERMALINK){BLANKS})\]\]"
)
_OUTER_BLANKS: Final = re.compile(rf"\A{BLANKS}|{BLANKS}\Z")
_UNSUBSCRIBE_TAG: Final = re.compile(rf"\[\[{BLANKS}UNSUB_LINK")

LONGEST_OPENING: Final = len("[[UNSUB_LINK]]") + 2 * len("&nbsp;") * MAX_BLANKS
"""More characters than `MERGE_TAG_OPENING` and `_UNSUBSCRIBE_TAG` look at."""


class MergeTag:
    """A merge tag of a source."""

    def __init__(self, found: re.Match[str]) -> None:
        self.start: Final = found.start()
        self.end: Final = found.end()
        self.space: Final = SPACES[found["space"]] if found["space"] else MJ
        self.path: Final = tuple(found["path"].split(".")) if found["path"] else (found["link"].lower(),)
        self.default: Final = _without_quotes(found["default"] or "")

    @property
    def is_unsubscribe_link(self) -> bool:
        """Whether it is the unsubscribe link."""
        return self.space == MJ and self.path[0].startswith("unsub_link")

    def getter(self) -> Callable[[Frame], Any]:
        """Return the function that gets its value, or its default if the value is undefined."""
        space, key, rest, default = self.space, self.path[0], self.path[1:], self.default

        def read(frame: Frame) -> Any:
            value = descend(frame.spaces[space].get(key), rest)
            return default if value is None else value

        return read


def merge_tag_at(source: str, position: int) -> MergeTag | None:
    """Parse the merge tag at a position of a source; None when it is not one."""
    found = _MERGE_TAG.match(source, position)
    return None if found is None else MergeTag(found)


def may_unsubscribe(text: str) -> bool:
    """Return whether a text has the start of an unsubscribe tag."""
    return "UNSUB_LINK" in text and is_found(_UNSUBSCRIBE_TAG, text, LONGEST_OPENING)


def _without_quotes(default: str) -> str:
    for first, last in _QUOTES:
        if len(default) >= len(first) + len(last) and default.startswith(first) and default.endswith(last):
            return default[len(first) : -len(last)]
    return _OUTER_BLANKS.sub("", default)
