"""What jobs note for themselves, such as the layout of an imported file: one text for each job.

A note is kept like a line of the job's error file, under a number that no line has, and as long as that file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import literal_column, select, text

from aerogram.store.sql import Sql, Unit, any_of
from aerogram.store.tables.jobs import job_error

if TYPE_CHECKING:
    from collections.abc import Sequence

_NOTE_ITEM: Final = -1
"""The item number of a note; those of the error file begin with 0, its header."""
_WRITE = Sql(
    text(
        "INSERT INTO job_error (job_id, item, text) VALUES (:job_id, :item, :line)"
        " ON CONFLICT (job_id, item) DO UPDATE SET text = excluded.text"
    ),
    "job_id",
    "item",
    "line",
)
_FIND = Sql(
    select(job_error.c.job_id, job_error.c.text).where(
        any_of(job_error.c.job_id, "ids"), job_error.c.item == literal_column(str(_NOTE_ITEM))
    ),
    "ids",
)


def write(job_id: int, note: str) -> Unit[None]:
    """Keep what a job found out; it replaces an earlier note."""
    yield _WRITE(job_id, _NOTE_ITEM, note)


def find(job_ids: Sequence[int]) -> Unit[dict[int, str]]:
    """Return the notes of jobs by id; jobs without a note are left out."""
    return dict((yield _FIND(list(job_ids))))
