"""The parts of an export's file, in the table ``data``.

The row of a part is committed before its bytes are written, with size 0. The commit of the step that wrote
the part sets the size. So after a crash every file on the disk still has a row, and a part of size 0 does not
count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import bindparam, delete, func, or_, select, update

from aerogram.model.job import EXPORTS, JobStatus
from aerogram.store.records.jobs import data_files
from aerogram.store.records.jobs.data_files import PART, DataFile
from aerogram.store.sql import Sql, Unit, any_of
from aerogram.store.tables.jobs import data, job

if TYPE_CHECKING:
    from collections.abc import Sequence

SOURCE: Final = "batchjob"
"""The source of parts. Their source_id is the job's id, or 0 to remove them regardless of the job."""


class Part(NamedTuple):
    """A part: ``blob`` names the file of its bytes; ``size`` is 0 until they are written."""

    id: int
    blob: str
    size: int


_COLUMNS: Final = (data.c.id, data.c.blob, data.c.size)
_OF_ACCOUNT: Final = (
    (data.c.account_id == bindparam("owner")) & (data.c.source == SOURCE) & (data.c.kind == PART)
)
_PAGE = Sql(
    select(*_COLUMNS)
    .where(_OF_ACCOUNT, data.c.source_id == bindparam("of_job"), data.c.id > bindparam("after"))
    .order_by(data.c.id)
    .limit(bindparam("most")),
    "owner",
    "of_job",
    "after",
    "most",
)
_FILL = Sql(
    update(data)
    .where(_OF_ACCOUNT, data.c.source_id == bindparam("of_job"), data.c.id == bindparam("which"))
    .values(size=bindparam("new_size"))
    .returning(data.c.id),
    "new_size",
    "owner",
    "of_job",
    "which",
)
_SIZES = Sql(
    select(data.c.source_id, func.sum(data.c.size))
    .where(_OF_ACCOUNT, any_of(data.c.source_id, "of_jobs"))
    .group_by(data.c.source_id),
    "owner",
    "of_jobs",
)
_IN_USE: Final = select(job.c.id).where(
    job.c.id == data.c.source_id,
    (job.c.is_open == 1)
    | ((job.c.status == JobStatus.COMPLETED.value) & (job.c.end_ms >= bindparam("since"))),
)
_UNUSED = Sql(
    select(*_COLUMNS)
    .where(data.c.source == SOURCE, data.c.kind == PART, ~_IN_USE.exists())
    .order_by(data.c.id)
    .limit(bindparam("most")),
    "since",
    "most",
)
_DROP = Sql(delete(data).where(any_of(data.c.id, "ids"), data.c.kind == PART), "ids")
_DETACH = Sql(update(data).where(_OF_ACCOUNT).values(source_id=0), "owner")
_RESTART = Sql(
    update(job)
    .where(
        job.c.account_id == bindparam("owner"),
        job.c.is_open == 1,
        or_(*(job.c.kind == kind.value for kind in EXPORTS)),
    )
    .values(cursor=0, current=0, count=0, lease=0, lease_until_ms=0),
    "owner",
)


def reserve(file: DataFile) -> Unit[None]:
    """Add the row of a part, with size 0, before its bytes are written."""
    yield from data_files.add(file)


def fill(account_id: int, job_id: int, part_id: int, size: int) -> Unit[bool]:
    """Set the size of a written part, so that it counts; False when it no longer belongs to the job."""
    return bool((yield _FILL(size, account_id, job_id, part_id)))


def page(account_id: int, job_id: int, after: int, most: int) -> Unit[list[Part]]:
    """Return parts of a job after a part's id, by rising id, unwritten ones included."""
    return [Part(*row) for row in (yield _PAGE(account_id, job_id, after, most))]


def sizes(account_id: int, job_ids: Sequence[int]) -> Unit[dict[int, int]]:
    """Return the total size of the parts of each job that has any."""
    return {job_id: int(size) for job_id, size in (yield _SIZES(account_id, job_ids))}


def unused(since_ms: int, most: int) -> Unit[list[Part]]:
    """Return parts that nobody will read: of exports that failed, ended before a time, or dropped them."""
    return [Part(*row) for row in (yield _UNUSED(since_ms, most))]


def drop(ids: Sequence[int]) -> Unit[None]:
    """Delete the rows of parts; delete their files first."""
    yield _DROP(ids)


def detach(account_id: int) -> Unit[None]:
    """Detach all parts of an account from their exports, and restart the running exports.

    The parts are `unused` from then on, and workers lose their leases on the exports.
    """
    yield _RESTART(account_id)
    yield _DETACH(account_id)
