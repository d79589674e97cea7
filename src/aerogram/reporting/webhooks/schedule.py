"""Decide what may be sent to one receiver now: order, grouping, retries and giving up, without any IO.

A *schedule* covers all events of one account for one URL. The events of one message are sent in order; those of
other messages may overtake them. A failed event waits and is sent again. A receiver that fails every call is
paused, and then probed with one event.

The rules are Mailjet's (compatibility: events#calls): every answer but 200 is a failure, a failed event is
sent again every 30 seconds, and a URL that failed for 24 hours is dead "unless a new event is generated":
then it is tried once more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from aerogram.base.clock import DAY, SECOND
from aerogram.store.records.webhooks.outbox import PARKED_MS

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from aerogram.store.records.webhooks.outbox import Entry, OutboxKey

MAX_IN_FLIGHT: Final = 8
"""Maximum calls in flight to one URL."""
MAX_GROUP: Final = 100
"""Maximum events in one array of a version 2 webhook."""
FAILURES_TO_PAUSE: Final = 8
"""Consecutive failures after which a receiver is paused; with calls in flight it gets 15 at most."""
MAX_WAITING: Final = 1_000
"""Maximum messages with a failed event; at this number no new ones start, to limit memory."""
READY_LOW: Final = 100
"""Read more events when fewer than this are ready."""
MAX_ATTEMPTS: Final = 32_000
"""The maximum of the outbox's column."""


class Timings(msgspec.Struct, frozen=True, kw_only=True):
    """All durations of the sender in milliseconds; tests shorten them."""

    look_ms: int = SECOND
    """Poll interval of the outbox when nothing wakes the sender."""
    pause_ms: int = 100
    """Minimum time between two polls, however often it is woken."""
    retry_ms: int = 30 * SECOND
    give_up_ms: int = DAY
    group_ms: int = SECOND
    """How long the first event of an array waits for others."""
    lease_ms: int = 30 * SECOND


class Batch(msgspec.Struct, frozen=True):
    """The events of one call, oldest first; a single event unless ``is_grouped``."""

    entries: tuple[Entry, ...]
    is_grouped: bool


class FailureEffect(msgspec.Struct, frozen=True, kw_only=True):
    """The consequences of a failed call."""

    postponed: list[tuple[int, int, int, int]]
    """(due_ms, attempts, callback id, event id) of each event of the batch."""
    parked: list[int]
    """Ids of events to drop, because the receiver accepted others all day."""
    failing_since_ms: int
    is_first: bool
    """The receiver had not been failing before."""
    is_dead: bool
    """The receiver is given up with this failure."""


class Schedule:
    """The schedule of one URL; the caller reads the outbox, makes the calls and writes the results."""

    def __init__(self, timings: Timings, *, failing_since_ms: int = 0, is_dead: bool = False) -> None:
        self._timings = timings
        self._grouped: frozenset[int] = frozenset()
        self._ready: dict[OutboxKey, Entry] = {}
        self._flying: set[OutboxKey] = set()
        self._busy: set[int] = set()
        self._waiting: dict[int, tuple[int, OutboxKey]] = {}
        self._gone: set[OutboxKey] = set()
        self._batches = 0
        self._failures = FAILURES_TO_PAUSE if is_dead else 0
        self._paused_until_ms = PARKED_MS if is_dead else 0
        self._failing_since_ms = failing_since_ms
        self._last_delivered_ms = 0
        self._last_failed_ms = 0
        self._is_dead = is_dead

    # Queries.

    @property
    def is_idle(self) -> bool:
        """No call is in flight."""
        return not self._batches

    @property
    def is_dead(self) -> bool:
        """The receiver is given up, and called only when a new event arrives."""
        return self._is_dead

    @property
    def is_full(self) -> bool:
        """So many messages failed that only retries are accepted."""
        return len(self._waiting) >= MAX_WAITING

    def wants_more(self, now_ms: int) -> bool:
        """Return whether events should be read from the outbox."""
        return len(self._ready) < READY_LOW and self._batches < self._limit(now_ms)

    def wake_at_ms(self, now_ms: int) -> int | None:
        """Return the next time at which something can change without a finished call or a new event."""
        limit = self._limit(now_ms)
        if limit == 0 and self._paused_until_ms != PARKED_MS:
            return self._paused_until_ms
        if self._batches >= limit:
            return None
        moments = [due_ms for due_ms, _ in self._waiting.values()]
        moments += [
            entry.created_ms + self._timings.group_ms
            for entry in self._ready.values()
            if entry.callback_id in self._grouped
        ][:1]
        return min(moments, default=None)

    # Updates.

    def serve(self, callback_ids: Collection[int], grouped: frozenset[int]) -> None:
        """Set the webhooks with events in this schedule, and those that get arrays."""
        self._grouped = grouped
        # Rows that were deleted with their webhook would never arrive.
        for message_id, (_, (callback_id, _)) in list(self._waiting.items()):
            if callback_id not in callback_ids:
                del self._waiting[message_id]

    def begin_read(self) -> None:
        """Note that a read of the outbox starts, so that events delivered meanwhile are not taken as new."""
        self._gone.clear()

    def offer(self, entries: Sequence[Entry], now_ms: int) -> None:
        """Add events read from the outbox, in the order of event ids; those that must wait stay in the outbox."""
        for entry in entries:
            if entry.key in self._gone or entry.key in self._flying or entry.key in self._ready:
                continue
            message_id = entry.event.message_id
            if self.is_full and (not entry.attempts or message_id not in self._waiting):
                continue
            if message_id not in self._waiting and not self._is_due(entry.due_ms, now_ms):
                self._waiting[message_id] = (entry.due_ms, entry.key)
            if message_id in self._waiting:
                # Only the failed event itself ends the wait; later events must not overtake it.
                due_ms, key = self._waiting[message_id]
                if key != entry.key or not self._is_due(due_ms, now_ms):
                    continue
                del self._waiting[message_id]
            self._ready[entry.key] = entry
        self._gone.clear()
        self._ready = dict(sorted(self._ready.items(), key=lambda item: item[1].event.event_id))

    def next_batch(self, now_ms: int) -> Batch | None:
        """Return the batch to send now, or None; the caller must `settle` it."""
        if self._batches >= self._limit(now_ms):
            return None
        batch = self._choose(now_ms)
        if batch is not None:
            self._batches += 1
            for entry in batch.entries:
                del self._ready[entry.key]
                self._flying.add(entry.key)
                self._busy.add(entry.event.message_id)
        return batch

    def delivered(self, now_ms: int) -> bool:
        """Record a delivered batch; return whether the receiver had been failing."""
        was_failing = bool(self._failing_since_ms) or self._is_dead
        self._failures = 0
        self._paused_until_ms = 0
        self._failing_since_ms = 0
        self._is_dead = False
        self._last_delivered_ms = now_ms
        return was_failing

    def failed(self, batch: Batch, now_ms: int) -> FailureEffect:
        """Record a failed batch; return the consequences."""
        is_first = not self._failing_since_ms
        self._failing_since_ms = self._failing_since_ms or now_ms
        self._last_failed_ms = now_ms
        self._failures += 1
        is_dead = not self._is_dead and now_ms - self._failing_since_ms >= self._timings.give_up_ms
        self._is_dead = self._is_dead or is_dead
        if self._is_dead:
            self._paused_until_ms = PARKED_MS
        elif self._failures >= FAILURES_TO_PAUSE:
            self._paused_until_ms = now_ms + self._timings.retry_ms
        postponed, parked = self._postpone(batch, now_ms)
        return FailureEffect(
            postponed=postponed,
            parked=parked,
            failing_since_ms=self._failing_since_ms,
            is_first=is_first,
            is_dead=is_dead,
        )

    def settle(self, batch: Batch) -> None:
        """Note that the result of a batch is written: free its slot and let its messages continue."""
        self._batches -= 1
        for entry in batch.entries:
            self._flying.discard(entry.key)
            self._busy.discard(entry.event.message_id)
            self._gone.add(entry.key)

    def give_chance(self, now_ms: int) -> None:
        """Allow one more call to a dead receiver, because a new event arrived; not sooner than any retry."""
        if self._is_dead and self._paused_until_ms == PARKED_MS:
            self._paused_until_ms = max(now_ms, self._last_failed_ms + self._timings.retry_ms)

    # Decisions.

    def _limit(self, now_ms: int) -> int:
        """Return how many calls may be in flight."""
        if self._is_dead and self._paused_until_ms == PARKED_MS:
            return 0
        if self._failures < FAILURES_TO_PAUSE:
            return MAX_IN_FLIGHT
        return 1 if self._is_due(self._paused_until_ms, now_ms) else 0

    def _is_due(self, moment_ms: int, now_ms: int) -> bool:
        """Limit a due time to one retry interval: a later time means that the clock was set back."""
        return moment_ms <= now_ms or moment_ms > now_ms + self._timings.retry_ms

    def _choose(self, now_ms: int) -> Batch | None:
        """Find the oldest single event and the oldest array that may be sent; choose the older one."""
        single: Entry | None = None
        group: list[Entry] = []
        room = 0
        joined: set[int] = set()
        passed: set[int] = set()
        for entry in self._ready.values():
            message_id = entry.event.message_id
            if message_id in self._busy or message_id in passed:
                passed.add(message_id)
            elif entry.callback_id in self._grouped:
                room = room or _room(entry)
                if len(group) < room == _room(entry):
                    group.append(entry)
                    joined.add(message_id)
                else:
                    passed.add(message_id)
            else:
                passed.add(message_id)
                if single is None and message_id not in joined:
                    single = entry
                    if not self._grouped:
                        break
        if group and (len(group) >= room or self._is_ripe(group[0], now_ms)):
            first = group[0].event.event_id
            if single is None or first < single.event.event_id:
                return Batch(tuple(group), is_grouped=True)
        return Batch((single,), is_grouped=False) if single else None

    def _is_ripe(self, entry: Entry, now_ms: int) -> bool:
        """Let the first event of an array wait briefly for others, but only if it is new."""
        return bool(entry.attempts) or not 0 <= now_ms - entry.created_ms < self._timings.group_ms

    def _postpone(self, batch: Batch, now_ms: int) -> tuple[list[tuple[int, int, int, int]], list[int]]:
        due_ms = now_ms + self._timings.retry_ms
        postponed: list[tuple[int, int, int, int]] = []
        parked: list[int] = []
        for entry in batch.entries:
            event = entry.event
            attempts = min(entry.attempts + 1, MAX_ATTEMPTS)
            is_parked = self._is_hopeless(attempts, now_ms)
            if is_parked:
                parked.append(event.event_id)
            else:
                self._waiting.setdefault(event.message_id, (due_ms, entry.key))
            postponed.append((PARKED_MS if is_parked else due_ms, attempts, *entry.key))
        for key, entry in list(self._ready.items()):
            if entry.event.message_id in self._waiting or (self.is_full and not entry.attempts):
                del self._ready[key]
        return postponed, parked

    def _is_hopeless(self, attempts: int, now_ms: int) -> bool:
        """Return whether an event failed for a day while the receiver accepted others."""
        give_up_ms = self._timings.give_up_ms
        return (
            attempts * self._timings.retry_ms >= give_up_ms and self._last_delivered_ms > now_ms - give_up_ms
        )


def _room(entry: Entry) -> int:
    """Return the size of the array for this event: smaller after each failure, down to one.

    So an event that a receiver cannot handle does not delay those that shared an array with it.
    """
    return max(MAX_GROUP >> entry.attempts, 1)
