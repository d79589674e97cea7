"""Builds notifications and error reports, to be recorded with the outcome that they report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from aerogram.base.errors import NotFoundError, UnavailableError
from aerogram.content.errors import ComposeError
from aerogram.delivery.notices.error_report import error_report
from aerogram.delivery.notices.notify import delay_counts_from, notification
from aerogram.model.outcome import Blocked
from aerogram.store.records.messages.outcomes import Notification
from aerogram.store.records.messages.submissions import rows_of
from aerogram.wire.dsn import DsnAction

if TYPE_CHECKING:
    from collections.abc import Callable

    from aerogram.base.clock import Clock
    from aerogram.base.ids import IdGenerator
    from aerogram.delivery.prepare import Preparer
    from aerogram.delivery.retry import Schedule
    from aerogram.model.message import Letter, Submission
    from aerogram.model.outcome import Outcome
    from aerogram.model.request import MailRequest
    from aerogram.store.records.messages.outcomes import Change


class Notifier:
    """Writes notifications in the name of one host.

    ``admit`` is `aerogram.submission.notices.admit` of an authorizer. Any thread may call it.
    """

    def __init__(
        self,
        preparer: Preparer,
        ids: IdGenerator,
        clock: Clock,
        *,
        admit: Callable[[MailRequest], Submission | None],
        hostname: str,
        schedule: Schedule,
    ) -> None:
        self._preparer = preparer
        self._ids = ids
        self._clock = clock
        self._admit = admit
        self._hostname = hostname
        self._schedule = schedule

    def with_notification(
        self, letter: Letter, outcome: Outcome, change: Change, action: DsnAction
    ) -> Change:
        """Add to a change the notification that `aerogram.delivery.notices.notify.due` asked for; may read a file.

        Any thread may call it.
        """
        now_ms = self._clock.now_ms()
        request = notification(
            letter,
            outcome,
            action,
            original=self._original(letter),
            hostname=self._hostname,
            expire_ms=self._schedule.expire_ms,
            now_ms=now_ms,
        )
        since_ms = delay_counts_from(letter) if action is DsnAction.DELAYED else None
        return msgspec.structs.replace(change, notification=self._queued(request, now_ms, since_ms))

    def with_error_report(self, letter: Letter, outcome: Outcome, change: Change) -> Change:
        """Add to a change the report that `error_report.asks_for_report` asked for, if there was an error.

        May read a file; any thread may call it.
        """
        try:
            found = self._preparer.template_error(letter)
        except (ComposeError, NotFoundError, UnavailableError):
            found = None
        if found is not None:
            words, source = str(found[0]), found[1]
        elif isinstance(outcome, Blocked):
            words, source = outcome.reply, b""
        else:
            return change
        report = error_report(letter, words, source, self._hostname)
        return msgspec.structs.replace(change, error_report=self._queued(report, self._clock.now_ms(), None))

    def _queued(
        self, request: MailRequest, now_ms: int, deferred_since_ms: int | None
    ) -> Notification | None:
        """Build the rows of a notice; None when it may not be sent."""
        submission = self._admit(request)
        if submission is None:
            return None
        content, [message], _ = rows_of(submission, None, self._ids, now_ms)
        return Notification(content=content, message=message, deferred_since_ms=deferred_since_ms)

    def _original(self, letter: Letter) -> bytes:
        """Return the mail as it went out, or b"" when it is gone: the notification goes out without it."""
        try:
            return self._preparer.unsigned(letter)
        except (ComposeError, NotFoundError, UnavailableError):
            return b""
