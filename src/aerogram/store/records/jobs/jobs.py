"""Jobs: claiming with leases, progress, ending, and the items that were refused.

A job's lease is its fencing token. Every write of a worker names the lease and the cursor from which the step
started. So only the holder can record a step, and only once, in one transaction with the rows that the step
made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Text, bindparam, case, delete, func, insert, literal_column, select, text, update

from aerogram.base.errors import AerogramError
from aerogram.model.job import Job, JobStatus, Refusal
from aerogram.store.records.querying.either import mentions
from aerogram.store.records.querying.listing import Listing
from aerogram.store.sql import Sql, Unit, any_of
from aerogram.store.tables.jobs import job, job_error

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

COLUMNS: Final = Job.__struct_fields__
HEADER_ITEM: Final = 0
"""The item number of the first line of an error file, its header."""


class JobLostError(AerogramError):
    """The job was cancelled, another worker holds it now, or this step was already recorded."""


def _between(name: str) -> dict[str, Any]:
    column = job.c[name]
    return {
        f"min_{name}": column >= bindparam(f"min_{name}"),
        f"max_{name}": column <= bindparam(f"max_{name}"),
    }


LISTING: Final = Listing(
    job,
    COLUMNS,
    conditions={
        **{
            name: job.c[name] == bindparam(name)
            for name in ("id", "account_id", "kind", "data_id", "job_type", "method", "ref_id", "status")
        },
        **_between("start_ms"),
        **_between("end_ms"),
        **_between("request_ms"),
    },
    orders={"id": job.c.id},
)

_ALL: Final = tuple(job.c[name] for name in COLUMNS)
_ADD = Sql(insert(job).values({name: bindparam(name) for name in COLUMNS}), *COLUMNS)
_FIND = Sql(
    select(*_ALL).where(job.c.id == bindparam("which"), job.c.account_id == bindparam("owner")),
    "which",
    "owner",
)
_open = job.alias("open_job")
_OLDEST: Final = select(func.min(_open.c.id)).where(_open.c.is_open == text("1")).group_by(_open.c.account_id)
_IS_DUE: Final = (
    job.c.id.in_(_OLDEST),
    job.c.is_open == text("1"),
    job.c.lease_until_ms <= bindparam("now"),
    any_of(job.c.kind, "kinds", Text),
)
_DUE = Sql(
    select(*_ALL)
    .where(*_IS_DUE)
    .order_by(case((job.c.attempts > 0, 0), else_=1), job.c.alive_ms, job.c.id)
    .limit(bindparam("most"))
    .with_for_update(of=job, skip_locked=True),
    "now",
    "kinds",
    "most",
)
"""The oldest open job of each account, unless it is leased or of another kind: an account's jobs run in order.

A job at which a process may have died comes first, so that it can run alone; then those that nobody worked on for the
longest time.
"""
_STATES = Sql(select(job.c.id, job.c.lease, job.c.status).where(any_of(job.c.id, "ids")), "ids")
_WAITS = Sql(
    select(job.c.id).where(*_IS_DUE).limit(literal_column("1")),
    "now",
    "kinds",
)
_LEASE = Sql(
    text(
        "UPDATE job SET lease = :lease, lease_until_ms = :until, alive_ms = :now, status = :status,"
        " attempts = attempts + 1, start_ms = CASE WHEN start_ms = 0 THEN :now ELSE start_ms END WHERE id = :which"
    ).bindparams(bindparam("now", type_=job.c.alive_ms.type)),
    "lease",
    "until",
    "now",
    "status",
    "which",
)
_ADVANCE = Sql(
    update(job)
    .where(
        job.c.id == bindparam("which"),
        job.c.lease == bindparam("held"),
        job.c.cursor == bindparam("from_cursor"),
        job.c.current == bindparam("from_current"),
        job.c.is_open == 1,
    )
    .values(
        cursor=bindparam("new_cursor"),
        current=job.c.current + bindparam("items"),
        errcount=job.c.errcount + bindparam("errors"),
        count=bindparam("new_count"),
        status=JobStatus.IMPORTING.value,
        alive_ms=bindparam("now"),
        lease_until_ms=bindparam("until"),
        attempts=0,
    )
    .returning(job.c.current, job.c.errcount),
    "which",
    "held",
    "from_cursor",
    "from_current",
    "new_cursor",
    "items",
    "errors",
    "new_count",
    "now",
    "until",
)
_FINISH = Sql(
    update(job)
    .where(job.c.id == bindparam("which"), job.c.lease == bindparam("held"), job.c.is_open == 1)
    .values(
        status=bindparam("new_status"),
        error=bindparam("new_error"),
        data_id=bindparam("new_data_id"),
        count=job.c.current,
        is_open=0,
        end_ms=bindparam("now"),
        alive_ms=bindparam("now"),
        lease=0,
        lease_until_ms=0,
    )
    .returning(job.c.id),
    "which",
    "held",
    "new_status",
    "new_error",
    "new_data_id",
    "now",
)
_ABORT = Sql(
    update(job)
    .where(job.c.id == bindparam("which"), job.c.account_id == bindparam("owner"), job.c.is_open == 1)
    .values(status=JobStatus.ABORT.value, is_open=0, end_ms=bindparam("now"), lease=0, lease_until_ms=0)
    .returning(job.c.id),
    "which",
    "owner",
    "now",
)
_TOLERATE = Sql(
    update(job)
    .where(job.c.id == bindparam("which"), job.c.account_id == bindparam("owner"))
    .values(err_threshold=bindparam("per_cent")),
    "which",
    "owner",
    "per_cent",
)
_RELEASE = Sql(
    update(job)
    .where(job.c.id == bindparam("which"), job.c.lease == bindparam("held"))
    .values(lease=0, lease_until_ms=0, attempts=case((job.c.attempts > 0, job.c.attempts - 1), else_=0)),
    "which",
    "held",
)
_FREE_ALL = Sql(update(job).where(job.c.lease != 0).values(lease=0, lease_until_ms=0))
_ADD_ERROR = Sql(
    text(
        "INSERT INTO job_error (job_id, item, text) VALUES (:job_id, :item, :line)"
        " ON CONFLICT (job_id, item) DO NOTHING"
    ),
    "job_id",
    "item",
    "line",
)
_ERRORS = Sql(
    select(job_error.c.item, job_error.c.text)
    .where(job_error.c.job_id == bindparam("which"), job_error.c.item > bindparam("after"))
    .order_by(job_error.c.item)
    .limit(bindparam("most")),
    "which",
    "after",
    "most",
)
_FORGET_MENTIONS = Sql(
    delete(job_error).where(
        job_error.c.job_id.in_(select(job.c.id).where(job.c.account_id == bindparam("owner"))),
        mentions(job_error.c.text, "words"),
    ),
    "owner",
    "words",
)
_FORGET_ERRORS = Sql(
    delete(job_error).where(
        job_error.c.job_id.in_(
            select(job.c.id).where(job.c.is_open == 0, job.c.request_ms < bindparam("before"))
        )
    ),
    "before",
)


def add(new: Job) -> Unit[None]:
    """Queue a job."""
    yield _ADD(*(getattr(new, name) for name in COLUMNS))


def find(account_id: int, job_id: int) -> Unit[Job | None]:
    """Return an account's job."""
    rows = yield _FIND(job_id, account_id)
    return _job(rows[0]) if rows else None


def claim(kinds: Sequence[str], now_ms: int, until_ms: int, lease: int, most: int) -> Unit[list[Job]]:
    """Lease up to ``most`` jobs of some kinds, each the oldest open job of its account, oldest first.

    A job of another kind waits, and with it the later jobs of its account. The returned jobs do not include this claim in their ``attempts``.
    """
    found = [_job(row) for row in (yield _DUE(now_ms, list(kinds), most))]
    status = JobStatus.PREPARE.value
    for each in found:
        yield _LEASE(lease, until_ms, now_ms, each.status if each.cursor else status, each.id)
    return found


def advance(
    old: Job, lease: int, step: tuple[int, int, int, int], now_ms: int, until_ms: int
) -> Unit[tuple[int, int]]:
    """Record a step from ``old`` on: (cursor, items, refused items, all items). Return current and errcount.

    Raises `JobLostError`, which rolls back the whole transaction.
    """
    cursor, items, errors, count = step
    rows = yield _ADVANCE(
        old.id, lease, old.cursor, old.current, cursor, items, errors, count, now_ms, until_ms
    )
    if not rows:
        raise JobLostError("The job was cancelled, or another worker holds it.")
    return rows[0][0], rows[0][1]


def finish(old: Job, lease: int, status: str, error: str, now_ms: int) -> Unit[None]:
    """End a job with a final status. Raises `JobLostError`."""
    if not (yield _FINISH(old.id, lease, status, error, old.data_id, now_ms)):
        raise JobLostError("The job was cancelled, or another worker holds it.")


def abort(account_id: int, job_id: int, now_ms: int) -> Unit[bool]:
    """Cancel a job, so that its next step is not recorded; False when it has already ended."""
    return bool((yield _ABORT(job_id, account_id, now_ms)))


def tolerate(account_id: int, job_id: int, per_cent: int) -> Unit[None]:
    """Set the share of refused items, in per cent, that ends a job."""
    yield _TOLERATE(job_id, account_id, per_cent)


def release(job_id: int, lease: int) -> Unit[None]:
    """Release a job as if it had not been claimed, if this lease still holds it."""
    yield _RELEASE(job_id, lease)


def free_all() -> Unit[None]:
    """Release every lease: for a store with a single process, at its start."""
    yield _FREE_ALL()


def refuse(job_id: int, header: str, refusals: Sequence[Refusal]) -> Unit[None]:
    """Add refused items to the error file, whose first line is ``header``; "" for none."""
    lines = [(job_id, each.item, each.text) for each in refusals]
    if header:
        lines.insert(0, (job_id, HEADER_ITEM, header))
    yield _ADD_ERROR.many(lines)


def errors(job_id: int, after: int, most: int) -> Unit[list[Refusal]]:
    """Return lines of the error file after an item; start with -1 to include the header."""
    return [Refusal(item, line) for item, line in (yield _ERRORS(job_id, after, most))]


def lost(leases: Mapping[int, int]) -> Unit[set[int]]:
    """Return which jobs were cancelled, or are held by another lease than the given one, by id.

    A job that its worker has just ended is not lost.
    """
    ended = {JobStatus.COMPLETED.value, JobStatus.ERROR.value}
    rows = yield _STATES(list(leases))
    held = {job_id for job_id, lease, status in rows if lease == leases[job_id] or status in ended}
    return leases.keys() - held


def is_waiting(kinds: Sequence[str], now_ms: int) -> Unit[bool]:
    """Return whether a job of some kinds could be claimed."""
    return bool((yield _WAITS(now_ms, list(kinds))))


def forget_mentions(account_id: int, words: str) -> Unit[None]:
    """Delete the refused items of an account whose lines contain ``words``, given in lower case."""
    yield _FORGET_MENTIONS(account_id, words)


def forget_errors(before_ms: int) -> Unit[None]:
    """Delete the error files of ended jobs that were requested before a time."""
    yield _FORGET_ERRORS(before_ms)


def _job(row: Sequence[Any]) -> Job:
    return Job(**dict(zip(COLUMNS, row, strict=True)))
