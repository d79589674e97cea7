"""Whether a process is to stop, and how much time is left for it."""

from __future__ import annotations

import asyncio
from typing import Final

from aerogram.base.errors import AerogramError

GRACE_SECONDS: Final = 20.0
"""How long a stop takes at most: pending replies, requests in progress, letters on the wire."""
LEAST_GRACE_SECONDS: Final = 0.5
"""What each part gets when the others have used up the grace."""


class FailedError(AerogramError):
    """The process ends because part of it failed; the exit status tells a supervisor."""


class Stopping:
    """Whether to stop, and how much time is left for it. Make it inside the event loop."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.is_failed = False
        self._loop = asyncio.get_running_loop()
        self._deadline = 0.0

    def ask(self, grace_seconds: float = GRACE_SECONDS) -> bool:
        """Begin to stop; return False if that had begun before."""
        if self.asked.is_set():
            return False
        self._deadline = self._loop.time() + grace_seconds
        self.asked.set()
        return True

    def fail(self) -> None:
        """Begin to stop because of an error."""
        self.is_failed = True
        self.ask()

    def seconds_left(self) -> float:
        """Return the seconds of grace that are left for the next part."""
        return max(LEAST_GRACE_SECONDS, self._deadline - self._loop.time())
