"""Asking for exports and reading their files: what doors know of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aerogram.jobs.exports import files
from aerogram.jobs.exports.options import ExportOptions, encoded
from aerogram.model.page import PageRequest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Mapping, Sequence

    from aerogram.jobs.exports.source import Source
    from aerogram.jobs.jobs import Jobs
    from aerogram.model.actor import Actor
    from aerogram.model.job import Job
    from aerogram.store.ground import Ground


class Exports:
    """The exports of all accounts; each is one of the jobs."""

    def __init__(self, jobs: Jobs, ground: Ground, sources: Mapping[str, Source]) -> None:
        """Take what can be exported, by kind of job."""
        self._jobs = jobs
        self._sources = sources
        self._ground = ground

    async def queue(
        self,
        actor: Actor,
        kind: str,
        conditions: Mapping[str, Any],
        *,
        properties: Sequence[str] | None = None,
        is_for_spreadsheet: bool = False,
    ) -> Job:
        """Queue an export of rows that fulfil conditions of the store.

        ``properties`` are the names of the source's own columns that are wanted, in this order; all of them, by
        their names, when None. Raises `RefusedError` for a name that the source does not have, `StoreFullError`
        while the disk is nearly full.
        """
        self._ground.check_room()
        source = self._sources[kind]
        columns = source.columns
        options = ExportOptions(
            conditions=dict(conditions),
            properties=[]
            if columns is None
            else await self._ground.database.read(lambda: columns(actor.account_id, properties)),
            is_for_spreadsheet=is_for_spreadsheet,
        )
        values = {
            "job_type": source.job_type,
            "ref_id": conditions.get(source.reference, 0),
            "options": encoded(options).decode(),
        }
        return await self._jobs.queue(actor, kind, values)

    async def find(self, actor: Actor, job_id: int, kind: str | None = None) -> Job | None:
        """Give an export of a kind, or of any."""
        job = await self._jobs.find(actor, job_id)
        return job if job is not None and job.kind in ({kind} if kind else self._sources) else None

    async def page(self, actor: Actor, kind: str, limit: int, offset: int) -> tuple[list[Job], int]:
        """Give a page of an account's exports of a kind, newest first, and the number of all."""
        newest_first = (("id", True),)
        return await self._jobs.page(actor, PageRequest({"kind": str(kind)}, limit, offset, newest_first))

    async def readable(self, actor: Actor, jobs: Iterable[Job]) -> set[int]:
        """Give the ids of those whose files can be read."""
        return await files.readable(self._ground, actor, [job for job in jobs if job.kind in self._sources])

    def contents(self, job: Job) -> AsyncIterator[bytes]:
        """Give the file of an export that is `readable`, in pieces of a few megabytes at most."""
        return files.contents(self._ground, job, self._sources[job.kind])

    def file_name(self, job: Job) -> str:
        """Give the name that the file of an export is saved under."""
        return f"{self._sources[job.kind].noun}-{job.id}.csv"
