"""Searches long texts piece by piece, so that other threads may run in between.

A search of the `re` module keeps all other threads of the process waiting until it ends: over a second for 14 MB of
what nearly matches everywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, AnyStr, Final

if TYPE_CHECKING:
    import re
    from collections.abc import Callable

PIECE: Final = 256 * 1024
"""Octets or characters of a piece: about 20 ms at worst."""


def is_found(
    search: Callable[[AnyStr, int, int], re.Match[AnyStr] | None],
    text: AnyStr,
    longest: int,
    start: int = 0,
    end: int | None = None,
) -> bool:
    """Return whether a pattern matches between two offsets; ``search`` is its method of that name.

    The pattern has no anchors, and none of its matches needs more than ``longest`` octets or characters.
    """
    end = len(text) if end is None else end
    while end - start > PIECE:
        if search(text, start, start + PIECE + longest) is not None:
            return True
        start += PIECE
    return search(text, start, end) is not None
