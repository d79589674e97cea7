"""Readers of single values that are spelled otherwise than in v3.1: switches, numbers, the template.

A reader takes the property's path, its JSON value (never null) and the findings of the message. Clients
write a number or a switch as JSON's own type or as a string, and both are taken (facts: SEND.md B2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aerogram.doors.http.send.shared import errors as mistakes
from aerogram.doors.http.send.shared.values import RANKS, kept_text
from aerogram.model.message import Rank

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aerogram.doors.http.send.shared.values import Findings

TRACKING: Final[Mapping[int, bool | None]] = {0: None, 1: False, 2: True}
"""Mj-trackopen and Mj-trackclick: 0 the account's default, 1 off, 2 on (facts: SEND.md B2)."""

_ON: Final = frozenset({"true", "1"})
_OFF: Final = frozenset({"false", "0", ""})
_DELIVER: Final = "deliver"
_MAX_DIGITS: Final = 19
"""Digits of the largest id, a signed number of 64 bits."""


def switch(path: str, value: Any, findings: Findings) -> bool:
    """Read a switch: true, "true", "True", 1 or "1" are on; their opposites and "" are off."""
    if isinstance(value, bool):
        return value
    word = str(value).lower() if isinstance(value, str | int) else ""
    if not isinstance(value, str | int) or word not in _ON | _OFF:
        findings.mistakes.append(mistakes.not_allowed(path, value, ": it is true or false"))
    return word in _ON


def delivers(path: str, value: Any, findings: Findings) -> bool:
    """Read MJ-TemplateErrorDeliver: a switch that is mostly written as "deliver" or 0."""
    if isinstance(value, str) and value.lower() == _DELIVER:
        return True
    return switch(path, value, findings)


def priority(path: str, value: Any, findings: Findings) -> Rank:
    """Read Mj-prio as the rank of the queue."""
    rank = RANKS.get(_number(value))
    if rank is None:
        findings.mistakes.append(mistakes.not_allowed(path, value, ": it is 0, 1, 2 or 3"))
        return Rank.HIGH
    return rank


def tracking(path: str, value: Any, findings: Findings) -> bool | None:
    """Read Mj-trackopen or Mj-trackclick; None leaves it to the account."""
    number = _number(value)
    if number not in TRACKING:
        findings.mistakes.append(mistakes.not_allowed(path, value, ": it is 0, 1 or 2"))
    return TRACKING.get(number)


def template(path: str, value: Any, findings: Findings) -> int | str:
    """Read Mj-TemplateID: a number or a name; a string of digits stays one, for it may be either."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return kept_text(path, value, findings).strip()


def template_id(key: int | str) -> int:
    """Give the id that a template's key can be read as; 0 for one that is only a name."""
    number = _number(key)
    return number if 0 < number < 1 << 63 else 0


def _number(value: object) -> int:
    """Read a whole number from zero up, as JSON's own type or as a string; -1 for anything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= _MAX_DIGITS:
        return int(value)
    return -1
