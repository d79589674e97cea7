"""``/v3/REST/csvimport``: the import of an uploaded CSV file (compatibility: contacts#csv-import)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.audience.jobs.contact_jobs import CSV_DATA
from aerogram.audience.jobs.csv_file import layout_noted
from aerogram.audience.jobs.csv_import import EXCLUDE, INCLUDE, METHODS, options_of
from aerogram.base.errors import RefusedError
from aerogram.doors.rest import errors
from aerogram.doors.rest.fields.kinds import Integer, InvalidValueError, Moment, Text
from aerogram.doors.rest.fields.references import Reference
from aerogram.doors.rest.queries.listing import Condition, Page, Query, Row, combined
from aerogram.doors.rest.resource import ChangeableResource, by_id
from aerogram.model.account import Area
from aerogram.model.job import CSV_IMPORT_TYPE, UNKNOWN_METHOD, Job, JobKind, JobStatus

if TYPE_CHECKING:
    from aerogram.audience.jobs.contact_jobs import ContactJobs
    from aerogram.jobs.jobs import Jobs
    from aerogram.model.actor import Actor

MAX_OPTIONS: Final = 65_536
"""Characters of ImportOptions; our choice."""
MAX_PER_CENT: Final = 100
_EXCLUSION: Final = (
    "Exclusion of contacts from marketing campaign is a global status and can not be applied to a list"
)
_REQUIRED: Final = "MJ03 A non-empty value is required"


class PerCent(Integer):
    """A number from 0 to 100."""

    def read(self, value: Any) -> int:
        """Read it."""
        number = super().read(value)
        if not 0 <= number <= MAX_PER_CENT:
            raise InvalidValueError(f"The value must lie between 0 and {MAX_PER_CENT}")
        return number


class CsvImport(ChangeableResource):
    """An import of contacts. It starts by itself; GET reads its progress."""

    name = "csvimport"
    class_name = "CSVImport"
    area = Area.CONTACTS
    methods = frozenset({"GET", "POST", "PUT"})
    keys = (by_id,)
    fields = (
        Moment("AliveAt", "alive_ms", read_only=True),
        Reference("ContactsListID", "list_id", "contactslist"),
        Integer("Count", "current", read_only=True),
        Integer("Current", "current", read_only=True),
        Integer("DataID", "data_id", required=True),
        Integer("Errcount", "errcount", read_only=True),
        PerCent("ErrTreshold", "err_threshold"),
        Integer("ID", "id", read_only=True),
        Text("ImportOptions", "options", max_length=MAX_OPTIONS),
        Moment("JobEnd", "end_ms", read_only=True),
        Moment("JobStart", "start_ms", read_only=True),
        Text("Method", "method", default=UNKNOWN_METHOD),
        Moment("RequestAt", "request_ms", read_only=True),
        Text("Status", "status", default=JobStatus.UPLOAD.value),
        Text("FileFormat", "file_format", read_only=True),
    )


class Imports:
    """The jobs that import CSV files, as a collection."""

    def __init__(self, jobs: Jobs, contact_jobs: ContactJobs) -> None:
        self._jobs = jobs
        self._contact_jobs = contact_jobs

    async def page(self, actor: Actor, query: Query) -> Page:
        """Return imports as rows."""
        own = Condition("kind", JobKind.CSV_IMPORT.value)
        found, total = await self._jobs.page(actor, query.request(combined((*query.conditions, own))))
        notes = await self._jobs.notes(found)
        return Page([_import_of(job, notes.get(job.id, "")) for job in found], total)

    async def add(self, actor: Actor, values: Row) -> Row:
        """Queue an import."""
        _check_status(values["status"])
        return _import_of(await queued(self._jobs, self._contact_jobs, actor, values))

    async def change(self, actor: Actor, row: Row, values: Row) -> Row:
        """Change the tolerated number of invalid rows; Status accepts only its current meaning, Upload."""
        if "status" in values:
            _check_status(values["status"])
        for field in CsvImport.fields:
            if field.source in values and field.source not in ("status", "err_threshold"):
                raise errors.read_only(field.name)
        if "err_threshold" in values:
            await self._jobs.tolerate(actor, row["id"], values["err_threshold"])
        job = await self._jobs.find(actor, row["id"])
        if job is None:
            raise errors.not_found()
        return _import_of(job, (await self._jobs.notes([job])).get(job.id, ""))

    async def remove(self, actor: Actor, row: Row) -> None:
        """Do nothing: the resource has no DELETE."""


def csvimport(jobs: Jobs, contact_jobs: ContactJobs) -> CsvImport:
    """Bind the resource to the jobs."""
    return CsvImport(Imports(jobs, contact_jobs))


async def queued(jobs: Jobs, contact_jobs: ContactJobs, actor: Actor, values: Row) -> Job:
    """Queue the import that the values of a body describe. Raises `RestError` with all validation errors."""
    method = values["method"].lower()
    list_id = values.get("list_id") or 0
    reasons: dict[str, str] = {}
    if method not in METHODS:
        reasons["Method"] = f"The value must be one of {', '.join(METHODS)}"
    elif method in {EXCLUDE, INCLUDE}:
        if list_id:
            reasons["ContactsList"] = _EXCLUSION
    elif not list_id:
        reasons["ContactsList"] = _REQUIRED
    elif not await contact_jobs.has_list(actor, list_id):
        reasons["ContactsList"] = f"List ID {list_id} is invalid or deleted"
    file = await jobs.file(actor, values["data_id"])
    if file is None or file.kind != CSV_DATA:
        reasons["Data"] = f"There is no {CSV_DATA} with the ID {values['data_id']}"
    try:
        options_of(values.get("options", ""))
    except RefusedError as error:
        reasons["ImportOptions"] = str(error)
    if reasons:
        raise _refused(reasons)
    return await jobs.queue(
        actor,
        JobKind.CSV_IMPORT,
        {
            "job_type": CSV_IMPORT_TYPE,
            "data_id": values["data_id"],
            "ref_id": list_id,
            "method": method,
            "options": values.get("options", ""),
            "err_threshold": values.get("err_threshold", 0),
            "status": JobStatus.UPLOAD.value,
        },
    )


def row_of(job: Job) -> dict[str, Any]:
    """Return a job as a row of batchjob and csvimport."""
    return msgspec.structs.asdict(job) | {"list_id": job.ref_id or None}


def _import_of(job: Job, note: str = "") -> dict[str, Any]:
    """Return a job as a row of csvimport; FileFormat is "" until the file was looked at. It is our own property."""
    return row_of(job) | {"file_format": layout_noted(note)}


def _refused(reasons: dict[str, str]) -> errors.RestError:
    """Return the error; for an exclusion with a list, in the form that Mailjet gives it.

    (compatibility: contacts#csv-import)
    """
    if reasons == {"ContactsList": _EXCLUSION}:
        return errors.RestError(400, f"MJ08 Property ContactsList is invalid: {_EXCLUSION}")
    return errors.invalid_properties(reasons)


def _check_status(status: str) -> None:
    if status.lower() != JobStatus.UPLOAD.lower():
        text = f'Invalid value for Status: "{status[:80]}". Status can only be set to Upload'
        raise errors.RestError(400, text)
