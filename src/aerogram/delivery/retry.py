"""When a deferred message is tried again, and when it expires (RFC 5321 §4.5.4.1).

The first waits are short, because greylisting and brief outages end within minutes. Later waits grow to four
hours, so that a host that is down for days is not tried too often. After five days the message expires. Each
wait varies by up to a tenth, always the same for the same message and attempt, so that messages deferred
together do not return together.
"""

from __future__ import annotations

from typing import Final

import msgspec

from aerogram.base.clock import DAY, HOUR, MINUTE, SECOND

JITTER: Final = 0.1
"""The fraction of a wait by which it may be longer or shorter."""
SHORTEST_WAIT: Final = SECOND
_JITTER_STEPS: Final = 2_001


class Schedule(msgspec.Struct, frozen=True, kw_only=True):
    """Waits after the first, second, … failed attempt, in milliseconds; the last one repeats until expiry."""

    waits_ms: tuple[int, ...]
    expire_ms: int
    """How long after its acceptance a message expires."""


DEFAULT_SCHEDULE: Final = Schedule(
    waits_ms=(
        5 * MINUTE,
        10 * MINUTE,
        20 * MINUTE,
        40 * MINUTE,
        1 * HOUR,
        2 * HOUR,
        4 * HOUR,
    ),
    expire_ms=5 * DAY,
)
"""RFC 5321 §4.5.4.1: wait at least 30 minutes on average, give up after 4 to 5 days; the first two waits are
shorter, as every current server does, because a greylisted recipient waits for the mail."""


def next_attempt(
    message_id: int, attempts_made: int, first_accepted_ms: int, now_ms: int, schedule: Schedule
) -> int | None:
    """Return the time of the next try, in milliseconds since the Unix epoch; None after expiry.

    ``attempts_made`` counts the one that just failed, so it is at least 1. The result is after ``now_ms`` and
    never after the moment of expiry, which is the time of the last attempt.
    """
    expires_ms = first_accepted_ms + schedule.expire_ms
    if now_ms >= expires_ms:
        return None
    waits = schedule.waits_ms
    wait = waits[min(max(attempts_made, 1), len(waits)) - 1]
    moved = wait + round(wait * JITTER * _swing(message_id, attempts_made))
    return min(now_ms + max(moved, SHORTEST_WAIT), expires_ms)


def _swing(message_id: int, attempt: int) -> float:
    """Return a number from -1 to 1, spread evenly over messages and attempts (Knuth's hash)."""
    mixed = ((message_id + attempt * 40_503) * 2_654_435_761) & 0xFFFFFFFF
    return (mixed >> 8) % _JITTER_STEPS / (_JITTER_STEPS // 2) - 1
