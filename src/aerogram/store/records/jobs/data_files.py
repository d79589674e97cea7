"""The files of the DATA API: uploads for a list, and files that jobs made."""

from __future__ import annotations

from typing import Final, NamedTuple

from sqlalchemy import bindparam, delete, insert, select, text

from aerogram.store.sql import Sql, Unit
from aerogram.store.tables.jobs import data, job

PART: Final = "CSVPart"
"""The kind of a file that is a part of an export; see `aerogram.store.records.jobs.export_parts`."""


class DataFile(NamedTuple):
    """A file of the owner ``source`` and ``source_id``; ``blob`` names the file of its bytes."""

    id: int
    account_id: int
    source: str
    source_id: int
    kind: str
    mime: str
    blob: str
    size: int
    created_ms: int


_COLUMNS: Final = tuple(data.c[name] for name in DataFile._fields)
_ADD = Sql(insert(data).values({name: bindparam(name) for name in DataFile._fields}), *DataFile._fields)
_FIND = Sql(
    select(*_COLUMNS).where(data.c.id == bindparam("which"), data.c.account_id == bindparam("owner")),
    "which",
    "owner",
)
_EXPIRED = (
    select(data.c.id)
    .where(
        data.c.created_ms < bindparam("before"),
        data.c.kind != PART,
        data.c.id.not_in(select(job.c.data_id).where(job.c.is_open == text("1"))),
    )
    .order_by(data.c.id)
    .limit(bindparam("most"))
)
_FORGET = Sql(delete(data).where(data.c.id.in_(_EXPIRED)).returning(data.c.blob), "before", "most")


def add(file: DataFile) -> Unit[None]:
    """Add the row of a file whose bytes are stored."""
    yield _ADD(*file)


def find(account_id: int, data_id: int) -> Unit[DataFile | None]:
    """Return an account's file by its id."""
    rows = yield _FIND(data_id, account_id)
    return DataFile(*rows[0]) if rows else None


def forget(before_ms: int, most: int) -> Unit[list[str]]:
    """Delete up to ``most`` files older than a time that no open job reads; return their blobs."""
    return [blob for (blob,) in (yield _FORGET(before_ms, most))]
