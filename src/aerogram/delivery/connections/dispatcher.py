"""The dispatcher: sends letters to their destinations, over few connections that it keeps busy.

It stores nothing. A letter belongs to it from `Dispatcher.send` until ``done`` is called, and the caller
holds the letter's lease.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from aerogram.delivery.connections.destination_queue import DestinationQueue, Limits, Tools
from aerogram.delivery.connections.hop_health import HopHealth
from aerogram.delivery.connections.opening import Opener
from aerogram.delivery.connections.timeouts import Timeouts
from aerogram.delivery.outcomes.conclude import outcome_of_own_refusal
from aerogram.delivery.routing.route import domain_of
from aerogram.wire.smtp.client.replies import local_reply

if TYPE_CHECKING:
    from aerogram.delivery.connections.conversions import Convert
    from aerogram.delivery.connections.dispatch import Dispatch
    from aerogram.delivery.routing.route import Hops
    from aerogram.delivery.routing.router import Router
    from aerogram.model.message import Letter
    from aerogram.model.outcome import Outcome


def cannot_convert(_letter: Letter, _data: bytes) -> Outcome:
    """Return the outcome of an 8-bit letter to a hop without 8BITMIME, where nothing converts it (RFC 6152 §3)."""
    reply = local_reply(554, "5.6.3 the mail has 8-bit characters, and the server takes only 7-bit mail")
    return outcome_of_own_refusal(reply, "", "")


class Dispatcher:
    """Takes letters with `send` and concludes each exactly once. Lives in one event loop."""

    def __init__(
        self,
        router: Router,
        *,
        hostname: str,
        timeouts: Timeouts | None = None,
        limits: Limits | None = None,
        opener: Opener | None = None,
        health: HopHealth | None = None,
        seven_bit: Convert = cannot_convert,
    ) -> None:
        """Say ``hostname`` in EHLO. A custom ``opener`` has its own host name, timeouts and TLS.

        ``seven_bit`` converts and signs 8-bit mail for a hop without 8BITMIME.
        """
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
            seven_bit=seven_bit,
        )

    @property
    def in_flight(self) -> int:
        """How many letters were sent and not yet concluded."""
        return self._in_flight

    def send(self, dispatch: Dispatch) -> None:
        """Send a letter. ``dispatch.done`` is called with its outcome, never before this returns.

        Raises RuntimeError after `close`.
        """
        if self._is_closing:
            raise RuntimeError("the dispatcher is closed")
        self._in_flight += 1
        key, domain, fixed = self._destination_of(dispatch.letter)
        queue = self._queues.get(key)
        if queue is None:
            queue = self._queues[key] = DestinationQueue(key, domain, fixed, self._tools)
        queue.send(dispatch)

    def is_backlogged(self, letter: Letter) -> bool:
        """Tell whether the queue of this letter's destination is full, so that it stays in the store."""
        queue = self._queues.get(self._destination_of(letter)[0])
        return queue is not None and queue.is_backlogged

    def _destination_of(self, letter: Letter) -> tuple[str, str, Hops | None]:
        """Return the key of a letter's destination queue, the recipient's domain, and its fixed hop."""
        domain = domain_of(letter.recipient) or ""
        fixed = self._router.fixed_hops_for(domain)
        return (fixed.key if fixed is not None else domain), domain, fixed

    async def close(self, grace_seconds: float) -> list[Letter]:
        """Send what was accepted for up to ``grace_seconds``, then close all connections.

        Letters that were cut off are deferred, in doubt after their final dot. Returns the letters that were
        never tried; they get no outcome, and their leases may be released.
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
        except Exception as error:  # noqa: BLE001 (one callback's error must not stop other letters)
            asyncio.get_running_loop().call_exception_handler(
                {"message": "a dispatcher's callback failed", "exception": error}
            )

    def _forget_queue(self, key: str) -> None:
        self._queues.pop(key, None)
