"""Something large to write and to drop again, so that SQLite's log has its full size from the start."""

from __future__ import annotations

from sqlalchemy import text

from aerogram.store.sql import Sql, Unit

_CREATE = Sql(text("CREATE TABLE IF NOT EXISTS log_filling (filling BLOB)"))
_FILL = Sql(text("INSERT INTO log_filling (filling) VALUES (zeroblob(:size))"), "size")
_DROP = Sql(text("DROP TABLE IF EXISTS log_filling"))


def fill(log_bytes: int) -> Unit[None]:
    """Write half of what the log should hold: dropping it goes through the log a second time."""
    yield _CREATE()
    yield _FILL(log_bytes // 2)


def drop() -> Unit[None]:
    """Drop what was written; its pages are the next ones that rows take."""
    yield _DROP()
