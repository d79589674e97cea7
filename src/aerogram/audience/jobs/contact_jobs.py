"""Queue jobs on many contacts: the interface of the audience's jobs for doors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from aerogram.audience.jobs.many_contacts import ManyContactsOptions
from aerogram.base.ids import MAX_ID
from aerogram.model.job import UNKNOWN_METHOD, Job, JobKind
from aerogram.store.records import sandbox
from aerogram.store.records.contacts import list_copies

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Iterable, Sequence

    from aerogram.jobs.jobs import Jobs
    from aerogram.model.actor import Actor
    from aerogram.store.sql import Database

CSV_DATA: Final = "CSVData"
JSON_DATA: Final = "JSONData"
LIST_SOURCE: Final = "contactslist"
CONTACT_SOURCE: Final = "contact"

_encode: Final = msgspec.json.Encoder().encode


class ContactJobs:
    """Jobs on the contacts of all accounts."""

    def __init__(self, jobs: Jobs, database: Database) -> None:
        self._jobs = jobs
        self._database = database

    async def has_list(self, actor: Actor, list_id: int) -> bool:
        """Return whether an account has this list and it is not deleted."""
        if not 0 < list_id <= MAX_ID:
            return False
        return await self._database.read(lambda: list_copies.is_live(actor.account_id, list_id))

    async def queue_many(
        self, actor: Actor, contacts: Sequence[bytes], lists: Iterable[tuple[int, str]], list_id: int = 0
    ) -> Job:
        """Queue contacts, each as JSON, with actions on lists; ``list_id`` is set when the call names one list.

        Raises `ForbiddenError` for a list that is not in the sandbox of the caller.
        """

        async def lines() -> AsyncIterable[bytes]:
            for contact in contacts:
                # JSON strings contain no raw line breaks, so every line break is white space.
                yield contact.replace(b"\n", b" ") + b"\n"

        actions = list(lists)
        list_ids = {each for each, _ in actions}
        if actor.is_sandboxed and list_ids:
            own = await self._database.read(lambda: sandbox.find_own(actor.account_id, list_ids))
            if own != list_ids:
                raise sandbox.outside_of_sandbox()
        source = (CONTACT_SOURCE, list_id, JSON_DATA)
        file = await self._jobs.upload(actor, source, "application/json", lines())
        return await self._jobs.queue(
            actor,
            JobKind.MANY_CONTACTS,
            {
                "job_type": "Contact manage many",
                "data_id": file.id,
                "ref_id": list_id,
                "method": actions[0][1] if len(actions) == 1 else UNKNOWN_METHOD,
                "options": _encode(ManyContactsOptions(actions)).decode(),
                "count": len(contacts),
            },
        )
