"""Clocks: production code gets the system clock, tests set one by hand.

Every stored time is an integer: **milliseconds since the Unix epoch, UTC**.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def rfc3339(milliseconds: int) -> str:
    """Format a time in whole seconds, such as ``2026-11-28T20:15:00Z``."""
    return datetime.fromtimestamp(milliseconds // SECOND, UTC).isoformat().replace("+00:00", "Z")


class Clock(Protocol):
    """The source of the current time for code that needs it."""

    def now_ms(self) -> int:
        """Return the current time in milliseconds since the Unix epoch."""
        ...


class SystemClock:
    """The clock of the machine."""

    def now_ms(self) -> int:
        """Return the machine's time in milliseconds since the Unix epoch."""
        return time.time_ns() // 1_000_000


class ManualClock:
    """A clock that moves only by `advance`, for tests and simulations."""

    def __init__(self, now_ms: int = 1_780_000_000_000) -> None:
        self._now_ms = now_ms

    def now_ms(self) -> int:
        """Return the time it was last set to."""
        return self._now_ms

    def advance(self, milliseconds: int) -> None:
        """Move the clock; a negative value moves it back, as a clock correction does."""
        self._now_ms += milliseconds
