"""Queue, list and cancel jobs: the interface of jobs for doors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aerogram.base.ids import MAX_ID
from aerogram.model.job import Job, JobKind, JobStatus
from aerogram.store.records.jobs import data_files, notes
from aerogram.store.records.jobs import jobs as records
from aerogram.store.records.jobs.data_files import DataFile
from aerogram.store.records.sandbox import outside_of_sandbox

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, AsyncIterator, Callable, Mapping, Sequence

    from aerogram.model.actor import Actor
    from aerogram.model.job import Refusal
    from aerogram.model.page import PageRequest
    from aerogram.store.ground import Ground

_PIECE_BYTES: Final = 1024 * 1024
"""Bytes to gather before each write to an upload."""
_PAGE: Final = 1_000
IN_SANDBOX: Final = frozenset(
    {
        JobKind.MANY_CONTACTS,
        JobKind.EXPORT_CONTACTS,
        JobKind.EXPORT_LIST_RECIPIENTS,
        JobKind.EXPORT_MESSAGES,
    }
)
"""The kinds that callers in the sandbox may queue: exports only read, and contacts are checked one by one."""


class Jobs:
    """The jobs of all accounts and their input files."""

    def __init__(self, ground: Ground, on_queued: Callable[[], None]) -> None:
        """``on_queued`` is called after each commit that queued a job."""
        self._ground = ground
        self._on_queued = on_queued

    async def upload(
        self, actor: Actor, source: tuple[str, int, str], mime: str, pieces: AsyncIterable[bytes]
    ) -> DataFile:
        """Store a file that arrives in pieces. ``source`` is the owner's type, the owner's id and the file's kind.

        An error in ``pieces`` cancels the upload and removes the file. Raises `StoreFullError`, also midway, and the
        errors of the store.
        """
        self._ground.check_room()
        upload = await self._ground.blobs.begin()
        try:
            gathered = bytearray()
            async for piece in pieces:
                gathered += piece
                if len(gathered) >= _PIECE_BYTES:
                    self._ground.check_room()
                    await upload.write(bytes(gathered))
                    gathered.clear()
            await upload.write(bytes(gathered))
            blob = await upload.keep()
        finally:
            await upload.drop()
        what, which, kind = source
        file = DataFile(
            id=self._ground.ids.next_id(),
            account_id=actor.account_id,
            source=what,
            source_id=which,
            kind=kind,
            mime=mime,
            blob=blob,
            size=upload.size,
            created_ms=self._ground.clock.now_ms(),
        )
        await self._ground.database.write(lambda: data_files.add(file))
        return file

    async def file(self, actor: Actor, data_id: int) -> DataFile | None:
        """Return a file by id; None without one."""
        if not 0 < data_id <= MAX_ID:
            return None
        return await self._ground.database.read(lambda: data_files.find(actor.account_id, data_id))

    async def contents(self, file: DataFile) -> bytes:
        """Return the bytes of a file. Raises `NotFoundError` when they were removed."""
        return await self._ground.blobs.get(file.blob)

    async def queue(self, actor: Actor, kind: str, values: Mapping[str, Any]) -> Job:
        """Queue a job; ``values`` are fields of `Job`. Raises `ForbiddenError` for a caller in the sandbox."""
        if actor.is_sandboxed and kind not in IN_SANDBOX:
            raise outside_of_sandbox()
        job = Job(
            id=self._ground.ids.next_id(),
            account_id=actor.account_id,
            kind=kind,
            request_ms=self._ground.clock.now_ms(),
            asked_by=actor.label,
            request_id=actor.request_id,
            is_sandboxed=int(actor.is_sandboxed),
            **values,
        )
        await self._ground.database.write(lambda: records.add(job))
        self._on_queued()
        return job

    async def find(self, actor: Actor, job_id: int) -> Job | None:
        """Return the current state of a job; None without one."""
        if not 0 < job_id <= MAX_ID:
            return None
        return await self._ground.database.read(lambda: records.find(actor.account_id, job_id))

    async def page(self, actor: Actor, wanted: PageRequest) -> tuple[list[Job], int]:
        """Return a page of jobs and the total number of matches."""
        rows, total = await self._ground.database.read(lambda: records.LISTING.page(actor.account_id, wanted))
        return [Job(**row) for row in rows], total

    async def tolerate(self, actor: Actor, job_id: int, per_cent: int) -> None:
        """Set the percentage of refused items that a job tolerates; a running worker keeps the earlier value."""
        await self._ground.database.write(lambda: records.tolerate(actor.account_id, job_id, per_cent))

    async def cancel(self, actor: Actor, job_id: int) -> bool:
        """Cancel a job; its completed work remains. False when it has already ended.

        Raises `ForbiddenError` for a caller in the sandbox and the job of another.
        """
        if actor.is_sandboxed:
            job = await self.find(actor, job_id)
            if job is not None and not job.is_sandboxed:
                raise outside_of_sandbox()
        now_ms = self._ground.clock.now_ms()
        return await self._ground.database.write(lambda: records.abort(actor.account_id, job_id, now_ms))

    async def notes(self, found: Sequence[Job]) -> dict[int, str]:
        """Return what each job noted of its input, by id; jobs without a note are left out."""
        ids = [job.id for job in found]
        return await self._ground.database.read(lambda: notes.find(ids)) if ids else {}

    async def has_refusals(self, job: Job) -> bool:
        """Return whether a job has an error file."""
        return bool(await self._page_of_refusals(job.id, records.HEADER_ITEM - 1, 1))

    async def refusals(self, job: Job) -> AsyncIterator[Refusal]:
        """Iterate over the lines of a job's error file, header first."""
        after = records.HEADER_ITEM - 1
        while page := await self._page_of_refusals(job.id, after, _PAGE):
            for refusal in page:
                yield refusal
            after = page[-1].item

    async def _page_of_refusals(self, job_id: int, after: int, most: int) -> list[Refusal]:
        return await self._ground.database.read(lambda: records.errors(job_id, after, most))


def is_over(job: Job) -> bool:
    """Return whether a job has ended."""
    return job.status in {JobStatus.COMPLETED, JobStatus.ERROR, JobStatus.ABORT}
