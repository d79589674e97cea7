"""Queue exports and read their files: the interface of exports for doors."""

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
    """The exports of all accounts; each export is a job."""

    def __init__(self, jobs: Jobs, ground: Ground, sources: Mapping[str, Source]) -> None:
        """Use ``sources``, keyed by kind of job."""
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
        """Queue an export of the rows that match conditions of the store.

        ``properties`` names the source's own columns to export, in this order; None exports all, by name. Raises
        `RefusedError` for an unknown name, and `StoreFullError` while the disk is nearly full.
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
        """Return an export of a kind, or of any; None without one."""
        job = await self._jobs.find(actor, job_id)
        return job if job is not None and job.kind in ({kind} if kind else self._sources) else None

    async def page(self, actor: Actor, kind: str, limit: int, offset: int) -> tuple[list[Job], int]:
        """Return a page of an account's exports of a kind, newest first, and their total number."""
        newest_first = (("id", True),)
        return await self._jobs.page(actor, PageRequest({"kind": str(kind)}, limit, offset, newest_first))

    async def readable(self, actor: Actor, jobs: Iterable[Job]) -> set[int]:
        """Return the ids of the exports whose files can be read."""
        return await files.readable(self._ground, actor, [job for job in jobs if job.kind in self._sources])

    def contents(self, job: Job) -> AsyncIterator[bytes]:
        """Return the file of a `readable` export, in pieces of a few megabytes at most."""
        return files.contents(self._ground, job, self._sources[job.kind])

    def file_name(self, job: Job) -> str:
        """Return the file name for downloads of an export."""
        return f"{self._sources[job.kind].noun}-{job.id}.csv"
