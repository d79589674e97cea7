"""Records the outcomes of attempts in batches; waits while the store is unavailable.

A letter whose outcome is not recorded is sent again, so nothing here gives up early.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final

import msgspec
import structlog

from aerogram.base.errors import UnavailableError
from aerogram.delivery.notices.error_report import asks_for_report
from aerogram.delivery.notices.notify import due
from aerogram.delivery.outcomes.batches import Batches
from aerogram.delivery.outcomes.change import change_for
from aerogram.delivery.outcomes.simulate import engaged
from aerogram.model.message import MessageState
from aerogram.model.outcome import RELATED_TO, Delivered, FailureState, Held
from aerogram.model.send_options import PLAIN
from aerogram.store.blobs import INLINE_LIMIT_BYTES
from aerogram.store.records.messages import outcomes as records

if TYPE_CHECKING:
    from collections.abc import Callable

    from aerogram.base.clock import Clock
    from aerogram.delivery.notices.notifier import Notifier
    from aerogram.delivery.retry import Schedule
    from aerogram.model.message import Letter
    from aerogram.model.outcome import Outcome
    from aerogram.store.blobs import DiskBlobs
    from aerogram.store.records.messages.outcomes import Change
    from aerogram.store.sql import Database
    from aerogram.wire.dsn import DsnAction

MAX_RECORDED: Final = 500
GATHERED: Final = 100
"""How many outcomes share a record while there is load: no caller waits for one."""
PAUSE_SECONDS: Final = 1.0
MAX_LOGGED: Final = 300
"""Characters of a reason in the log: the first sentence says which, and a template error may quote much."""
_FAILED: Final = frozenset({MessageState.BLOCKED, MessageState.BOUNCED, MessageState.HELD})
_STOPPED: Final = frozenset({MessageState.BLOCKED, MessageState.HELD})

log = structlog.get_logger(__name__)


class _Attempt(msgspec.Struct, frozen=True):
    """What is recorded of an attempt, and who is told."""

    letter: Letter
    change: Change
    done: Callable[[Letter], None]


def _keeps_none(_: Letter) -> bool:
    return False


class Recorder:
    """Turns outcomes into changes of the store, with the notifications that they require.

    ``on_recorded`` is called with the written changes of each batch. ``keeps`` tells whether the inbox lists a letter
    that failed.
    """

    def __init__(
        self,
        *,
        database: Database,
        blobs: DiskBlobs,
        clock: Clock,
        schedule: Schedule,
        notifier: Notifier,
        on_recorded: Callable[[list[Change]], None],
        keeps: Callable[[Letter], bool] = _keeps_none,
    ) -> None:
        self._database = database
        self._blobs = blobs
        self._clock = clock
        self._schedule = schedule
        self._notifier = notifier
        self._on_recorded = on_recorded
        self._keeps = keeps
        self._batches: Batches[_Attempt, bool] = Batches(
            self._record, _settled, most=MAX_RECORDED, wanted=GATHERED
        )
        self._notifying: set[asyncio.Task[None]] = set()
        self._is_ending = False

    def take(self, letter: Letter, outcome: Outcome, done: Callable[[Letter], None]) -> None:
        """Record an outcome with the next batch; ``done`` is called when it is written or given up."""
        now = self._clock.now_ms()
        change = self._change_for(letter, outcome, now)
        action = due(letter, outcome, change.state, now) if letter.notify else None
        if action is not None or (letter.send_options is not PLAIN and asks_for_report(letter, outcome)):
            task = asyncio.create_task(self._notify(letter, outcome, change, action, done))
            self._notifying.add(task)
            task.add_done_callback(self._notifying.discard)
        else:
            self._batches.add(_Attempt(letter, change, done))

    async def drain(self, seconds: float) -> None:
        """Record all accepted outcomes; from now on do not wait for an unavailable store."""
        self._is_ending = True
        with contextlib.suppress(TimeoutError, UnavailableError):
            async with asyncio.timeout(seconds):
                if self._notifying:
                    await asyncio.wait(self._notifying)
                await self._batches.drain()

    async def _notify(
        self,
        letter: Letter,
        outcome: Outcome,
        change: Change,
        action: DsnAction | None,
        done: Callable[[Letter], None],
    ) -> None:
        """Record an outcome together with the mails that report it to the sender."""
        try:
            if action is not None:
                change = await asyncio.to_thread(
                    self._notifier.with_notification, letter, outcome, change, action
                )
            if asks_for_report(letter, outcome):
                change = await asyncio.to_thread(self._notifier.with_error_report, letter, outcome, change)
        except Exception:
            # The outcome of the message matters more than its notification.
            log.exception("a notification could not be written", message_id=letter.message_id)
        self._batches.add(_Attempt(letter, change, done))

    def _change_for(self, letter: Letter, outcome: Outcome, now: int) -> Change:
        try:
            change = change_for(letter, outcome, now, self._schedule)
            if isinstance(outcome, Delivered) and outcome.reactions:
                followed = engaged(letter, outcome.reactions, now)
                change = msgspec.structs.replace(change, engaged=followed)
        except Exception as error:
            # Nobody knows whether it was sent, and another attempt might deliver it twice.
            log.exception("an outcome could not be processed", message_id=letter.message_id)
            held = Held(reason=f"The outcome was not processed because of an internal error: {error!r}")
            change = change_for(letter, held, now, self._schedule)
        if change.state in _FAILED and self._keeps(letter):
            change = msgspec.structs.replace(change, is_kept=True)
        return change

    async def _record(self, attempts: list[_Attempt]) -> list[bool]:
        changes = [attempt.change for attempt in attempts]
        names: dict[bytes, str] = {}
        while True:
            now = self._clock.now_ms()
            try:
                await self._put_large(changes, names)
                written = await self._database.write(lambda: records.record(changes, now))  # noqa: B023
            except UnavailableError as error:
                log.warning("outcomes cannot be recorded; trying again", error=str(error))
                if self._is_ending:
                    raise
                await asyncio.sleep(PAUSE_SECONDS)
                for name in names.values():
                    await self._blobs.touch(name)
                continue
            except Exception:
                if len(changes) > 1 or changes[0] == (plain := _in_plain_text(changes[0])):
                    raise
                log.exception("an outcome is recorded in plain text", message_id=changes[0].message_id)
                changes = [plain]
                continue
            recorded = [change for change, is_written in zip(changes, written, strict=True) if is_written]
            _log_stopped(recorded)
            self._on_recorded(recorded)
            return written

    async def _put_large(self, changes: list[Change], names: dict[bytes, str]) -> None:
        """Write large copies to files, one for all equal ones; ``names`` are those of this batch so far."""
        for index, change in enumerate(changes):
            body = change.captured_body
            if change.captured_size > INLINE_LIMIT_BYTES and body is not None:
                if body not in names:
                    names[body] = await self._blobs.put(body)
                changes[index] = msgspec.structs.replace(
                    change, captured_body=None, captured_blob=names[body]
                )


def _log_stopped(changes: list[Change]) -> None:
    """Log mail that is blocked or held: one line for each reason of a batch, since a campaign may have many."""
    stopped: dict[tuple[int, int], list[Change]] = {}
    for change in changes:
        if change.state in _STOPPED:
            stopped.setdefault((change.state, change.failure), []).append(change)
    for (state, failure), group in stopped.items():
        log.warning(
            "mail was blocked" if state == MessageState.BLOCKED else "mail is held",
            error=RELATED_TO[FailureState(failure)][1],
            reason=group[0].reply[:MAX_LOGGED],
            message_id=group[0].message_id,
            count=len(group),
        )


def _settled(attempt: _Attempt, result: bool | Exception) -> None:  # noqa: FBT001 - a callback's shape
    letter = attempt.letter
    if isinstance(result, Exception):
        # The lease expires and the message is tried again: a duplicate is possible, a loss is not.
        log.error("an outcome could not be recorded", message_id=letter.message_id, error=str(result))
    elif not result:
        log.warning("a lease was lost before its outcome was recorded", message_id=letter.message_id)
    attempt.done(letter)


def _in_plain_text(change: Change) -> Change:
    """Return a change whose texts any store accepts: without NUL and halves of surrogate pairs."""
    texts = {name: getattr(change, name) for name in ("reply", "host", "tls", "transcript")}
    plain = {
        name: text.encode("utf-8", "replace").replace(b"\0", b"?").decode() for name, text in texts.items()
    }
    return msgspec.structs.replace(change, **plain)
