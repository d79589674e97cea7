"""Delivery status notifications made ready to be recorded with the outcome that they tell of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from aerogram.base.errors import NotFoundError, UnavailableError
from aerogram.content.errors import ComposeError
from aerogram.delivery.notify import delay_counts_from, notification
from aerogram.store.records.outcomes import Notification
from aerogram.store.records.submissions import rows_of
from aerogram.wire.dsn import Action

if TYPE_CHECKING:
    from aerogram.base.clock import Clock
    from aerogram.base.ids import IdGenerator
    from aerogram.delivery.prepare import Preparer
    from aerogram.delivery.retry import Schedule
    from aerogram.model.message import Letter
    from aerogram.model.outcome import Outcome
    from aerogram.store.records.outcomes import Change


class Notifier:
    """Writes notifications in the name of one host."""

    def __init__(
        self, preparer: Preparer, ids: IdGenerator, clock: Clock, *, hostname: str, schedule: Schedule
    ) -> None:
        self._preparer = preparer
        self._ids = ids
        self._clock = clock
        self._hostname = hostname
        self._schedule = schedule

    def with_notification(self, letter: Letter, outcome: Outcome, change: Change, action: Action) -> Change:
        """Add to a change the notification that `aerogram.delivery.notify.due` asked for; may read a file.

        Any thread may call it.
        """
        now_ms = self._clock.now_ms()
        submission = notification(
            letter,
            outcome,
            action,
            original=self._original(letter),
            hostname=self._hostname,
            expire_ms=self._schedule.expire_ms,
            now_ms=now_ms,
        )
        content, [message], _ = rows_of(submission, None, self._ids, now_ms)
        added = Notification(
            content=content,
            message=message,
            deferred_since_ms=delay_counts_from(letter) if action is Action.DELAYED else None,
        )
        return msgspec.structs.replace(change, notification=added)

    def _original(self, letter: Letter) -> bytes:
        """Give the mail as it went out; a notification without it is better than none."""
        try:
            return self._preparer.unsigned(letter)
        except (ComposeError, NotFoundError, UnavailableError):
            return b""
