"""``/v3/DATA/``: upload and download the files of jobs (compatibility: contacts#csv-import, rest#files).

A path names the object that the file belongs to, the kind of file and its media type (written with a colon).
``LAST`` may follow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from aerogram.audience.jobs.contact_jobs import CSV_DATA, LIST_SOURCE
from aerogram.doors.rest.engine.calls import OK, Response
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
"""About five million rows; our choice."""
NOT_FOUND: Final = 404
_MISSING: Final = {"ErrorInfo": "", "ErrorMessage": "Source object not found", "StatusCode": NOT_FOUND}
_encode: Final = msgspec.json.Encoder().encode
_AREAS: Final[Mapping[str, Area]] = {
    JobKind.EXPORT_CONTACTS: Area.CONTACTS,
    JobKind.EXPORT_LIST_RECIPIENTS: Area.LISTS,
    JobKind.EXPORT_MESSAGES: Area.STATISTICS,
}
"""The area of the data in an export's file: a caller needs it to download the file."""
_CSV: Final = "text/csv"
_JSON: Final = "application/json"


class DataFiles:
    """The routes, with the services that they call."""

    def __init__(self, jobs: Jobs, exports: Exports, contact_jobs: ContactJobs) -> None:
        self._jobs = jobs
        self._exports = exports
        self._contact_jobs = contact_jobs

    def routes(self) -> list[Route]:
        """Return all routes. Each file of a job has two paths."""
        return [
            Route(
                method="POST",
                path=f"/v3/DATA/{LIST_SOURCE}/{{list_id}}/{CSV_DATA}/{{mime}}",
                area=Area.CONTACTS,
                level=Level.WRITE,
                summary="Upload a CSV file of contacts for a later import.",
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
                    ("CSVError", _CSV, self._csv_errors, "Download the rows that an import rejected."),
                    ("JSONError", _JSON, self._json_errors, "Download the contacts that a job rejected."),
                    (CSV_DATA, _CSV, self._export, "Download the file of an export."),
                )
                for end in ("", "/{which}")
            ),
        ]

    async def _upload(self, call: RouteCall) -> Response:
        mime = _mime(call)
        list_id = integer_of(call.parts["list_id"]) or 0
        if not await self._contact_jobs.has_list(call.actor, list_id):
            return _missing(mime)
        file = await self._jobs.upload(call.actor, (LIST_SOURCE, list_id, CSV_DATA), mime, call.body)
        return Response(OK, _encode({"ID": file.id}))

    async def _csv_errors(self, call: RouteCall) -> Response:
        job = await self._job(call, JobKind.CSV_IMPORT)
        return (
            _missing(_mime(call)) if job is None else Response(OK, content_type=_CSV, pieces=self._lines(job))
        )

    async def _json_errors(self, call: RouteCall) -> Response:
        job = await self._job(call, JobKind.MANY_CONTACTS)
        if job is None:
            return _missing(_mime(call))
        return Response(OK, content_type=_JSON, pieces=self._array(job))

    async def _export(self, call: RouteCall) -> Response:
        exports = self._exports
        job = await exports.find(call.actor, integer_of(call.parts["job_id"]) or 0)
        if job is None or job.id not in await exports.readable(call.actor, [job]):
            return _missing(_mime(call))
        authorize(call.actor, _AREAS[job.kind], Level.READ)
        name = f'attachment; filename="{exports.file_name(job)}"'
        headers = ((b"content-disposition", name.encode()),)
        return Response(OK, content_type=_CSV, headers=headers, pieces=exports.contents(job))

    async def _job(self, call: RouteCall, kind: JobKind) -> Job | None:
        """Return the job that the path names if it has an error file of this kind."""
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
    """Return the media type in the path if a response may carry it, else JSON."""
    kind, colon, own = call.parts["mime"].lower().partition(":")
    known = f"{kind}/{own}"
    return known if colon and known in {_CSV, _JSON, "text/plain"} else _JSON


def _missing(mime: str) -> Response:
    """Return the 404 of a missing file in the requested media type, as recorded from Mailjet.

    (compatibility: rest#errors)
    """
    return Response(NOT_FOUND, _encode(_MISSING), mime)
