"""What was promised, what arrived, and what follows from it."""

from __future__ import annotations

import bisect
import collections
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from support.fast_sink import Arrival

IN_FLIGHT_SECONDS = 1.0
"""An outcome is recorded within this time after the next hop's 250, even on a busy machine."""
LATE_SECONDS = 0.1

Copy = tuple[str, str]
"""(token, recipient): what one acknowledgement promises to one recipient."""


@dataclass(frozen=True)
class Comparison:
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
    longest_flight: float
    """Seconds, at most, between an earlier copy's arrival and the kill that excuses it."""
    unpromised: int
    """Arrived though the client never saw the acknowledgement: allowed."""

    @property
    def is_good(self) -> bool:
        return not (self.lost or self.torn or self.unexcused)

    def __str__(self) -> str:
        return (
            f"acknowledged {self.acknowledged}, arrived {self.arrived}, lost {len(self.lost)}, torn {len(self.torn)}, "
            f"duplicates in flight at a kill {len(self.excused)} (arrived {self.longest_flight:.2f} s before it at "
            f"most), other duplicates {len(self.unexcused)}, "
            f"arrived without acknowledgement {self.unpromised}"
        )


@dataclass
class Ledger:
    """What the clients were promised, and when the server was killed."""

    acknowledged: set[Copy] = field(default_factory=set)
    kills: list[float] = field(default_factory=list)
    """Moments in seconds since the Unix epoch, rising."""

    def acknowledge(self, token: str, recipients: Iterable[str]) -> None:
        """Note that a client got its 250 or HTTP 200."""
        self.acknowledged.update((token, recipient) for recipient in recipients)

    def compare(self, arrivals: Iterable[Arrival]) -> Comparison:
        """Compare the promises with what the sink wrote down."""
        moments: dict[Copy, list[float]] = collections.defaultdict(list)
        torn = []
        for arrival in arrivals:
            copy = (arrival.token, arrival.recipient)
            moments[copy].append(arrival.at)
            if not arrival.is_whole:
                torn.append(copy)
        repeated = {copy: sorted(times) for copy, times in moments.items() if len(times) > 1}
        flights = {copy: max(map(self._flight, times[:-1])) for copy, times in repeated.items()}
        excused = [copy for copy, seconds in flights.items() if seconds <= IN_FLIGHT_SECONDS]
        return Comparison(
            acknowledged=len(self.acknowledged),
            arrived=len(moments),
            lost=sorted(self.acknowledged - moments.keys()),
            torn=torn,
            excused=excused,
            unexcused=sorted(repeated.keys() - set(excused)),
            longest_flight=max((flights[copy] for copy in excused), default=0.0),
            unpromised=len(moments.keys() - self.acknowledged),
        )

    def _flight(self, at: float) -> float:
        """Give the seconds from an arrival to the next kill; infinity when none followed."""
        # What a killed server had written may reach the sink a moment after the kill.
        next_kill = bisect.bisect_left(self.kills, at - LATE_SECONDS)
        return max(0.0, self.kills[next_kill] - at) if next_kill < len(self.kills) else math.inf
