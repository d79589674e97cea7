"""The courier: carries letters to where they belong, over as few and as busy connections as it can.

It keeps nothing: a letter is in its hands from `Dispatcher.send` until ``done`` is called, and whoever gave it
holds its lease.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from aerogram.delivery.connections.destination_queue import DestinationQueue, Limits, Tools
from aerogram.delivery.connections.hop_health import HopHealth
from aerogram.delivery.connections.opening import Opener
from aerogram.delivery.connections.timeouts import Timeouts
from aerogram.delivery.routing.route import domain_of

if TYPE_CHECKING:
    from aerogram.delivery.connections.destination_queue import Dispatch
    from aerogram.delivery.routing.route import Hops
    from aerogram.delivery.routing.router import Router
    from aerogram.model.message import Letter
    from aerogram.model.outcome import Outcome


class Dispatcher:
    """Takes letters with `send` and answers each exactly once. Lives in one event loop."""

    def __init__(
        self,
        router: Router,
        *,
        hostname: str,
        timeouts: Timeouts | None = None,
        limits: Limits | None = None,
        opener: Opener | None = None,
        health: HopHealth | None = None,
    ) -> None:
        """Say ``hostname`` in EHLO. An ``opener`` of one's own brings its own host name, timeouts and TLS."""
        limits = limits or Limits()
        self._router = router
        self._queues: dict[str, DestinationQueue] = {}
        self._in_flight = 0
        self._is_closing = False
        self._all_answered = asyncio.Event()
        self._tools = Tools(
            router=router,
            opener=opener or Opener(hostname=hostname, timeouts=timeouts or Timeouts()),
            health=health or HopHealth(time.monotonic),
            limits=limits,
            slots=asyncio.Semaphore(limits.connections),
            concluded=self._conclude,
            emptied=self._forget_queue,
        )

    @property
    def in_flight(self) -> int:
        """The letters that were sent and not yet answered."""
        return self._in_flight

    def send(self, dispatch: Dispatch) -> None:
        """Carry a letter; ``dispatch.done`` is called when its outcome is known, never before this returns.

        Raises RuntimeError after `close`.
        """
        if self._is_closing:
            raise RuntimeError("the courier is closed")
        self._in_flight += 1
        key, domain, fixed = self._destination_of(dispatch.letter)
        queue = self._queues.get(key)
        if queue is None:
            queue = self._queues[key] = DestinationQueue(key, domain, fixed, self._tools)
        queue.send(dispatch)

    def is_backlogged(self, letter: Letter) -> bool:
        """Tell whether so many letters wait for this one's destination that it should wait in the queue."""
        queue = self._queues.get(self._destination_of(letter)[0])
        return queue is not None and queue.is_backlogged

    def _destination_of(self, letter: Letter) -> tuple[str, str, Hops | None]:
        """Give the key of a letter's lane, the recipient's domain, and its fixed hop."""
        domain = domain_of(letter.recipient) or ""
        fixed = self._router.fixed_hops_for(domain)
        return (fixed.key if fixed is not None else domain), domain, fixed

    async def close(self, grace_seconds: float) -> list[Letter]:
        """Carry what is in hand for up to ``grace_seconds``, then close every connection.

        Letters cut off on their way are answered as deferred, in doubt after their final dot. Gives the letters
        that were never tried and get no answer: their leases may be released.
        """
        self._is_closing = True
        if self._in_flight:
            self._all_answered.clear()
            try:
                async with asyncio.timeout(grace_seconds):
                    await self._all_answered.wait()
            except TimeoutError:
                pass
        queues = list(self._queues.values())
        left = [dispatch for queue in queues for dispatch in queue.end("Aerogram is shutting down")]
        self._in_flight -= len(left)
        for queue in queues:
            await queue.ended()
        return [dispatch.letter for dispatch in left]

    def _conclude(self, dispatch: Dispatch, outcome: Outcome) -> None:
        self._in_flight -= 1
        if not self._in_flight:
            self._all_answered.set()
        try:
            dispatch.done(dispatch.letter, outcome)
        except Exception as error:  # noqa: BLE001 (one caller's fault must not stop the other letters of a connection)
            asyncio.get_running_loop().call_exception_handler(
                {"message": "a courier's callback failed", "exception": error}
            )

    def _forget_queue(self, key: str) -> None:
        self._queues.pop(key, None)
