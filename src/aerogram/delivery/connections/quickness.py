"""How quickly a hop takes letters, and so whether one may wait for a connection that is busy.

A letter that follows another on its connection costs less: its commands leave with the last one's data (RFC 2920
§3.1), which halves the writes. A relay on the same network answers within milliseconds, so the wait is not noticed;
a server of another continent takes so long that each letter is worth a connection.
"""

from __future__ import annotations

import math
from typing import Final

SOON_SECONDS: Final = 0.01
"""The longest that a letter waits for busy connections by what is known of the hop."""
LATE_SECONDS: Final = 0.02
"""After this a letter that still waits is given to any connection: the average was wrong about this moment."""
SMALL_BYTES: Final = 64 * 1024
"""A letter does not follow one that is larger than this: it would wait for the whole of it, and for what the hop does
with it."""
_WEIGHT: Final = 0.1
"""How much one letter counts in the average."""
_LEAST_SECONDS: Final = 0.001
"""No letter counts as quicker: the event loop's clock has milliseconds."""


class Quickness:
    """The average time that a hop takes for a letter; nobody knows it at first."""

    def __init__(self) -> None:
        self._seconds = math.inf

    def took(self, seconds: float) -> None:
        """Learn how long a letter took, from its first command to its outcome."""
        seconds = max(seconds, _LEAST_SECONDS)
        known = self._seconds
        self._seconds = seconds if known == math.inf else known + _WEIGHT * (seconds - known)

    def forget(self) -> None:
        """Forget all: the hop is no longer what it was."""
        self._seconds = math.inf

    def serves(self, waiting: int, busy: int) -> bool:
        """Tell whether so many busy connections take so many waiting letters within `SOON_SECONDS`."""
        return busy > 0 and waiting * self._seconds <= SOON_SECONDS * busy
