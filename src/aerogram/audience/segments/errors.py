"""The error of an invalid segment expression."""

from __future__ import annotations

from typing import Final

from aerogram.base.errors import RefusedError

_SHOWN: Final = 40
"""Characters of the expression that an error quotes."""


class SegmentError(RefusedError):
    """The expression is invalid; ``position`` is the index of the character where the error is."""

    def __init__(self, reason: str, position: int) -> None:
        super().__init__(f"{reason} (character {position + 1})")
        self.reason = reason
        self.position = position


def shown(text: str) -> str:
    """Quote a part of an expression for an error, shortened."""
    return f"'{text}'" if len(text) <= _SHOWN else f"'{text[:_SHOWN]}...'"
