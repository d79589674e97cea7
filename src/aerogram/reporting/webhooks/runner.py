"""Serve one receiver: read the outbox, make the calls that its `Schedule` decides on, write the results."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec
import structlog

from aerogram.base.errors import UnavailableError
from aerogram.net.http import Unanswered
from aerogram.reporting.webhooks.call import failure_of, request_of
from aerogram.reporting.webhooks.outbox import page_of, retried_of
from aerogram.reporting.webhooks.schedule import Batch, Schedule, Timings
from aerogram.store.records.webhooks import outbox as webhook_outbox

if TYPE_CHECKING:
    from collections.abc import Callable

    from aerogram.base.clock import Clock
    from aerogram.net.http import HttpCaller
    from aerogram.store.sql import Database, Unit

T = TypeVar("T")

PAGE: Final = 200
"""Events per read; with `schedule.READY_LOW` it limits the memory of a schedule."""
MAX_CALLS: Final = 1_024
"""Maximum calls in flight to all receivers; limits file descriptors. A hanging receiver holds only a few."""

_log = structlog.stdlib.get_logger("aerogram.webhooks")


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """One URL of one account, with the webhooks to serve."""

    account_id: int
    url: str
    callbacks: frozenset[int]
    """Ids of the webhooks whose outbox rows go to this URL."""
    grouped: frozenset[int]
    """Ids of those that get their events in arrays."""
    targets: dict[int, str]
    """Ids of the webhooks with this URL, each with its current sealed URL."""
    newest_event_id: int
    failing_since_ms: int
    is_dead: bool


class SenderContext:
    """State that all runners share."""

    def __init__(
        self,
        database: Database,
        http: HttpCaller,
        clock: Clock,
        timings: Timings,
        lease: int,
    ) -> None:
        self.database = database
        self.http = http
        self.clock = clock
        self.timings = timings
        self.lease = lease
        self.calls = asyncio.Semaphore(MAX_CALLS)

    async def write(self, unit: Callable[[], Unit[T]]) -> T:
        """Write to the store; retry until it is available."""
        while True:
            try:
                return await self.database.write(unit)
            except UnavailableError:
                await asyncio.sleep(self.timings.look_ms / 1_000)


class Runner:
    """The task of one receiver."""

    def __init__(self, route: Route, context: SenderContext, may_call: Callable[[int], bool]) -> None:
        """Start at once. ``may_call`` returns whether this process holds an account's lease."""
        self._route = route
        self._context = context
        self._may_call = may_call
        self._schedule = Schedule(
            context.timings, failing_since_ms=route.failing_since_ms, is_dead=route.is_dead
        )
        self._schedule.serve(route.callbacks, route.grouped)
        self._woken = asyncio.Event()
        self._cursor = 0
        self._is_at_end = False
        self._scan_again_ms = 0
        self._settled_at = 0.0
        self._calls: set[asyncio.Task[None]] = set()
        self._task = asyncio.create_task(self._run())

    @property
    def is_idle(self) -> bool:
        """No call is in flight."""
        return self._schedule.is_idle

    def can_serve(self, route: Route, seen_at: float) -> bool:
        """Return whether this runner still fits a route, whose webhooks may have been changed or revived.

        ``seen_at`` is the monotonic time before the route was read.
        """
        if self._task.done():
            return False
        mine = self._route.targets
        if any(mine.get(which, sealed) != sealed for which, sealed in route.targets.items()):
            return False
        # The schedule may know of a death or recovery that was not yet written when the route was read.
        if not self.is_idle or seen_at <= self._settled_at:
            return True
        return route.is_dead == self._schedule.is_dead

    def shares(self, route: Route) -> bool:
        """Return whether a route has events that this runner may be sending."""
        return not self._route.callbacks.isdisjoint(route.callbacks)

    def serve(self, route: Route) -> None:
        """Replace the route and read its outbox."""
        if route.newest_event_id > self._route.newest_event_id:
            self._schedule.give_chance(self._context.clock.now_ms())
        self._route = route
        self._schedule.serve(route.callbacks, route.grouped)
        self._is_at_end = False
        self._woken.set()

    async def close(self) -> None:
        """Stop at once; calls in flight may be repeated by the next runner."""
        tasks = [self._task, *self._calls]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self) -> None:
        try:
            await self._serve_forever()
        except Exception:  # noqa: BLE001 - an error of ours is logged, and must not end the service of a receiver
            # The next poll finds this runner ended and starts another one.
            _log.exception("webhook_runner_broke", account=self._route.account_id)

    async def _serve_forever(self) -> None:
        while True:
            self._woken.clear()
            now_ms = self._context.clock.now_ms()
            if self._may_call(self._route.account_id):
                try:
                    await self._fill(now_ms)
                except UnavailableError:
                    # The next poll wakes us; events already read can be sent meanwhile.
                    self._is_at_end = True
                while batch := self._schedule.next_batch(now_ms):
                    call = asyncio.create_task(self._send(batch))
                    self._calls.add(call)
                    call.add_done_callback(self._calls.discard)
            await self._wait(now_ms)

    async def _wait(self, now_ms: int) -> None:
        timings = self._context.timings
        wake_at_ms = self._schedule.wake_at_ms(now_ms)
        wait_ms = None if wake_at_ms is None else max(wake_at_ms - now_ms, timings.pause_ms)
        try:
            async with asyncio.timeout(None if wait_ms is None else wait_ms / 1_000):
                await self._woken.wait()
        except TimeoutError:
            self._is_at_end = False

    async def _fill(self, now_ms: int) -> None:
        """Read on after the last page, and periodically from the start.

        Retries, and events that another process committed late, are at the start.
        """
        schedule, database, route = self._schedule, self._context.database, self._route
        look_ms = self._context.timings.look_ms
        if not now_ms < self._scan_again_ms <= now_ms + look_ms:
            self._scan_again_ms = now_ms + look_ms
            self._cursor = 0
            self._is_at_end = False
        while schedule.wants_more(now_ms) and not self._is_at_end:
            schedule.begin_read()
            if schedule.is_full:
                entries = await database.read(
                    partial(retried_of, route.account_id, route.callbacks, now_ms, PAGE)
                )
                self._is_at_end = True
            else:
                entries = await database.read(
                    partial(page_of, route.account_id, route.callbacks, self._cursor, PAGE)
                )
                self._is_at_end = len(entries) < PAGE
            if entries:
                self._cursor = entries[-1].event.event_id
            schedule.offer(entries, now_ms)

    async def _send(self, batch: Batch) -> None:
        """Make one call and record its result."""
        try:
            async with self._context.calls:
                reason = await self._call(batch)
            if reason:
                await self._record_failure(batch, reason)
            else:
                await self._record_delivered(batch)
        except Exception:  # noqa: BLE001 - an error of ours is logged, and must not end the service of a receiver
            # An event whose result cannot be recorded would be sent repeatedly, so the schedule must slow down.
            _log.exception("webhook_record_broke", account=self._route.account_id)
            self._schedule.failed(batch, self._context.clock.now_ms())
        finally:
            self._schedule.settle(batch)
            self._settled_at = time.monotonic()
            self._woken.set()

    async def _call(self, batch: Batch) -> str:
        try:
            body, headers = request_of([entry.event for entry in batch.entries], is_grouped=batch.is_grouped)
            answer = await self._context.http.post(self._route.url, body, headers)
        except Exception:  # noqa: BLE001 - an error of ours is logged, and must not end the service of a receiver
            # An internal error must not end the schedule: it is retried and reported like any other failure.
            _log.exception("webhook_call_broke", account=self._route.account_id)
            answer = Unanswered("The call could not be made because of an internal error.")
        return failure_of(answer)

    async def _record_delivered(self, batch: Batch) -> None:
        route = self._route
        was_failing = self._schedule.delivered(self._context.clock.now_ms())
        recovered = list(route.targets) if was_failing else []
        if recovered:
            _log.info("webhook_recovered", account=route.account_id, callbacks=recovered)
        keys = [entry.key for entry in batch.entries]
        await self._context.write(partial(webhook_outbox.delivered, keys, recovered))

    async def _record_failure(self, batch: Batch, reason: str) -> None:
        route, context = self._route, self._context
        now_ms = context.clock.now_ms()
        effect = self._schedule.failed(batch, now_ms)
        callbacks = list(route.targets)
        if effect.is_first:
            _log.warning("webhook_failing", account=route.account_id, callbacks=callbacks, reason=reason)
        if effect.is_dead:
            _log.error("webhook_dead", account=route.account_id, callbacks=callbacks, reason=reason)
        if effect.parked:
            _log.error("webhook_events_parked", account=route.account_id, events=effect.parked, reason=reason)
        failure = webhook_outbox.Failure(
            account_id=route.account_id,
            lease=context.lease,
            postponed=effect.postponed,
            callbacks=callbacks,
            failing_since_ms=effect.failing_since_ms,
            reason=reason,
            is_dead=effect.is_dead,
        )
        await context.write(partial(webhook_outbox.failed, failure, now_ms))
