"""Parsers of single values of v3.1, each with its type."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aerogram.doors.http.send.shared import errors
from aerogram.doors.http.send.shared.properties import PropertyType
from aerogram.doors.http.send.shared.values import RANKS, text
from aerogram.model.message import Rank

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aerogram.doors.http.send.shared.findings import Findings

_TRACKING: Final[Mapping[str, bool | None]] = {"account_default": None, "disabled": False, "enabled": True}
"""The values of TrackOpens and TrackClicks; None means the account's default.

(compatibility: send-v31#properties)
"""


def flag(path: str, value: Any, findings: Findings) -> bool:
    """Parse a boolean."""
    if isinstance(value, bool):
        return value
    findings.errors.append(errors.wrong_type(path, "boolean"))
    return False


def flag_or_number(path: str, value: Any, findings: Findings) -> bool:
    """Parse DeduplicateCampaign, a boolean that Mailjet's guide also writes as 1."""
    return flag(path, bool(value) if value in (0, 1) else value, findings)


def integer(path: str, value: Any, findings: Findings) -> int:
    """Parse an integer."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    findings.errors.append(errors.wrong_type(path, "integer"))
    return 0


def priority(path: str, value: Any, findings: Findings) -> Rank:
    """Parse Priority as the rank in the queue."""
    before = len(findings.errors)
    rank = RANKS.get(integer(path, value, findings))
    if rank is None and len(findings.errors) == before:
        findings.errors.append(errors.not_allowed(path, value))
    return Rank.HIGH if rank is None else rank


def tracking(path: str, value: Any, findings: Findings) -> bool | None:
    """Parse TrackOpens or TrackClicks; None means the account's default."""
    read = text(path, value, findings)
    if isinstance(value, str) and read not in _TRACKING:
        findings.errors.append(errors.not_allowed(path, read))
    return _TRACKING.get(read)


FLAG: Final = PropertyType(parser=flag, schema={"type": "boolean", "default": False}, errors=("mj-0004",))
FLAG_OR_NUMBER: Final = PropertyType(
    parser=flag_or_number, schema={"type": "boolean", "default": False}, errors=("mj-0004",)
)
INTEGER: Final = PropertyType(parser=integer, schema={"type": "integer"}, errors=("mj-0004",))
PRIORITY: Final = PropertyType(
    parser=priority,
    schema={"type": "integer", "enum": sorted(RANKS), "default": 2},
    errors=("mj-0004", "mj-0005"),
)
TRACKING: Final = PropertyType(
    parser=tracking,
    schema={"type": "string", "enum": sorted(_TRACKING)},
    errors=("mj-0004", "mj-0005"),
)
