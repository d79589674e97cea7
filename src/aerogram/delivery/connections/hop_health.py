"""Hops that took no mail are left alone for a while, so that a dead host is not knocked at for each letter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

    from aerogram.delivery.outcomes.conclude import HopFailure
    from aerogram.delivery.routing.route import Hop

FIRST_REST_SECONDS: Final = 2.0
LONGEST_REST_SECONDS: Final = 60.0
MAX_REMEMBERED: Final = 20_000


class _Rest(msgspec.Struct, frozen=True):
    until: float
    seconds: float
    failure: HopFailure


class HopHealth:
    """Remembers for each hop why and until when it rests; each further failure doubles the rest."""

    def __init__(
        self,
        monotonic: Callable[[], float],
        first_seconds: float = FIRST_REST_SECONDS,
        longest_seconds: float = LONGEST_REST_SECONDS,
    ) -> None:
        self._monotonic = monotonic
        self._first = first_seconds
        self._longest = longest_seconds
        self._rests: dict[Hop, _Rest] = {}

    def resting(self, hop: Hop) -> HopFailure | None:
        """Give the failure for which ``hop`` rests now; None when it may be tried."""
        rest = self._rests.get(hop)
        return rest.failure if rest is not None and self._monotonic() < rest.until else None

    def failed(self, hop: Hop, failure: HopFailure) -> None:
        """Note that ``hop`` took no mail. A failure seen while it rests does not lengthen the rest."""
        now = self._monotonic()
        before = self._rests.pop(hop, None)
        if before is not None and now < before.until:
            self._rests[hop] = before
            return
        seconds = self._first if before is None else min(before.seconds * 2, self._longest)
        if len(self._rests) >= MAX_REMEMBERED:
            del self._rests[next(iter(self._rests))]
        self._rests[hop] = _Rest(now + seconds, seconds, failure)

    def served(self, hop: Hop) -> None:
        """Note that ``hop`` took a mail."""
        if self._rests:
            self._rests.pop(hop, None)
