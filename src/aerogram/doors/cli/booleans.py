"""Flags of boolean settings, in every spelling: ``--dkim``, ``--no-dkim``, ``--dkim false``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

WORDS: Final = frozenset({"true", "false", "yes", "no", "on", "off", "1", "0"})


def spelled_out(arguments: Sequence[str], flags: Collection[str]) -> list[str]:
    """Spell out each boolean flag as ``--dkim=true``; leave arguments after ``--`` unchanged."""
    spelled: list[str] = []
    left = list(arguments)
    while left:
        argument = left.pop(0)
        if argument == "--":
            return [*spelled, argument, *left]
        if argument in flags:
            value = left.pop(0) if left and left[0].lower() in WORDS else "true"
            spelled.append(f"{argument}={value}")
        elif argument.startswith("--no-") and f"--{argument[5:]}" in flags:
            spelled.append(f"--{argument[5:]}=false")
        else:
            spelled.append(argument)
    return spelled
