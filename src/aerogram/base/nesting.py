"""How deep JSON values stand in one another."""

from __future__ import annotations

from typing import Any


def is_deeper(value: Any, levels: int) -> bool:
    """Tell whether objects and arrays stand in one another on more than ``levels`` levels."""
    if isinstance(value, dict):
        value = value.values()
    elif not isinstance(value, list):
        return False
    return levels == 0 or any(is_deeper(each, levels - 1) for each in value)
