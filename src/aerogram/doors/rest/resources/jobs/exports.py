"""``export`` of contacts, memberships and messages: POST queues a job, GET reads its progress.

Mailjet's description only names the action; its body and response fields are our choice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.base.errors import ForbiddenError, RefusedError
from aerogram.doors.rest import errors
from aerogram.doors.rest.fields.kinds import Field, Flag, Integer, InvalidValueError, Moment, Text
from aerogram.doors.rest.queries import filters
from aerogram.doors.rest.queries.filters import EVERYTHING, Filter
from aerogram.doors.rest.queries.listing import Condition, Page, Row
from aerogram.doors.rest.resource import CONDITIONS, Action
from aerogram.model.account import Level

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from aerogram.jobs.exports.exports import Exports
    from aerogram.model.actor import Actor
    from aerogram.model.job import Job, JobKind

    Stored = Callable[[tuple[Condition, ...]], dict[str, Any]]
    """Turns the conditions of a resource into those of its store."""

EXPORT: Final = "export"
_JOB: Final = "job"
_IS_FOR_SPREADSHEET: Final = "is_for_spreadsheet"
_PROPERTIES: Final = "properties"
_ABOUT_SPREADSHEETS: Final = "true: prefix texts that a spreadsheet would evaluate with an apostrophe"
_ABOUT_PROPERTIES: Final = "names of the static properties to write as columns, comma-separated; default: all"


class Selecting(Field):
    """A filter of the resource's list, set in the body."""

    def __init__(self, filter_: Filter) -> None:
        super().__init__(filter_.name, f"filter {filter_.name}")
        self._filter = filter_

    def read(self, value: Any) -> Condition:
        """Read the query's text, or a JSON number, boolean or array of these."""
        parts = value if isinstance(value, list) else [value]
        if not all(isinstance(part, str | int) for part in parts):
            raise InvalidValueError(
                "The value must be a string, an integer, true or false, or an array of these"
            )
        text = ",".join(str(part).lower() if isinstance(part, bool) else str(part) for part in parts)
        return self._filter.condition(text) if text else EVERYTHING

    def schema(self) -> dict[str, Any]:
        """Describe it."""
        return {"type": ["string", "integer", "boolean", "array"], "description": self._filter.meaning}


class Names(Field):
    """Names as an array, or as a comma-separated string."""

    def read(self, value: Any) -> list[str]:
        """Read them."""
        names = value.split(",") if isinstance(value, str) else value
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise InvalidValueError("The value must be an array of strings, or a comma-separated string")
        return [name for name in names if name.strip()]

    def schema(self) -> dict[str, Any]:
        """Describe them."""
        return {"type": ["array", "string"], "items": {"type": "string"}, "description": _ABOUT_PROPERTIES}


_JOB_ID: Final = Integer("JobID", "id")
_STATE: Final = (
    Integer("Count", "current"),
    Text("Error", "error"),
    Text("File", "file"),
    Moment("JobEnd", "end_ms"),
    _JOB_ID,
    Moment("JobStart", "start_ms"),
    Text("Status", "status"),
)


class ExportActions:
    """The actions, with the services of jobs. ``public_url`` is the base URL of links."""

    def __init__(self, exports: Exports, public_url: str) -> None:
        self._exports = exports
        self._public_url = public_url

    def of(
        self, kind: JobKind, selecting: Sequence[Filter], stored: Stored, *, has_properties: bool = False
    ) -> tuple[Action, ...]:
        """Return the actions for a resource with the list filters ``selecting``."""

        async def queue(actor: Actor, _: Row, values: Row) -> list[Row]:
            return [await self._queued(actor, kind, values, stored)]

        async def page(actor: Actor, _: Row, values: Row) -> Page:
            jobs, total = await self._exports.page(actor, kind, values["limit"], values["offset"])
            return Page(await self._shown(actor, jobs), total)

        async def one(actor: Actor, _: Row, values: Row) -> list[Row]:
            job = await self._exports.find(actor, values[_JOB], kind)
            if job is None:
                raise errors.not_found()
            return await self._shown(actor, [job])

        own: list[Field] = [Flag("Spreadsheet", _IS_FOR_SPREADSHEET)]
        options = [Filter("Spreadsheet", _IS_FOR_SPREADSHEET, filters.flag, _ABOUT_SPREADSHEETS)]
        if has_properties:
            own.append(Names("Properties", _PROPERTIES))
            options.append(Filter("Properties", _PROPERTIES, filters.words, _ABOUT_PROPERTIES))
        return (
            Action(
                EXPORT,
                "Export the rows that the filters select to a CSV file, as a job.",
                queue,
                level=Level.WRITE,
                in_sandbox=True,
                status=201,
                body_fields=(*map(Selecting, selecting), *own),
                query_fields=(*selecting, *options),
                response_fields=(_JOB_ID,),
                is_keyless=True,
            ),
            Action(
                EXPORT,
                "List the exports, newest first.",
                page,
                method="GET",
                level=Level.READ,
                response_fields=_STATE,
                is_keyless=True,
                is_paged=True,
            ),
            Action(
                EXPORT,
                "Read the progress of the export and the URL of its file.",
                one,
                method="GET",
                level=Level.READ,
                response_fields=_STATE,
                is_keyless=True,
                sub_id=_JOB,
            ),
        )

    async def _queued(self, actor: Actor, kind: JobKind, values: Row, stored: Stored) -> Row:
        own = {_IS_FOR_SPREADSHEET, _PROPERTIES}
        conditions = [one for one in values.get(CONDITIONS, ()) if one.name not in own]
        conditions += [value for value in values.values() if isinstance(value, Condition)]
        names = values.get(_PROPERTIES)
        try:
            job = await self._exports.queue(
                actor,
                kind,
                stored(tuple(conditions)),
                properties=names.split(",") if isinstance(names, str) else names,
                is_for_spreadsheet=values.get(_IS_FOR_SPREADSHEET, False),
            )
        except ForbiddenError:
            raise
        except RefusedError as error:
            raise errors.invalid_properties({"Properties": str(error)}) from None
        return msgspec.structs.asdict(job)

    async def _shown(self, actor: Actor, jobs: Sequence[Job]) -> list[Row]:
        readable = await self._exports.readable(actor, jobs)
        return [
            msgspec.structs.asdict(job) | {"file": self._file(job) if job.id in readable else ""}
            for job in jobs
        ]

    def _file(self, job: Job) -> str:
        return f"{self._public_url}/v3/DATA/batchjob/{job.id}/CSVData/text:csv"
