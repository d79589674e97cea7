"""``/v3/REST/batchjob``: jobs of every kind; PUT cancels one.

(compatibility: contacts#bulk-jobs)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aerogram.doors.rest import errors
from aerogram.doors.rest.fields.kinds import Constant, Field, Integer, Text, UnixTime
from aerogram.doors.rest.queries import filters
from aerogram.doors.rest.queries.filters import Filter
from aerogram.doors.rest.queries.listing import Page, Query, Row, combined
from aerogram.doors.rest.resource import ChangeableResource, by_id
from aerogram.doors.rest.resources.jobs.csvimport import PerCent, queued, row_of
from aerogram.model.account import Area
from aerogram.model.job import CSV_IMPORT_TYPE, UNKNOWN_METHOD, JobStatus

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aerogram.audience.jobs.contact_jobs import ContactJobs
    from aerogram.jobs.jobs import Jobs
    from aerogram.model.actor import Actor

_FORBIDDEN: Final = "You are not allowed to post jobs for this AKID"


class OwnKey(Field):
    """The API key of a job, which is always the caller's, under any of its names."""

    schema_type = "integer"

    def parsers(self) -> Mapping[str, Callable[[Any], Any]]:
        """Return parsers for ``APIKeyID``, ``APIKey`` and ``APIKeyALT``."""
        return dict.fromkeys(("apikeyid", "apikey", "apikeyalt"), self.read)

    def read(self, value: Any) -> Any:
        """Accept any value: a job belongs to the caller."""
        return value

    def is_same(self, value: Any, own: Any) -> bool:  # noqa: ARG002 - the signature of `Field`
        """Return true: the value changes nothing."""
        return True


class BatchJob(ChangeableResource):
    """A job and its progress."""

    name = "batchjob"
    class_name = "Batchjob"
    area = Area.CONTACTS
    methods = frozenset({"GET", "POST", "PUT"})
    in_sandbox = frozenset({"PUT"})
    keys = (by_id,)
    fields = (
        UnixTime("AliveAt", "alive_ms", read_only=True),
        OwnKey("APIKeyID", "account_id"),
        Constant("Blocksize", 0),
        Integer("Count", "count", read_only=True),
        Integer("Current", "current", read_only=True),
        Integer("DataID", "data_id", required=True),
        Integer("Errcount", "errcount", read_only=True),
        PerCent("ErrTreshold", "err_threshold"),
        Integer("ID", "id", read_only=True),
        UnixTime("JobEnd", "end_ms", read_only=True),
        UnixTime("JobStart", "start_ms", read_only=True),
        Text("JobType", "job_type", required=True),
        Text("Method", "method", default=UNKNOWN_METHOD),
        Integer("RefId", "ref_id"),
        UnixTime("RequestAt", "request_ms", read_only=True),
        Text("Status", "status", default=JobStatus.ALLOCATED.value),
        Constant("Throttle", 0),
    )
    filters = (
        Filter("APIKey", "account_id", filters.integer, "ID of the account"),
        Filter("Data", "data_id", filters.integer, "ID of the file"),
        Filter("JobType", "job_type", filters.words, "type of the job"),
        Filter("MaxJobEnd", "max_end_ms", filters.end_moment, "ended at this time or earlier"),
        Filter("MaxJobStart", "max_start_ms", filters.end_moment, "started at this time or earlier"),
        Filter("MaxRequestAt", "max_request_ms", filters.end_moment, "requested at this time or earlier"),
        Filter("Method", "method", filters.words, "method"),
        Filter("MinJobEnd", "min_end_ms", filters.start_moment, "ended at this time or later"),
        Filter("MinJobStart", "min_start_ms", filters.start_moment, "started at this time or later"),
        Filter("MinRequestAt", "min_request_ms", filters.start_moment, "requested at this time or later"),
        Filter("RefID", "ref_id", filters.integer, "ID of the object that the job works on"),
        Filter("Status", "status", filters.words, "status"),
    )


class BatchJobs:
    """All jobs, as a collection."""

    def __init__(self, jobs: Jobs, contact_jobs: ContactJobs) -> None:
        self._jobs = jobs
        self._contact_jobs = contact_jobs

    async def page(self, actor: Actor, query: Query) -> Page:
        """Return jobs as rows."""
        found, total = await self._jobs.page(actor, query.request(combined(query.conditions)))
        return Page([row_of(job) for job in found], total)

    async def add(self, actor: Actor, values: Row) -> Row:
        """Queue a CSV import, the only kind of job that clients create here.

        (compatibility: contacts#bulk-jobs)
        """
        if values["job_type"].lower() != CSV_IMPORT_TYPE.lower():
            raise errors.RestError(400, _FORBIDDEN)
        return row_of(
            await queued(self._jobs, self._contact_jobs, actor, {**values, "list_id": values.get("ref_id")})
        )

    async def change(self, actor: Actor, row: Row, values: Row) -> Row:
        """Cancel a job; nothing else can be changed, and a finished job stays as it is."""
        for field in BatchJob.fields:
            if field.source in values and field.source not in ("status", "account_id"):
                raise errors.read_only(field.name)
        status = values.get("status", JobStatus.ABORT.value)
        if status.lower() != JobStatus.ABORT.lower():
            text = f'Invalid value for Status: "{status[:80]}". Status can only be set to Abort'
            raise errors.RestError(400, text)
        await self._jobs.cancel(actor, row["id"])
        job = await self._jobs.find(actor, row["id"])
        if job is None:
            raise errors.not_found()
        return row_of(job)

    async def remove(self, actor: Actor, row: Row) -> None:
        """Do nothing: the resource has no DELETE."""


def batchjob(jobs: Jobs, contact_jobs: ContactJobs) -> BatchJob:
    """Bind the resource to the jobs."""
    return BatchJob(BatchJobs(jobs, contact_jobs))
