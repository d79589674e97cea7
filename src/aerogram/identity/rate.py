"""Rate limit per account or network, counted in this process or across all of a server.

A token bucket: an idle client may burst up to a minute's worth of requests, and is then limited to the steady rate.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from aerogram.base.clock import MINUTE, SECOND
from aerogram.base.shared.layout import Table

if TYPE_CHECKING:
    from aerogram.base.clock import Clock
    from aerogram.base.shared.shared import Shared

MAX_REMEMBERED: Final = 100_000
_KEYS: Final = 1024
"""Accounts and networks whose keys are remembered."""
_NS: Final = 1_000_000
"""Nanoseconds of a millisecond: the price of a request is seldom a whole number of milliseconds."""


def payer(account_id: int, *, is_sandboxed: bool) -> int | str:
    """Return whose requests a caller uses up: the sandbox of an account has a limit of its own."""
    return f"sandbox of {account_id}" if is_sandboxed else account_id


class RateLimiter:
    """Allow ``limit`` requests per minute and key; None disables the limit."""

    def __init__(
        self, limit: int | None, clock: Clock, across: Shared | None = None, name: str = "requests"
    ) -> None:
        """``across`` counts with other processes; ``name`` sets the keys of one limit apart from those of another."""
        self._limit = limit
        self._clock = clock
        self._used: dict[int | str | bytes, tuple[float, int]] = {}
        self._of_all = None
        if across is not None and limit is not None:
            self._of_all = across.rates(Table.RATES, price=MINUTE * _NS // limit, most=MINUTE * _NS)
        self._key = lru_cache(maxsize=_KEYS)(lambda who: f"{name} {who!r}".encode())

    def take(self, who: int | str | bytes) -> int:
        """Count a request; return 0 if it is allowed, else the seconds until one is."""
        limit = self._limit
        if limit is None:
            return 0
        now = self._clock.now_ms()
        if self._of_all is not None:
            return -(-self._of_all.take(self._key(who), now * _NS) // (SECOND * _NS))
        used, at = self._used.get(who, (0.0, now))
        used = max(0.0, used - max(0, now - at) * limit / MINUTE)
        if used + 1 > limit:
            self._used[who] = (used, now)
            wait_ms = (used + 1 - limit) * MINUTE / limit
            return max(1, -(-int(wait_ms) // SECOND))
        if len(self._used) >= MAX_REMEMBERED:
            self._used.clear()
        self._used[who] = (used + 1, now)
        return 0
