"""The delivery worker: claims, prepares and sends letters, with no transaction open during network IO.

All three overlap: threads prepare letters while others are claimed and sent. The worker claims only what it has room
for, and passes outcomes to the `Recorder`. When it stops, it returns the letters it holds to the queue.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any, Final

import structlog

from aerogram.base.clock import SECOND
from aerogram.base.errors import UnavailableError
from aerogram.base.loop import Loop
from aerogram.delivery.connections.dispatch import Dispatch
from aerogram.delivery.outcomes.change import blocked
from aerogram.delivery.outcomes.recorder import PAUSE_SECONDS
from aerogram.delivery.pace import Pace
from aerogram.delivery.preparing import Preparing
from aerogram.model.outcome import Held
from aerogram.model.send_options import PLAIN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aerogram.audience.recipients import Recipients
    from aerogram.delivery.outcomes.recorder import Recorder
    from aerogram.delivery.prepare import Prepared, Preparer
    from aerogram.delivery.transport import Transport
    from aerogram.model.message import Letter
    from aerogram.model.outcome import Outcome
    from aerogram.queue.leases import Leases
    from aerogram.senders.keyring import Keyring
    from aerogram.senders.tracking_hosts import TrackingHosts

MAX_IN_FLIGHT: Final = 1_000
"""Letters held at once; any more would only wait here instead of in the queue."""
CLAIM: Final = 200
GATHERED: Final = 50
"""How many letters share a claim while there is load."""
POLL_SECONDS: Final = 1.0
"""How soon the worker sees a message that another process queued, or that falls due."""
BACKLOGGED_MS: Final = 15 * SECOND
"""How long a letter waits in the queue when its destination is backlogged."""
MAX_RECLAIMS: Final = 3
"""A message that was claimed when three workers died is held for an operator (a poison message). Its last try
is made alone, so that only the message that kills workers is held."""
RECORD_SECONDS: Final = 2.0
"""The least time that a stop allows for recording the last outcomes."""

_RETRIES: Final[Mapping[str, Any]] = {
    "retry_seconds": PAUSE_SECONDS,
    "max_retry_seconds": PAUSE_SECONDS,
}
"""An unavailable store is tried again soon: mail waits for it."""

log = structlog.get_logger(__name__)


class Worker:
    """Takes letters from the queue to their outcomes."""

    def __init__(
        self,
        *,
        leases: Leases,
        preparer: Preparer,
        keyring: Keyring,
        hosts: TrackingHosts,
        recipients: Recipients,
        transport: Transport,
        recorder: Recorder,
        threads: int = 1,
    ) -> None:
        """Prepare letters in ``threads`` threads."""
        self._leases = leases
        self._keyring = keyring
        self._hosts = hosts
        self._recipients = recipients
        self._transport = transport
        self._recorder = recorder
        self._room = asyncio.Event()
        self._preparing = Preparing(preparer.prepare, self._dispatch, self._room.set, threads=threads)
        self._pace = Pace(GATHERED)
        self._gather_seconds = 0.0
        self._loop = Loop("delivery", self._round, poll_seconds=POLL_SECONDS, is_essential=True, **_RETRIES)
        self._renewing = Loop("leases", self._renew, poll_seconds=leases.renew_seconds, **_RETRIES)

    def wake(self) -> None:
        """Look at the queue now: a message was accepted."""
        self._loop.wake()

    async def run(self) -> None:
        """Work until `stop`; wait while the store is unavailable."""
        renewing = asyncio.create_task(self._renewing.run())
        try:
            await self._loop.run()
        finally:
            renewing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await renewing

    async def _round(self) -> bool:
        """Claim and send once; tell whether the queue holds more."""
        if self._gather_seconds:
            # A claim costs a commit, as a record does. Mail that arrives after a pause does not wait.
            await asyncio.sleep(self._gather_seconds)
        claimed = await self._claim()
        seconds = self._pace.seconds_after(claimed)
        self._gather_seconds = seconds if 0 < claimed < CLAIM else 0.0
        return claimed >= CLAIM

    async def stop(self, grace_seconds: float) -> None:
        """Stop claiming, let what is on the wire finish, record it, and return the rest to the queue."""
        self._loop.stop()
        self._room.set()
        loop = asyncio.get_running_loop()
        deadline = loop.time() + grace_seconds
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(deadline):
                # First: what is prepared is not sent any more, and so makes no room for a last try that waits for it.
                await self._preparing.close()
                # A running claim must end before what is held can be returned.
                await self._loop.ended()
        await self._transport.close(max(0.0, deadline - loop.time()))
        # A store that hangs must not keep the process: leases that it does not release expire by themselves.
        end = max(deadline, loop.time() + RECORD_SECONDS)
        await self._recorder.drain(end - loop.time())
        with contextlib.suppress(TimeoutError, UnavailableError):
            async with asyncio.timeout_at(end):
                await self._leases.release()

    async def _claim(self) -> int:
        """Claim as many letters as there is room for, and send them; return how many they were."""
        while not self._loop.is_stopping and not self._wants_more():
            await self._wait_for_room()
        if self._loop.is_stopping:
            return 0
        self._loop.forget_wakes()
        letters = await self._leases.claim(min(CLAIM, MAX_IN_FLIGHT - self._leases.held))
        if letters:
            unfinished = self._sorted_out(letters)
            try:
                sendable = await self._without_backlogged(await self._one_at_a_time(unfinished))
                await self._load(sendable)
            except UnavailableError:
                # Those that are back already have no lease any more, and stay as they are.
                await self._leases.give_back(unfinished)
                raise
            await self._prepare(sendable)
        return len(letters)

    def _wants_more(self) -> bool:
        return self._preparing.wants_more and self._leases.held < MAX_IN_FLIGHT

    async def _load(self, letters: list[Letter]) -> None:
        """Load from the store what preparing the letters needs."""
        await self._keyring.load({(letter.account_id, letter.from_email) for letter in letters})
        personal = [
            letter
            for letter in letters
            if letter.send_options is not PLAIN and letter.send_options.is_personal
        ]
        if personal:
            await self._hosts.load({(letter.account_id, letter.from_email) for letter in personal})
        asking = [letter for letter in personal if letter.send_options.asks_contact]
        if asking:
            await self._recipients.load(asking)

    def _sorted_out(self, letters: list[Letter]) -> list[Letter]:
        """Conclude the letters that must not be attempted; return the others."""
        sendable = []
        for letter in letters:
            rule = blocked(letter)
            if rule is not None:
                self.finish(letter, rule)
            elif letter.reclaims >= MAX_RECLAIMS:
                self.finish(letter, Held(reason=f"{letter.reclaims} workers died while they attempted it."))
            else:
                sendable.append(letter)
        return sendable

    async def _one_at_a_time(self, letters: list[Letter]) -> list[Letter]:
        """Keep only one of the letters on their last try, and return all others to the queue."""
        on_last_try = [letter for letter in letters if letter.reclaims == MAX_RECLAIMS - 1]
        if len(on_last_try) <= 1:
            return letters
        log.warning("trying messages one at a time after workers died", messages=len(on_last_try))
        others = [letter for letter in letters if letter.reclaims < MAX_RECLAIMS - 1]
        await self._leases.give_back([*on_last_try[1:], *others])
        return on_last_try[:1]

    async def _without_backlogged(self, letters: list[Letter]) -> list[Letter]:
        """Return the letters of backlogged destinations to the queue, to make room for the others."""
        backlogged = [letter for letter in letters if self._transport.is_backlogged(letter)]
        if not backlogged:
            return letters
        await self._leases.give_back(backlogged, BACKLOGGED_MS)
        waiting = {letter.message_id for letter in backlogged}
        return [letter for letter in letters if letter.message_id not in waiting]

    async def _prepare(self, letters: list[Letter]) -> None:
        """Prepare letters, which sends them; wait only for one on its last try, which is prepared alone."""
        is_last_try = any(letter.reclaims == MAX_RECLAIMS - 1 for letter in letters)
        if is_last_try:
            await self._preparing.done()
        self._preparing.add(letters)
        if is_last_try:
            await self._preparing.done()

    def _dispatch(self, prepared: list[Prepared]) -> None:
        for letter, data in prepared:
            if not isinstance(data, bytes):
                self.finish(letter, data)
            elif not self._loop.is_stopping:
                self._send(letter, data)

    def _send(self, letter: Letter, data: bytes) -> None:
        try:
            self._transport.send(Dispatch(letter, data, self.finish))
        except Exception as error:
            # An error of ours with one letter must not stop the others.
            log.exception("a letter could not be sent", message_id=letter.message_id)
            self.finish(letter, Held(reason=f"The mail was not sent because of an internal error: {error!r}"))

    async def _wait_for_room(self) -> None:
        self._room.clear()
        await self._room.wait()

    def finish(self, letter: Letter, outcome: Outcome) -> None:
        """Take the outcome of an attempt; it is recorded with the next batch."""
        self._recorder.take(letter, outcome, self._recorded)

    def _recorded(self, letter: Letter) -> None:
        # Not before: a captured mail is held until it is recorded.
        self._leases.forget(letter)
        self._preparing.forget(letter)
        self._room.set()
        if letter.notify or letter.send_options.error_report_to:
            # A mail to the sender may have been queued with the outcome.
            self._loop.wake()

    async def _renew(self) -> bool:
        await self._leases.renew()
        return False
