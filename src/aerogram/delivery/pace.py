"""How long to gather before the next claim or record: a transaction costs less for each letter the more share it.

Measured, with its commit: a record of 10 letters costs each of them four times what a record of 50 does.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

LEAST_SECONDS: Final = 0.01
LONGEST_SECONDS: Final = 0.05
FEW: Final = 3
"""A batch of so few means that there is no load: the next letter does not wait for company."""


class Pace:
    """Gathers ``wanted`` items by the rate at which they came until now."""

    def __init__(self, wanted: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Read seconds from ``clock``."""
        self._wanted = wanted
        self._clock = clock
        self._last = clock()

    def seconds_after(self, count: int) -> float:
        """Return how long to gather after a batch of ``count`` items, which came since the last call."""
        now = self._clock()
        passed, self._last = now - self._last, now
        if count <= FEW:
            return LEAST_SECONDS
        return min(max(self._wanted * passed / count, LEAST_SECONDS), LONGEST_SECONDS)
