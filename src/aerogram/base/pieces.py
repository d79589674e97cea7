"""Searches long texts piece by piece, so that other threads may run in between.

A search of the `re` module keeps all other threads of the process waiting until it ends: over a second for 14 MB of
what nearly matches everywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, AnyStr, Final

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

PIECE: Final = 256 * 1024
"""Octets or characters of a piece: about 20 ms at worst."""


def first_match(
    pattern: re.Pattern[AnyStr], text: AnyStr, longest: int, start: int = 0, end: int | None = None
) -> re.Match[AnyStr] | None:
    """Return what ``pattern.search`` returns between two offsets.

    The pattern has no anchors, and looks at most at ``longest`` octets or characters from the start of a match.
    """
    end = len(text) if end is None else end
    while end - start > PIECE:
        found = pattern.search(text, start, min(start + PIECE + longest, end))
        if found is not None:
            # A match at the end of the piece may be longer than the piece shows.
            return pattern.search(text, found.start(), end)
        start += PIECE
    return pattern.search(text, start, end)


def is_found(
    pattern: re.Pattern[AnyStr], text: AnyStr, longest: int, start: int = 0, end: int | None = None
) -> bool:
    """Return whether `first_match` finds anything."""
    return first_match(pattern, text, longest, start, end) is not None


def all_matches(pattern: re.Pattern[str], opening: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """Yield what ``pattern.finditer`` yields. Every match is at a place where ``opening`` matches two characters."""
    return pattern.finditer(text) if len(text) <= PIECE else _in_pieces(pattern, opening, text)


def _in_pieces(pattern: re.Pattern[str], opening: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    at = 0
    while (begins := first_match(opening, text, 2, at)) is not None:
        found = pattern.match(text, begins.start())
        if found is not None:
            yield found
        at = begins.start() + 1 if found is None else found.end()
