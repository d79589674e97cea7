"""The last arrow of the road: the capture inbox, or a conversation with another server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from aerogram.delivery.route import domain_of
from aerogram.model.outcome import Delivered

if TYPE_CHECKING:
    from aerogram.delivery.lane import Dispatch
    from aerogram.delivery.route import Hops
    from aerogram.model.message import Letter


class Carrier(Protocol):
    """Takes a composed letter somewhere and tells, once, what came of it (see `Courier`)."""

    def send(self, dispatch: Dispatch) -> None:
        """Begin; ``dispatch.done`` is called in the event loop with the outcome."""
        ...

    def is_crowded(self, letter: Letter) -> bool:
        """Tell whether so many letters wait for this one's destination that it should wait in the queue."""
        ...

    async def close(self, grace_seconds: float) -> list[Letter]:
        """Let what is on the wire finish; give the letters that were never tried."""
        ...


class FixedRoutes(Protocol):
    """Knows which domains have a fixed next hop (see `Router`)."""

    def fixed_hops_for(self, domain: str) -> Hops | None:
        """Give the fixed hops of a domain; None when it has none."""
        ...


class CaptureCarrier:
    """Keeps every letter in the local inbox and sends nothing."""

    def send(self, dispatch: Dispatch) -> None:
        """Call ``dispatch.done`` at once: the inbox takes every letter."""
        outcome = Delivered(reply="250 2.0.0 Captured in the local inbox", captured=dispatch.data)
        dispatch.done(dispatch.letter, outcome)

    def is_crowded(self, letter: Letter) -> bool:  # noqa: ARG002 - the inbox is never crowded
        """Say no: every letter is answered when it is sent."""
        return False

    async def close(self, grace_seconds: float) -> list[Letter]:  # noqa: ARG002 - nothing is ever under way
        """Give no letter: each was answered when it was sent."""
        return []


class RoutedCapture:
    """Carries the letters of domains with a fixed route, and captures all others."""

    def __init__(self, routes: FixedRoutes, carrier: Carrier) -> None:
        self._routes = routes
        self._carrier = carrier
        self._capture = CaptureCarrier()

    def send(self, dispatch: Dispatch) -> None:
        """Choose by the recipient's domain."""
        self._carrier_of(dispatch.letter).send(dispatch)

    def is_crowded(self, letter: Letter) -> bool:
        """See `Carrier.is_crowded`."""
        return self._carrier_of(letter).is_crowded(letter)

    async def close(self, grace_seconds: float) -> list[Letter]:
        """See `Carrier.close`."""
        return await self._carrier.close(grace_seconds)

    def _carrier_of(self, letter: Letter) -> Carrier:
        domain = domain_of(letter.recipient) or ""
        return self._capture if self._routes.fixed_hops_for(domain) is None else self._carrier
