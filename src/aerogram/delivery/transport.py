"""The last step of the road: the capture inbox, or an SMTP session with another server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from aerogram.delivery.outcomes.simulate import CAPTURED, is_simulated, simulated
from aerogram.delivery.routing.route import domain_of
from aerogram.model.outcome import Delivered

if TYPE_CHECKING:
    from aerogram.delivery.connections.dispatch import Dispatch
    from aerogram.delivery.routing.route import Hops
    from aerogram.model.message import Letter


class Transport(Protocol):
    """Sends a composed letter and reports its outcome once (see `Dispatcher`)."""

    def send(self, dispatch: Dispatch) -> None:
        """Begin to send; ``dispatch.done`` is called in the event loop with the outcome."""
        ...

    def is_backlogged(self, letter: Letter) -> bool:
        """Tell whether the queue of this letter's destination is full, so that it stays in the store."""
        ...

    async def close(self, grace_seconds: float) -> list[Letter]:
        """Let what is on the wire finish; return the letters that were never tried."""
        ...


class FixedRoutes(Protocol):
    """Knows which domains have a fixed next hop (see `Router`)."""

    def fixed_hops_for(self, domain: str) -> Hops | None:
        """Return the fixed hops of a domain; None when it has none."""
        ...


class CaptureTransport:
    """Keeps every letter in the local inbox; simulated recipients behave as their names say."""

    def send(self, dispatch: Dispatch) -> None:
        """Call ``dispatch.done`` at once: the inbox accepts every letter."""
        letter, data = dispatch.letter, dispatch.data
        if is_simulated(letter.recipient):
            dispatch.done(letter, simulated(letter, data))
        else:
            dispatch.done(letter, Delivered(reply=CAPTURED, captured=data))

    def is_backlogged(self, letter: Letter) -> bool:  # noqa: ARG002 - the inbox is never backlogged
        """Return False: every letter is concluded when it is sent."""
        return False

    async def close(self, grace_seconds: float) -> list[Letter]:  # noqa: ARG002 - nothing is ever under way
        """Return no letter: each was concluded when it was sent."""
        return []


class PartialCapture:
    """Captures the letters of sandbox credentials, and sends the others with another transport.

    With ``routes`` (the mode is capture) it sends only to domains that have a fixed route.
    """

    def __init__(self, transport: Transport, routes: FixedRoutes | None = None) -> None:
        self._transport = transport
        self._routes = routes
        self._capture = CaptureTransport()

    def send(self, dispatch: Dispatch) -> None:
        """Choose by the letter's send options and the recipient's domain."""
        self._transport_of(dispatch.letter).send(dispatch)

    def is_backlogged(self, letter: Letter) -> bool:
        """See `Transport.is_backlogged`."""
        return self._transport_of(letter).is_backlogged(letter)

    async def close(self, grace_seconds: float) -> list[Letter]:
        """See `Transport.close`."""
        return await self._transport.close(grace_seconds)

    def _transport_of(self, letter: Letter) -> Transport:
        if letter.send_options.is_sandboxed:
            return self._capture
        routes = self._routes
        if routes is None:
            return self._transport
        has_route = routes.fixed_hops_for(domain_of(letter.recipient) or "") is not None
        return self._transport if has_route and not is_simulated(letter.recipient) else self._capture
