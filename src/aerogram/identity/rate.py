"""Rate limit per account or network, counted in this process or across all of a server.

A token bucket: an idle client may burst up to a minute's worth of requests, and is then limited to the steady rate.

Across processes the bucket of a key is one time: when the requests made so far are paid for, at the steady rate. A
request moves it on by its price, and the latest time that any process wrote counts. Two processes that take at the
same microsecond may write the same time; then one request is free.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aerogram.base.clock import MINUTE, SECOND
from aerogram.base.shared.layout import Table

if TYPE_CHECKING:
    from aerogram.base.clock import Clock
    from aerogram.base.shared.moments import SharedMoments
    from aerogram.base.shared.shared import Shared

MAX_REMEMBERED: Final = 100_000
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
        self._paid_at = None if across is None else across.moments(Table.RATES)
        self._name = name

    def take(self, who: int | str | bytes) -> int:
        """Count a request; return 0 if it is allowed, else the seconds until one is."""
        limit = self._limit
        if limit is None:
            return 0
        if self._paid_at is not None:
            return self._take_across(self._paid_at, limit, f"{self._name} {who!r}".encode())
        now = self._clock.now_ms()
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

    def _take_across(self, moments: SharedMoments, limit: int, key: bytes) -> int:
        now, minute = self._clock.now_ms() * _NS, MINUTE * _NS
        # Nobody writes a time that is more than a minute ahead; those that are were written by another clock.
        paid_at = max(now, moments.latest(key, not_after=now + 2 * minute)) + minute // limit
        too_much = paid_at - now - minute
        if too_much > 0:
            return -(-too_much // (SECOND * _NS))
        moments.put(key, paid_at)
        return 0
