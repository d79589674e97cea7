"""``Period``: since the start of the current day, week, month or year, in UTC.

(compatibility: rest#filters)
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from aerogram.base.clock import SECOND
from aerogram.doors.rest.fields.kinds import InvalidValueError
from aerogram.doors.rest.queries.filters import Filter
from aerogram.doors.rest.queries.listing import Condition

if TYPE_CHECKING:
    from collections.abc import Iterable

AFTER: Final = "after_ms"
"""The condition that a period becomes: later than this moment."""
_PERIOD: Final = "period"
_PERIODS: Final = ("day", "week", "month", "year")


def _period(text: str) -> str:
    period = text.strip().lower()
    if period not in _PERIODS:
        raise InvalidValueError("one of Day, Week, Month, Year")
    return period


PERIOD: Final = Filter(
    "Period", _PERIOD, _period, "Day, Week, Month or Year: since the start of the current one"
)


def without_periods(conditions: Iterable[Condition], now_ms: int) -> tuple[Condition, ...]:
    """Replace periods with moments; the latest of several wins."""
    rest: list[Condition] = []
    beginnings: list[int] = []
    for condition in conditions:
        match condition:
            case Condition("period", period):
                # The millisecond before the start, because the condition excludes its own moment.
                beginnings.append(start_of(period, now_ms) - 1)
            case Condition("after_ms", moment):
                beginnings.append(moment)
            case _:
                rest.append(condition)
    return (*rest, Condition(AFTER, max(beginnings))) if beginnings else tuple(rest)


def start_of(period: str, now_ms: int) -> int:
    """Return the start of the current day, week (from Monday), month or year."""
    today = datetime.fromtimestamp(now_ms // SECOND, UTC).replace(hour=0, minute=0, second=0)
    match period:
        case "week":
            start = today - timedelta(days=today.weekday())
        case "month":
            start = today.replace(day=1)
        case "year":
            start = today.replace(month=1, day=1)
        case _:
            start = today
    return int(start.timestamp()) * SECOND
