"""Send webhook calls: find receivers with waiting events and run a `Runner` for each.

A receiver that hangs or fails delays only its own events. Any number of processes may run a sender over
one store: each sends the events of the accounts whose lease it holds. An event is sent at least once;
after a crash, events in flight are sent again.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from typing import TYPE_CHECKING, Final

import structlog

from aerogram.base.errors import NotFoundError, SettingsError, UnavailableError
from aerogram.base.ids import MAX_ID
from aerogram.base.loop import Loop
from aerogram.reporting.webhooks.call import GROUPING_VERSION, request_of, sample
from aerogram.reporting.webhooks.runner import Route, Runner, SenderContext
from aerogram.reporting.webhooks.schedule import Timings
from aerogram.store.records.webhooks import leases, outbox
from aerogram.store.sql import Engine

if TYPE_CHECKING:
    from aerogram.base.clock import Clock
    from aerogram.base.sealing import Sealer
    from aerogram.model.actor import Actor
    from aerogram.net.http import Answered, HttpCaller, Unanswered
    from aerogram.store.records.webhooks.outbox import Callback, Pending
    from aerogram.store.sql import Database

_log = structlog.stdlib.get_logger("aerogram.webhooks")

RELEASE_SECONDS: Final = 2.0
"""Timeout for releasing leases: a store that hangs must not block the shutdown."""
RENEWALS: Final = 2
"""Renewals per lease period."""
REQUESTS: Final = 6
"""Attempts per lease period to take a lease that another process holds."""

RouteKey = tuple[int, str]
"""(account id, URL)"""


class WebhookSender:
    """Sends the events of the outbox to their receivers; start `run` in its own task."""

    def __init__(
        self,
        database: Database,
        sealer: Sealer,
        http: HttpCaller,
        clock: Clock,
        timings: Timings | None = None,
    ) -> None:
        """Set up the sender; the caller closes ``http``."""
        self._database = database
        self._sealer = sealer
        self._http = http
        self._clock = clock
        self._timings = timings or Timings()
        self._lease = 1 + secrets.randbelow(MAX_ID)
        self._held_until: dict[int, float] = {}
        self._ask_at: dict[int, float] = {}
        self._runners: dict[RouteKey, Runner] = {}
        self._urls: dict[str, str | None] = {}
        look_seconds = self._timings.look_ms / 1_000
        self._context = SenderContext(database, http, clock, self._timings, self._lease)
        self._loop = Loop(
            "webhooks",
            self._round,
            poll_seconds=look_seconds,
            retry_seconds=look_seconds,
            max_retry_seconds=look_seconds,
            is_essential=True,
        )

    def wake(self) -> None:
        """Signal new rows in the outbox; call it after the commit that wrote them."""
        self._loop.wake()

    async def run(self) -> None:
        """Run until cancelled, then release the leases."""
        try:
            if self._database.engine is Engine.SQLITE:
                # Only this process uses the store, so a lease in it is left from a killed predecessor.
                await self._context.write(leases.forget_leases)
            await self._loop.run()
        finally:
            await self.close()

    async def close(self) -> None:
        """Stop all calls and release the leases; calls in flight will be repeated."""
        await self._close_runners(list(self._runners))
        if self._held_until:
            self._held_until.clear()
            try:
                async with asyncio.timeout(RELEASE_SECONDS):
                    await self._database.write(lambda: leases.release(self._lease))
            except (UnavailableError, TimeoutError) as error:
                _log.warning("webhook_leases_kept", reason=str(error))

    async def send_test(self, actor: Actor, callback_id: int) -> Answered | Unanswered:
        """Post a sample event to one webhook and return the receiver's response. Raises `NotFoundError`."""
        found = await self._database.read(lambda: outbox.find(actor.account_id, callback_id))
        if found is None:
            raise NotFoundError("There is no such webhook.")
        events = [sample(found.event_type, self._clock.now_ms())]
        body, headers = request_of(events, is_grouped=found.version >= GROUPING_VERSION)
        return await self._http.post(self._sealer.open(found.url_sealed), body, headers)

    async def _round(self) -> bool:
        await self._look()
        # After a look, not before it: an event that comes after a quiet moment does not wait.
        await asyncio.sleep(self._timings.pause_ms / 1_000)
        return False

    async def _look(self) -> None:
        """Start, update and stop runners to match the outbox."""
        seen_at = time.monotonic()
        pending = await self._database.read(outbox.pending)
        await self._hold({each.account_id for each in pending})
        routes = self._routes([each for each in pending if self._may_call(each.account_id)])
        await self._close_runners(
            [
                key
                for key, runner in self._runners.items()
                if (
                    not runner.can_serve(routes[key], seen_at)
                    if key in routes
                    else self._is_over(key, runner, routes)
                )
            ]
        )
        for key, route in routes.items():
            if key in self._runners:
                self._runners[key].serve(route)
            else:
                self._runners[key] = Runner(route, self._context, self._may_call)

    def _is_over(self, key: RouteKey, runner: Runner, routes: dict[RouteKey, Route]) -> bool:
        """Return whether a runner without a route must stop now instead of after its calls in flight."""
        account_id, _ = key
        is_moved = any(route.account_id == account_id and runner.shares(route) for route in routes.values())
        return runner.is_idle or is_moved or not self._may_call(account_id)

    async def _hold(self, accounts: set[int]) -> None:
        """Take the leases of accounts; renew them only after half of their period, to limit writes."""
        # Measured on our monotonic clock from before the write, so that a lease ends here first.
        begun = time.monotonic()
        wanted = {account for account in accounts if self._ask_at.get(account, 0.0) <= begun}
        if not wanted:
            return
        now_ms, lease_ms = self._clock.now_ms(), self._timings.lease_ms
        held = await self._database.write(lambda: leases.hold(wanted, self._lease, now_ms, now_ms + lease_ms))
        for account in wanted:
            is_held = account in held
            self._held_until[account] = begun + lease_ms / 1_000 if is_held else 0.0
            self._ask_at[account] = begun + lease_ms / (RENEWALS if is_held else REQUESTS) / 1_000
        for account in [account for account, until in self._held_until.items() if until <= begun]:
            if account not in accounts:
                del self._held_until[account], self._ask_at[account]

    def _may_call(self, account_id: int) -> bool:
        return self._held_until.get(account_id, 0.0) > time.monotonic()

    def _routes(self, pending: list[Pending]) -> dict[RouteKey, Route]:
        """Group pending events by their current URL."""
        gathered: dict[RouteKey, list[tuple[Pending, Callback]]] = {}
        urls: dict[str, str | None] = {}
        for each in pending:
            target = _target(each)
            if target is None:
                continue
            url = urls[target.url_sealed] = self._open(target)
            if url is not None:
                gathered.setdefault((each.account_id, url), []).append((each, target))
        self._urls = urls
        return {key: _route(key, group) for key, group in gathered.items()}

    def _open(self, target: Callback) -> str | None:
        if target.url_sealed in self._urls:
            return self._urls[target.url_sealed]
        try:
            return self._sealer.open(target.url_sealed)
        except SettingsError as error:
            _log.error("webhook_url_sealed", callback=target.id, reason=str(error))
            return None

    async def _close_runners(self, keys: list[RouteKey]) -> None:
        await asyncio.gather(*(self._runners.pop(key).close() for key in keys))


def _target(pending: Pending) -> Callback | None:
    """Choose the URL: the backup if only the primary is dead, else the primary."""
    primary, backup = pending.primary, pending.backup
    if backup is not None and backup.is_alive and not (primary is not None and primary.is_alive):
        return backup
    return primary or backup


def _route(key: RouteKey, group: list[tuple[Pending, Callback]]) -> Route:
    account_id, url = key
    targets = [target for _, target in group]
    return Route(
        account_id=account_id,
        url=url,
        callbacks=frozenset(which for pending, _ in group for which in pending.callbacks),
        grouped=frozenset(
            which
            for pending, target in group
            if target.version >= GROUPING_VERSION
            for which in pending.callbacks
        ),
        targets={target.id: target.url_sealed for target in targets},
        newest_event_id=max(pending.newest_event_id for pending, _ in group),
        failing_since_ms=min((t.first_failure_ms for t in targets if t.first_failure_ms), default=0),
        is_dead=not any(target.is_alive for target in targets),
    )
