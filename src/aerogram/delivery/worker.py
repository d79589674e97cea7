"""The delivery worker: claim, prepare, send, record. No transaction is open while the network is.

The worker claims only what it has room for. Outcomes are recorded in natural batches. What it holds
when it is stopped goes back to the queue.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final

import msgspec
import structlog

from aerogram.base.clock import SECOND
from aerogram.base.errors import UnavailableError
from aerogram.base.gathering import Gatherer
from aerogram.delivery.lane import Dispatch
from aerogram.delivery.notify import due
from aerogram.delivery.verdict import blocked_by, change_for
from aerogram.model.outcome import Held
from aerogram.queue.leases import RENEW_MS
from aerogram.store.blobs import INLINE_LIMIT_BYTES
from aerogram.store.records import outcomes as records

if TYPE_CHECKING:
    from collections.abc import Callable

    from aerogram.base.clock import Clock
    from aerogram.base.ids import IdGenerator
    from aerogram.delivery.carrier import Carrier
    from aerogram.delivery.notifier import Notifier
    from aerogram.delivery.prepare import Prepared, Preparer
    from aerogram.delivery.retry import Schedule
    from aerogram.model.message import Letter
    from aerogram.model.outcome import Outcome
    from aerogram.queue.leases import Leases
    from aerogram.senders.keyring import Keyring
    from aerogram.store.blobs import DiskBlobs
    from aerogram.store.records.outcomes import Change
    from aerogram.store.sql import Database
    from aerogram.wire.dsn import Action

MAX_IN_FLIGHT: Final = 1_000
"""Letters held at once; more would only wait here instead of in the queue."""
CLAIM: Final = 200
CHUNK: Final = 25
"""Letters prepared by one call of the thread: enough to spread its cost, few enough to begin soon."""
MAX_BYTES_IN_FLIGHT: Final = 64 * 1024 * 1024
"""Composed bytes that wait for the network; past it nothing more is composed."""
POLL_SECONDS: Final = 1.0
"""How soon a message that another process queued, or that falls due, is seen."""
PAUSE_SECONDS: Final = 1.0
GATHER_SECONDS: Final = 0.01
"""The pause between two claims, and between two records: each costs a commit, and larger ones cost each
letter less. A letter that comes after a quiet moment does not wait."""
MAX_RECLAIMS: Final = 3
"""A message that took three workers with it is held for a person (a poison message)."""
MAX_RECORDED: Final = 500

log = structlog.get_logger(__name__)


class Worker:
    """Carries letters from the queue to their outcomes."""

    def __init__(  # noqa: PLR0913 - the worker is where the parts of delivery meet
        self,
        *,
        database: Database,
        leases: Leases,
        preparer: Preparer,
        notifier: Notifier,
        keyring: Keyring,
        carrier: Carrier,
        blobs: DiskBlobs,
        ids: IdGenerator,
        clock: Clock,
        schedule: Schedule,
        on_recorded: Callable[[list[Change]], None],
    ) -> None:
        self._database = database
        self._leases = leases
        self._preparer = preparer
        self._notifier = notifier
        self._keyring = keyring
        self._carrier = carrier
        self._blobs = blobs
        self._ids = ids
        self._clock = clock
        self._schedule = schedule
        self._on_recorded = on_recorded
        self._recorder: Gatherer[Change, bool] = Gatherer(self._record, MAX_RECORDED, GATHER_SECONDS)
        self._wake = asyncio.Event()
        self._room = asyncio.Event()
        self._bytes_in_flight = 0
        self._sizes: dict[int, int] = {}
        self._notifying: set[asyncio.Task[None]] = set()
        self._is_stopping = False

    def wake(self) -> None:
        """Look at the queue now: something was accepted."""
        self._wake.set()

    async def run(self) -> None:
        """Work until `stop`; a store that is away is waited for."""
        renewing = asyncio.create_task(self._renew_forever())
        try:
            while not self._is_stopping:
                try:
                    claimed = await self._claim()
                except UnavailableError as error:
                    log.warning("the queue cannot be read; trying again", error=str(error))
                    await asyncio.sleep(PAUSE_SECONDS)
                    continue
                if claimed < CLAIM:
                    await self._wait()
                    await asyncio.sleep(GATHER_SECONDS if claimed else 0)
        finally:
            renewing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await renewing

    async def stop(self, grace_seconds: float) -> None:
        """Claim nothing more, let what is on the wire finish, record it, give the rest back."""
        self._is_stopping = True
        self._wake.set()
        self._room.set()
        await self._carrier.close(grace_seconds)
        if self._notifying:
            await asyncio.wait(self._notifying)
        await self._recorder.drain()
        with contextlib.suppress(UnavailableError):
            await self._leases.release()

    async def _wait(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(POLL_SECONDS):
                await self._wake.wait()

    async def _claim(self) -> int:
        """Claim what there is room for, and send it on; tell how many that were."""
        while self._leases.held >= MAX_IN_FLIGHT and not self._is_stopping:
            await self._wait_for_room()
        if self._is_stopping:
            return 0
        self._wake.clear()
        letters = await self._leases.claim(min(CLAIM, MAX_IN_FLIGHT - self._leases.held))
        if letters:
            await self._keyring.load({(letter.account_id, letter.from_email) for letter in letters})
            for start in range(0, len(letters), CHUNK):
                await self._forward(letters[start : start + CHUNK])
        return len(letters)

    async def _forward(self, letters: list[Letter]) -> None:
        """Prepare a chunk in a thread and hand it to the carrier."""
        sendable = []
        for letter in letters:
            if letter.suppressed:
                self.finish(letter, blocked_by(letter.suppressed))
            elif letter.reclaims >= MAX_RECLAIMS:
                self.finish(letter, Held(reason=f"{letter.reclaims} workers ended while they attempted it."))
            else:
                sendable.append(letter)
        if not sendable or self._is_stopping:
            return
        while self._bytes_in_flight > MAX_BYTES_IN_FLIGHT and not self._is_stopping:
            await self._wait_for_room()
        prepared = await asyncio.to_thread(self._preparer.prepare, sendable)
        self._dispatch(prepared)

    def _dispatch(self, prepared: list[Prepared]) -> None:
        for letter, data in prepared:
            if isinstance(data, Held):
                self.finish(letter, data)
                continue
            self._sizes[letter.message_id] = len(data)
            self._bytes_in_flight += len(data)
            self._carrier.send(Dispatch(letter, data, self.finish))

    async def _wait_for_room(self) -> None:
        self._room.clear()
        await self._room.wait()

    def finish(self, letter: Letter, outcome: Outcome) -> None:
        """Take the outcome of an attempt; it is recorded with the next batch."""
        self._bytes_in_flight -= self._sizes.pop(letter.message_id, 0)
        now = self._clock.now_ms()
        change = change_for(letter, outcome, self._ids.next_id(), now, self._schedule)
        if letter.notify and (action := due(letter, outcome, change.state, now)) is not None:
            task = asyncio.create_task(self._notify(letter, outcome, change, action))
            self._notifying.add(task)
            task.add_done_callback(self._notifying.discard)
            return
        self._submit(letter, change)

    async def _notify(self, letter: Letter, outcome: Outcome, change: Change, action: Action) -> None:
        """Record an outcome together with the notification that tells the sender of it."""
        try:
            change = await asyncio.to_thread(
                self._notifier.with_notification, letter, outcome, change, action
            )
        except Exception:
            # What became of the message matters more than the word about it.
            log.exception("a notification could not be written", message_id=letter.message_id)
        self._submit(letter, change).add_done_callback(lambda _: self.wake())

    def _submit(self, letter: Letter, change: Change) -> asyncio.Future[bool]:
        future = self._recorder.submit(change)
        future.add_done_callback(lambda done: self._recorded(letter, done))
        return future

    def _recorded(self, letter: Letter, done: asyncio.Future[bool]) -> None:
        self._leases.forget((letter.message_id,))
        self._room.set()
        error = done.exception()
        if error is not None:
            # The lease runs out and the message is tried again: a duplicate is possible, a loss is not.
            log.error("an outcome could not be recorded", message_id=letter.message_id, error=str(error))
        elif not done.result():
            log.warning("a lease was lost before its outcome was recorded", message_id=letter.message_id)

    async def _record(self, changes: list[Change]) -> list[bool]:
        for index, change in enumerate(changes):
            if change.captured_size > INLINE_LIMIT_BYTES and change.captured_body is not None:
                changes[index] = await self._with_blob(change, change.captured_body)
        while True:
            now = self._clock.now_ms()
            try:
                written = await self._database.write(lambda: records.record(changes, now))  # noqa: B023
            except UnavailableError as error:
                log.warning("outcomes cannot be recorded; trying again", error=str(error))
                await asyncio.sleep(PAUSE_SECONDS)
                if self._is_stopping:
                    raise
                continue
            self._on_recorded(
                [change for change, is_written in zip(changes, written, strict=True) if is_written]
            )
            return written

    async def _with_blob(self, change: Change, body: bytes) -> Change:
        return msgspec.structs.replace(change, captured_body=None, captured_blob=await self._blobs.put(body))

    async def _renew_forever(self) -> None:
        while True:
            await asyncio.sleep(RENEW_MS / SECOND)
            try:
                await self._leases.renew()
            except UnavailableError as error:
                log.warning("leases cannot be renewed", error=str(error))
