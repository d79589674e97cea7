"""Accepts submissions: the caller is answered only after the commit.

All submissions that arrive during one commit share the next one, from every door.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from aerogram.base.errors import StoreFullError
from aerogram.store.blobs import INLINE_LIMIT_BYTES
from aerogram.store.records.messages import submissions as records
from aerogram.store.writer.local import LocalRowWriter
from aerogram.submission.once import Once

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from aerogram.base.clock import Clock
    from aerogram.base.ids import IdGenerator
    from aerogram.model.idempotency import IdempotencyKey
    from aerogram.model.message import Accepted, Submission
    from aerogram.store.blobs import DiskBlobs
    from aerogram.store.sql import Database
    from aerogram.store.writer.rows import RowWriter


class Acceptor:
    """Stores submissions durably.

    ``check_room`` raises `StoreFullError` while the disk is nearly full; ``note_refusal`` is called when a write
    found it full. ``on_accepted`` is called after each commit with the number of messages, so that delivery wakes.
    ``writer`` commits the rows; None: the database of this process does.
    """

    def __init__(
        self,
        database: Database,
        blobs: DiskBlobs,
        ids: IdGenerator,
        clock: Clock,
        *,
        check_room: Callable[[], None],
        on_accepted: Callable[[int], None],
        note_refusal: Callable[[], None] = lambda: None,
        writer: RowWriter | None = None,
    ) -> None:
        self._writer = LocalRowWriter(database, clock) if writer is None else writer
        self._writer.on_committed = on_accepted
        self._writer.on_full = note_refusal
        self._blobs = blobs
        self._ids = ids
        self._clock = clock
        self._check_room = check_room
        self._note_refusal = note_refusal
        self._once = Once(database, self._writer, clock)

    def accept(
        self, submissions: Sequence[Submission], key: IdempotencyKey | None = None
    ) -> asyncio.Future[list[tuple[Accepted, ...]]]:
        """Commit all submissions to disk, or none; return one `Accepted` for each recipient, in order.

        Of several calls with one ``key`` only the first adds anything. The others get a `Replay` of its
        receipts, or `KeyReusedError` when their fingerprints differ.

        Calling or awaiting it raises `UnavailableError` (or its subclass `StoreFullError`); then nothing was
        accepted. It is not a coroutine because a task for each message is a tenth of the cost of accept.
        """
        self._check_room()
        if key is not None:
            return asyncio.ensure_future(self._accept_once(submissions, key))
        if any(len(submission.body) > INLINE_LIMIT_BYTES for submission in submissions):
            return asyncio.ensure_future(self._accept_large(submissions))
        return self._begin(submissions, {})

    async def _accept_large(self, submissions: Sequence[Submission]) -> list[tuple[Accepted, ...]]:
        return await self._begin(submissions, await self._put_large(submissions))

    async def _accept_once(
        self, submissions: Sequence[Submission], key: IdempotencyKey
    ) -> list[tuple[Accepted, ...]]:
        blobs: dict[int, str] = {}
        if any(len(submission.body) > INLINE_LIMIT_BYTES for submission in submissions):
            # A repeated call would leave a file that no row refers to.
            if (earlier := await self._once.earlier(key)) is not None:
                return earlier
            blobs = await self._put_large(submissions)
        # Taken before those of its messages, so that the ids of a restarted process begin above it too.
        owner = self._ids.next_id()
        rows, accepted = self._rows_of(submissions, blobs)
        return await self._once.add(key, owner, rows, accepted)

    async def _put_large(self, submissions: Sequence[Submission]) -> dict[int, str]:
        """Write large bodies to files before the rows that refer to them are committed; return the names."""
        with self._noting_refusals():
            return {
                index: await self._blobs.put(submission.body)
                for index, submission in enumerate(submissions)
                if len(submission.body) > INLINE_LIMIT_BYTES
            }

    def _begin(
        self, submissions: Sequence[Submission], blobs: dict[int, str]
    ) -> asyncio.Future[list[tuple[Accepted, ...]]]:
        return self._writer.add(*self._rows_of(submissions, blobs))

    def _rows_of(
        self, submissions: Sequence[Submission], blobs: dict[int, str]
    ) -> tuple[records.Rows, list[tuple[Accepted, ...]]]:
        """Make the rows that a call adds to the store, and the receipts of its recipients."""
        rows, now = records.Rows(), self._clock.now_ms()
        return rows, [
            records.add_rows_of(rows, submission, blobs.get(index), self._ids, now)
            for index, submission in enumerate(submissions)
        ]

    @contextlib.contextmanager
    def _noting_refusals(self) -> Iterator[None]:
        try:
            yield
        except StoreFullError:
            self._note_refusal()
            raise

    async def drain(self) -> None:
        """Wait until every commit that began is done."""
        await self._writer.drain()
