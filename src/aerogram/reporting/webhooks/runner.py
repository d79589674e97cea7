"""Serving one receiver: reads the journal, makes the calls its `Lane` decides on, writes the results."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec
import structlog

from aerogram.base.errors import UnavailableError
from aerogram.net.http import Unanswered
from aerogram.reporting.webhooks.call import fault_in, request_of
from aerogram.reporting.webhooks.lane import Lane, Parcel, Timings
from aerogram.store.records import callback_journal

if TYPE_CHECKING:
    from collections.abc import Callable

    from aerogram.audience.follower import ContactFollower
    from aerogram.base.clock import Clock
    from aerogram.net.http import HttpCaller
    from aerogram.store.records.callback_journal import Entry
    from aerogram.store.sql import Database, Unit

T = TypeVar("T")

PAGE: Final = 200
"""Events read at once; with `lane.READY_LOW` it bounds what a lane keeps in memory."""
MAX_CALLS: Final = 1_024
"""Calls under way to all receivers together; bounds file descriptors. A hanging receiver holds few."""

_log = structlog.stdlib.get_logger("aerogram.webhooks")


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """One URL of one account, and what it is to be told."""

    account_id: int
    url: str
    journals: frozenset[int]
    """Ids of the callbacks in whose journals its events stand."""
    grouped: frozenset[int]
    """Those of them whose events are told in arrays."""
    targets: dict[int, str]
    """Ids of the callbacks whose URL it is, with that URL as it is sealed now."""
    newest_event_id: int
    failing_since_ms: int
    is_dead: bool


class Workshop:
    """What all runners share."""

    def __init__(
        self,
        database: Database,
        http: HttpCaller,
        clock: Clock,
        contacts: ContactFollower,
        timings: Timings,
        lease: int,
    ) -> None:
        self.database = database
        self.http = http
        self.clock = clock
        self.contacts = contacts
        self.timings = timings
        self.lease = lease
        self.calls = asyncio.Semaphore(MAX_CALLS)

    async def write(self, unit: Callable[[], Unit[T]]) -> T:
        """Write to the store, however long it is not available."""
        while True:
            try:
                return await self.database.write(unit)
            except UnavailableError:
                await asyncio.sleep(self.timings.look_ms / 1_000)


class Runner:
    """One receiver's task."""

    def __init__(self, route: Route, workshop: Workshop, may_call: Callable[[int], bool]) -> None:
        """Begin at once. ``may_call`` tells whether an account's lease is held."""
        self._route = route
        self._workshop = workshop
        self._may_call = may_call
        self._lane = Lane(workshop.timings, failing_since_ms=route.failing_since_ms, is_dead=route.is_dead)
        self._lane.serve(route.journals, route.grouped)
        self._woken = asyncio.Event()
        self._cursor = 0
        self._is_at_end = False
        self._scan_again_ms = 0
        self._settled_at = 0.0
        self._calls: set[asyncio.Task[None]] = set()
        self._task = asyncio.create_task(self._run())

    @property
    def is_idle(self) -> bool:
        """No call is under way."""
        return self._lane.is_idle

    def can_serve(self, route: Route, seen_at: float) -> bool:
        """Tell whether this runner still fits a route, whose callbacks may have been changed or revived.

        ``seen_at`` is the monotonic time before the route was read.
        """
        if self._task.done():
            return False
        mine = self._route.targets
        if any(mine.get(which, sealed) != sealed for which, sealed in route.targets.items()):
            return False
        # The lane may know of a death or a recovery that was not written yet when the route was read.
        if not self.is_idle or seen_at <= self._settled_at:
            return True
        return route.is_dead == self._lane.is_dead

    def shares(self, route: Route) -> bool:
        """Tell whether a route has events that this runner may be telling."""
        return not self._route.journals.isdisjoint(route.journals)

    def serve(self, route: Route) -> None:
        """Take the route as it is now, and look at its journals."""
        if route.newest_event_id > self._route.newest_event_id:
            self._lane.give_chance(self._workshop.clock.now_ms())
        self._route = route
        self._lane.serve(route.journals, route.grouped)
        self._is_at_end = False
        self._woken.set()

    async def close(self) -> None:
        """Stop at once; what is under way may be told again by whoever comes next."""
        tasks = [self._task, *self._calls]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self) -> None:
        try:
            await self._serve_forever()
        except Exception:  # noqa: BLE001 - a fault of ours is logged, and must not end the service of a receiver
            # The next look finds this runner ended and begins another one.
            _log.exception("webhook_runner_broke", account=self._route.account_id)

    async def _serve_forever(self) -> None:
        while True:
            self._woken.clear()
            now_ms = self._workshop.clock.now_ms()
            if self._may_call(self._route.account_id):
                try:
                    await self._fill(now_ms)
                except UnavailableError:
                    # The next look wakes us; what is at hand can be told meanwhile.
                    self._is_at_end = True
                while parcel := self._lane.next_parcel(now_ms):
                    call = asyncio.create_task(self._tell(parcel))
                    self._calls.add(call)
                    call.add_done_callback(self._calls.discard)
            await self._wait(now_ms)

    async def _wait(self, now_ms: int) -> None:
        timings = self._workshop.timings
        wake_at_ms = self._lane.wake_at_ms(now_ms)
        wait_ms = None if wake_at_ms is None else max(wake_at_ms - now_ms, timings.pause_ms)
        try:
            async with asyncio.timeout(None if wait_ms is None else wait_ms / 1_000):
                await self._woken.wait()
        except TimeoutError:
            self._is_at_end = False

    async def _fill(self, now_ms: int) -> None:
        """Read on from where the last page ended, and now and then from the start.

        The start is where retries stand, and events that another process committed late.
        """
        lane, database, journals = self._lane, self._workshop.database, self._route.journals
        look_ms = self._workshop.timings.look_ms
        if not now_ms < self._scan_again_ms <= now_ms + look_ms:
            self._scan_again_ms = now_ms + look_ms
            self._cursor = 0
            self._is_at_end = False
        while lane.wants_more(now_ms) and not self._is_at_end:
            lane.begin_read()
            if lane.is_full:
                found = await database.read(partial(callback_journal.retried, journals, now_ms, PAGE))
                self._is_at_end = True
            else:
                found = await database.read(partial(callback_journal.page, journals, self._cursor, PAGE))
                self._is_at_end = len(found) < PAGE
            entries = await self._introduced(found)
            if entries:
                self._cursor = entries[-1].announcement.event_id
            lane.offer(entries, now_ms)

    async def _introduced(self, entries: list[Entry]) -> list[Entry]:
        """Name the contact of each recipient, which is made first where the follower has not come to it."""
        if not entries:
            return entries
        recipients = {each.announcement.message_id: each.announcement.recipient for each in entries}
        contacts = await self._workshop.contacts.contacts_of(self._route.account_id, recipients)
        return [_of_contact(each, contacts.get(each.announcement.message_id, 0)) for each in entries]

    async def _tell(self, parcel: Parcel) -> None:
        """Make one call and write down what came of it."""
        try:
            async with self._workshop.calls:
                fault = await self._call(parcel)
            if fault:
                await self._record_refusal(parcel, fault)
            else:
                await self._record_told(parcel)
        except Exception:  # noqa: BLE001 - a fault of ours is logged, and must not end the service of a receiver
            # What cannot be written down would be told again and again, so the lane must slow down.
            _log.exception("webhook_record_broke", account=self._route.account_id)
            self._lane.refused(parcel, self._workshop.clock.now_ms())
        finally:
            self._lane.settle(parcel)
            self._settled_at = time.monotonic()
            self._woken.set()

    async def _call(self, parcel: Parcel) -> str:
        try:
            body, headers = request_of(
                [entry.announcement for entry in parcel.entries], is_grouped=parcel.is_grouped
            )
            answer = await self._workshop.http.post(self._route.url, body, headers)
        except Exception:  # noqa: BLE001 - a fault of ours is logged, and must not end the service of a receiver
            # A fault of ours must not end the lane: it is retried and reported like any other.
            _log.exception("webhook_call_broke", account=self._route.account_id)
            answer = Unanswered("The call could not be made because of an internal error.")
        return fault_in(answer)

    async def _record_told(self, parcel: Parcel) -> None:
        route = self._route
        was_failing = self._lane.told(self._workshop.clock.now_ms())
        recovered = list(route.targets) if was_failing else []
        if recovered:
            _log.info("webhook_recovered", account=route.account_id, callbacks=recovered)
        keys = [entry.key for entry in parcel.entries]
        await self._workshop.write(partial(callback_journal.told, keys, recovered))

    async def _record_refusal(self, parcel: Parcel, fault: str) -> None:
        route, workshop = self._route, self._workshop
        now_ms = workshop.clock.now_ms()
        verdict = self._lane.refused(parcel, now_ms)
        callbacks = list(route.targets)
        if verdict.is_first:
            _log.warning("webhook_failing", account=route.account_id, callbacks=callbacks, reason=fault)
        if verdict.is_dead:
            _log.error("webhook_dead", account=route.account_id, callbacks=callbacks, reason=fault)
        if verdict.parked:
            _log.error("webhook_events_parked", account=route.account_id, events=verdict.parked, reason=fault)
        refusal = callback_journal.Refusal(
            account_id=route.account_id,
            lease=workshop.lease,
            postponed=verdict.postponed,
            callbacks=callbacks,
            failing_since_ms=verdict.failing_since_ms,
            reason=fault,
            is_dead=verdict.is_dead,
        )
        await workshop.write(partial(callback_journal.refused, refusal, now_ms))


def _of_contact(entry: Entry, contact_id: int) -> Entry:
    announcement = msgspec.structs.replace(entry.announcement, contact_id=contact_id)
    return msgspec.structs.replace(entry, announcement=announcement)
