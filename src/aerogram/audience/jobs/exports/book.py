"""Asking for exports and reading their files: what doors know of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aerogram.audience.jobs.exports import files
from aerogram.audience.jobs.exports.options import Column, ExportOptions, encoded
from aerogram.audience.jobs.exports.sources import SOURCES
from aerogram.audience.properties import defined
from aerogram.base.errors import RefusedError
from aerogram.model.job import JobKind
from aerogram.model.page import PageRequest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping, Sequence

    from aerogram.audience.jobs.book import Jobs
    from aerogram.audience.jobs.desk import Workshop
    from aerogram.model.actor import Actor
    from aerogram.model.job import Job


class Exports:
    """The exports of all accounts; each is one of the jobs."""

    def __init__(self, jobs: Jobs, workshop: Workshop) -> None:
        self._jobs = jobs
        self._workshop = workshop

    async def queue(
        self,
        actor: Actor,
        kind: JobKind,
        conditions: Mapping[str, Any],
        *,
        properties: Sequence[str] | None = None,
        is_for_spreadsheet: bool = False,
    ) -> Job:
        """Queue an export of rows that fulfil conditions of the store.

        ``properties`` are the names of those static properties of contacts that become columns, in this order; all
        by their names when None. Raises `RefusedError` for a name that is no property, `StoreFullError` while
        the disk is nearly full.
        """
        self._workshop.check_room()
        options = ExportOptions(
            conditions=dict(conditions),
            properties=await self._columns(actor, properties) if kind is JobKind.EXPORT_CONTACTS else [],
            is_for_spreadsheet=is_for_spreadsheet,
        )
        list_id = conditions.get("list_id", 0)
        values = {
            "job_type": SOURCES[kind].job_type,
            "ref_id": list_id,
            "options": encoded(options).decode(),
        }
        return await self._jobs.queue(actor, kind, values)

    async def find(self, actor: Actor, job_id: int, kind: JobKind | None = None) -> Job | None:
        """Give an export of a kind, or of any."""
        job = await self._jobs.find(actor, job_id)
        return job if job is not None and job.kind in ({kind} if kind else SOURCES) else None

    async def page(self, actor: Actor, kind: JobKind, limit: int, offset: int) -> tuple[list[Job], int]:
        """Give a page of an account's exports of a kind, newest first, and the number of all."""
        newest_first = (("id", True),)
        return await self._jobs.page(actor, PageRequest({"kind": kind.value}, limit, offset, newest_first))

    async def readable(self, actor: Actor, jobs: Iterable[Job]) -> set[int]:
        """Give the ids of those whose files can be read."""
        return await files.readable(self._workshop, actor, jobs)

    def contents(self, job: Job) -> AsyncIterator[bytes]:
        """Give the file of an export that is `readable`, in pieces of a few megabytes at most."""
        return files.contents(self._workshop, job)

    async def _columns(self, actor: Actor, names: Sequence[str] | None) -> list[Column]:
        catalogue = await self._workshop.database.read(lambda: defined(actor.account_id))
        columns = {each[1]: Column(*each) for each in catalogue.definitions}
        if names is None:
            return list(columns.values())
        wanted = dict.fromkeys(name.strip().lower() for name in names)
        unknown = next((name for name in wanted if name not in columns), None)
        if unknown is not None:
            raise RefusedError(f'There is no static property "{unknown[:80]}".')
        return [columns[name] for name in wanted]
