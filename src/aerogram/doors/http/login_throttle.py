"""Failed logins are counted, so that nobody tries secrets by the thousand.

The count is per key and client address, in this process's memory. Loopback clients are never locked
out: whoever is on the machine already has better ways, and a wrongly configured tool must not lock
its operator out.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Final

from aerogram.base.clock import MINUTE, SECOND

if TYPE_CHECKING:
    from aerogram.base.clock import Clock

MAX_FAILURES: Final = 10
WINDOW_MS: Final = 15 * MINUTE
MAX_REMEMBERED: Final = 10_000
"""Pairs of key and address in memory; past it the oldest are forgotten."""
_MAX_KEY: Final = 64
"""Letters of a key that are told apart: keys are 32 long, and a client may send anything."""


class LoginThrottle:
    """Counts failures in windows of `WINDOW_MS` that start with the first failure."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._failures: dict[tuple[str, str], tuple[int, int]] = {}

    def locked_seconds(self, key: str, ip: str) -> int:
        """Tell for how many more seconds the client may not try; 0 when it may."""
        if not self._failures:
            return 0
        found = self._failures.get((key[:_MAX_KEY], ip))
        if found is None or found[0] < MAX_FAILURES:
            return 0
        left_ms = found[1] + WINDOW_MS - self._clock.now_ms()
        return -(-left_ms // SECOND) if left_ms > 0 else 0

    def note_failure(self, key: str, ip: str) -> None:
        """Count a wrong secret."""
        if is_loopback(ip):
            return
        pair = (key[:_MAX_KEY], ip)
        now = self._clock.now_ms()
        count, since = self._failures.pop(pair, (0, now))
        if since + WINDOW_MS <= now:
            count, since = 0, now
        while len(self._failures) >= MAX_REMEMBERED:
            del self._failures[next(iter(self._failures))]
        self._failures[pair] = (count + 1, since)


def is_loopback(ip: str) -> bool:
    """Tell whether the peer is this machine; a Unix socket ("") is."""
    try:
        return not ip or ipaddress.ip_address(ip).is_loopback
    except ValueError:
        return False
