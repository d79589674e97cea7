"""Merge tags: ``[[var:name]]``, ``[[data:name:"default"]]``, ``[[UNSUB_LINK_FR]]``, ``[[PERMALINK]]``.

They never fail: undefined values are empty, and text that is not a valid merge tag is unchanged.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from aerogram.content.language.references import SPACES, descend
from aerogram.content.language.runtime.frame import MJ
from aerogram.content.language.tokens import PATH

if TYPE_CHECKING:
    from collections.abc import Callable

    from aerogram.content.language.runtime.frame import Frame

MERGE_TAG_OPENING: Final = r"\[\[(?=var:|data:|UNSUB_LINK|PERMALINK\]\])"
MAX_DEFAULT: Final = 1_000
"""Characters of the default in a merge tag."""

_MERGE_TAG: Final = re.compile(
    rf"""\[\[(?:(?P<space>var|data):(?P<path>{PATH})(?::(?P<default>"[^"]{{0,{MAX_DEFAULT}}}"|[^"\[\]]{{0,{MAX_DEFAULT}}}))?"""
    r"|(?P<link>UNSUB_LINK(?:_[A-Z]{2,6}){0,2}|PERMALINK))\]\]"
)


class MergeTag:
    """A merge tag of a source."""

    def __init__(self, found: re.Match[str]) -> None:
        self.start: Final = found.start()
        self.end: Final = found.end()
        self.space: Final = SPACES[found["space"]] if found["space"] else MJ
        self.path: Final = tuple(found["path"].split(".")) if found["path"] else (found["link"].lower(),)
        self.default: Final = (found["default"] or "").strip('"')

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
