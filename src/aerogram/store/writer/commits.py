"""Committing the calls of one turn of the writer process in one transaction."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from typing import TYPE_CHECKING

import structlog

from aerogram.base.errors import AerogramError, UnavailableError
from aerogram.store.records import log_filling
from aerogram.store.records.messages import acceptance, idempotency
from aerogram.store.records.messages.submissions import Rows
from aerogram.store.sqlite_file.connection import KEPT_LOG_BYTES, WriteConnection, translated

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from aerogram.base.clock import Clock
    from aerogram.store.records.messages.idempotency import KeyedCall, Standing
    from aerogram.store.sql import Unit

    Call = Rows | KeyedCall

_log = structlog.stdlib.get_logger("aerogram.store")


class Committed:
    """What became of calls: an answer for each, and how many messages were added."""

    __slots__ = ("added", "answers")

    def __init__(self, answers: Sequence[Standing | BaseException | None], added: int) -> None:
        self.answers = answers
        """In the order of the calls: None for rows, the owner of its key for a call with a key, or an error."""
        self.added = added


class RowCommits:
    """The writer process's way to the store."""

    def __init__(self, path: Path, clock: Clock) -> None:
        """Open the file. Raises `SettingsError`."""
        self._clock = clock
        self._writing = WriteConnection(path)

    def commit(self, calls: Sequence[Call]) -> Committed:
        """Commit all calls at once; if one fails, each alone, so that only those fail that cause an error."""
        writing = self._writing
        try:
            writing.begin()
            answers, added = writing.run(_added(calls, self._clock.now_ms()))
            writing.commit()
        except Exception as raised:  # noqa: BLE001 - every error is answered
            writing.roll_back()
            error = translated(raised)
            # The store is not available to any of them; nothing is wrong with a call.
            if isinstance(error, UnavailableError) or len(calls) == 1:
                if not isinstance(error, AerogramError):
                    _log.error("accepted_rows_failed", exc_info=error)
                return Committed([error] * len(calls), 0)
            alone = [self.commit([call]) for call in calls]
            return Committed([each.answers[0] for each in alone], sum(each.added for each in alone))
        return Committed(answers, added)

    def wait_for_turn(self) -> float:
        """Wait until other processes have committed; return for how many seconds."""
        began = time.monotonic()
        # `commit` meets the same error, and answers it.
        with contextlib.suppress(UnavailableError):
            self._writing.turn.take()
        return time.monotonic() - began

    def end_turn(self) -> None:
        """Let other processes commit."""
        self._writing.turn.release()

    def fill_log(self) -> None:
        """Grow the WAL to its full size, unless it has it: commits that overwrite it take half the time.

        Raises `UnavailableError`, or `StoreFullError` when the disk is too full.
        """
        log = self._writing.file.path.with_name(self._writing.file.path.name + "-wal")
        if log.exists() and log.stat().st_size >= KEPT_LOG_BYTES:
            return
        try:
            for unit in (log_filling.fill(KEPT_LOG_BYTES), log_filling.drop()):
                self._writing.begin()
                self._writing.run(unit)
                self._writing.commit()
        except sqlite3.Error as error:
            self._writing.roll_back()
            raise translated(error) from error

    def close(self) -> None:
        """Close the file."""
        self._writing.close()


def _added(calls: Sequence[Call], now_ms: int) -> Unit[tuple[list[Standing | None], int]]:
    """Add the rows of all calls. Return the answers, and how many messages were added."""
    rows, keyed = Rows(), []
    for call in calls:
        if isinstance(call, Rows):
            rows.extend(call)
        else:
            keyed.append(call)
    if rows.contents:
        yield from acceptance.add(rows, now_ms)
    added = len(rows.messages)
    if not keyed:
        return [None] * len(calls), added
    found = yield from idempotency.add(keyed, now_ms)
    standings = iter(found)
    return [None if isinstance(call, Rows) else next(standings) for call in calls], added + idempotency.added(
        keyed, found
    )
