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
CROWDED_MS: Final = 15 * SECOND
"""How long a letter waits in the queue when its destination is behind with what it has."""
MAX_RECLAIMS: Final = 3
"""A message that took three workers with it is held for a person (a poison message). Its last try is made
without the others that went down with it, so that only the guilty one is held."""
MAX_RECORDED: Final = 500
RECORD_SECONDS: Final = 2.0
"""What recording the last outcomes may take at a stop, at least."""

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
        self._sizes: dict[tuple[int, int], int] = {}
        self._notifying: set[asyncio.Task[None]] = set()
        self._is_stopping = False
        self._ended = asyncio.Event()
        self._ended.set()

    def wake(self) -> None:
        """Look at the queue now: something was accepted."""
        self._wake.set()

    async def run(self) -> None:
        """Work until `stop`; a store that is away is waited for."""
        self._ended.clear()
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
            self._ended.set()
            renewing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await renewing

    async def stop(self, grace_seconds: float) -> None:
        """Claim nothing more, let what is on the wire finish, record it, give the rest back."""
        self._is_stopping = True
        self._wake.set()
        self._room.set()
        loop = asyncio.get_running_loop()
        deadline = loop.time() + grace_seconds
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(deadline):
                # A claim that is under way must have come before what is held can be given back.
                await self._ended.wait()
        await self._carrier.close(max(0.0, deadline - loop.time()))
        # A store that hangs must not keep the process: what it does not take runs out by itself.
        with contextlib.suppress(TimeoutError, UnavailableError):
            async with asyncio.timeout(max(RECORD_SECONDS, deadline - loop.time())):
                if self._notifying:
                    await asyncio.wait(self._notifying)
                await self._recorder.drain()
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
            sendable = await self._without_crowd(await self._without_suspects(self._sorted_out(letters)))
            try:
                await self._keyring.load({(letter.account_id, letter.from_email) for letter in sendable})
            except UnavailableError:
                await self._leases.give_back(sendable)
                raise
            for start in range(0, len(sendable), CHUNK):
                await self._forward(sendable[start : start + CHUNK])
        return len(letters)

    def _sorted_out(self, letters: list[Letter]) -> list[Letter]:
        """Finish the letters that are not to be attempted; give the others."""
        sendable = []
        for letter in letters:
            if letter.suppressed:
                self.finish(letter, blocked_by(letter.suppressed))
            elif letter.reclaims >= MAX_RECLAIMS:
                self.finish(letter, Held(reason=f"{letter.reclaims} workers ended while they attempted it."))
            else:
                sendable.append(letter)
        return sendable

    async def _without_suspects(self, letters: list[Letter]) -> list[Letter]:
        """Give back all letters on their last try but one, which would be the only one of them to be held."""
        suspects = [letter for letter in letters if letter.reclaims == MAX_RECLAIMS - 1]
        if len(suspects) <= 1:
            return letters
        log.warning("messages that were there when workers ended go one by one", messages=len(suspects))
        innocent = [letter for letter in letters if letter.reclaims < MAX_RECLAIMS - 1]
        await self._leases.give_back([*suspects[1:], *innocent])
        return suspects[:1]

    async def _without_crowd(self, letters: list[Letter]) -> list[Letter]:
        """Let the letters of slow destinations wait in the queue, so that the others find room here."""
        crowded = [letter for letter in letters if self._carrier.is_crowded(letter)]
        if not crowded:
            return letters
        await self._leases.give_back(crowded, CROWDED_MS)
        waiting = {letter.message_id for letter in crowded}
        return [letter for letter in letters if letter.message_id not in waiting]

    async def _forward(self, letters: list[Letter]) -> None:
        """Prepare a chunk in a thread and hand it to the carrier."""
        while self._bytes_in_flight > MAX_BYTES_IN_FLIGHT and not self._is_stopping:
            await self._wait_for_room()
        if self._is_stopping:
            return
        self._dispatch(await asyncio.to_thread(self._preparer.prepare, letters))

    def _dispatch(self, prepared: list[Prepared]) -> None:
        for letter, data in prepared:
            if not isinstance(data, bytes):
                self.finish(letter, data)
            elif not self._is_stopping:
                self._send(letter, data)

    def _send(self, letter: Letter, data: bytes) -> None:
        self._sizes[letter.message_id, letter.lease] = len(data)
        self._bytes_in_flight += len(data)
        try:
            self._carrier.send(Dispatch(letter, data, self.finish))
        except Exception as error:
            # A fault of ours with one letter must not keep the others.
            log.exception("a letter could not be sent", message_id=letter.message_id)
            self.finish(letter, Held(reason=f"An internal error kept the mail from being sent: {error!r}"))

    async def _wait_for_room(self) -> None:
        self._room.clear()
        await self._room.wait()

    def finish(self, letter: Letter, outcome: Outcome) -> None:
        """Take the outcome of an attempt; it is recorded with the next batch."""
        self._bytes_in_flight -= self._sizes.pop((letter.message_id, letter.lease), 0)
        now = self._clock.now_ms()
        change = self._change_for(letter, outcome, now)
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

    def _change_for(self, letter: Letter, outcome: Outcome, now: int) -> Change:
        event_id = self._ids.next_id()
        try:
            return change_for(letter, outcome, event_id, now, self._schedule)
        except Exception as error:
            # Sent or not, nobody knows any more; another attempt might be the second delivery.
            log.exception("an outcome could not be judged", message_id=letter.message_id)
            held = Held(reason=f"An internal error kept the outcome from being judged: {error!r}")
            return change_for(letter, held, event_id, now, self._schedule)

    def _recorded(self, letter: Letter, done: asyncio.Future[bool]) -> None:
        self._leases.forget(letter)
        self._room.set()
        if done.cancelled():
            return
        error = done.exception()
        if error is not None:
            # The lease runs out and the message is tried again: a duplicate is possible, a loss is not.
            log.error("an outcome could not be recorded", message_id=letter.message_id, error=str(error))
        elif not done.result():
            log.warning("a lease was lost before its outcome was recorded", message_id=letter.message_id)

    async def _record(self, changes: list[Change]) -> list[bool]:
        while True:
            now = self._clock.now_ms()
            try:
                for index, change in enumerate(changes):
                    if change.captured_size > INLINE_LIMIT_BYTES and change.captured_body is not None:
                        changes[index] = await self._with_blob(change, change.captured_body)
                written = await self._database.write(lambda: records.record(changes, now))  # noqa: B023
            except UnavailableError as error:
                log.warning("outcomes cannot be recorded; trying again", error=str(error))
                if self._is_stopping:
                    raise
                await asyncio.sleep(PAUSE_SECONDS)
                continue
            except Exception:
                if len(changes) > 1 or changes[0] == (plain := _in_plain_text(changes[0])):
                    raise
                # An outcome that is not recorded is a letter that is sent again.
                log.exception("an outcome is recorded in plain text", message_id=changes[0].message_id)
                changes = [plain]
                continue
            self._on_recorded(
                [change for change, is_written in zip(changes, written, strict=True) if is_written]
            )
            return written

    async def _with_blob(self, change: Change, body: bytes) -> Change:
        return msgspec.structs.replace(change, captured_body=None, captured_blob=await self._blobs.put(body))

    async def _renew_forever(self) -> None:
        pause = self._leases.renew_seconds
        while True:
            await asyncio.sleep(pause)
            try:
                await self._leases.renew()
            except UnavailableError as error:
                log.warning("leases cannot be renewed; trying again", error=str(error))
                pause = PAUSE_SECONDS
            else:
                pause = self._leases.renew_seconds


def _in_plain_text(change: Change) -> Change:
    """Give a change whose texts any store takes: without NUL and halves of surrogate pairs."""
    texts = {name: getattr(change, name) for name in ("reply", "host", "tls", "transcript")}
    plain = {
        name: text.encode("utf-8", "replace").replace(b"\0", b"?").decode() for name, text in texts.items()
    }
    return msgspec.structs.replace(change, **plain)
