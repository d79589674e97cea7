"""What was promised, what arrived, and what follows from it."""

from __future__ import annotations

import bisect
import collections
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from support.fast_sink import Arrival

IN_FLIGHT_SECONDS = 3.0
"""An outcome is recorded within this time after the next hop's 250, even on a busy machine."""

Copy = tuple[str, str]
"""(token, recipient): what one acknowledgement promises to one recipient."""


@dataclass(frozen=True)
class Verdict:
    """The comparison of promises and arrivals."""

    acknowledged: int
    arrived: int
    lost: list[Copy]
    """Acknowledged, never arrived: must be empty."""
    torn: list[Copy]
    """Arrived with another body than was sent: must be empty."""
    excused: list[Copy]
    """Arrived twice or more; each earlier copy was in flight at a kill."""
    unexcused: list[Copy]
    """Arrived twice or more for no such reason: must be empty."""
    unpromised: int
    """Arrived though the client never saw the acknowledgement: allowed."""

    @property
    def is_good(self) -> bool:
        return not (self.lost or self.torn or self.unexcused)

    def __str__(self) -> str:
        return (
            f"acknowledged {self.acknowledged}, arrived {self.arrived}, lost {len(self.lost)}, torn {len(self.torn)}, "
            f"duplicates in flight at a kill {len(self.excused)}, other duplicates {len(self.unexcused)}, "
            f"arrived without acknowledgement {self.unpromised}"
        )


@dataclass
class Ledger:
    """Kept by the clients and by whoever kills."""

    acknowledged: set[Copy] = field(default_factory=set)
    kills: list[float] = field(default_factory=list)
    """Moments in seconds since the Unix epoch, rising."""

    def acknowledge(self, token: str, recipients: Iterable[str]) -> None:
        """Note that a client got its 250 or HTTP 200."""
        self.acknowledged.update((token, recipient) for recipient in recipients)

    def compare(self, arrivals: Iterable[Arrival]) -> Verdict:
        """Judge what the sink wrote down."""
        moments: dict[Copy, list[float]] = collections.defaultdict(list)
        torn = []
        for arrival in arrivals:
            copy = (arrival.token, arrival.recipient)
            moments[copy].append(arrival.at)
            if not arrival.is_whole:
                torn.append(copy)
        repeated = {copy: sorted(times) for copy, times in moments.items() if len(times) > 1}
        excused = [copy for copy, times in repeated.items() if all(map(self._was_in_flight, times[:-1]))]
        return Verdict(
            acknowledged=len(self.acknowledged),
            arrived=len(moments),
            lost=sorted(self.acknowledged - moments.keys()),
            torn=torn,
            excused=excused,
            unexcused=sorted(repeated.keys() - set(excused)),
            unpromised=len(moments.keys() - self.acknowledged),
        )

    def _was_in_flight(self, at: float) -> bool:
        """Tell whether a kill followed this arrival so soon that its outcome may not have been recorded."""
        # The bytes of a killed client may reach the sink a moment after the kill.
        next_kill = bisect.bisect_left(self.kills, at - 0.5)
        return next_kill < len(self.kills) and self.kills[next_kill] - at <= IN_FLIGHT_SECONDS
