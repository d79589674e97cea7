"""Filling SQLite's WAL with data that is dropped again, so that it has its full size from the start."""

from __future__ import annotations

from sqlalchemy import text

from aerogram.store.sql import Sql, Unit

_CREATE = Sql(text("CREATE TABLE IF NOT EXISTS log_filling (filling BLOB)"))
_FILL = Sql(text("INSERT INTO log_filling (filling) VALUES (zeroblob(:size))"), "size")
_DROP = Sql(text("DROP TABLE IF EXISTS log_filling"))


def fill(log_bytes: int) -> Unit[None]:
    """Write half of the size that the WAL should have: the drop writes the other half."""
    yield _CREATE()
    yield _FILL(log_bytes // 2)


def drop() -> Unit[None]:
    """Drop the filling; new rows reuse its pages."""
    yield _DROP()
