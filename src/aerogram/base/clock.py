"""Time as an argument: production passes the system's clock, tests move one by hand.

Every moment that is stored is an integer of **milliseconds since the Unix epoch, UTC**.
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
    """Write a moment in whole seconds, such as ``2026-11-28T20:15:00Z``."""
    return datetime.fromtimestamp(milliseconds // SECOND, UTC).isoformat().replace("+00:00", "Z")


class Clock(Protocol):
    """Whoever needs to know the time takes one of these."""

    def now_ms(self) -> int:
        """Tell the wall clock's time in milliseconds since the Unix epoch."""
        ...


class SystemClock:
    """The clock of the machine."""

    def now_ms(self) -> int:
        """Tell the machine's time in milliseconds since the Unix epoch."""
        return time.time_ns() // 1_000_000


class ManualClock:
    """A clock that moves only when told, for tests and simulations."""

    def __init__(self, now_ms: int = 1_780_000_000_000) -> None:
        self._now_ms = now_ms

    def now_ms(self) -> int:
        """Tell the time it was last set to."""
        return self._now_ms

    def advance(self, milliseconds: int) -> None:
        """Move the clock; a negative value moves it back, as a badly kept clock would."""
        self._now_ms += milliseconds
