"""``/v3/DATA/``: the files of jobs, up and down (compatibility: contacts#csv-import, rest#files).

A path names what the file belongs to, the file's kind and its media type with a colon, and perhaps ``LAST``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from aerogram.audience.jobs.contact_jobs import CSV_DATA, LIST_SOURCE
from aerogram.doors.rest.engine.calls import OK, Reply
from aerogram.doors.rest.fields.kinds import integer_of
from aerogram.doors.rest.route import Route
from aerogram.identity.gate import authorize
from aerogram.model.account import Area, Level
from aerogram.model.job import JobKind

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from aerogram.audience.jobs.contact_jobs import ContactJobs
    from aerogram.doors.rest.engine.calls import RouteCall
    from aerogram.jobs.exports.exports import Exports
    from aerogram.jobs.jobs import Jobs
    from aerogram.model.job import Job

MAX_CSV_BYTES: Final = 512 * 1024 * 1024
"""About five million rows; ours to choose."""
NOT_FOUND: Final = 404
_MISSING: Final = {"ErrorInfo": "", "ErrorMessage": "Source object not found", "StatusCode": NOT_FOUND}
_encode: Final = msgspec.json.Encoder().encode
_AREAS: Final[Mapping[str, Area]] = {
    JobKind.EXPORT_CONTACTS: Area.CONTACTS,
    JobKind.EXPORT_LIST_RECIPIENTS: Area.LISTS,
    JobKind.EXPORT_MESSAGES: Area.STATISTICS,
}
"""The area of what an export has in its file: who may not read that may not read the file either."""
_CSV: Final = "text/csv"
_JSON: Final = "application/json"


class DataFiles:
    """The routes, bound to the jobs."""

    def __init__(self, jobs: Jobs, exports: Exports, contact_jobs: ContactJobs) -> None:
        self._jobs = jobs
        self._exports = exports
        self._contact_jobs = contact_jobs

    def routes(self) -> list[Route]:
        """Give all of them; each file of a job has two paths."""
        return [
            Route(
                method="POST",
                path=f"/v3/DATA/{LIST_SOURCE}/{{list_id}}/{CSV_DATA}/{{mime}}",
                area=Area.CONTACTS,
                level=Level.WRITE,
                summary="Upload a CSV file of contacts, for an import to read.",
                run=self._upload,
                body_type="text/plain",
                response_schema={
                    "type": "object",
                    "properties": {"ID": {"type": "integer", "format": "int64"}},
                },
                max_body_bytes=MAX_CSV_BYTES,
            ),
            *(
                Route(
                    method="GET",
                    path=f"/v3/DATA/batchjob/{{job_id}}/{kind}/{{mime}}{end}",
                    area=Area.CONTACTS,
                    level=Level.READ,
                    summary=summary,
                    run=run,
                    response_type=shown,
                )
                for kind, shown, run, summary in (
                    ("CSVError", _CSV, self._csv_errors, "Read the rows that an import refused."),
                    ("JSONError", _JSON, self._json_errors, "Read the contacts that a job refused."),
                    (CSV_DATA, _CSV, self._export, "Read the file that an export made."),
                )
                for end in ("", "/{which}")
            ),
        ]

    async def _upload(self, call: RouteCall) -> Reply:
        mime = _mime(call)
        list_id = integer_of(call.parts["list_id"]) or 0
        if not await self._contact_jobs.has_list(call.actor, list_id):
            return _missing(mime)
        file = await self._jobs.upload(call.actor, (LIST_SOURCE, list_id, CSV_DATA), mime, call.body)
        return Reply(OK, _encode({"ID": file.id}))

    async def _csv_errors(self, call: RouteCall) -> Reply:
        job = await self._job(call, JobKind.CSV_IMPORT)
        return _missing(_mime(call)) if job is None else Reply(OK, content_type=_CSV, pieces=self._lines(job))

    async def _json_errors(self, call: RouteCall) -> Reply:
        job = await self._job(call, JobKind.MANY_CONTACTS)
        if job is None:
            return _missing(_mime(call))
        return Reply(OK, content_type=_JSON, pieces=self._array(job))

    async def _export(self, call: RouteCall) -> Reply:
        exports = self._exports
        job = await exports.find(call.actor, integer_of(call.parts["job_id"]) or 0)
        if job is None or job.id not in await exports.readable(call.actor, [job]):
            return _missing(_mime(call))
        authorize(call.actor, _AREAS[job.kind], Level.READ)
        name = f'attachment; filename="{exports.file_name(job)}"'
        headers = ((b"content-disposition", name.encode()),)
        return Reply(OK, content_type=_CSV, headers=headers, pieces=exports.contents(job))

    async def _job(self, call: RouteCall, kind: JobKind) -> Job | None:
        """Give the job of a path, when it has an error file of the kind."""
        job_id = integer_of(call.parts["job_id"]) or 0
        job = await self._jobs.find(call.actor, job_id)
        is_one = job is not None and job.kind == kind and await self._jobs.has_refusals(job)
        return job if is_one else None

    async def _lines(self, job: Job) -> AsyncIterator[bytes]:
        async for refusal in self._jobs.refusals(job):
            yield f"{refusal.text}\n".encode()

    async def _array(self, job: Job) -> AsyncIterator[bytes]:
        before = "["
        async for refusal in self._jobs.refusals(job):
            yield f"{before}{refusal.text}".encode()
            before = ","
        yield b"]"


def _mime(call: RouteCall) -> str:
    """Give the media type of the path, when it is one that an answer can bear."""
    kind, colon, own = call.parts["mime"].lower().partition(":")
    known = f"{kind}/{own}"
    return known if colon and known in {_CSV, _JSON, "text/plain"} else _JSON


def _missing(mime: str) -> Reply:
    """Answer that there is no such file, in the type that was asked for, as was recorded.

    (compatibility: rest#errors)
    """
    return Reply(NOT_FOUND, _encode(_MISSING), mime)
