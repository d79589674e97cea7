"""Checkpoints of the SQLite file's WAL, in a thread of their own, so that no commit waits for them.

One process of a server makes the regular ones. Every process may be asked to purge what was overwritten.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from typing import TYPE_CHECKING, Final

from aerogram.base.errors import SettingsError, UnavailableError
from aerogram.store.sqlite_file.connection import BUSY_SECONDS, StoreFile, connect
from aerogram.store.sqlite_file.turn import WriteTurn

if TYPE_CHECKING:
    from pathlib import Path

CHECKPOINT_SECONDS: Final = 0.2
RESTART_WAL_PAGES: Final = 2_048
"""8 MiB of WAL: above this the checkpointer waits for reads to end, so that the WAL restarts."""


class Checkpointer:
    """The thread. It begins when it is made."""

    def __init__(self, path: Path, *, is_regular: bool = True) -> None:
        """``is_regular`` is False where another process makes the regular checkpoints."""
        self._path = path
        self._file = StoreFile(path)
        self._is_regular = is_regular
        self._stopping = threading.Event()
        self._is_log_stale = threading.Event()
        self._connection: sqlite3.Connection | None = None
        self._turn = WriteTurn(path)
        self._thread = threading.Thread(target=self._run, name="aerogram-checkpoint", daemon=True)
        self._thread.start()

    def forget_overwritten(self) -> None:
        """Truncate the WAL soon: it holds old versions of rows until then."""
        self._is_log_stale.set()

    def close(self) -> None:
        """End the thread. Blocking."""
        self._stopping.set()
        self._thread.join(BUSY_SECONDS)

    def _run(self) -> None:
        while not self._stopping.wait(CHECKPOINT_SECONDS):
            if not self._is_regular and not self._is_log_stale.is_set():
                continue
            # On a full disk or a busy lock the WAL just stays longer; the next round tries again.
            with contextlib.suppress(sqlite3.Error, SettingsError, UnavailableError):
                self._file.check()
                self._checkpoint()
        if self._connection is not None:
            self._connection.close()
        self._turn.close()

    def _checkpoint(self) -> None:
        connection = self._connection
        if connection is None:
            connection = self._connection = connect(self._path)
            connection.execute("PRAGMA busy_timeout = 200")
        _, pages, moved = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        if self._is_log_stale.is_set():
            self._is_log_stale.clear()
            if self._is_kept_out(connection, "PRAGMA wal_checkpoint(TRUNCATE)"):
                self._is_log_stale.set()
        elif pages > RESTART_WAL_PAGES and moved >= pages // 2:
            self._is_kept_out(connection, "PRAGMA wal_checkpoint(RESTART)")

    def _is_kept_out(self, connection: sqlite3.Connection, checkpoint: str) -> bool:
        """Run a checkpoint that needs the write lock; return whether others kept it from its end."""
        self._turn.take()
        try:
            is_busy, _, _ = connection.execute(checkpoint).fetchone()
        finally:
            self._turn.release()
        return bool(is_busy)
