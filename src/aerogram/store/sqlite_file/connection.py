"""Connections to the SQLite file, with the pragmas that durability and erasure depend on."""

from __future__ import annotations

import contextlib
import sqlite3
from typing import TYPE_CHECKING, Final, TypeVar

from aerogram.base.errors import (
    NotUniqueError,
    SettingsError,
    StoreFullError,
    TooSlowError,
    UnavailableError,
)
from aerogram.base.folding import folded
from aerogram.store.sql import Engine, Rows, Step, Unit
from aerogram.store.sqlite_file.turn import WriteTurn

if TYPE_CHECKING:
    from pathlib import Path

T = TypeVar("T")

BUSY_SECONDS: Final = 15.0
"""How long another process may hold the write lock before writes fail."""
KEPT_LOG_BYTES: Final = 32 * 1024 * 1024
"""The size that the WAL keeps when it restarts; the rest is returned to the disk."""
_CACHED_STATEMENTS: Final = 512
_FULL_CODES: Final = {"SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_FSYNC"}
_NOT_UNIQUE_CODES: Final = {"SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"}


def connect(path: Path) -> sqlite3.Connection:
    """Open a connection with the pragmas that durability and erasure depend on."""
    try:
        connection = sqlite3.connect(
            path,
            timeout=BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=_CACHED_STATEMENTS,
        )
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.execute(f"PRAGMA journal_size_limit = {KEPT_LOG_BYTES}")
        connection.execute("PRAGMA cache_size = -32768")
        connection.execute("PRAGMA temp_store = MEMORY")
        # Overwrite deleted data, so that erased people leave no trace in the file.
        connection.execute("PRAGMA secure_delete = ON")
        connection.create_function("fold_case", 1, _folded, deterministic=True)
    except sqlite3.Error as error:
        raise SettingsError(f"The store {path} cannot be opened: {error}.") from error
    return connection


def _folded(text: str | None) -> str | None:
    """Call `folded` from statements (`aerogram.store.records.querying.either`), where a text may be null."""
    return None if text is None else folded(text)


def run(connection: sqlite3.Connection, unit: Unit[T]) -> T:
    """Run a unit to its end on a connection whose transaction the caller owns."""
    try:
        step = next(unit)
        while True:
            step = unit.send(_execute(connection, step))
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]


def _execute(connection: sqlite3.Connection, step: Step) -> Rows:
    compiled = step.statement.compiled(Engine.SQLITE)
    arrange = compiled.arrange
    if step.is_many:
        rows = step.parameters if arrange is None else map(arrange, step.parameters)
        connection.executemany(compiled.text, rows)
        return []
    values = step.parameters if arrange is None else arrange(tuple(step.parameters))
    return connection.execute(compiled.text, values).fetchall()


def translated(error: BaseException) -> BaseException:
    """Translate an error of the driver into one of Aerogram, by what the caller can do about it."""
    if getattr(error, "sqlite_errorname", "") in _FULL_CODES:
        return StoreFullError("The disk that holds the store is full.")
    if getattr(error, "sqlite_errorname", "") in _NOT_UNIQUE_CODES:
        return NotUniqueError(f"Another object already has a value that must be unique ({error}).")
    if getattr(error, "sqlite_errorname", "") == "SQLITE_INTERRUPT":
        return TooSlowError()
    if isinstance(error, sqlite3.OperationalError):
        return UnavailableError(f"The store is not available: {error}.")
    return error


class StoreFile:
    """The file that a path named when it was opened."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._inode = path.stat().st_ino

    def check(self) -> None:
        """Check that the path still names the file; writes to a deleted file would be lost.

        Raises `UnavailableError`.
        """
        try:
            is_ours = self.path.stat().st_ino == self._inode
        except OSError:
            is_ours = False
        if not is_ours:
            raise UnavailableError(f"The store {self.path} was removed or replaced while it was in use.")


class WriteConnection:
    """The connection on which a process writes. One thread at a time may use it."""

    def __init__(self, path: Path) -> None:
        """Open (and create) the file; `SettingsError` says in one line why it cannot be used."""
        self.connection = connect(path)
        self.file = StoreFile(path)
        self.turn = WriteTurn(path)

    def begin(self) -> None:
        """Wait for the turn, and begin a transaction. Raises `sqlite3.Error` or `UnavailableError`."""
        self.file.check()
        if self.connection.in_transaction:
            self.roll_back()
        self.turn.take()
        try:
            self.connection.execute("BEGIN IMMEDIATE")
        except BaseException:
            self.turn.release()
            raise

    def run(self, unit: Unit[T]) -> T:
        """Run a unit in the transaction."""
        return run(self.connection, unit)

    def commit(self) -> None:
        """Commit; what was written is on disk when this returns. If it raises, `roll_back` ends the transaction."""
        self.connection.execute("COMMIT")
        self.turn.release()

    def roll_back(self) -> None:
        """End the transaction, if one is open, and the turn."""
        if self.connection.in_transaction:
            with contextlib.suppress(sqlite3.Error):
                self.connection.execute("ROLLBACK")
        self.turn.release()

    def close(self) -> None:
        """Close it."""
        self.connection.close()
        self.turn.close()
