"""Parsers of single values of v3: booleans, numbers and the template, each with its type.

Clients send a number or a boolean as that JSON type or as a string, and both are accepted
(compatibility: send-v3#properties).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aerogram.doors.http.send.shared import errors
from aerogram.doors.http.send.shared.properties import PropertyType
from aerogram.doors.http.send.shared.values import RANKS, kept_text, whole_number
from aerogram.model.message import Rank

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aerogram.doors.http.send.shared.findings import Findings
    from aerogram.doors.http.send.shared.properties import Json

_TRACKING: Final[Mapping[int, bool | None]] = {0: None, 1: False, 2: True}
"""Mj-trackopen and Mj-trackclick: 0 the account's default, 1 off, 2 on.

(compatibility: send-v3#properties)
"""

_ON: Final = frozenset({"true", "1"})
_OFF: Final = frozenset({"false", "0", ""})
_DELIVER: Final = "deliver"


def switch(path: str, value: Any, findings: Findings) -> bool:
    """Parse a boolean: true, "true", "True", 1 or "1" are on; their opposites and "" are off."""
    if isinstance(value, bool):
        return value
    word = str(value).lower() if isinstance(value, str | int) else ""
    if not isinstance(value, str | int) or word not in _ON | _OFF:
        findings.errors.append(errors.not_allowed(path, value, ": use true or false"))
    return word in _ON


def delivers(path: str, value: Any, findings: Findings) -> bool:
    """Parse MJ-TemplateErrorDeliver: a boolean that is usually sent as "deliver" or 0."""
    if isinstance(value, str) and value.lower() == _DELIVER:
        return True
    return switch(path, value, findings)


def priority(path: str, value: Any, findings: Findings) -> Rank:
    """Parse Mj-prio as the rank in the queue."""
    rank = RANKS.get(whole_number(value))
    if rank is None:
        findings.errors.append(errors.not_allowed(path, value, ": use 0, 1, 2 or 3"))
        return Rank.HIGH
    return rank


def tracking(path: str, value: Any, findings: Findings) -> bool | None:
    """Parse Mj-trackopen or Mj-trackclick; None means the account's default."""
    number = whole_number(value)
    if number not in _TRACKING:
        findings.errors.append(errors.not_allowed(path, value, ": use 0, 1 or 2"))
    return _TRACKING.get(number)


def template(path: str, value: Any, findings: Findings) -> int | str:
    """Parse Mj-TemplateID: a number or a name; a string of digits stays a string, as it may be either."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return kept_text(path, value, findings).strip()


_SWITCH: Final[Json] = {"type": ["boolean", "integer", "string"], "default": False}

SWITCH: Final = PropertyType(parser=switch, schema=_SWITCH, errors=("mj-0005",))
DELIVERS: Final = PropertyType(
    parser=delivers, schema=_SWITCH | {"description": '"deliver" also means true.'}, errors=("mj-0005",)
)
PRIORITY: Final = PropertyType(
    parser=priority,
    schema={"type": "integer", "enum": sorted(RANKS), "default": 2},
    errors=("mj-0005",),
)
TRACKING: Final = PropertyType(
    parser=tracking,
    schema={
        "type": "integer",
        "enum": sorted(_TRACKING),
        "default": 0,
        "description": "0: the account's default, 1: off, 2: on.",
    },
    errors=("mj-0005",),
)
TEMPLATE: Final = PropertyType(
    parser=template,
    schema={"type": ["integer", "string"], "description": "An id, or a name."},
    errors=("mj-0004", "mj-0005"),
)
