"""Bulk operations as actions of contacts and lists: POST queues a job, GET reads its progress.

(compatibility: contacts#bulk-jobs)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from aerogram.audience.actions import action_of
from aerogram.audience.jobs import many_contacts
from aerogram.audience.jobs.import_list import OF_SUBSCRIBED, ImportListOptions
from aerogram.doors.rest import errors
from aerogram.doors.rest.fields.kinds import Choice, Field, Integer, InvalidValueError, Moment, Text
from aerogram.doors.rest.resource import Action
from aerogram.doors.rest.resources.contacts.contact_lists_actions import ListActions, refused
from aerogram.model.account import Level
from aerogram.model.job import Job, JobKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from aerogram.audience.jobs.contact_jobs import ContactJobs
    from aerogram.doors.rest.queries.listing import Row
    from aerogram.jobs.jobs import Jobs
    from aerogram.model.actor import Actor

MAX_BODY_BYTES: Final = 16 * 1024 * 1024
"""About 100,000 contacts with a few properties; Mailjet dropped the connection at half of that.

(compatibility: rest#limits)
"""
JOB: Final = "job"
_MANY: Final = "managemanycontacts"
_IMPORT: Final = "importlist"

_encode: Final = msgspec.json.Encoder().encode
_import_options: Final = msgspec.json.Decoder(ImportListOptions).decode


class Contacts(Field):
    """An array of contacts. The job validates the entries."""

    schema_type = "array"

    def read(self, value: Any) -> list[Any]:
        """Read an array that is not empty."""
        if not isinstance(value, list):
            raise InvalidValueError("The value must be an array of objects")
        if not value:
            raise InvalidValueError("MJ03 A non-empty value is required")
        return value

    def schema(self) -> dict[str, Any]:
        """Describe a contact."""
        properties = {
            "Email": {"type": "string"},
            "Name": {"type": "string"},
            "IsExcludedFromCampaigns": {"type": "boolean"},
            "Properties": {"type": "object"},
        }
        item = {"type": "object", "properties": properties, "required": ["Email"]}
        return super().schema() | {"items": item}


class ActionWord(Text):
    """A subscription action, in any case."""

    def read(self, value: Any) -> str:
        """Read the word."""
        action = action_of(super().read(value))
        if action is None:
            raise InvalidValueError(f"Invalid action: {str(value)[:80]}")
        return action.value


_CONTACTS: Final = Contacts("Contacts", "contacts", required=True)
_JOB_ID: Final = (Integer("JobID", "id"),)
_STATE: Final = (
    Integer("Count", "current"),
    Text("Error", "error"),
    Text("ErrorFile", "error_file"),
    Moment("JobEnd", "end_ms"),
    Moment("JobStart", "start_ms"),
    Text("Status", "status"),
)
_MANY_STATE: Final = (ListActions("ContactsLists", "list_actions"), *_STATE)
_IMPORT_STATE: Final = (Text("Action", "method"), *_JOB_ID, Integer("ListID", "source"), *_STATE)


class JobActions:
    """The actions, with the services of jobs. ``public_url`` is the base URL of links."""

    def __init__(self, jobs: Jobs, contact_jobs: ContactJobs, public_url: str) -> None:
        self._jobs = jobs
        self._contact_jobs = contact_jobs
        self._public_url = public_url

    def of_contacts(self) -> tuple[Action, ...]:
        """Return the actions of ``contact``."""
        return (
            Action(
                _MANY,
                "Create or change many contacts and apply list actions to each of them, as a job.",
                self._manage,
                level=Level.WRITE,
                in_sandbox=True,
                status=201,
                body_fields=(ListActions("ContactsLists", "list_actions"), _CONTACTS),
                response_fields=_JOB_ID,
                is_keyless=True,
                max_body_bytes=MAX_BODY_BYTES,
            ),
            self._state(_MANY, self._look_at_many, _MANY_STATE, is_keyless=True),
        )

    def of_lists(self) -> tuple[Action, ...]:
        """Return the actions of ``contactslist``."""
        return (
            Action(
                _MANY,
                "Create or change many contacts and apply one action on the list to each of them, as a job.",
                self._manage_on_list,
                level=Level.WRITE,
                in_sandbox=True,
                status=201,
                body_fields=(ActionWord("Action", "action", required=True), _CONTACTS),
                response_fields=_JOB_ID,
                max_body_bytes=MAX_BODY_BYTES,
            ),
            self._state(_MANY, self._look_at_many, _MANY_STATE),
            Action(
                _IMPORT,
                "Copy the contacts of another list to this list, as a job.",
                self._import,
                level=Level.WRITE,
                status=201,
                body_fields=(
                    Choice("Action", "action", tuple(OF_SUBSCRIBED), required=True),
                    Integer("ListID", "source", required=True),
                ),
                response_fields=_JOB_ID,
            ),
            self._state(_IMPORT, self._look_at_import, _IMPORT_STATE),
        )

    def _state(self, name: str, run: Any, fields: tuple[Field, ...], *, is_keyless: bool = False) -> Action:
        return Action(
            name,
            "Read the progress of the job.",
            run,
            method="GET",
            level=Level.READ,
            response_fields=fields,
            is_keyless=is_keyless,
            sub_id=JOB,
        )

    async def _manage(self, actor: Actor, _: Row, values: Row) -> list[Row]:
        requested = values.get("list_actions")
        actions = requested.actions if requested else []
        wrong = [
            given | {"Error": _no_list(given["ListID"])}
            for given in (requested.given if requested else [])
            if not await self._contact_jobs.has_list(actor, given["ListID"])
        ]
        if wrong:
            raise refused(wrong)
        pairs = [(each.list_id, each.action.value) for each in actions]
        return [_row(await self._contact_jobs.queue_many(actor, _lines(values["contacts"]), pairs))]

    async def _manage_on_list(self, actor: Actor, row: Row, values: Row) -> list[Row]:
        list_id = row["id"]
        await self._check_live(actor, list_id)
        pairs = [(list_id, values["action"])]
        contacts = _lines(values["contacts"])
        return [_row(await self._contact_jobs.queue_many(actor, contacts, pairs, list_id))]

    async def _import(self, actor: Actor, row: Row, values: Row) -> list[Row]:
        list_id, source = row["id"], values["source"]
        await self._check_live(actor, list_id)
        if source == list_id or not await self._contact_jobs.has_list(actor, source):
            raise errors.invalid_properties({"ListID": _no_list(source)})
        options = _encode(ImportListOptions(source)).decode()
        job = await self._jobs.queue(
            actor,
            JobKind.IMPORT_LIST,
            {
                "job_type": "Contact list import list",
                "ref_id": list_id,
                "method": values["action"],
                "options": options,
            },
        )
        return [_row(job)]

    async def _look_at_many(self, actor: Actor, row: Row, values: Row) -> list[Row]:
        job = await self._found(actor, row, values, JobKind.MANY_CONTACTS)
        lists = many_contacts.options_of(job.options).lists
        list_actions = [{"Action": word, "ListID": list_id} for list_id, word in lists]
        return [self._shown(job) | {"list_actions": list_actions}]

    async def _look_at_import(self, actor: Actor, row: Row, values: Row) -> list[Row]:
        job = await self._found(actor, row, values, JobKind.IMPORT_LIST)
        return [self._shown(job) | {"source": _import_options(job.options).source}]

    async def _found(self, actor: Actor, row: Row, values: Row, kind: JobKind) -> Job:
        """Return the job that a path names; below a list, only a job of that list."""
        job = await self._jobs.find(actor, values[JOB])
        if job is None or job.kind != kind or (row and job.ref_id != row["id"]):
            raise errors.not_found()
        return job

    async def _check_live(self, actor: Actor, list_id: int) -> None:
        if not await self._contact_jobs.has_list(actor, list_id):
            raise errors.RestError(400, _no_list(list_id))

    def _shown(self, job: Job) -> dict[str, Any]:
        path = f"/v3/DATA/batchjob/{job.id}/JSONError/application:json/LAST"
        return _row(job) | {"error_file": f"{self._public_url}{path}" if job.errcount else ""}


def _lines(contacts: Iterable[Any]) -> list[bytes]:
    return [_encode(contact) for contact in contacts]


def _no_list(list_id: object) -> str:
    return f"List ID {list_id} is invalid or deleted"


def _row(job: Job) -> dict[str, Any]:
    return msgspec.structs.asdict(job)
