"""The date-time of mail (RFC 5322 §3.3)."""

from __future__ import annotations

import time
from functools import lru_cache
from typing import Final

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def format_date(moment_ms: int) -> str:
    """Format a time (milliseconds since the Unix epoch) as ``Thu, 01 Jan 2026 00:00:00 +0000``."""
    return _format_second(moment_ms // 1000)


@lru_cache(maxsize=64)
def _format_second(second: int) -> str:
    year, month, day, hour, minute, sec, weekday, _, _ = time.gmtime(second)
    return f"{_DAYS[weekday]}, {day:02} {_MONTHS[month - 1]} {year:04} {hour:02}:{minute:02}:{sec:02} +0000"
