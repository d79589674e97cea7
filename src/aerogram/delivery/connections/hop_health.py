"""Pauses for hops that accepted no mail, so that a dead host is not tried again for each letter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

    from aerogram.delivery.outcomes.conclude import HopFailure
    from aerogram.delivery.routing.route import Hop

FIRST_PAUSE_SECONDS: Final = 2.0
LONGEST_PAUSE_SECONDS: Final = 60.0
MAX_REMEMBERED: Final = 20_000


class _Pause(msgspec.Struct, frozen=True):
    until: float
    seconds: float
    failure: HopFailure


class HopHealth:
    """Records why and until when each hop is paused. Each further failure doubles the pause."""

    def __init__(
        self,
        monotonic: Callable[[], float],
        first_seconds: float = FIRST_PAUSE_SECONDS,
        longest_seconds: float = LONGEST_PAUSE_SECONDS,
    ) -> None:
        self._monotonic = monotonic
        self._first = first_seconds
        self._longest = longest_seconds
        self._pauses: dict[Hop, _Pause] = {}

    def paused(self, hop: Hop) -> HopFailure | None:
        """Return the failure for which ``hop`` is paused now; None when it may be tried."""
        pause = self._pauses.get(hop)
        return pause.failure if pause is not None and self._monotonic() < pause.until else None

    def failed(self, hop: Hop, failure: HopFailure) -> None:
        """Record that ``hop`` accepted no mail. A failure during a pause does not lengthen it."""
        now = self._monotonic()
        before = self._pauses.pop(hop, None)
        if before is not None and now < before.until:
            self._pauses[hop] = before
            return
        seconds = self._first if before is None else min(before.seconds * 2, self._longest)
        if len(self._pauses) >= MAX_REMEMBERED:
            del self._pauses[next(iter(self._pauses))]
        self._pauses[hop] = _Pause(now + seconds, seconds, failure)

    def served(self, hop: Hop) -> None:
        """Record that ``hop`` accepted a mail."""
        if self._pauses:
            self._pauses.pop(hop, None)
