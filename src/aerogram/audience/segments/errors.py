"""What is wrong with an expression, and where."""

from __future__ import annotations

from typing import Final

from aerogram.base.errors import RefusedError

_SHOWN: Final = 40
"""Characters of the expression that a sentence repeats."""


class SegmentError(RefusedError):
    """An expression that cannot be read. ``position`` is the index of the character where it went wrong."""

    def __init__(self, reason: str, position: int) -> None:
        super().__init__(f"{reason} (character {position + 1})")
        self.reason = reason
        self.position = position


def shown(text: str) -> str:
    """Give a piece of an expression as sentences repeat it: within quotes, and not for long."""
    return f"'{text}'" if len(text) <= _SHOWN else f"'{text[:_SHOWN]}...'"
